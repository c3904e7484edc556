import { ProviderError, TransportError } from "@report-kit/http";
import type { Observation } from "./observation.ts";
import type { Asked, SourceCall } from "./report-source.ts";

/**
 * What an error answer means: the word for an observation without details, or a function that writes the observation.
 * `undecided`: the answer neither shows a report nor proves that there is none.
 */
export type ErrorMeaning =
  | "denied"
  | "unreachable"
  | "unclear"
  | "refused"
  | "absent"
  | "unknown"
  | "undecided"
  | ((error: ProviderError, call: SourceCall) => Observation);

/** A row of a table of error answers. A cell that is left out leaves the answer to the next row that fits. */
export interface ErrorRow extends Partial<Readonly<Record<Asked, ErrorMeaning | undefined>>> {
  /** The HTTP statuses of this row: some, all of 400 to 499, or any. */
  readonly status: readonly number[] | "4xx" | "any";
  /** For rows that are about some answers of this status alone. */
  readonly where?: ((error: ProviderError) => boolean) | undefined;
}

/** What an error answer means where a source's own table does not say otherwise. */
const defaults: readonly ErrorRow[] = [
  { status: [401, 403], create: "denied", look: "denied", find: "denied" },
  { status: [425, 429], create: "unreachable", look: "unreachable", find: "unreachable" },
  { status: [408], create: "unclear", look: "unreachable", find: "unreachable" },
  // An answer that names no report does not decide whether one was made.
  { status: "4xx", create: "refused", look: "unknown", find: "undecided" },
  { status: "any", create: "unclear", look: "unreachable", find: "unreachable" },
];

/**
 * What an error of a provider call means, unless the source's own table says otherwise (`ReportSource.explain`).
 * Undefined: it is no error answer and no error of the transport; it is thrown on.
 *
 * A create that may have been carried out is `unclear`, never repeated blindly; an answer that proves that nothing was
 * made is `refused`; everything that says nothing about the report keeps the job alive.
 */
export function explainError(error: unknown, during: Asked): Observation | undefined {
  if (TransportError.isInstance(error)) {
    return { is: during === "create" && error.maybeSent ? "unclear" : "unreachable", error };
  }
  if (!ProviderError.isInstance(error)) return undefined;
  const meaning = meaningIn(defaults, error, during);
  return typeof meaning === "string" ? observationOf(meaning, error) : undefined;
}

/** What the first fitting row of a source's own table says of an error answer; undefined where none does. */
export function explainByTable(
  rows: readonly ErrorRow[],
  error: unknown,
  during: Asked,
  call: SourceCall,
): Observation | undefined {
  if (!ProviderError.isInstance(error)) return undefined;
  const meaning = meaningIn(rows, error, during);
  if (meaning === undefined) return undefined;
  return typeof meaning === "string" ? observationOf(meaning, error) : meaning(error, call);
}

function meaningIn(rows: readonly ErrorRow[], error: ProviderError, during: Asked): ErrorMeaning | undefined {
  return rows.find((row) => row[during] !== undefined && fits(row, error))?.[during];
}

function fits({ status, where }: ErrorRow, error: ProviderError): boolean {
  const isOfStatus =
    status === "any" || (status === "4xx" ? error.status >= 400 && error.status < 500 : status.includes(error.status));
  return isOfStatus && (where === undefined || where(error));
}

function observationOf(meaning: Extract<ErrorMeaning, string>, error: ProviderError): Observation {
  const { status, retryAfterMs } = error;
  switch (meaning) {
    case "denied":
      return { is: "denied", error };
    case "unreachable":
    case "unclear":
      return { is: meaning, error, retryAfterMs };
    case "refused":
      return { is: "refused", code: `http-${status}`, message: error.message, error };
    case "absent":
      return { is: "absent", status: `http ${status}`, retryAfterMs };
    case "unknown":
      return { is: "unknown", status: `http ${status}`, sample: error.message, retryAfterMs };
    case "undecided":
      return { is: "searching", more: false, found: [] };
  }
}

/** An error in a few words, for a journal: no body, no address. */
export function describeError(error: unknown): string {
  if (ProviderError.isInstance(error)) return `http ${error.status}`;
  if (TransportError.isInstance(error)) return error.code;
  return "unexpected error";
}
