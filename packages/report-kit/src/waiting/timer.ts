import { onAbort } from "@report-kit/http";

/** What a timer needs of its platform. Tests pass a virtual clock. */
export interface TimerPlatform {
  /** Epoch milliseconds. */
  now(): number;
  setTimeout(run: () => void, afterMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** How to wait. */
export interface WaitUntilOptions {
  /** Ends the wait: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Let the process exit although this wait is not over. Default false. */
  readonly unref?: boolean | undefined;
}

/** All waits of a process, on one platform timer and one listener for each signal. */
export interface Timer {
  /** How many waits are under way. */
  readonly waiting: number;
  /** Epoch milliseconds on the timer's clock. */
  now(): number;
  /**
   * Wait until the clock says `untilMs` or later (epoch milliseconds; Infinity = until aborted), never shorter. A clock
   * that is set ahead, and a machine that slept, are noticed within five minutes. A clock that is set back lengthens no
   * wait by more than that: the time that a wait takes counts, and then it may end before the clock says so.
   * @throws the signal's reason once it aborts; nothing is left behind then. TypeError for NaN.
   */
  wait(untilMs: number, options?: WaitUntilOptions): Promise<void>;
}

interface Wait {
  /** On the timer's own time, see `elapsed`. */
  readonly untilMs: number;
  readonly unref: boolean;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly group: Group | undefined;
  /** Its place in the heap. */
  place: number;
}

/** The waits that share a signal: ten thousand commonly do, and a closure each would weigh more than the waits. */
interface Group {
  readonly signal: AbortSignal;
  readonly waits: Set<Wait>;
  readonly unfollow: () => void;
}

/**
 * The platform timer is set no further ahead than this: far below the 2^31 ms at which platforms fire at once, and soon
 * enough to notice that the clock was set or that the machine slept.
 */
const longestArmMs = 300_000;

const webPlatform: TimerPlatform = {
  // Looked up when called, so that a test's fake timers, installed later, are used.
  now: () => Date.now(),
  setTimeout: (run, afterMs) => globalThis.setTimeout(run, afterMs),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number), // what setTimeout gave, whatever the platform calls it
};

/** A timer of its own: one platform timer at most, whatever the number of waits. */
export function createTimer(platform: TimerPlatform = webPlatform): Timer {
  /** A binary heap: the wait that ends first is at 0. */
  const heap: Wait[] = [];
  const groups = new WeakMap<AbortSignal, Group>();
  let handle: unknown;
  let setBackMs = 0;
  let latestMs = -Infinity;
  let armedForMs = Infinity;
  let keptAlive = 0;

  /** The platform's clock, but never backwards: what it was set back by is added from then on. */
  function elapsed(): number {
    setBackMs += Math.max(0, latestMs - (platform.now() + setBackMs));
    latestMs = platform.now() + setBackMs;
    return latestMs;
  }

  function put(wait: Wait, place: number): void {
    heap[place] = wait;
    wait.place = place;
  }

  function rise(wait: Wait, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.untilMs <= wait.untilMs) break;
      put(parent, place);
      place = above;
    }
    put(wait, place);
  }

  function sink(wait: Wait, from: number): void {
    let place = from;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const child = right !== undefined && left !== undefined && right.untilMs < left.untilMs ? right : left;
      if (child === undefined || child.untilMs >= wait.untilMs) break;
      const below = child.place;
      put(child, place);
      place = below;
    }
    put(wait, place);
  }

  /** Take a wait out of the heap and off its signal. */
  function remove(wait: Wait): void {
    const last = heap.pop();
    if (last !== undefined && last !== wait) {
      rise(last, wait.place);
      sink(last, last.place);
    }
    if (!wait.unref) keptAlive -= 1;
    const { group } = wait;
    if (group === undefined || !group.waits.delete(wait) || group.waits.size > 0) return;
    groups.delete(group.signal);
    group.unfollow();
  }

  function groupOf(signal: AbortSignal): Group {
    const known = groups.get(signal);
    if (known !== undefined) return known;
    const waits = new Set<Wait>();
    const unfollow = onAbort(signal, () => {
      for (const wait of waits) {
        remove(wait);
        wait.reject(signal.reason);
      }
      arm();
    });
    const group = { signal, waits, unfollow };
    groups.set(signal, group);
    return group;
  }

  function disarm(): void {
    if (handle !== undefined) platform.clearTimeout(handle);
    handle = undefined;
    armedForMs = Infinity;
  }

  /** Have the platform timer fire by the time the first wait ends. One that fires sooner is left to: it finds nothing due. */
  function arm(): void {
    const first = heap[0];
    if (first === undefined) return disarm();
    const nowMs = elapsed();
    const dueMs = Math.min(first.untilMs, nowMs + longestArmMs);
    if (dueMs < armedForMs) {
      disarm();
      armedForMs = dueMs;
      handle = platform.setTimeout(fire, Math.max(1, Math.ceil(dueMs - nowMs)));
    }
    // Node and Bun give an object that can let the process go; elsewhere there is nothing to do.
    const held = handle as { ref?: () => unknown; unref?: () => unknown } | undefined;
    if (typeof held !== "object") return;
    if (keptAlive > 0) held.ref?.();
    else held.unref?.();
  }

  function fire(): void {
    handle = undefined;
    armedForMs = Infinity;
    const nowMs = elapsed();
    // A platform may fire a little early: a wait that is not due goes on.
    for (let first = heap[0]; first !== undefined && first.untilMs <= nowMs; first = heap[0]) {
      remove(first);
      first.resolve();
    }
    arm();
  }

  return {
    get waiting(): number {
      return heap.length;
    },
    now: () => platform.now(),
    wait(untilMs, { signal, unref = false } = {}) {
      return new Promise<void>((resolve, reject) => {
        if (Number.isNaN(untilMs)) throw new TypeError("wait: expected epoch milliseconds, got NaN");
        signal?.throwIfAborted();
        if (untilMs <= platform.now()) return resolve();
        const dueMs = elapsed() + untilMs - platform.now();
        const group = signal && groupOf(signal);
        const wait: Wait = { untilMs: dueMs, unref, resolve, reject, group, place: heap.length };
        group?.waits.add(wait);
        rise(wait, heap.length);
        if (!unref) keptAlive += 1;
        arm();
      });
    },
  };
}

/** The one timer of this process, on the platform's own clock. */
export const processTimer: Timer = createTimer();
