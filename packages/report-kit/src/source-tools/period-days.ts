import { dayAfter, lastDayOf, startOfDay } from "./calendar.ts";
import type { ReportPeriod } from "../source/report-source.ts";

/** The period of one day (`"2026-11-19"`) or of one month (`"2026-11"`). */
export function periodOf(dayOrMonth: string): ReportPeriod {
  const isMonth = dayOrMonth.length === "YYYY-MM".length;
  return isMonth ? { from: `${dayOrMonth}-01`, to: lastDayOf(dayOrMonth) } : { from: dayOrMonth, to: dayOrMonth };
}

/** The day that it is in a zone at an instant (epoch milliseconds): `"2026-11-19"`. */
export function dayAt(instant: number, timeZone: string): string {
  const utc = new Date(instant).toISOString().slice(0, 10);
  const before = new Date(instant - 86_400_000).toISOString().slice(0, 10);
  // No zone is a whole day away from UTC: it is the day of UTC, the one before or the one after.
  return [dayAfter(utc), utc].find((day) => startOfDay(day, timeZone) <= instant) ?? before;
}
