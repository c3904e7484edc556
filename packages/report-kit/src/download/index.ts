export { createTarget } from "./create-target.ts";
export type { TargetParts } from "./create-target.ts";
export { asStream, toStream } from "./streams.ts";
export { DownloadError } from "./download-error.ts";
export type { DownloadErrorCode } from "./download-error.ts";
export type { DownloadOptions, ReportFile, ReportStream } from "./report-file.ts";
export type { FileHead, FinishedFile, Hash, Overwrite, Placed, Sink } from "./sink.ts";
export type { FoundPart, PartNote } from "./part-note.ts";
export type { EarlierDelivery, ReadyReport, ReportFacts, ReportIdentity, Target } from "../source/ready-report.ts";
