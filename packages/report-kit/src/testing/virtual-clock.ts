import type { Platform } from "../platform.ts";
import { nextTurnOfTheLoop } from "./event-loop.ts";

/** A clock that moves only when a test moves it, with timers that fire as it passes them. */
export interface VirtualClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Timers set and not yet fired or cleared. */
  readonly pending: number;
  /** What `createReportKit({ platform })` takes: this clock, its timers, and seeded randomness. */
  readonly platform: Pick<Platform, "now" | "random" | "setTimeout" | "clearTimeout">;
  /** Move the clock forward, firing what falls due on the way, in order, and letting each run out before the next. */
  advance(milliseconds: number): Promise<void>;
  /**
   * Move the clock from timer to timer until a promise settles, and give what it settles with.
   * @throws Error when nothing is left that could settle it, or the clock has moved `limitMs` (default 30 days).
   */
  finish<Value>(promise: Promise<Value>, options?: { readonly limitMs?: number | undefined }): Promise<Value>;
}

/** How a virtual clock is made. */
export interface VirtualClockOptions {
  /** Where it starts: ISO 8601 or epoch milliseconds. Default `"2026-11-20T00:00:00Z"`. */
  readonly start?: string | number | undefined;
  /** Seeds the randomness. Default 1. */
  readonly seed?: number | undefined;
  /**
   * Real milliseconds to give I/O (files, sockets) before the clock moves on. Default 0: only promises and timers run.
   */
  readonly quietMs?: number | undefined;
}

interface VirtualTimer {
  readonly at: number;
  readonly run: () => void;
}

export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const { start = "2026-11-20T00:00:00Z", seed = 1, quietMs = 0 } = options;
  let now = typeof start === "number" ? start : Date.parse(start);
  if (!Number.isFinite(now)) throw new RangeError(`start must be an instant, got ${JSON.stringify(start)}`);
  const timers = new Map<number, VirtualTimer>();
  let handles = 0;
  const random = seededRandom(seed);

  /** The first timer due; of two at one time, the one set first. */
  function first(): [number, VirtualTimer] | undefined {
    let best: [number, VirtualTimer] | undefined;
    for (const entry of timers) if (best === undefined || entry[1].at < best[1].at) best = entry;
    return best;
  }

  /** Let promises, and I/O as far as it was asked for, run out. */
  async function settle(): Promise<void> {
    // Macrotasks, not microtasks: a chain of promises of any length runs out before the next. Streams take a few.
    for (let turn = 0; turn < 4; turn += 1) await nextTurnOfTheLoop();
    if (quietMs > 0) await realDelay(quietMs);
  }

  async function fire([handle, timer]: [number, VirtualTimer]): Promise<void> {
    timers.delete(handle);
    now = Math.max(now, timer.at);
    timer.run();
    await settle();
  }

  return {
    now: () => now,
    get pending() {
      return timers.size;
    },
    platform: {
      now: () => now,
      random,
      setTimeout(run, delayMs) {
        handles += 1;
        timers.set(handles, { at: now + Math.max(0, delayMs), run });
        return handles;
      },
      clearTimeout(handle) {
        timers.delete(handle as number); // what setTimeout above gave
      },
    },
    async advance(milliseconds) {
      const until = now + milliseconds;
      await settle();
      for (let next = first(); next !== undefined && next[1].at <= until; next = first()) await fire(next);
      now = until;
    },
    async finish(promise, { limitMs = 30 * 86_400_000 } = {}) {
      let settled = false;
      const done = (): void => {
        settled = true;
      };
      promise.then(done, done);
      const until = now + limitMs;
      await settle();
      while (!settled) {
        const next = first();
        if (next === undefined) {
          // Nothing is timed: give I/O one more chance before calling it stuck.
          await realDelay(Math.max(50, 10 * quietMs));
          if (settled) break;
          if (first() !== undefined) continue;
          throw new Error("the promise is not settled, and no timer is left that could settle it");
        }
        if (next[1].at > until) throw new Error(`the promise is not settled after ${limitMs} ms of virtual time`);
        await fire(next);
      }
      return promise;
    },
  };
}

function realDelay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Mulberry32: small, seeded, the same everywhere. Not for anything that must be unguessable. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
