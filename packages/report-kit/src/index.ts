export { createReportKit } from "./kit.ts";
export type { PlanOptions, ReportKit, ReportKitOptions, ReportOptions, Step } from "./report-kit.ts";
export type { ReportDownloadOptions, ReportJob, WaitOptions } from "./job.ts";
export type { ExpiredOutcome, FailedOutcome, IndeterminateOutcome, Outcome, ReadyOutcome } from "./outcome.ts";
export type { JobEvent } from "./event.ts";
export type { OnIndeterminate } from "./reduce.ts";
export type { PlannedLook } from "./schedule.ts";
export type { WakeHint } from "./wake.ts";
export type { Platform } from "./platform.ts";

export { memoryJournal } from "./memory-journal.ts";
export type { Journal, JournalRecord } from "./journal.ts";
export { forgetJob, listJobs, pruneJobs, showJob } from "./journal-tools.ts";
export type { KeptJob, UnreadableJob } from "./journal-tools.ts";

export { reportKey } from "./key.ts";
export type { KeyMaterial } from "./key.ts";
export { readableKey } from "./readable-key.ts";
export { poll } from "./poll.ts";
export type { PollContext, PollOptions, PollResult } from "./poll.ts";

export type { DownloadOptions, ReportFile, ReportStream } from "./download/download-contract.ts";
export type { Sink, Target, TargetFile } from "./target.ts";
export { DownloadError } from "./download/download-error.ts";

export type { JsonObject, JsonValue } from "./json.ts";
export type { ApiLocation, FileLocation, LinkLocation, NoLocation } from "./file-location.ts";
export type { FoundReport, Observation } from "./observation.ts";
export type { IdempotencyTier, PreparedReport, ReportSource, RequestOf, SourceCall, SourceProfile } from "./source.ts";
export { explainError } from "./explain-error.ts";

export {
  JournalError,
  ReportDeadlineError,
  ReportExpiredError,
  ReportFailedError,
  ReportIndeterminateError,
  ReportRequestError,
} from "./errors.ts";
export { ProviderError, ReportKitError, TransportError } from "@report-kit/http";
