import { refuse } from "./errors.ts";

/**
 * Write a query, with its question mark if there is anything in it: names and values encoded, an array as one pair per item, a Date as ISO 8601 in UTC; undefined and null are left out.
 *
 * @throws RequestRefusedError naming `params.query.<name>` for what has no such form: an object, NaN, an invalid Date.
 */
export function writeQuery(values: Readonly<Record<string, unknown>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) query.append(name, scalarText(`params.query.${name}`, item));
    }
  }
  // "+" for a space is a form's habit; "%20" is read alike everywhere.
  return query.size === 0 ? "" : `?${query.toString().replaceAll("+", "%20")}`;
}

/** The text of a value in a query or a header. */
export function scalarText(field: string, value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  // An object (such as an invalid Date), NaN and infinities have no form that a provider would read.
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint" || Number.isFinite(value))
    return `${value as string | number | boolean | bigint}`; // isFinite is true of numbers alone
  return refuse(field, "a text, number, boolean, Date or array of them", typeof value);
}
