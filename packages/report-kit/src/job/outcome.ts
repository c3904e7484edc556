import type { FoundReport } from "../found-report.ts";
import type { JobState } from "./job-state.ts";

interface OutcomeBase {
  readonly key: string;
  /** Resumes the job anywhere. */
  readonly bookmark: string;
  /** Requests sent to the provider for this job, over all processes. */
  readonly requests: number;
  /** Milliseconds from the first start of the job to its end. */
  readonly waitedMs: number;
}

/** The file is there to be downloaded. */
export interface ReadyOutcome extends OutcomeBase {
  readonly status: "ready";
  /** The provider's own identifier of the report. */
  readonly reference: string;
  /** The file's name as the provider gives it: untrusted. */
  readonly fileName?: string | undefined;
  /** The report was found after an unclear create rather than acknowledged. */
  readonly adopted: boolean;
}

/** The report will not come. */
export interface FailedOutcome extends OutcomeBase {
  readonly status: "failed";
  /**
   * What went wrong: `"failed"` (the provider says so), `"nothing-made"` (accepted, but no report was made),
   * `"refused"`, `"not-configured"`, `"too-many-reports"`, `"not-found"` (the provider has no such address or report),
   * `"no-longer-known"` (the provider made the report and no longer knows it), `"http-<status>"`, or, of a source of your
   * own, its code.
   */
  readonly code: string;
  readonly message: string;
  /** Whether a report is known to have been made at the provider. When not, running the job again asks again. */
  readonly made: boolean;
  /** Whether running the job again later can succeed although nothing else changes. */
  readonly retryable: boolean;
}

/** The report was there, and is no longer. */
export interface ExpiredOutcome extends OutcomeBase {
  readonly status: "expired";
  readonly message: string;
}

/** It can't be known whether the report was made. Nothing is asked for again unless a caller says so. */
export interface IndeterminateOutcome extends OutcomeBase {
  readonly status: "indeterminate";
  readonly message: string;
  /** Reports that may be the one. */
  readonly found: readonly FoundReport[];
}

/** How a report job ended. */
export type Outcome = ReadyOutcome | FailedOutcome | ExpiredOutcome | IndeterminateOutcome;

/**
 * What to do where it is not known whether a report was made.
 *
 * - `reconcile` (default): find out, where the source can be asked; ask again only if certainly nothing was made;
 *   otherwise end `indeterminate`.
 * - `ask`: find out, but never send a second create.
 * - `recreate`: find out, and where that decides nothing create again, accepting a duplicate.
 */
export type OnIndeterminate = (typeof onIndeterminateWords)[number];

/** From the one that accepts least: of several callers the strictest holds. */
export const onIndeterminateWords = ["ask", "reconcile", "recreate"] as const;

/** The outcome of a job that ended; undefined while it goes on. */
export function outcomeOf(state: JobState, key: string, bookmark: string): Outcome | undefined {
  const { requests, startedAt, endedAt = startedAt, message } = state;
  const base = { key, bookmark, requests, waitedMs: Math.max(0, endedAt - startedAt) };
  switch (state.phase) {
    case "ready": {
      const { reference = "", fileName, adopted = false } = state;
      return { ...base, status: "ready", reference, fileName, adopted };
    }
    case "failed": {
      const { code = "failed" } = state;
      return {
        ...base,
        status: "failed",
        code,
        message: message ?? "The provider says that the report failed.",
        made: true,
        retryable: false,
      };
    }
    case "expired":
      return { ...base, status: "expired", message: message ?? "The report is no longer there." };
    case "indeterminate":
      return {
        ...base,
        status: "indeterminate",
        message: message ?? "It can't be known whether the report was made.",
        found: state.found ?? [],
      };
    case "new":
    case "creating":
    case "waiting":
      return undefined;
  }
}
