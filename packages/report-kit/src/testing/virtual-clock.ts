import type { Platform } from "../platform.ts";
import { isWorkUnderWay, watchRequests } from "./work-under-way.ts";

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
  /** Move the clock to the next timer and fire it. Resolves to false, and moves nothing, when none is due by `until`. */
  step(until?: number): Promise<boolean>;
  /**
   * Move the clock from timer to timer until a promise settles, and give what it settles with.
   * @throws Error when the promise has no timer left that could settle it and 2 real seconds change nothing, or the clock
   * has moved `limitMs` (default 30 days).
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
   * Real milliseconds to give I/O that can't be seen before the clock moves on: a database, another process, and on
   * Deno and Bun also files and `fetch`. Default 0. On Node the clock waits for file operations to end by itself, and for
   * each request by `fetch` until it has made no progress for one real second.
   */
  readonly quietMs?: number | undefined;
  /** Turns of the event loop that the promises behind a timer get before the next timer fires. Streams take a few. Default 4. */
  readonly turnsOfTheLoop?: number | undefined;
}

interface VirtualTimer {
  readonly at: number;
  readonly run: () => void;
}

export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const { start = "2026-11-20T00:00:00Z", seed = 1, quietMs = 0, turnsOfTheLoop = 4 } = options;
  let now = typeof start === "number" ? start : Date.parse(start);
  if (!Number.isFinite(now)) throw new RangeError(`start must be an instant, got ${JSON.stringify(start)}`);
  watchRequests();
  // In the order in which they fire: of two that are due at one time, the one that was set first.
  const timers: VirtualTimer[] = [];
  const random = seededRandom(seed);

  /** Let promises, and I/O that is seen or was asked for, run out. */
  async function settle(): Promise<void> {
    await letPromisesRun(turnsOfTheLoop);
    // Most file operations end within a few turns; what takes longer is slept for.
    for (let look = 0; isWorkUnderWay(); look += 1) {
      if (look >= 20) await realDelay(1);
      await letPromisesRun(turnsOfTheLoop);
    }
    if (quietMs > 0) await realDelay(quietMs);
  }

  /** Fire the next timer, if it is due by then. */
  async function fireNext(until: number): Promise<boolean> {
    const [next] = timers;
    if (next === undefined || next.at > until) return false;
    timers.shift();
    now = Math.max(now, next.at);
    next.run();
    await settle();
    return true;
  }

  return {
    now: () => now,
    get pending() {
      return timers.length;
    },
    platform: {
      now: () => now,
      random,
      setTimeout(run, delayMs) {
        const timer = { at: now + Math.max(0, delayMs), run };
        timers.splice(timers.findLastIndex(({ at }) => at <= timer.at) + 1, 0, timer);
        return timer;
      },
      clearTimeout(handle) {
        const place = timers.indexOf(handle as VirtualTimer); // what setTimeout above gave
        if (place >= 0) timers.splice(place, 1);
      },
    },
    async advance(milliseconds) {
      const until = now + milliseconds;
      await settle();
      while (await fireNext(until)) continue;
      now = until;
    },
    async step(until = Infinity) {
      await settle();
      return fireNext(until);
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
        if (await fireNext(until)) continue;
        if (timers.length > 0) throw new Error(`the promise is not settled after ${limitMs} ms of virtual time`);
        // Nothing is timed, so time is lost by a wait of a test that is going to fail, and by no other.
        for (let look = 0; !settled && timers.length === 0; look += 1) {
          if (look === 400) throw new Error("the promise is not settled, and no timer is left that could settle it");
          await realDelay(5);
        }
      }
      return promise;
    },
  };
}

/** Let chains of promises of any length run out, as often as this. Macrotasks do, microtasks would not. */
export async function letPromisesRun(turnsOfTheLoop: number): Promise<void> {
  for (let turn = 0; turn < turnsOfTheLoop; turn += 1) await nextTurnOfTheLoop();
}

/** Node, Bun: one turn of the event loop in a microsecond. Elsewhere a message does. */
const { setImmediate: nextTurn } = globalThis as { setImmediate?: (run: () => void) => unknown };

function nextTurnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (nextTurn !== undefined) {
      nextTurn(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

/** Of the platform, whatever a test puts in its place later. */
const { setTimeout: realTimeout } = globalThis;

function realDelay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    realTimeout(resolve, milliseconds);
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
