import { JournalError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { FoundReport } from "../found-report.ts";
import type { EarlierDelivery } from "../source/ready-report.ts";
import type { PreparedReport } from "../source/report-source.ts";
import { writePeriod } from "../source/period-text.ts";

/**
 * Where a report job stands.
 *
 * - `new`: nothing that could make a report has been sent, or what was sent certainly made nothing.
 * - `creating`: the intent to create is written down; a create may be under way, or its end is unclear.
 * - `waiting`: the provider has the job (or, for a lookup, we are asking for it).
 * - `ready`, `failed`, `expired`: ended, as the provider reports it.
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
  /** The days that it covers, as ISO 8601 writes intervals: `"2026-11-01/2026-11-30"`, or one day. */
  readonly period?: string | undefined;
  readonly phase: JobPhase;
  /** When the job was first started. */
  readonly startedAt: number;
  /** When the last create was announced. */
  readonly intentAt?: number | undefined;
  /** When the provider accepted the job: its age counts from here. */
  readonly acceptedAt?: number | undefined;
  /** The provider's own identifier of the report. */
  readonly reference?: string | undefined;
  /** The report was found after an unclear create, not acknowledged to us. */
  readonly adopted?: true | undefined;
  readonly fileName?: string | undefined;
  /** The provider's last status of it. */
  readonly status?: string | undefined;
  /** Requests sent for this job so far, the create included. */
  readonly requests: number;
  /** Looks in a row that brought no useful answer. */
  readonly failures?: number | undefined;
  /** When the first of them was. */
  readonly failingSince?: number | undefined;
  /** Answers in a row that did not show the report, and when the first of them was. */
  readonly missed?: number | undefined;
  readonly missedSince?: number | undefined;
  /** Which place `find` looks in next. */
  readonly finding?: number | undefined;
  /** What `find` saw without being able to decide. */
  readonly found?: readonly FoundReport[] | undefined;
  /** The last look that found it not ready. */
  readonly lookedAt?: number | undefined;
  /** When to look next, by the schedule. */
  readonly nextAt: number;
  /** The provider asked to be left alone until then: no wake looks earlier. */
  readonly holdUntil?: number | undefined;
  readonly why?: string | undefined;
  readonly endedAt?: number | undefined;
  /** Of an end that is not `ready`. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** What was delivered last: the number of the delivery, and what the consumer received. */
  readonly delivered?: DeliveredState | undefined;
  /** Which worker is taking a step or delivering the file, and until when no other may. */
  readonly lease?: { readonly by: string; readonly until: number } | undefined;
}

/** A delivery that was made. */
export interface DeliveredState {
  /** Counted from 1. */
  readonly n: number;
  readonly at: number;
  /** Absent: it is the job's `fileName`. */
  readonly name?: string | undefined;
  readonly bytes: number;
  readonly sha256: string;
  /** The delivery that had other bytes. */
  readonly corrects?: EarlierDelivery | undefined;
}

const ends: readonly string[] = ["ready", "failed", "expired", "indeterminate"] satisfies JobPhase[];
const phases: ReadonlySet<unknown> = new Set<unknown>(["new", "creating", "waiting", ...ends]);

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
      message: `The journal record ${name} is not a report job's state: it was written by something else, or damaged. Nothing was sent; move it away or forget it to start the job again.`,
    });
  }
  return value as unknown as JobState; // every member the code relies on was checked above; the rest is optional
}

/** A job's state as a journal value. */
export function stateToJson(state: JobState): JsonObject {
  return state as unknown as JsonObject; // an interface has no index signature, but its members are all JSON
}

/** The name of a job's journal record. */
export function jobRecordName(key: string): string {
  return `job-${key}`;
}

/** Has the job ended: by what the provider reports, or because nothing more can be known? */
export function hasEnded(state: JobState): boolean {
  return ends.includes(state.phase);
}

/** A job that has not begun. */
export function freshState(
  job: {
    readonly epoch: number;
    readonly source: { readonly id: string };
    readonly prepared: PreparedReport;
  },
  now: number,
): JobState {
  const { reportType, request, period } = job.prepared;
  const { epoch, source } = job;
  return {
    v: 1,
    source: source.id,
    reportType,
    request,
    epoch,
    period: period && writePeriod(period),
    phase: "new",
    startedAt: now,
    requests: 0,
    nextAt: now,
  };
}
