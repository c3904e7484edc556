/** RFC 9110 section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const imfFixdate = /^[A-Z][a-z]{2}, (\d\d [A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) GMT$/;
/** `Sunday, 06-Nov-94 08:49:37 GMT`; obsolete, but a recipient must read it. */
const rfc850 = /^[A-Z][a-z]{5,8}, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d:\d\d:\d\d) GMT$/;
/** `Sun Nov  6 08:49:37 1994`; obsolete, but a recipient must read it. */
const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4})$/;

/**
 * Read an HTTP date in any of the three forms of RFC 9110 section 5.6.7. The day's name is not compared with the date.
 *
 * @param now epoch milliseconds: what a two-digit year is measured against (more than 50 years ahead means the past).
 * @returns epoch milliseconds; undefined for anything else, such as the 31st of February.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  let match = imfFixdate.exec(text);
  if (match) return instant(match[1], Number(match[2]), match[3]);
  match = asctime.exec(text);
  if (match) return instant(`${match[2]?.replace(" ", "0")} ${match[1]}`, Number(match[4]), match[3]);
  match = rfc850.exec(text);
  if (!match) return undefined;
  const horizon = new Date(now);
  const latest = horizon.getUTCFullYear() + 50;
  horizon.setUTCFullYear(latest);
  const year = latest - ((latest - Number(match[3])) % 100);
  const at = instant(`${match[1]} ${match[2]}`, year, match[4]);
  return at !== undefined && at <= horizon.getTime() ? at : instant(`${match[1]} ${match[2]}`, year - 100, match[4]);
}

function instant(day: string | undefined, year: number, time: string | undefined): number | undefined {
  // A leap second is the first instant of the next minute here: later, never earlier.
  const leapMs = time?.endsWith(":60") ? 1000 : 0;
  const text = `${day} ${String(year).padStart(4, "0")} ${leapMs ? `${time?.slice(0, 6)}59` : time} GMT`;
  // `toUTCString` writes exactly this form, and `Date.parse` reads what it writes: if it comes back, it was a date.
  const at = Date.parse(text);
  return !Number.isNaN(at) && new Date(at).toUTCString().endsWith(`, ${text}`) ? at + leapMs : undefined;
}
