import { refuse } from "./errors.ts";
import type { RetryOptions, SharedSettings } from "./call-types.ts";
import { checkOptions } from "./options.ts";

/** Statuses that say nothing about the request itself. 501 and 505 do: the server does not know its method, or its HTTP. */
const passing = /^(408|425|429|5(?!0[15])\d\d)$/;

/** Can the same request succeed later, by the status of this answer? */
export function isPassing(status: number): boolean {
  return passing.test(`${status}`);
}

/**
 * How long to wait before the next attempt: what Retry-After says, plus a random part of a delay that doubles from 0.5 s to 10 s (full
 * jitter). Never less than Retry-After.
 *
 * @param failed how many attempts have failed before this one.
 * @returns milliseconds.
 */
export function retryDelayMs(failed: number, retryAfterMs: number | undefined, random: () => number): number {
  return (retryAfterMs ?? 0) + random() * Math.min(10_000, 500 * 2 ** failed);
}

/** RetryOptions with their defaults filled in. */
export interface RetryPolicy {
  readonly retries: number;
  readonly maxWaitMs: number;
}

/** The defaults filled in, and checked. */
export function parseRetry(retry: false | RetryOptions | undefined): RetryPolicy {
  if (retry) checkOptions("retry", retry, { retries: "number", maxWaitMs: "number" }, "retry");
  const { retries = 2, maxWaitMs = 60_000 } = retry === false ? { retries: 0 } : (retry ?? {});
  return { retries: atLeast(0, "retry.retries", retries), maxWaitMs: atLeast(0, "retry.maxWaitMs", maxWaitMs) };
}

/** What a client or a call says of `timeoutMs` and `maxBodyBytes`, checked: `setTimeout` takes anything else for 1 ms. */
export function parseLimits(
  { timeoutMs, maxBodyBytes }: SharedSettings,
  defaults: Limits = { timeoutMs: 30_000, maxBodyBytes: 2 ** 24 },
): Limits {
  return {
    timeoutMs: atLeast(1, "timeoutMs", timeoutMs ?? defaults.timeoutMs),
    maxBodyBytes: atLeast(1, "maxBodyBytes", maxBodyBytes ?? defaults.maxBodyBytes),
  };
}

export interface Limits {
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

/** A number, and not NaN. */
function atLeast(least: number, field: string, value: number): number {
  return typeof value === "number" && value >= least ? value : refuse(field, `a number from ${least}`, String(value));
}
