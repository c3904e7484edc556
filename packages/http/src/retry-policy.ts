import { RequestRefusedError } from "./errors.ts";
import type { RetryOptions } from "./call-types.ts";

/** Statuses that say nothing about the request itself: the same one can succeed later. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Can the same request succeed later, by the status of this answer? */
export function isPassing(status: number): boolean {
  return passing.has(status);
}

/**
 * How long to wait before the next attempt: what Retry-After says, plus a random part of a delay that doubles from 0.5 s to 10 s (full
 * jitter). Never less than Retry-After.
 *
 * @param state.attempt how many attempts have failed before this one.
 * @returns milliseconds; undefined = the call would wait longer than it may, give back what there is.
 */
export function retryDelayMs(state: {
  readonly attempt: number;
  readonly retryAfterMs: number | undefined;
  readonly waitedMs: number;
  readonly maxWaitMs: number;
  readonly random: () => number;
}): number | undefined {
  const delayMs = (state.retryAfterMs ?? 0) + state.random() * Math.min(10_000, 500 * 2 ** state.attempt);
  return state.waitedMs + delayMs > state.maxWaitMs ? undefined : delayMs;
}

/** The defaults filled in, and checked. */
export function parseRetry(retry: false | RetryOptions | undefined): Required<RetryOptions> {
  if (retry === false) return { retries: 0, maxWaitMs: 0 };
  const { retries = 2, maxWaitMs = 60_000 } = retry ?? {};
  if (!Number.isInteger(retries) || retries < 0 || retries > 10)
    throw new RequestRefusedError({
      field: "retry.retries",
      expected: "an integer from 0 to 10",
      received: String(retries),
    });
  if (!(maxWaitMs >= 0))
    throw new RequestRefusedError({
      field: "retry.maxWaitMs",
      expected: "milliseconds, 0 or more",
      received: String(maxWaitMs),
    });
  return { retries, maxWaitMs };
}

/** Checked: `setTimeout` takes anything else for 1 ms. */
export function parseTimeout(timeoutMs: number = 30_000): number {
  if (timeoutMs > 0) return timeoutMs;
  throw new RequestRefusedError({
    field: "timeoutMs",
    expected: "milliseconds, more than 0",
    received: String(timeoutMs),
  });
}
