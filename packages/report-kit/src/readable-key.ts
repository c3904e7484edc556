import type { JsonValue } from "./json.ts";
import type { KeyMaterial } from "./key.ts";

/** Room for the values of a request; enough for dates, a time zone and an account. */
const longestRequest = 60;

/**
 * What a key stands for, for people to read in a list or a log: `circle/treasury/camt053/2026-11-19.daily#0` (provider,
 * account, report type, the request's values by the order of their names, epoch). Two reports can read the same: only
 * the key tells them apart.
 */
export function readableKey(material: KeyMaterial): string {
  const values = valuesIn(material.request).filter((value) => value !== material.reportType);
  const request = plain(values.join(".")).slice(0, longestRequest);
  const parts = [material.provider, material.account, material.reportType].map((part) => plain(part).slice(0, 20));
  return [...parts, ...(request === "" ? [] : [request])].join("/").concat(`#${material.epoch}`);
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
