import { seededRandom } from "./random.ts";

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  dropped: boolean;
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  Date: globalThis.Date,
  random: Math.random,
  setImmediate: globalThis.setImmediate,
};

/** What virtual time was spent on. */
export interface VirtualRun<T> {
  readonly value: T;
  /** The most platform timers that were set at one time. */
  readonly mostTimers: number;
}

/**
 * Run `main` with the process's `setTimeout`, `clearTimeout`, `Date` and `Math.random` replaced: time stands still until
 * nothing is left to run, then jumps to the next timer. Every package waits on the same clock, unchanged.
 */
export async function inVirtualTime<T>(seed: number, main: (now: () => number) => Promise<T>): Promise<VirtualRun<T>> {
  let nowMs = Date.UTC(2026, 10, 21);
  let order = 0;
  let live = 0;
  let mostTimers = 0;
  const heap: Due[] = [];

  const sooner = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  function push(due: Due): void {
    let place = heap.push(due) - 1;
    for (let above = (place - 1) >> 1; place > 0; above = (place - 1) >> 1) {
      const parent = heap[above];
      if (parent === undefined || !sooner(due, parent)) break;
      heap[place] = parent;
      heap[above] = due;
      place = above;
    }
  }
  function pop(): Due | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && sooner(right, left)) child += 1;
      const below = heap[child];
      if (below === undefined || !sooner(below, last)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
    return first;
  }

  const setVirtual = (run: (...args: unknown[]) => void, afterMs = 0, ...args: unknown[]): object => {
    order += 1;
    const due: Due = { atMs: nowMs + Math.max(1, afterMs), order, run: () => run(...args), dropped: false };
    push(due);
    live += 1;
    mostTimers = Math.max(mostTimers, live);
    const handle = { due, ref: () => handle, unref: () => handle, hasRef: () => true };
    return handle;
  };
  const clearVirtual = (handle?: { due?: Due }): void => {
    if (handle?.due === undefined || handle.due.dropped) return;
    handle.due.dropped = true;
    live -= 1;
  };
  class VirtualDate extends real.Date {
    constructor(...args: unknown[]) {
      // @ts-expect-error Date has several constructors, none of which takes "whatever came"
      super(...(args.length === 0 ? [nowMs] : args));
    }
    static override now(): number {
      return nowMs;
    }
  }

  Object.assign(globalThis, { setTimeout: setVirtual, clearTimeout: clearVirtual, Date: VirtualDate });
  Math.random = seededRandom(seed);
  try {
    let settled = false;
    const end = main(() => nowMs).finally(() => {
      settled = true;
    });
    end.catch(() => undefined); // awaited below; until then it is not unhandled
    for (;;) {
      // Promises run out in one macrotask; bodies of responses take one or two more.
      for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => real.setImmediate(resolve));
      if (settled) return { value: await end, mostTimers };
      const due = pop();
      if (due === undefined) throw new Error("virtual time stands still: something waits for what is not a timer");
      if (due.dropped) continue;
      due.dropped = true;
      live -= 1;
      nowMs = Math.max(nowMs, due.atMs);
      due.run();
    }
  } finally {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout, Date: real.Date });
    Math.random = real.random;
  }
}
