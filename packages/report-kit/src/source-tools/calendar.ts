import { refuse } from "../refuse.ts";
import { matching } from "./request-fields.ts";

const dayMs = 86_400_000;
/** Kiribati: nowhere does a day begin earlier. */
const furthestEastMs = 14 * 3_600_000;
/** Baker Island: nowhere does a day end later. */
const furthestWestMs = 12 * 3_600_000;

/**
 * A calendar day that exists: `"2026-11-19"`.
 * @throws ReportRequestError
 */
export function calendarDay(field: string, value: unknown): string {
  const expected = "a day that exists, from 1970 on, as YYYY-MM-DD";
  const text = matching(field, value, /^\d{4}-\d{2}-\d{2}$/, expected);
  const atMs = Date.parse(`${text}T00:00:00Z`);
  // V8 takes 2026-02-30 for 2026-03-02; a day that comes back as another does not exist.
  const exists = !Number.isNaN(atMs) && iso(atMs).slice(0, 10) === text;
  // No report is of a year outside these, and not every zone can count its days.
  if (!exists || text < "1970-01-01" || text > "9998-12-31") return refuse(field, expected, value);
  return text;
}

/** How far a period must have passed before it can be asked for. */
export interface PeriodLimits {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The zone whose days they are. Undefined: not known, so that the period must have ended everywhere on earth. */
  readonly timeZone: string | undefined;
  /**
   * A period that has begun will do: what there is so far is asked for. `false` also says that the request has no such
   * member, so that the error does not propose it.
   */
  readonly allowPartial: boolean | undefined;
}

/**
 * A day that has ended: `"2026-11-19"`. A report of one that has not holds a part of it, and would be kept as the whole.
 * @throws ReportRequestError naming the day, the zone, and when it will have ended.
 */
export function endedDay(field: string, value: unknown, limits: PeriodLimits): string {
  const day = calendarDay(field, value);
  return requirePast(field, value, day, day, "day", limits);
}

/**
 * A month that has ended, written as one or as any day of it: `"2026-11"`.
 * @throws ReportRequestError naming the month, the zone, and when it will have ended.
 */
export function endedMonth(field: string, value: unknown, limits: PeriodLimits): string {
  const expected = "a month as YYYY-MM, or a day of it as YYYY-MM-DD";
  const text = matching(field, value, /^\d{4}-\d{2}(-\d{2})?$/, expected);
  const month = calendarDay(field, text.length === 7 ? `${text}-01` : text).slice(0, 7);
  requirePast(field, value, `${month}-01`, lastDayOf(month), "month", limits);
  return month;
}

/** @returns the first day. */
function requirePast(
  field: string,
  value: unknown,
  first: string,
  last: string,
  period: "day" | "month",
  { now, timeZone, allowPartial }: PeriodLimits,
): string {
  const begins = timeZone === undefined ? utcMidnight(first) - furthestEastMs : startOfDay(first, timeZone);
  const ends =
    timeZone === undefined ? utcMidnight(last) + dayMs + furthestWestMs : startOfDay(dayAfter(last), timeZone);
  if (allowPartial === true && begins > now) {
    refuse(field, `a ${period} that has begun, as this one will have at ${iso(begins)}`, value);
  }
  if (allowPartial !== true && ends > now) {
    const where = timeZone === undefined ? "everywhere (the account's time zone is not known here)" : `in ${timeZone}`;
    const choice = begins > now || allowPartial === false ? "" : "; allowPartial: true asks for what there is so far";
    refuse(field, `a ${period} that has ended ${where}, as this one will have at ${iso(ends)}${choice}`, value);
  }
  return first;
}

function utcMidnight(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
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
 * An IANA time zone that this platform knows, as it was given: platforms disagree on the canonical spelling.
 * @throws ReportRequestError
 */
export function timeZoneField(field: string, value: unknown): string {
  const expected = 'an IANA time zone such as "America/Argentina/Buenos_Aires"';
  // "+03:00" is a zone to some platforms and not to others.
  const text = matching(field, value, /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/, expected);
  try {
    localClock(text);
    return text;
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

/** The clocks of the zones that were asked for last: to make one takes twenty times as long as to read it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function localClock(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  if (clocks.size > 50) clocks.clear();
  const clock = new Intl.DateTimeFormat("en-US", {
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
  clocks.set(timeZone, clock);
  return clock;
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
