const months = "JanFebMarAprMayJunJulAugSepOctNovDec";
const month = "([A-Z][a-z]{2})";
const time = String.raw`(\d\d):(\d\d):(\d\d)`;
const day = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";

/** RFC 9110 section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const imfFixdate: RegExp = new RegExp(String.raw`^${day}, (\d\d) ${month} (\d{4}) ${time} GMT$`);
/** `Sunday, 06-Nov-94 08:49:37 GMT`; obsolete, but a recipient must read it. */
const rfc850: RegExp = new RegExp(
  String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-${month}-(\d\d) ${time} GMT$`,
);
/** `Sun Nov  6 08:49:37 1994`; obsolete, but a recipient must read it. */
const asctime: RegExp = new RegExp(String.raw`^${day} ${month} ([ \d]\d) ${time} (\d{4})$`);

/**
 * Read an HTTP date in any of the three forms of RFC 9110 section 5.6.7.
 *
 * @param now epoch milliseconds: what a two-digit year is measured against (more than 50 years ahead means the past).
 * @returns epoch milliseconds; undefined for anything else, such as the 31st of February.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  let match = imfFixdate.exec(text);
  if (match) return instant(Number(match[3]), match[2], match[1], match, 4);
  match = asctime.exec(text);
  if (match) return instant(Number(match[6]), match[1], match[2], match, 3);
  match = rfc850.exec(text);
  if (!match) return undefined;
  const century = Math.floor(new Date(now).getUTCFullYear() / 100) * 100;
  // The nearest such year that is no more than 50 years ahead of now.
  const horizon = new Date(now);
  horizon.setUTCFullYear(horizon.getUTCFullYear() + 50);
  for (const base of [century + 100, century]) {
    const at = instant(base + Number(match[3]), match[2], match[1], match, 4);
    if (at !== undefined && at <= horizon.getTime()) return at;
  }
  return instant(century - 100 + Number(match[3]), match[2], match[1], match, 4);
}

function instant(
  year: number,
  monthName: string | undefined,
  dayOfMonth: string | undefined,
  match: RegExpExecArray,
  timeAt: number,
): number | undefined {
  const monthIndex = months.indexOf(monthName ?? "") / 3;
  const [hour, minute, second] = match.slice(timeAt, timeAt + 3).map(Number);
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  // A leap second (60) is the first instant of the next minute here: later, never earlier.
  if (!Number.isInteger(monthIndex) || hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, Number(dayOfMonth));
  if (date.getUTCMonth() !== monthIndex || date.getUTCDate() !== Number(dayOfMonth)) return undefined;
  return date.setUTCHours(hour, minute, second);
}
