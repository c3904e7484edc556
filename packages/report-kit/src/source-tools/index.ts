/**
 * What a report source of your own is made with: the built-in sources use nothing else (docs/jobs/own-source.md).
 */
export type { FoundReport } from "../found-report.ts";
export type { JsonObject, JsonValue } from "../json.ts";
export { ReportRequestError } from "../errors.ts";
export { describeValue, refuse, wholeNumber } from "../refuse.ts";
export type { ApiLocation, FileLocation, LinkLocation, NoLocation } from "../source/file-location.ts";
export type { Observation } from "../source/observation.ts";
export type {
  Asked,
  IdempotencyTier,
  PreparedReport,
  ReportPeriod,
  ReportSource,
  RequestOf,
  SourceCall,
  SourceProfile,
} from "../source/report-source.ts";

export { explainByTable, explainError } from "../source/explain-error.ts";
export type { ErrorMeaning, ErrorRow } from "../source/explain-error.ts";
export { createSettings, hasMissedFor, openSettings } from "./source-call.ts";
export { clockSkewMs, createTimeoutMs } from "../source/timing.ts";
export { ownClient } from "./own-client.ts";
export { amazonS3Hosts } from "./amazon-s3-hosts.ts";

export {
  accountLabel,
  hostsField,
  matching,
  memberFields,
  oneOf,
  presentMembers,
  requestFields,
  trueField,
  uuidField,
} from "./request-fields.ts";
export {
  calendarDay,
  dayAfter,
  daysBetween,
  endedDay,
  endedMonth,
  lastDayOf,
  startOfDay,
  timeZoneField,
} from "./calendar.ts";
export type { PeriodLimits } from "./calendar.ts";
export { dayAt, periodOf } from "./period-days.ts";
export { identifierIn, untrusted } from "./answer-fields.ts";
export type { Untrusted } from "./answer-fields.ts";
export { ProviderError, TransportError } from "@report-kit/http";
