/** RFC 9110 section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const imfFixdate = /^[A-Z][a-z]{2}, (\d\d) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d) GMT$/;
/** `Sunday, 06-Nov-94 08:49:37 GMT`; obsolete, but a recipient must read it. */
const rfc850 = /^[A-Z][a-z]{5,8}, (\d\d)-(\w{3})-(\d\d) (\d\d:\d\d:\d\d) GMT$/;
/** `Sun Nov  6 08:49:37 1994`; obsolete, but a recipient must read it. */
const asctime = /^[A-Z][a-z]{2} (\w{3}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4})$/;

/**
 * Read an HTTP date in any of the three forms of RFC 9110 section 5.6.7. The day's name is not compared with the date.
 *
 * @param now epoch milliseconds: what a two-digit year is measured against (more than 50 years ahead means the past).
 * @returns epoch milliseconds; undefined for anything else, such as the 31st of February.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  let [, day, month, year, time] = imfFixdate.exec(text) ?? rfc850.exec(text) ?? [];
  if (!day) [, month, day, time, year] = asctime.exec(text) ?? [];
  if (!day || !year) return undefined;
  const date = `${day.replace(" ", "0")} ${month}`;
  if (year.length === 4) return instant(date, year, time);
  const horizon = new Date(now);
  const latest = horizon.getUTCFullYear() + 50;
  const nearest = latest - ((latest - Number(year)) % 100);
  const at = instant(date, nearest, time);
  return at !== undefined && at <= horizon.setUTCFullYear(latest) ? at : instant(date, nearest - 100, time);
}

function instant(date: string, year: number | string, time: string | undefined): number | undefined {
  // A leap second is the first instant of the next minute here: later, never earlier.
  const leapMs = time?.endsWith(":60") ? 1000 : 0;
  const text = `${date} ${year} ${leapMs ? `${time?.slice(0, 6)}59` : time} GMT`;
  // `toUTCString` writes exactly this form, and `Date.parse` reads what it writes: if it comes back, it was a date.
  const at = Date.parse(text);
  return !Number.isNaN(at) && new Date(at).toUTCString().endsWith(`, ${text}`) ? at + leapMs : undefined;
}
