import type { JsonObject, JsonValue } from "../json.ts";

/** Room for the values of a request; enough for dates, a time zone and an account number. */
const longestRequest = 60;
/** Room for a provider, an account or a report type: longer than any that a provider has. */
const longestPart = 40;
/** Stands for what was left out. */
const more = "...";

/**
 * What a key stands for, for people to read in a list or a log: `circle/treasury/camt053/2026-11-19.daily#0` (report
 * source, report type, the request's values by the order of their names, epoch). Two reports can read the same: only
 * the key tells them apart.
 */
export function readableKey(report: {
  /** The id of the report source: `"circle/treasury"`. */
  readonly source: string;
  readonly reportType: string;
  readonly request: JsonObject;
  readonly epoch: number;
}): string {
  const values = valuesIn(report.request).filter((value) => value !== report.reportType);
  const request = listOf(values.map(plain));
  const parts = [...report.source.split("/"), report.reportType].map((part) => shortened(plain(part), longestPart));
  return `${parts.join("/")}${request === "" ? "" : `/${request}`}#${report.epoch}`;
}

/** The values that fit, each of them whole. */
function listOf(values: readonly string[]): string {
  let text = "";
  for (const value of values) {
    const longer = text === "" ? value : `${text}.${value}`;
    if (longer.length > longestRequest) return text === "" ? shortened(value, longestRequest) : text + more;
    text = longer;
  }
  return text;
}

function shortened(text: string, most: number): string {
  return text.length > most ? text.slice(0, most - more.length) + more : text;
}

function valuesIn(value: JsonValue | undefined): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object") return [String(value)];
  const members: readonly (JsonValue | undefined)[] = isList(value)
    ? value
    : Object.keys(value)
        .sort()
        .map((name) => value[name]);
  return members.flatMap(valuesIn);
}

/** `Array.isArray`, which does not narrow a readonly array. */
function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** One line, one word, no separators of ours. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.:+-]+/g, "-");
}
