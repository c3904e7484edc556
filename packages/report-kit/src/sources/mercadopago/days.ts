import { calendarDay, dayAfter, daysBetween, startOfDay, timeZoneField } from "../../source/calendar.ts";
import type { JsonObject } from "../../json.ts";
import { refuse, requestFields } from "../../source/request-fields.ts";

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
export function accountDays(input: unknown, defaultZone: string | undefined, now: number): JsonObject {
  const fields = requestFields(input, ["from", "to", "timeZone"]);
  const from = calendarDay("request.from", fields["from"]);
  const to = calendarDay("request.to", fields["to"]);
  const timeZone = timeZoneField("request.timeZone", fields["timeZone"] ?? defaultZone);
  if (to < from) refuse("request.to", `a day not before request.from (${from})`, to);
  if (daysBetween(from, to) > longestDays) {
    refuse("request.to", `a day at most ${longestDays} days from request.from (${from}), both counted`, to);
  }
  const endsAt = startOfDay(dayAfter(to), timeZone);
  // Samoa had no 2011-12-30: crossing the date line leaves a day out.
  if (endsAt <= startOfDay(from, timeZone)) refuse("request.from", `a day that there was in ${timeZone}`, from);
  if (endsAt > now) refuse("request.to", `a day that has ended in ${timeZone}`, to);
  return { from, to, timeZone };
}

/** The period of a request that `accountDays` wrote. */
export function periodOf(request: JsonObject): Period {
  const { from, to, timeZone } = request as unknown as MercadopagoReportRequest; // `accountDays` made it of this shape; the journal keeps it as JSON
  return { begin: startOfDay(from, timeZone), end: startOfDay(dayAfter(to), timeZone) - 1_000 };
}

/** An instant as Mercado Pago takes it: UTC, to the second, without milliseconds. */
export function utcSecond(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, "Z");
}
