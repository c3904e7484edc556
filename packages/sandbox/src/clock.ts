/** What the sandbox needs of a clock: milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** A clock that moves only when it is told to. */
export interface VirtualClock extends Clock {
  /** Moves the clock forward by `milliseconds` (>= 0). */
  advance(milliseconds: number): void;
}

/** The machine's clock. Late-bound, so that a patched `Date.now` is seen. */
export const systemClock: Clock = { now: () => Date.now() };

/**
 * Makes a clock for tests. Readiness of reports, life of links and of tokens follow it.
 * @param start - an instant: ISO 8601 text with an offset, or milliseconds since the epoch
 * @throws RangeError when `start` is not an instant, or a move goes backwards
 */
export function createVirtualClock(start: string | number): VirtualClock {
  let now = typeof start === "number" ? start : Date.parse(start);
  if (!Number.isFinite(now)) throw new RangeError(`start must be an instant, got ${JSON.stringify(start)}`);
  return {
    now: () => now,
    advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError(`a clock only moves forward, got ${milliseconds} ms`);
      now += milliseconds;
    },
  };
}
