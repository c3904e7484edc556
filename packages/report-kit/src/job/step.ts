import type { JournalError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Journal } from "../journal/journal.ts";
import type { Platform } from "../platform.ts";
import type { LinkLocation } from "../source/file-location.ts";
import type { Observation } from "../source/observation.ts";
import type { PreparedReport, ReportSource } from "../source/report-source.ts";
import type { Timer } from "../waiting/timer.ts";
import type { JobEventDetails } from "./job-event.ts";
import type { JobState } from "./job-state.ts";
import type { Lease } from "./lease.ts";
import type { OnIndeterminate, Outcome } from "./outcome.ts";
import type { NextLookOf } from "./transitions.ts";

/** A report job, as the step knows it. */
export interface JobIdentity {
  readonly key: string;
  /** Keys that earlier versions gave it. */
  readonly formerKeys?: readonly string[] | undefined;
  readonly epoch: number;
  readonly bookmark: string;
  readonly source: ReportSource;
  readonly prepared: PreparedReport;
}

/** What a step works with: made once for each kit. */
export interface StepEngine {
  readonly journal: Journal;
  readonly platform: Platform;
  readonly timer: Timer;
  /** Names this worker in leases. */
  readonly worker: () => string;
  /** Announcements whose write failed, so that nothing was sent: by record, what was there before. */
  readonly unsent: Map<string, { readonly lease: Lease; readonly before: JobState }>;
  readonly turns: {
    /** Wait until this request may be sent. @returns what a list that jobs share contains of the report, in its place */
    waitForTurn(
      source: ReportSource,
      reference: string | undefined,
      signal: AbortSignal,
    ): Promise<(() => Observation) | undefined>;
  };
  readonly schedule: {
    /** The schedule of one job, with what earlier reports taught. */
    of(job: JobIdentity, deadlineAt: number | undefined): Promise<NextLookOf>;
    /** Milliseconds to the next look at a job in this state that is still pending, by the schedule of its last step. */
    gapMs(job: JobIdentity, state: JobState): number;
    /** From when on it is late, as far as that is known. Epoch milliseconds. */
    lateAt(job: JobIdentity, state: JobState): number | undefined;
    /** Learn from a report that became ready. Epoch milliseconds. */
    learn(job: JobIdentity, seen: SeenReady): Promise<void>;
  };
  /** Whether an older record, which has no origin, is of this source at this origin. */
  readonly isOf: (source: ReportSource, key: string, record: JsonObject) => boolean;
  readonly emit: (job: JobIdentity, event: JobEventDetails) => void;
  /** Report a record that can't be read and was passed over. */
  readonly passOver: (name: string, error: JournalError) => void;
  /** A job has ended, and that is written: other processes may be waiting for it. */
  readonly announceEnd: () => Promise<void>;
}

/** When one report became ready, as far as looking could tell. Epoch milliseconds. */
export interface SeenReady {
  /** The provider accepted it, or waiting began. */
  readonly since: number;
  /** The last look that did not find it ready. */
  readonly notReadyAt: number;
  /** The look that did. */
  readonly readyAt: number;
}

/** How to take one step. */
export interface StepOptions {
  readonly signal: AbortSignal;
  readonly onIndeterminate: () => OnIndeterminate;
  /** Epoch milliseconds of the last caller's deadline. */
  readonly deadlineAt?: number | undefined;
  /** Look before the schedule's time: something is known already. */
  readonly early?: boolean | undefined;
  /** A caller asks again: an `indeterminate` job is looked for once more. */
  readonly reopen?: boolean | undefined;
  /** The instant that this process has waited for, which a clock that was set back may not show yet. */
  readonly sleptUntil?: number | undefined;
}

/** What a step came to. */
export type StepResult =
  | { readonly outcome: Outcome; readonly link?: LinkLocation | undefined; readonly error?: unknown }
  | {
      readonly again: {
        readonly at: number;
        readonly why: string;
        /** The provider asked to be left alone until then. */
        readonly asked: boolean;
        /** Nothing was sent and no event was emitted: an earlier process left the job waiting, or another worker is at it. */
        readonly silent?: boolean | undefined;
        /** Why the last request gave no usable answer. */
        readonly error?: unknown;
      };
      readonly state: JobState;
      /** The journal's revision: a higher one means that another worker wrote. */
      readonly revision: number;
    };
