import { parseHttpDate } from "./http-date.ts";

/**
 * How long a Retry-After header (RFC 9110 section 10.2.3) says to wait, counted from the arrival of the answer.
 *
 * A date in it is measured against the answer's own Date header where that can be read, so that a difference between the two clocks
 * does no harm; against `now` otherwise. The result is never shortened: it can exceed 2^31 ms, what `setTimeout` can hold, so wait
 * for it with `sleep` or `sleepUntil`.
 *
 * @param header the Retry-After header: a number of seconds, or a date in one of the three forms of an HTTP date.
 * @param options.now epoch milliseconds at which the answer arrived.
 * @param options.date the answer's Date header.
 * @returns milliseconds, 0 for a date that has passed; undefined when there is no header or it is neither form.
 */
export function parseRetryAfter(
  header: string | null | undefined,
  options: { readonly now: number; readonly date?: string | null | undefined },
): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = parseHttpDate(text, options.now);
  if (at === undefined) return undefined;
  const from = parseHttpDate(options.date?.trim() ?? "", options.now) ?? options.now;
  return Math.max(0, at - from);
}

/** What an answer's own headers say, in milliseconds from its arrival. */
export function retryAfterOf({ headers }: Response, now: number): number | undefined {
  return parseRetryAfter(headers.get("retry-after"), { now, date: headers.get("date") });
}
