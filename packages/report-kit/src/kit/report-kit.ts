import type { JobEvent } from "../job/job-event.ts";
import type { ReportJob } from "./report-job.ts";
import type { Journal } from "../journal/journal.ts";
import type { Outcome } from "../job/outcome.ts";
import type { Platform } from "../platform.ts";
import type { OnIndeterminate } from "../job/outcome.ts";
import type { PlannedLook } from "../waiting/schedule.ts";
import type { ReportSource, RequestOf } from "../source/report-source.ts";
import type { WakeHint } from "./wake.ts";

/** How a kit works. Only the journal is required. */
export interface ReportKitOptions {
  /**
   * Where jobs are kept. `memoryJournal()` ends with this process; `fileJournal(directory)` of `report-kit/node`
   * survives it; `postgresJournal(query)` of `report-kit/postgres` is shared by many machines.
   */
  readonly journal: Journal;
  /**
   * What a request costs, in seconds of waiting: the one knob of the schedule. Default 4: one request fewer is worth
   * being 4 seconds later. More = fewer requests, less = sooner.
   */
  readonly requestCostS?: number | undefined;
  /** What to do where it can't be known whether a report was made. Default `"reconcile"`. */
  readonly onIndeterminate?: OnIndeterminate | undefined;
  /**
   * Learn how long each source takes with each report type and at what time of day it is ready, and look when it pays
   * most. Kept in the journal, at most 2 kB a type; default true.
   */
  readonly learn?: boolean | undefined;
  /** Hears every event of every job of this kit. What it throws is ignored. */
  readonly onEvent?: ((event: JobEvent) => void) | undefined;
  /** The clock, timers, randomness and the `fetch` for links outside a provider's API. Default: the platform's. */
  readonly platform?: Partial<Platform> | undefined;
}

/** How one report is wanted. */
export interface ReportOptions {
  /**
   * Raise it by one to have the same report made again, once the job of the epoch before has ended: of two that run at once
   * a list can't tell which report is whose. Default 0; part of the key.
   */
  readonly epoch?: number | undefined;
}

/** What `kit.plan` is asked. */
export interface PlanOptions {
  /** Milliseconds the job has been waiting already. Default 0. */
  readonly ageMs?: number | undefined;
  /** Milliseconds to look ahead. Default 6 hours. */
  readonly horizonMs?: number | undefined;
  /**
   * The request that the plan is for: its documented ready time (Circle's camt.053) and what was learned of its report type
   * count. Without a request the plan is the default schedule.
   */
  readonly request?: unknown;
}

/** What a step came to: the end, or when to take the next one. */
export type Step =
  | { readonly outcome: Outcome }
  | {
      readonly again: {
        /** ISO 8601, UTC. Earlier steps are harmless: they send nothing. */
        readonly at: string;
        readonly afterMs: number;
        readonly why: string;
      };
    };

/** Gets reports exactly once. */
export interface ReportKit {
  /** Where its jobs are kept. */
  readonly journal: Journal;
  /**
   * One wanted report. No I/O; the same request gives the same key.
   * @throws ReportRequestError naming the field, what was expected and what came.
   */
  report<Source extends ReportSource>(source: Source, request: RequestOf<Source>, options?: ReportOptions): ReportJob;
  /**
   * The job a bookmark names, to go on with.
   * @throws ReportRequestError for a damaged bookmark, one whose source is not among `sources`, and for a source that
   * could make a report twice over a journal that does not outlive its process.
   */
  resume(bookmark: string, sources: readonly ReportSource[]): ReportJob;
  /**
   * Take one step of a job: for cron and durable engines. At most one request; the journal is written before and after.
   * @throws as `resume`; `ProviderError` when the credentials are not accepted; JournalError; the abort reason.
   */
  step(
    bookmark: string,
    sources: readonly ReportSource[],
    options?: { readonly signal?: AbortSignal | undefined; readonly onIndeterminate?: OnIndeterminate | undefined },
  ): Promise<Step>;
  /**
   * When a job of this source would be looked at if it stayed pending, and why. The journal is read: what earlier reports
   * taught is in it.
   * @throws ReportRequestError for a request that the source does not take; JournalError.
   */
  plan(source: ReportSource, options?: PlanOptions): Promise<readonly PlannedLook[]>;
  /**
   * A report may be ready (a webhook was delivered, say): look now. Never earlier than a provider asked to be left alone.
   * Jobs waited for in another process are woken through the journal, within 5 s.
   * @returns the number of jobs woken.
   */
  wake(hint: WakeHint): Promise<number>;
}
