import { matching, refuse } from "./request-fields.ts";

const dayMs = 86_400_000;
/** Kiribati: nowhere is it later. */
const furthestEastMs = 14 * 3_600_000;

/**
 * A calendar day that exists: `"2026-11-19"`.
 * @throws ReportRequestError
 */
export function calendarDay(field: string, value: unknown): string {
  const expected = "a day that exists, as YYYY-MM-DD";
  const text = matching(field, value, /^\d{4}-\d{2}-\d{2}$/, expected);
  const atMs = Date.parse(`${text}T00:00:00Z`);
  // V8 takes 2026-02-30 for 2026-03-02; a day that comes back as another does not exist.
  if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== text) return refuse(field, expected, value);
  return text;
}

/**
 * A day that is not in the future everywhere on earth: which zone a provider counts in is its own business.
 * @throws ReportRequestError
 */
export function dayNotAhead(field: string, value: unknown, now: number): string {
  const day = calendarDay(field, value);
  const latest = new Date(now + furthestEastMs).toISOString().slice(0, 10);
  return day <= latest
    ? day
    : refuse(field, `a day that has begun somewhere on earth (${latest} at the latest)`, value);
}

/**
 * A month, written as one or as any day of it, that is not in the future everywhere: `"2026-11"`.
 * @throws ReportRequestError
 */
export function monthNotAhead(field: string, value: unknown, now: number): string {
  const expected = "a month as YYYY-MM, or a day of it as YYYY-MM-DD";
  const text = matching(field, value, /^\d{4}-\d{2}(-\d{2})?$/, expected);
  const month = calendarDay(field, text.length === 7 ? `${text}-01` : text).slice(0, 7);
  const latest = new Date(now + furthestEastMs).toISOString().slice(0, 7);
  return month <= latest
    ? month
    : refuse(field, `a month that has begun somewhere on earth (${latest} at the latest)`, value);
}

/** The last day of a month: `"2026-02"` -> `"2026-02-28"`. */
export function lastDayOf(month: string): string {
  const next = new Date(`${month}-01T00:00:00Z`);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return new Date(next.getTime() - dayMs).toISOString().slice(0, 10);
}

/** `"2026-02-28"` -> `"2026-03-01"`. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}

/** Days from one to the other, both counted. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs) + 1;
}

/**
 * An IANA time zone this platform knows, in the platform's own spelling.
 * @throws ReportRequestError
 */
export function timeZoneField(field: string, value: unknown): string {
  const expected = 'an IANA time zone such as "America/Argentina/Buenos_Aires"';
  // "+03:00" is a zone to some platforms and not to others.
  const text = matching(field, value, /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/, expected);
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return refuse(field, expected, value);
  }
}

/**
 * The instant at which a day begins in a zone, in epoch milliseconds. Where the clocks jump over midnight, the first
 * instant of the day.
 */
export function startOfDay(day: string, timeZone: string): number {
  const midnightMs = Date.parse(`${day}T00:00:00Z`);
  const clock = localClock(timeZone);
  // The offsets around the day: one of them holds at its beginning.
  const instants = [midnightMs - dayMs, midnightMs, midnightMs + dayMs].map(
    (nearMs) => midnightMs - offsetAt(nearMs, clock),
  );
  const beginnings = instants.filter(
    (instant) => localDay(instant, clock) >= day && localDay(instant - 1_000, clock) < day,
  );
  return Math.min(...(beginnings.length > 0 ? beginnings : instants));
}

function localClock(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

function localParts(instant: number, clock: Intl.DateTimeFormat): (type: string) => string {
  const parts = clock.formatToParts(instant);
  return (type) => parts.find((part) => part.type === type)?.value ?? "";
}

function localDay(instant: number, clock: Intl.DateTimeFormat): string {
  const part = localParts(instant, clock);
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
}

/** How far the zone's clocks are ahead of UTC, in milliseconds. */
function offsetAt(instant: number, clock: Intl.DateTimeFormat): number {
  const part = localParts(instant, clock);
  const local = Date.parse(`${localDay(instant, clock)}T${part("hour")}:${part("minute")}:${part("second")}Z`);
  return local - Math.floor(instant / 1_000) * 1_000;
}
