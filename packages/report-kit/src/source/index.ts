/**
 * What a report source of your own is made with: the built-in sources use nothing else (docs/own-source.md).
 */
export type { FoundReport } from "../found-report.ts";
export type { JsonObject, JsonValue } from "../json.ts";
export { ReportRequestError } from "../errors.ts";
export type { ApiLocation, FileLocation, LinkLocation, NoLocation } from "./file-location.ts";
export type { Observation } from "./observation.ts";
export type {
  IdempotencyTier,
  PreparedReport,
  ReportSource,
  RequestOf,
  SourceCall,
  SourceProfile,
} from "./report-source.ts";

export { explainError } from "./explain-error.ts";
export { clockSkewMs, createTimeoutMs } from "./timing.ts";

export {
  accountLabel,
  matching,
  memberFields,
  oneOf,
  refuse,
  requestFields,
  uuidField,
  wholeNumber,
} from "./request-fields.ts";
export {
  calendarDay,
  dayAfter,
  dayNotAhead,
  daysBetween,
  lastDayOf,
  monthNotAhead,
  startOfDay,
  timeZoneField,
} from "./calendar.ts";
export { identifierIn, untrusted } from "./answer-fields.ts";
export type { Untrusted } from "./answer-fields.ts";
export { ProviderError, TransportError } from "@report-kit/http";
