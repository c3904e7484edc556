import type { FoundReport } from "../found-report.ts";
import type { JobState } from "./job-state.ts";

interface OutcomeBase {
  readonly key: string;
  /** Goes on from here, anywhere. */
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
  /** The file's name in the provider's words: untrusted. */
  readonly fileName?: string;
  /** The report was found after an unclear create rather than acknowledged. */
  readonly adopted: boolean;
}

/** The report will not come. */
export interface FailedOutcome extends OutcomeBase {
  readonly status: "failed";
  /**
   * What went wrong: `"failed"` (the provider says so), `"nothing-made"` (accepted, but no report was made),
   * `"refused"`, `"not-configured"`, `"too-many-reports"`, or the provider's own word.
   */
  readonly code: string;
  readonly message: string;
  /** Whether a report was made at the provider. When not, running the job again asks again. */
  readonly made: boolean;
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

/** The outcome a journal's state stands for; undefined while the job goes on. */
export function outcomeOf(state: JobState, key: string, bookmark: string): Outcome | undefined {
  const base = {
    key,
    bookmark,
    requests: state.requests,
    waitedMs: Math.max(0, (state.endedAt ?? state.startedAt) - state.startedAt),
  };
  switch (state.phase) {
    case "ready":
      return {
        ...base,
        status: "ready",
        reference: state.reference ?? "",
        adopted: state.adopted === true,
        ...(state.fileName === undefined ? {} : { fileName: state.fileName }),
      };
    case "failed":
      return {
        ...base,
        status: "failed",
        code: state.code ?? "failed",
        message: state.message ?? "The provider says that the report failed.",
        made: true,
      };
    case "expired":
      return { ...base, status: "expired", message: state.message ?? "The report is no longer there." };
    case "indeterminate":
      return {
        ...base,
        status: "indeterminate",
        message: state.message ?? "It can't be known whether the report was made.",
        found: state.found ?? [],
      };
    case "new":
    case "creating":
    case "waiting":
      return undefined;
  }
}
