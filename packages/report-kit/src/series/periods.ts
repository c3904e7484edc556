import { calendarDay, dayAfter, dayAt, lastDayOf, refuse } from "../source-tools/index.ts";
import type { ReportPeriod } from "../source-tools/index.ts";
import type { Every } from "./series.ts";

const dayMs = 86_400_000;
/** What a provider takes at once is less: Mercado Pago's longest is 60 days. */
const longestWindow = 366;

/** @throws ReportRequestError for a length of periods, or a first day, that can't be used. */
export function checkEvery(every: unknown, from: unknown): { readonly every: Every; readonly from: string } {
  const first = calendarDay("from", from);
  if (every === "day") return { every, from: first };
  if (every === "month") {
    return first.endsWith("-01") ? { every, from: first } : refuse("from", "the first day of a month", from);
  }
  const days: unknown = typeof every === "object" && every !== null && "days" in every ? every.days : undefined;
  if (typeof days === "number" && Number.isInteger(days) && days >= 1 && days <= longestWindow) {
    return { every: { days }, from: first };
  }
  return refuse("every", `"day", "month" or { days: 1 to ${longestWindow} }`, every);
}

/** The periods that have ended in a zone, oldest first. */
export function endedPeriods(every: Every, from: string, timeZone: string, now: number): readonly ReportPeriod[] {
  const today = dayAt(now, timeZone);
  const periods: ReportPeriod[] = [];
  for (let first = from; ;) {
    const to = lastDay(every, first);
    if (to >= today) return periods;
    periods.push({ from: first, to });
    first = dayAfter(to);
  }
}

function lastDay(every: Every, first: string): string {
  if (every === "day") return first;
  return every === "month" ? lastDayOf(first.slice(0, "YYYY-MM".length)) : daysLater(first, every.days - 1);
}

/** Whether a period ended no more than so many days ago. */
export function endedWithin(days: number, { to }: ReportPeriod, timeZone: string, now: number): boolean {
  return days > 0 && to >= daysLater(dayAt(now, timeZone), -days);
}

function daysLater(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}
