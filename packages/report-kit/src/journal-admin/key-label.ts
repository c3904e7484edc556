import type { JsonObject, JsonValue } from "../json.ts";

/** Room for the values of a request; enough for dates, a time zone and an account number. */
const longestRequest = 60;

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
  const request = plain(values.join(".")).slice(0, longestRequest);
  const source = report.source.split("/").map((part) => plain(part).slice(0, 20));
  const parts = [...source, plain(report.reportType).slice(0, 20), ...(request === "" ? [] : [request])];
  return `${parts.join("/")}#${report.epoch}`;
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
