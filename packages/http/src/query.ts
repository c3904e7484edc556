import { RequestRefusedError } from "./errors.ts";

/**
 * Write a query: names and values encoded, an array as one pair per item, a Date as ISO 8601 in UTC; undefined and null are left out.
 *
 * @throws RequestRefusedError naming `params.query.<name>` for what has no such form: an object, NaN, an invalid Date.
 */
export function writeQuery(values: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) query.append(name, scalarText(`params.query.${name}`, item));
    }
  }
  // "+" for a space is a form's habit; "%20" is read alike everywhere.
  return query.toString().replaceAll("+", "%20");
}

/** A text, a finite number, a boolean, a bigint or a valid Date as text. */
export function scalarText(field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if ((typeof value === "number" && Number.isFinite(value)) || typeof value === "boolean" || typeof value === "bigint")
    return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  throw new RequestRefusedError({
    field,
    expected: "a text, a finite number, a boolean or a valid Date (or an array of them)",
    received:
      value instanceof Date
        ? "an invalid Date"
        : typeof value === "number"
          ? String(value)
          : `a value of type ${typeof value}`,
  });
}
