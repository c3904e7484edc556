import type { DeliveredFile, Delivery } from "../delivery/delivery.ts";
import type { ReportKit } from "../kit/report-kit.ts";
import type { Target } from "../source/ready-report.ts";
import type { ReportPeriod, ReportSource, RequestOf } from "../source/report-source.ts";

/** How long each period is: a day, a calendar month, or a window of so many days. */
export type Every = "day" | "month" | { readonly days: number };

/**
 * How often an ended job is asked for again, by a new epoch, at a provider that can make a report again. Each attempt is a job
 * of its own in the journal, and counts there.
 */
export interface RetryPolicy {
  /** How often, after a job that the provider says has failed. Default 0. */
  readonly failed?: number | undefined;
  /** How often, after a file that has expired and was not delivered. Default 0. */
  readonly expired?: number | undefined;
  /** Milliseconds from the end of one attempt to the next. Default one hour. */
  readonly coolDownMs?: number | undefined;
}

/** A report of each period, from a first day on. `Request` is what `request` returns: its own type keeps its literals. */
export interface SeriesOptions<
  Source extends ReportSource = ReportSource,
  Request extends RequestOf<Source> = RequestOf<Source>,
> {
  readonly kit: ReportKit;
  readonly source: Source;
  /** The request of a period, as `kit.report` takes it. Each period must have a report of its own. */
  readonly request: (period: ReportPeriod) => Request;
  readonly every: Every;
  /** The IANA time zone in which the days end. */
  readonly timeZone: string;
  /** The first day: `"2026-01-01"`. For months it is the first of one. */
  readonly from: string;
  /** What results name it by. Default: the source's id. */
  readonly name?: string | undefined;
  /**
   * Compare what was delivered of the latest periods with what the provider has now, for periods that ended no more than so
   * many days ago. Where the bytes differ, the report is delivered again, as a correction. Default 0.
   */
  readonly recheckDays?: number | undefined;
  /**
   * Compare with a new report, by a new epoch, once a day for each of these periods. It **makes reports**. Required at
   * providers that keep a report as it was made: a second download of it shows nothing. Default false.
   */
  readonly remake?: boolean | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** Epoch milliseconds. Default `Date.now`; give it the clock of the kit. */
  readonly now?: (() => number) | undefined;
}

/**
 * Why a report is missing.
 *
 * - `never-asked`: the journal has no job of it.
 * - `pending`: its job goes on.
 * - `failed`, `expired`, `indeterminate`: its job has ended so.
 * - `not-delivered`: it is ready, and no target has taken it.
 * - `denied`: the credentials were refused when it was last asked for. A run asks again, and helps once they are corrected.
 * - `refused`: the source does not take the request, for example because the day has not ended in the source's own zone.
 */
export type MissingReason =
  | "never-asked"
  | "pending"
  | "denied"
  | "failed"
  | "expired"
  | "indeterminate"
  | "not-delivered"
  | "refused";

/** A period that has ended and is not delivered. */
export interface MissingReport {
  readonly name: string;
  readonly period: ReportPeriod;
  readonly reason: MissingReason;
  /** What the journal has of it: why it ended, or why it waits. */
  readonly message?: string | undefined;
  /** Of the job that is asked for next. Undefined for `refused`. */
  readonly key: string | undefined;
  readonly bookmark: string | undefined;
}

/** How a run delivers what is missing. */
export interface DeliverMissingOptions {
  /** How many periods are open at once. Default 4. */
  readonly concurrency?: number | undefined;
  /** Milliseconds for the whole run. What is not delivered by then is `failed` by a ReportDeadlineError. Default 6 hours. */
  readonly deadlineMs?: number | undefined;
  /** Ends the run with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of one period in a run. */
export type SeriesResult<File = unknown> = {
  readonly name: string;
  readonly period: ReportPeriod;
  readonly key: string | undefined;
  readonly bookmark: string | undefined;
} & (
  | { readonly status: "delivered"; readonly delivery: Delivery<File> }
  /** Delivered before; the provider has other bytes now, which were delivered. `delivery.corrects` has the earlier hash. */
  | { readonly status: "corrected"; readonly delivery: Delivery<File> }
  /** Delivered before, and compared: the provider has the same bytes. */
  | { readonly status: "unchanged" }
  /** The next run tries again. `error` says whether that can help (`retryable`). */
  | { readonly status: "failed"; readonly error: unknown }
);

/** The reports of all periods of one source. It keeps nothing itself: the deliveries in the journal are its state. */
export interface Series {
  readonly name: string;
  /** The periods that have ended, oldest first. */
  periods(): readonly ReportPeriod[];
  /**
   * The periods that have ended and are not delivered, oldest first, each with the reason. Sends nothing.
   * @throws JournalError; ReportRequestError when two periods ask for the same report.
   */
  missing(): Promise<readonly MissingReport[]>;
  /**
   * Deliver what is missing, oldest first, and compare what `recheckDays` asks for. Results come as periods end. One that
   * fails stops no other, and the next run tries it again; after credentials that the provider does not accept, nothing more
   * is sent. A run that finds everything delivered sends nothing.
   * @throws as `missing`; ReportRequestError for a target or an option that can't be used; the signal's reason.
   */
  deliverMissing<File extends DeliveredFile, Options extends object>(
    target: Target<File, Options>,
    options?: DeliverMissingOptions & Partial<Options>,
  ): AsyncGenerator<SeriesResult<File>, void, undefined>;
}
