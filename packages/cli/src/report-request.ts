import { startOfDay } from "report-kit/source";
import { badInput } from "./cli-error.ts";
import { dayBefore, daysOfWord } from "./days.ts";
import type { Days } from "./days.ts";
import { providers } from "./providers.ts";
import type { ProviderName } from "./providers.ts";
import { fieldsOf, flagOf } from "./report-fields.ts";
import type { FieldTexts, ReportField } from "./report-fields.ts";

/** The zone that a request's days are of. */
export function zoneOf(provider: ProviderName, texts: FieldTexts, accountZone: string | undefined): string | undefined {
  // A camt.053 is of a day in UTC, whatever the zone of the account's managed reports.
  if (provider === "circle" && texts["reportType"] === "camt053") return "UTC";
  return accountZone ?? providers[provider].timeZone;
}

/** A request as its source takes it, out of fields as text, and the days that words stood for. */
export function requestFrom(
  provider: ProviderName,
  texts: FieldTexts,
  options: {
    readonly timeZone: string | undefined;
    readonly allowPartial?: boolean | undefined;
    readonly now: number;
  },
): Readonly<Record<string, unknown>> {
  const timeZone = zoneOf(provider, texts, options.timeZone);
  const request: Record<string, unknown> = {};
  for (const field of fieldsOf(provider)) {
    const { name, values = [], required } = field;
    const text = texts[name] ?? (required && values.length === 1 ? values[0] : undefined);
    if (text === undefined) continue;
    const value = valueOf(field, text, { timeZone, now: options.now });
    if (field.in.length === 0) request[ownName(provider, name) ?? name] = value;
    else for (const outer of field.in) request[outer] = { ...(request[outer] as object | undefined), [name]: value }; // made by this line
  }
  if (provider === "mercadopago") {
    delete request["report_type"]; // the source has it
    request["timeZone"] = timeZone;
  }
  if (options.allowPartial === true) request["allowPartial"] = true;
  return request;
}

/** Where our source has a name of its own: it takes whole days, and the API takes instants. */
const ownNames: Readonly<Record<string, string>> = { begin_date: "from", end_date: "to" };

function ownName(provider: ProviderName, name: string): string | undefined {
  return provider === "mercadopago" ? ownNames[name] : undefined;
}

/** The option that stands for a member of a request, as an error names it: `request.from` -> `--begin-date`. */
export function flagOfMember(member: string): string {
  const name = member.slice(member.lastIndexOf(".") + 1);
  const own = Object.entries(ownNames).find(([, ours]) => ours === name)?.[0];
  return flagOf(own ?? name);
}

interface When {
  readonly timeZone: string | undefined;
  readonly now: number;
}

function valueOf(field: ReportField, text: string, when: When): unknown {
  if (field.type === "integer") {
    if (!/^\d{1,15}$/.test(text)) throw badInput(`${flagOf(field.name)}: expected a whole number, got ${text}.`);
    return Number(text);
  }
  if (field.format === "date") return dayValue(field, text, when);
  if (field.format === "date-time") return instantValue(field, text, when);
  return text;
}

function dayValue({ name }: ReportField, text: string, when: When): string {
  const days = daysOfWord(flagOf(name), text, when);
  return days === undefined ? text : (days.month ?? days.first);
}

/** Of a begin the first day, of an end the last; for an API of instants their first and last second. */
function instantValue(field: ReportField, text: string, when: When): string {
  const isEnd = /end|to$/.test(field.name);
  const days = daysOfWord(flagOf(field.name), text, when) ?? wholeDay(text);
  if (days === undefined) return text;
  const day = isEnd ? days.last : days.first;
  if (Object.hasOwn(ownNames, field.name)) return day;
  if (when.timeZone === undefined)
    throw badInput(
      `${flagOf(field.name)} ${text}: a day begins at another instant in each time zone, and none is known here.`,
      "Name the zone, such as --time-zone Europe/Minsk, or write an instant with its offset: 2026-11-19T00:00:00+03:00.",
    );
  const next = dayBefore(day, -1);
  const at = isEnd ? startOfDay(next, when.timeZone) - 1_000 : startOfDay(day, when.timeZone);
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

function wholeDay(text: string): Days | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? { first: text, last: text } : undefined;
}
