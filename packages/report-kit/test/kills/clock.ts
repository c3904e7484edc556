/**
 * A clock that runs so many times faster than the real one, for processes that share it: a lease of a minute is over in a
 * bit more than a second. Everything the kit measures is measured by it (`createReportKit({ platform })`), so the premises
 * hold as they would in real time, with that much less slack for a slow machine.
 */
export interface HurriedClock {
  readonly now: () => number;
  /** Real milliseconds for so many of the clock's. */
  readonly real: (ms: number) => number;
}

const timesFaster = 50;

/** @param since the real epoch milliseconds at which both clocks agreed */
export function hurriedClock(since: number): HurriedClock {
  return {
    now: () => since + (Date.now() - since) * timesFaster,
    real: (ms) => ms / timesFaster,
  };
}
