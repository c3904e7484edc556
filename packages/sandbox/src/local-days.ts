/** Whole days of a time zone, as instants (milliseconds since the epoch). */
export interface LocalDays {
  /** The local calendar date of an instant, YYYY-MM-DD. */
  dateOf(instant: number): string;
  /** The first instant of a local date. */
  startOf(date: string): number;
  /** The last whole second of a local date. */
  endOf(date: string): number;
}

const day = 86_400_000;

/** @throws RangeError when the zone is not an IANA name this runtime knows */
export function localDays(timeZone: string): LocalDays {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  /** The zone's offset from UTC at an instant, in milliseconds. */
  const offsetAt = (instant: number): number => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
    return local - Math.floor(instant / 1000) * 1000;
  };
  const dateOf = (instant: number): string => new Date(instant + offsetAt(instant)).toISOString().slice(0, 10);
  const startOf = (date: string): number => {
    const midnight = Date.parse(date);
    // One of the offsets around the day holds at its beginning. Where the clocks jump over midnight, the earlier instant
    // still lies on the day before.
    const instants = [midnight - day, midnight + day].map((near) => midnight - offsetAt(near));
    return Math.min(...instants.filter((instant) => dateOf(instant) >= date));
  };
  const nextDate = (date: string): string => new Date(Date.parse(date) + day).toISOString().slice(0, 10);
  return {
    dateOf,
    startOf,
    endOf: (date) => startOf(nextDate(date)) - 1000,
  };
}

/** An instant as Mercado Pago writes generation dates: with milliseconds and a fixed offset such as -04:00. */
export function withOffset(instant: number, hours: number): string {
  const sign = hours < 0 ? "-" : "+";
  const offset = `${sign}${String(Math.abs(hours)).padStart(2, "0")}:00`;
  return new Date(instant + hours * 3_600_000).toISOString().replace("Z", offset);
}

/** An instant in UTC to the second, as Mercado Pago writes periods. */
export function utcSecond(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+/, "");
}
