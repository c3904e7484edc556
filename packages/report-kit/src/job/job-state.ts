import { JournalError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { FoundReport } from "../found-report.ts";

/**
 * Where a report job stands.
 *
 * - `new`: nothing that could make a report has been sent, or what was sent surely made nothing.
 * - `creating`: the intent to create is written down; a create may be under way, or its end is unclear.
 * - `waiting`: the provider has the job (or, for a lookup, we are asking for it).
 * - `ready`, `failed`, `expired`: ended, by the provider's word.
 * - `indeterminate`: it can't be known whether the report was made; a caller decides.
 */
export type JobPhase = "new" | "creating" | "waiting" | "ready" | "failed" | "expired" | "indeterminate";

/** The one thing a journal keeps about a job: versioned JSON, without secrets or links. Times are epoch milliseconds. */
export interface JobState {
  readonly v: 1;
  /** The id of the report source. */
  readonly source: string;
  readonly reportType: string;
  /** The normalised request. */
  readonly request: JsonObject;
  readonly epoch: number;
  readonly phase: JobPhase;
  /** When the job was first started. */
  readonly startedAt: number;
  /** When the last create was announced. */
  readonly intentAt?: number;
  /** When the provider accepted the job: its age counts from here. */
  readonly acceptedAt?: number;
  /** The provider's own identifier of the report. */
  readonly reference?: string;
  /** The report was found after an unclear create, not acknowledged to us. */
  readonly adopted?: true;
  readonly fileName?: string;
  /** The provider's last word on it. */
  readonly status?: string;
  /** Requests sent for this job so far, the create included. */
  readonly requests: number;
  /** Looks in a row that brought no useful answer. */
  readonly failures?: number;
  /** When the first of them was. */
  readonly failingSince?: number;
  /** Which place `find` looks in next. */
  readonly finding?: number;
  /** What `find` saw without being able to decide. */
  readonly found?: readonly FoundReport[];
  /** The last look that found it not ready. */
  readonly lookedAt?: number;
  /** When to look next, by the schedule. */
  readonly nextAt: number;
  /** The provider asked to be left alone until then: no wake looks earlier. */
  readonly holdUntil?: number;
  readonly why?: string;
  readonly endedAt?: number;
  /** Of an end that is not `ready`. */
  readonly code?: string;
  readonly message?: string;
  /** Who is taking a step, and until when nobody else may. */
  readonly lease?: { readonly by: string; readonly until: number };
}

const phases: ReadonlySet<unknown> = new Set<JobPhase>([
  "new",
  "creating",
  "waiting",
  "ready",
  "failed",
  "expired",
  "indeterminate",
]);

/**
 * Read a job's state out of a journal record.
 * @throws JournalError `newer-version` for a state written by a newer report-kit (refused, never guessed), `unreadable`
 * for anything that is not a job's state.
 */
export function parseState(value: JsonObject, name: string): JobState {
  if (typeof value["v"] === "number" && value["v"] > 1) {
    throw new JournalError({
      code: "newer-version",
      message: `The journal record ${name} was written by a newer report-kit (state version ${value["v"]}, this one reads 1): update report-kit here before going on with this job.`,
    });
  }
  const sound =
    value["v"] === 1 &&
    typeof value["source"] === "string" &&
    typeof value["reportType"] === "string" &&
    typeof value["request"] === "object" &&
    value["request"] !== null &&
    Number.isSafeInteger(value["epoch"]) &&
    phases.has(value["phase"]) &&
    typeof value["startedAt"] === "number" &&
    typeof value["requests"] === "number" &&
    typeof value["nextAt"] === "number";
  if (!sound) {
    throw new JournalError({
      code: "unreadable",
      message: `The journal record ${name} is not a report job's state: it was written by something else, or damaged. Nothing was sent; move it away or forget it to start the job anew.`,
    });
  }
  return value as unknown as JobState; // every member the code relies on was checked above; the rest is optional
}

/** A job's state as a journal value. */
export function stateToJson(state: JobState): JsonObject {
  return state as unknown as JsonObject; // an interface has no index signature, but its members are all JSON
}

/** Has the provider (or the rules of certainty) had the last word? */
export function hasEnded(state: JobState): boolean {
  return (
    state.phase === "ready" || state.phase === "failed" || state.phase === "expired" || state.phase === "indeterminate"
  );
}
