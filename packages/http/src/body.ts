import { refuse } from "./errors.ts";

/**
 * Write a request's body as JSON: the only form that the four APIs take. Whatever JSON would turn into `{}` or lose (a Blob, a form, a
 * Map, a cycle, a bigint) is refused.
 *
 * @throws RequestRefusedError naming `body`.
 */
export function writeBody(body: unknown): string {
  try {
    if (Array.isArray(body) || {}.toString.call(body) === "[object Object]") return JSON.stringify(body);
  } catch {
    // The platform's message quotes the value, ours does not.
  }
  return refuse("body", "a JSON object or array", "another");
}
