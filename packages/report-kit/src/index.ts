export { createReportKit } from "./kit/create-report-kit.ts";
export type { PlanOptions, ReportKit, ReportKitOptions, ReportOptions, Step } from "./kit/report-kit.ts";
export type { DeliverOptions, ReportJob, WaitOptions } from "./kit/report-job.ts";
export type { ExpiredOutcome, FailedOutcome, IndeterminateOutcome, Outcome, ReadyOutcome } from "./job/outcome.ts";
export type { DeliveredFile, Delivery } from "./delivery/delivery.ts";
export type { JobEvent } from "./job/job-event.ts";
export type { OnIndeterminate } from "./job/outcome.ts";
export type { PlannedLook } from "./waiting/schedule.ts";
export type { WakeHint } from "./kit/wake.ts";
export type { Platform } from "./platform.ts";

export { memoryJournal } from "./journal/memory-journal.ts";
export type { Journal, JournalRecord } from "./journal/journal.ts";
export { forgetJob, listJobs, pruneJobs, showJob } from "./journal-admin/jobs-in-journal.ts";
export type { KeptJob, UnreadableJob } from "./journal-admin/jobs-in-journal.ts";

export { parseBookmark } from "./identity/bookmark.ts";
export type { Bookmark } from "./identity/bookmark.ts";
export { reportKey } from "./identity/report-key.ts";
export type { KeyMaterial } from "./identity/report-key.ts";
export { describeEvent } from "./describe/describe-event.ts";
export { readableKey } from "./journal-admin/key-label.ts";
export { poll } from "./waiting/poll.ts";
export type { PollContext, PollOptions, PollResult } from "./waiting/poll.ts";

export type { DownloadError } from "./download/download-error.ts";
export type { DownloadOptions, ReportFile, ReportStream } from "./download/report-file.ts";
export type {
  DownloadEvent,
  EarlierDelivery,
  ReadyReport,
  ReportFacts,
  ReportIdentity,
  Target,
} from "./source/ready-report.ts";

export type { JsonObject, JsonValue } from "./json.ts";
export type { FoundReport } from "./found-report.ts";
export type { ApiLocation, FileLocation, LinkLocation, NoLocation } from "./source/file-location.ts";
export type { Observation } from "./source/observation.ts";
export type {
  IdempotencyTier,
  PreparedReport,
  ReportPeriod,
  ReportSource,
  RequestOf,
  SourceCall,
  SourceProfile,
} from "./source/report-source.ts";
export { explainError } from "./source/explain-error.ts";

export {
  JournalError,
  ReportDeadlineError,
  ReportExpiredError,
  ReportFailedError,
  ReportIndeterminateError,
  ReportRequestError,
} from "./errors.ts";
export { ProviderError, ReportKitError, TransportError } from "@report-kit/http";
