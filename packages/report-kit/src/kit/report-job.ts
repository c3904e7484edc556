import type { DeliveredFile, Delivery } from "../delivery/delivery.ts";
import type { JobEvent } from "../job/job-event.ts";
import type { OnIndeterminate, Outcome } from "../job/outcome.ts";
import type { EarlierDelivery, Target } from "../source/ready-report.ts";
import type { ReportPeriod } from "../source/report-source.ts";

/** How to wait for an outcome. */
export interface WaitOptions {
  /** Ends this caller's wait at once with the signal's reason; the job goes on at the provider, other callers go on here. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds from this call after which this caller stops waiting (`ReportDeadlineError`, with the bookmark).
   * Default 6 hours, or the provider's documented ready time with an hour to spare, if that is later.
   */
  readonly deadlineMs?: number | undefined;
  /** Let the process exit although this caller is still waiting. Default false. */
  readonly unref?: boolean | undefined;
  /** What to do where it can't be known whether the report was made. Default: the kit's. */
  readonly onIndeterminate?: OnIndeterminate | undefined;
}

/** How to deliver. */
export interface DeliverOptions extends WaitOptions {
  /** Deliver once more although it was delivered: by a new `deliveryId`. Default false. */
  readonly again?: boolean | undefined;
  /**
   * A delivery of another report that this one takes the place of, where it has other bytes: the same request under an
   * earlier epoch. Of the same report it is the delivery before this one.
   */
  readonly corrects?: EarlierDelivery | undefined;
}

/** One wanted report, from intent to outcome. Made without any I/O; nothing is sent until it is waited for. */
export interface ReportJob {
  /** The report's identity: the same request to the same source has the same key, in any process. */
  readonly key: string;
  /** Names the job and lets it go on anywhere: pass it to `kit.resume` or `kit.step`. Holds no secret. */
  readonly bookmark: string;
  /** The id of the report source. */
  readonly source: string;
  /** The days that the report covers, where its source names them. */
  readonly period: ReportPeriod | undefined;
  /** Write to the journal that this report is wanted, and send nothing: another process can then find and continue it. */
  begin(): Promise<void>;
  /**
   * Start the job, or join it, and wait for its end. Callers in one process share the looks; a second process joins
   * through the journal.
   * @returns how it ended: ready, failed, expired or indeterminate.
   * @throws ReportDeadlineError with the bookmark; `ProviderError` when the credentials are not accepted; JournalError;
   * the abort reason.
   */
  outcome(options?: WaitOptions): Promise<Outcome>;
  /**
   * Wait for the report and hand it to the target, which downloads and verifies its file. The target is checked before
   * anything is sent.
   * @returns what the target resolves to: `toDirectory` and `toFile` to a `ReportFile`.
   * @throws unless the target has the verified file: what `outcome` throws, ReportFailedError, ReportExpiredError,
   * ReportIndeterminateError, DownloadError; ReportRequestError for a target or an option that can't work.
   */
  download<File, Options extends object>(
    target: Target<File, Options>,
    options?: WaitOptions & Partial<Options>,
  ): Promise<File>;
  /**
   * Wait for the report, and hand its verified file to the target once. The journal records that, under the job's lease:
   * a later call, in any process, sends no request and returns what was delivered, although the provider's file has expired
   * or the delivered one was moved away. Of two workers one delivers, and the other waits for it.
   *
   * A worker that dies between the end of its target and the record leaves it open whether the file was handed over. The
   * next call hands it over again, under the same `deliveryId`.
   * @throws as `download`; JournalError when the end could not be recorded: then the next call delivers again.
   */
  deliver<File extends DeliveredFile, Options extends object>(
    target: Target<File, Options>,
    options?: DeliverOptions & Partial<Options>,
  ): Promise<Delivery<File>>;
  /**
   * What happens to the job while this process waits for it or downloads its file: live, until both have ended. It does not
   * start the job, and for one that has ended there is nothing to follow: `showJob` has its state.
   */
  events(): AsyncIterable<JobEvent>;
}
