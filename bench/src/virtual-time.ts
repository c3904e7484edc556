import { createVirtualClock } from "../../packages/report-kit/src/testing/virtual-clock.ts";

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  Date: globalThis.Date,
  random: Math.random,
};

/** What virtual time was spent on. */
export interface VirtualRun<T> {
  readonly value: T;
  /** The most platform timers that were set at one time. */
  readonly mostTimers: number;
}

/**
 * Run `main` with the process's `setTimeout`, `clearTimeout`, `Date` and `Math.random` replaced by those of a virtual clock:
 * every package waits on the same clock, unchanged.
 */
export async function inVirtualTime<T>(seed: number, main: (now: () => number) => Promise<T>): Promise<VirtualRun<T>> {
  // Promises run out in one turn; bodies of responses take one or two more.
  const clock = createVirtualClock({ start: "2026-11-21T00:00:00Z", seed, turnsOfTheLoop: 2 });
  const { platform } = clock;
  let mostTimers = 0;

  const setVirtual = (run: (...args: unknown[]) => void, afterMs = 0, ...args: unknown[]): object => {
    const timer = platform.setTimeout(() => run(...args), Math.max(1, afterMs));
    mostTimers = Math.max(mostTimers, clock.pending);
    const handle = { timer, ref: () => handle, unref: () => handle, hasRef: () => true };
    return handle;
  };
  class VirtualDate extends real.Date {
    constructor(...args: unknown[]) {
      // @ts-expect-error Date has several constructors, none of which takes "whatever came"
      super(...(args.length === 0 ? [clock.now()] : args));
    }
    static override now(): number {
      return clock.now();
    }
  }

  Object.assign(globalThis, {
    setTimeout: setVirtual,
    clearTimeout: (handle?: { timer?: unknown }) => platform.clearTimeout(handle?.timer),
    Date: VirtualDate,
  });
  Math.random = platform.random;
  try {
    let settled = false;
    const end = main(() => clock.now()).finally(() => {
      settled = true;
    });
    end.catch(() => undefined); // awaited below; until then it is not unhandled
    while (!settled) {
      if (!(await clock.step()) && !settled)
        throw new Error("virtual time stands still: something waits for what is not a timer");
    }
    return { value: await end, mostTimers };
  } finally {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout, Date: real.Date });
    Math.random = real.random;
  }
}
