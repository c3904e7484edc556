import { JournalError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { MonatoNotice } from "./monato-notice.ts";

/** What a journal keeps of a notice: where acting on it stands. Times are epoch milliseconds. */
export interface NoticeRecord {
  readonly v: 1;
  /** The id of the report source. */
  readonly source: string;
  readonly notice: MonatoNotice;
  /** Until when nobody else acts on it. */
  readonly until: number;
  /** When it had been acted on. */
  readonly doneAt?: number;
}

/** What the names of notices' records begin with. */
export const noticeRecordPrefix = "webhook-";

/** @throws JournalError `newer-version`, `unreadable`. */
export function parseNoticeRecord(value: JsonObject, name: string): NoticeRecord {
  const { v, source, notice, until } = value;
  if (v === 1 && typeof source === "string" && typeof notice === "object" && typeof until === "number") {
    return value as unknown as NoticeRecord; // written by `noticeRecordToJson` alone
  }
  throw new JournalError({
    code: typeof v === "number" && v > 1 ? "newer-version" : "unreadable",
    message: `The journal record ${name} is not a webhook notice this report-kit can read: it was written by a newer one, or damaged. Nothing was done about the notice.`,
  });
}

export function noticeRecordToJson(record: NoticeRecord): JsonObject {
  return record as unknown as JsonObject; // an interface has no index signature, but its members are all JSON
}
