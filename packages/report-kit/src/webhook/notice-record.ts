import { JournalError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { MonatoNotice } from "./monato-notice.ts";

/** A notice's journal record. Times are epoch milliseconds. */
export interface NoticeRecord {
  readonly v: 1;
  /** The id of the report source. */
  readonly source: string;
  readonly notice: MonatoNotice;
  /** No other worker acts on the notice before this instant. */
  readonly until: number;
  /** When the work was done. */
  readonly doneAt?: number | undefined;
}

/** The prefix of notices' record names. */
export const noticeRecordPrefix = "webhook-";

/** @throws JournalError `newer-version`, `unreadable`. */
export function parseNoticeRecord(value: JsonObject, name: string): NoticeRecord {
  const { v, source, notice, until } = value;
  if (v === 1 && typeof source === "string" && typeof notice === "object" && typeof until === "number") {
    return value as unknown as NoticeRecord; // written by `noticeRecordToJson` alone
  }
  throw new JournalError({
    code: typeof v === "number" && v > 1 ? "newer-version" : "unreadable",
    message: `The journal record ${name} is not a webhook notice this report-kit can read: it was written by a newer one, or damaged. The notice was not acted on.`,
  });
}

export function noticeRecordToJson(record: NoticeRecord): JsonObject {
  return record as unknown as JsonObject; // an interface has no index signature, but its members are all JSON
}
