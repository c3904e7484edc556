import { decode } from "./text.ts";

/** What servers and gateways write in place of a page, in lower case. */
const openings = [
  "access denied",
  "bad gateway",
  "bad request",
  "forbidden",
  "gateway time",
  "internal server error",
  "no healthy upstream",
  "not found",
  "request timeout",
  "service unavailable",
  "too many requests",
  "unauthorized",
  "upstream ",
];

/**
 * Is a file of a single line a message rather than a report? By how it begins; and where a CSV is expected, by its having
 * neither a delimiter nor a quote: a header has several columns.
 */
export function isErrorText(head: Uint8Array, expectsCsv: boolean): boolean {
  const line = decode(head, head).trim().toLowerCase();
  const isMessage = openings.some((opening) => line.startsWith(opening) || line.startsWith(`error: ${opening}`));
  return isMessage || (expectsCsv && ![",", ";", "\t", "|", '"'].some((mark) => line.includes(mark)));
}
