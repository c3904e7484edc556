import {
  calendarDay,
  dayAfter,
  daysBetween,
  endedDay,
  presentMembers,
  refuse,
  requestFields,
  startOfDay,
  timeZoneField,
  trueField,
} from "../../source-tools/index.ts";
import type { JsonObject, PreparedReport } from "../../source-tools/index.ts";
import { zoneNameForKey } from "./zone-name.ts";

/**
 * Whole days of a Mercado Pago account. Ours, not the API's: it takes instants, and widens them to whole account-local
 * days (observed, specs/mercadopago/sources.md, contradiction 29).
 */
export interface MercadopagoReportRequest {
  /** The first day: `"2026-11-01"`. */
  readonly from: string;
  /** The last day, counted. It has ended, and lies at most 60 days from the first (guide of both families, read 2026-11-20). */
  readonly to: string;
  /**
   * The account's own IANA time zone. With another one the file has rows of up to a day more on either side, because
   * Mercado Pago widens the period to its own days.
   */
  readonly timeZone: string;
  /** Take a last day that has not ended: a report of its own, apart from the whole one. Default false. */
  readonly allowPartial?: boolean | undefined;
}

/** A period of time in epoch milliseconds; `end` is its last second, as Mercado Pago writes periods. */
export interface Period {
  readonly begin: number;
  readonly end: number;
}

const longestDays = 60;

/**
 * Check a request and write it out in full.
 * @param defaultZone - the zone of a request that names none
 * @throws ReportRequestError naming the field.
 */
export function prepareDays(
  input: unknown,
  {
    reportType,
    defaultZone,
    now,
  }: { readonly reportType: string; readonly defaultZone: string | undefined; readonly now: number },
): PreparedReport {
  const request = accountDays(input, defaultZone, now);
  const { from, to, timeZone, allowPartial } = request as unknown as MercadopagoReportRequest; // `accountDays` made it of this shape
  return {
    reportType,
    request,
    period: { from, to },
    // What was asked for, not the instants that are sent: those depend on the time-zone data of each platform.
    identity: presentMembers({ from, to, timeZone: zoneNameForKey(timeZone), allowPartial }),
    // The instants were the key before (docs/adr, 18). No partial report was.
    formerIdentities: allowPartial === undefined ? [periodBody(request)] : undefined,
  };
}

function accountDays(input: unknown, defaultZone: string | undefined, now: number): JsonObject {
  const fields = requestFields(input, ["from", "to", "timeZone", "allowPartial"]);
  const from = calendarDay("request.from", fields["from"]);
  const to = calendarDay("request.to", fields["to"]);
  const timeZone = timeZoneField("request.timeZone", fields["timeZone"] ?? defaultZone);
  const allowPartial = trueField("request.allowPartial", fields["allowPartial"]);
  if (to < from) refuse("request.to", `a day not before request.from (${from})`, to);
  if (daysBetween(from, to) > longestDays) {
    refuse("request.to", `a day at most ${longestDays} days from request.from (${from}), both counted`, to);
  }
  // Samoa had no 2011-12-30: crossing the date line leaves a day out.
  if (startOfDay(dayAfter(to), timeZone) <= startOfDay(from, timeZone)) {
    refuse("request.from", `a day that there was in ${timeZone}`, from);
  }
  endedDay("request.to", to, { now, timeZone, allowPartial });
  return presentMembers({ from, to, timeZone, allowPartial });
}

/** The period of a request that `prepareDays` wrote. */
export function periodOf(request: JsonObject): Period {
  const { from, to, timeZone } = request as unknown as MercadopagoReportRequest; // `prepareDays` made it of this shape; the journal keeps it as JSON
  return { begin: startOfDay(from, timeZone), end: startOfDay(dayAfter(to), timeZone) - 1_000 };
}

/** An instant as Mercado Pago takes it: UTC, to the second, without milliseconds. */
export function utcSecond(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, "Z");
}

/** What is sent: the local begin of the first day and the last second of the last. */
export function periodBody(request: JsonObject): { readonly begin_date: string; readonly end_date: string } {
  const { begin, end } = periodOf(request);
  return { begin_date: utcSecond(begin), end_date: utcSecond(end) };
}
