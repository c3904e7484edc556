import { calendarDay } from "../source-tools/calendar.ts";

/**
 * What a notice of Monato's says about a file (https://docs.monato.com/products/fincore/guides/reports, "Report Webhook",
 * read 2026-11-20). None of it is trusted: it only decides what the API is asked for.
 */
export interface MonatoNotice {
  readonly fileType: string;
  readonly period: string;
  readonly fileName: string;
  /** Monato's own number of the account, for a statement. It is not the CLABE. */
  readonly accountId?: string;
}

/** The report that a notice is about, without the account's CLABE, which a notice does not contain. */
export type NoticedReport =
  | { readonly report_type: "DAILY" | "MONTHLY"; readonly operation_date: string; readonly accountId?: never }
  | {
      readonly report_type: "DAILY_ACCOUNT_STATEMENT" | "MONTHLY_ACCOUNT_STATEMENT";
      readonly operation_date: string;
      readonly accountId: string;
    };

/** A JSON object whose members are not checked yet. */
type Members = Readonly<Record<string, unknown>>;

/**
 * Read the body of a delivery: a notice, flat as documented, or wrapped in `{ client_id, payload, webhook_type }` as
 * Monato's other notices have been seen.
 *
 * @returns the notice and its client's id, in lower case; undefined for a body that is no report notice. A notice of another
 * `webhook_type` is none: this endpoint must not acknowledge it.
 */
export function parseNotice(
  body: Uint8Array,
): { readonly clientId: string; readonly notice: MonatoNotice } | undefined {
  const outer = membersOf(parseJson(body));
  const isWrapped = outer?.["payload"] !== undefined;
  const inner = isWrapped ? membersOf(outer["payload"]) : outer;
  if (outer === undefined || inner === undefined) return undefined;
  if (isWrapped && outer["webhook_type"] !== undefined && outer["webhook_type"] !== "REPORT") return undefined;

  // A wrapped notice can name the client in two places: they must agree.
  const ids = [outer["client_id"], inner["client_id"]].filter((id) => id !== undefined);
  const [clientId, ...others] = ids.filter(isLine).map((id) => id.toLowerCase());
  const { file_type: fileType, period, file_name: fileName, account_id: accountId } = inner;
  if (clientId === undefined || others.length < ids.length - 1 || others.some((id) => id !== clientId))
    return undefined;
  if (!isLine(fileType) || !isLine(period) || !isLine(fileName)) return undefined;
  // These members also identify the notice, so no other member is kept.
  const account = fileType === "ACCOUNT_STATEMENT" && isLine(accountId) ? { accountId } : {};
  return { clientId, notice: { fileType, period, fileName, ...account } };
}

/**
 * Which report a notice is about. The type is Monato's word for a look-up, not the notice's. The date is the one in the file's
 * name (`_YYYYMMDD`, for a month `_YYYYMM`): not today's, and not `created_at`, the time at which the file was made.
 *
 * @returns the report; or, as a text, why it can't be known. Nothing is guessed.
 */
export function reportOf({ fileType, period, fileName, accountId }: MonatoNotice): NoticedReport | string {
  if (period !== "DAILY" && period !== "MONTHLY") return "unknown-period";
  if (fileType !== "TRANSACTIONS" && fileType !== "ACCOUNT_STATEMENT") return "unknown-file-type";
  const date = dateIn(fileName, period);
  if (date === undefined) return "no-date-in-file-name";
  if (fileType === "TRANSACTIONS") return { report_type: period, operation_date: date };
  if (accountId === undefined) return "no-account-id";
  return { report_type: `${period}_ACCOUNT_STATEMENT`, operation_date: date, accountId };
}

/** `"2026-02-24"` for a day, `"2026-02"` for a month: the last digits of the name, before its ending (`.csv`). */
function dateIn(fileName: string, period: "DAILY" | "MONTHLY"): string | undefined {
  const digits = /_(\d+)(?:\.[A-Za-z0-9]+)*$/.exec(fileName)?.[1] ?? "";
  const parts = (period === "DAILY" ? /^(\d{4})(\d\d)(\d\d)$/ : /^(\d{4})(\d\d)$/).exec(digits)?.slice(1);
  if (parts === undefined) return undefined;
  const date = parts.join("-");
  try {
    calendarDay("file_name", period === "DAILY" ? date : `${date}-01`);
    return date;
  } catch {
    return undefined; // no such day or month
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined; // not UTF-8, or not JSON: the answer is the same
  }
}

function membersOf(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Members) // any object can be read by name
    : undefined;
}

/** A text fit to be kept and logged: one line, not empty, no longer than a file name gets. */
function isLine(value: unknown): value is string {
  return typeof value === "string" && /^[^\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]{1,255}$/u.test(value);
}
