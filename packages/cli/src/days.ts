import { timeZoneField } from "report-kit/source";
import { badInput, shown } from "./cli-error.ts";
import { didYouMean } from "./did-you-mean.ts";
import { dateHelp } from "./report-fields.ts";

/** The days that a word stands for, in a zone. */
export interface Days {
  /** `YYYY-MM-DD` */
  readonly first: string;
  readonly last: string;
  /** `YYYY-MM`, where the word stands for a whole month. */
  readonly month?: string | undefined;
}

const words = ["yesterday", "today", "last-month"];

/**
 * The days of `yesterday`, `today`, `last-month` or `-7d`; undefined for what begins with a digit, which is a date of its own.
 * A word needs a zone: yesterday ends at another instant in Sydney than in Mexico City.
 * @throws CliError for another word, and for a word without a zone
 */
export function daysOfWord(
  flag: string,
  text: string,
  { timeZone, now }: { readonly timeZone: string | undefined; readonly now: number },
): Days | undefined {
  if (/^\d/.test(text)) return undefined;
  const back = /^-(\d{1,4})d$/.exec(text)?.[1];
  if (back === undefined && !words.includes(text))
    throw badInput(`${flag}: expected ${dateHelp}; got ${shown(text)}.${didYouMean(text, words)}`);
  if (timeZone === undefined)
    throw badInput(
      `${flag} ${text}: which day that is depends on a time zone, and none is known here.`,
      "Name the account's zone, such as --time-zone America/Argentina/Buenos_Aires, or write the date out: 2026-11-19.",
    );
  const today = dayIn(timeZoneField("timeZone", timeZone), now);
  if (text === "last-month") return lastMonth(today);
  const day = dayBefore(today, back === undefined ? (text === "yesterday" ? 1 : 0) : Number(back));
  return { first: day, last: day };
}

/** The day that it is in a zone. */
export function dayIn(timeZone: string, now: number): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(now);
  return ["year", "month", "day"].map((type) => parts.find((part) => part.type === type)?.value ?? "").join("-");
}

export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

function lastMonth(today: string): Days {
  const last = dayBefore(`${today.slice(0, 7)}-01`, 1);
  const month = last.slice(0, 7);
  return { first: `${month}-01`, last, month };
}
