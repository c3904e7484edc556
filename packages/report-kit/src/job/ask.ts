import { TransportError } from "@report-kit/http";
import { explainError } from "../source/explain-error.ts";
import type { Observation } from "../source/observation.ts";
import type { ReportSource, SourceCall } from "../source/report-source.ts";
import type { Ask } from "./transitions.ts";

/** What one request came to. */
export interface Answer {
  readonly observation: Observation;
  /** Whether a request was made for it: not when a list that jobs share answered in its place. */
  readonly sent: boolean;
  /** An error that is the caller's to see: of the source itself, or the reason of an abort. */
  readonly thrown?: unknown;
}

/**
 * Make the one request, unless a shared list answers in its place, and turn whatever it comes to into an observation.
 * @param place which place a search looks in
 */
export async function ask(
  source: ReportSource,
  action: Ask,
  call: SourceCall,
  place: number,
  listed: (() => Observation) | undefined,
  now: () => number,
): Promise<Answer> {
  const sent = listed === undefined;
  let hasLeft = false;
  function onDeparture(): void {
    if (now() > (call.notAfter ?? Infinity)) throw tooLate(source, hasLeft);
    hasLeft = true;
  }
  try {
    if (listed !== undefined) return { observation: listed(), sent };
    if (action === "find" && source.find !== undefined) return { observation: await source.find(call, place), sent };
    if (action !== "create" || source.create === undefined) return { observation: await source.look(call), sent };
    return { observation: await source.create({ ...call, onDeparture }), sent };
  } catch (error) {
    const isSilent = source.profile.reportsDeparture !== true;
    const isUnclear = action === "create" && (hasLeft || isSilent) && mayHaveLeft(error);
    const unsure: Observation = { is: isUnclear ? "unclear" : "unreachable", error };
    if (call.signal.aborted) return { observation: unsure, sent, thrown: call.signal.reason };
    const meaning = source.explain?.(error, action, call) ?? explainError(error, action);
    if (meaning === undefined) return { observation: unsure, sent, thrown: error };
    // A create that certainly never left is not unclear, whatever its error would mean.
    const isUnsent = action === "create" && !isUnclear;
    return { observation: meaning.is === "unclear" && isUnsent ? unsure : meaning, sent };
  }
}

/** @param maybeSent an earlier request of the same create has left. */
function tooLate({ provider }: ReportSource, maybeSent: boolean): TransportError {
  return new TransportError({
    code: "too-late",
    message: "The create was not sent: it was held back for so long that another worker may have taken the job over.",
    provider,
    operationId: undefined,
    maybeSent,
  });
}

/** An error with `maybeSent: false` proves that nothing was made, whatever else it is. */
function mayHaveLeft(error: unknown): boolean {
  return typeof error !== "object" || error === null || !("maybeSent" in error) || error.maybeSent !== false;
}
