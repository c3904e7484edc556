import { checkOptions as checkByTable, RequestRefusedError } from "@report-kit/http";
import type { OptionTable } from "@report-kit/http";
import { ReportRequestError } from "./errors.ts";

/** What came, in a few words that fit an error message: never more than 80 characters of it. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") {
    return value.length > 80
      ? `${JSON.stringify(value.slice(0, 77))}... (${value.length} characters)`
      : JSON.stringify(value);
  }
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return `${value}n (a bigint)`;
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a Date";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * @param received what came, where the value alone does not say it
 * @throws ReportRequestError, always.
 */
export function refuse(
  field: string,
  expected: string,
  value: unknown,
  received: string = describeValue(value),
): never {
  throw new ReportRequestError({ field, expected, received });
}

/** @throws ReportRequestError unless it is a whole number from 0. */
export function wholeNumber(field: string, value: unknown): number {
  return Number.isSafeInteger(value) && Number(value) >= 0
    ? Number(value)
    : refuse(field, "a whole number from 0", value);
}

/**
 * Check an options object whose author may have no types: an unknown name is refused with the nearest known one, a member of
 * another type with what fits.
 * @param owner what takes the options, for the error: `"createReportKit"`
 * @param field where the object stands, if it is a member itself: `"platform"`
 * @throws ReportRequestError
 */
export function checkOptions(owner: string, options: unknown, table: OptionTable, field?: string): void {
  try {
    checkByTable(owner, options, table, field);
  } catch (error) {
    if (!RequestRefusedError.isInstance(error)) throw error;
    // None of these options is a secret, so the value can be named.
    const name = error.field.slice(error.field.lastIndexOf(".") + 1);
    const { field, expected } = error;
    const value = name in table ? (options as Readonly<Record<string, unknown>>)[name] : undefined; // one of its members
    throw new ReportRequestError({
      field,
      expected,
      received: value === undefined ? error.received : describeValue(value),
    });
  }
}
