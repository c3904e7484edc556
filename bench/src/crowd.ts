import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRateLimit } from "../../packages/report-kit/src/traffic/rate-limit.ts";
import { poll } from "../../packages/report-kit/src/waiting/poll.ts";
import { createTimer } from "../../packages/report-kit/src/waiting/timer.ts";
import type { Poller } from "./pollers.ts";
import { inVirtualTime } from "./virtual-time.ts";

/** How requests of waits that were started together are spread over time. */
export interface Spread {
  readonly name: string;
  /** The most requests in any second: of the whole time, and after the first minute. */
  readonly peak: number;
  readonly peakLater: number;
  /** Requests a second after the first minute, and how many times that the peak is. */
  readonly mean: number;
  readonly ratio: number;
}

/** Start `waits` at once on a source that is ready for none of them within `hours`, and count its requests by the second. */
export async function measureSpread(
  poller: Poller,
  options: { readonly waits: number; readonly hours: number; readonly requestsPerSecond?: number },
): Promise<Spread> {
  const seconds = options.hours * 3_600;
  const sent: number[] = Array.from({ length: seconds }, () => 0);
  await inVirtualTime(1, async (now) => {
    const startedAt = now();
    const timer = createTimer();
    const budget = createRateLimit({ timer, requestsPerSecond: options.requestsPerSecond ?? Infinity });
    const look = async (): Promise<boolean> => {
      await budget.take();
      const second = Math.floor((now() - startedAt) / 1_000);
      if (second >= seconds) return true;
      sent[second] = (sent[second] ?? 0) + 1;
      return false;
    };
    await Promise.all(Array.from({ length: options.waits }, () => poller.wait(look, { requestCostS: 4 })));
  });
  const later = sent.slice(60);
  const mean = later.reduce((sum, count) => sum + count, 0) / later.length;
  const limit = options.requestsPerSecond === undefined ? "" : `, budget ${options.requestsPerSecond}/s`;
  return {
    name: poller.name + limit,
    peak: Math.max(...sent),
    peakLater: Math.max(...later),
    mean,
    ratio: Math.max(...later) / mean,
  };
}

/** What many waits in one process cost it. */
export interface Crowd {
  readonly name: string;
  readonly timers: number;
  readonly bytesEach: number;
  readonly startMs: number;
  readonly abortMs: number;
  /** Timers left after the abort. */
  readonly left: number;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void; // --expose-gc, set above, defines it

/** Start `waits` in real time under one signal, let them reach their first wait, then abort them all. */
export async function measureCrowd(poller: Poller, waits: number): Promise<Crowd> {
  const stop = new AbortController();
  const options = { requestCostS: 4, signal: stop.signal };
  const look = async (): Promise<boolean> => false;
  const timersBefore = timers();
  collectGarbage();
  const heapBefore = getHeapStatistics().used_heap_size;

  const startedAt = performance.now();
  const all: Promise<unknown>[] = [];
  for (let count = 0; count < waits; count += 1) {
    all.push(poller.wait(look, options));
  }
  await new Promise((resolve) => setImmediate(resolve));
  const startMs = performance.now() - startedAt;
  const running = timers() - timersBefore;
  collectGarbage();
  const bytesEach = (getHeapStatistics().used_heap_size - heapBefore) / waits;

  const ended = Promise.allSettled(all);
  const abortedAt = performance.now();
  stop.abort();
  // AWS and Azure notice an abort only when their timer ends; they get a second of grace.
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
  const abortMs = performance.now() - abortedAt;
  return {
    name: poller.name,
    timers: running,
    bytesEach,
    startMs,
    abortMs,
    left: Math.max(0, timers() - timersBefore),
  };
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

/** Requests a job makes while it waits this long, jitter and all. */
export async function requestsOver(hours: number): Promise<number> {
  let requests = 0;
  await inVirtualTime(1, async (now) => {
    const startedAt = now();
    await poll(async () => {
      requests += 1;
      return now() - startedAt >= hours * 3_600_000 ? { done: true, value: undefined } : { done: false };
    });
  });
  return requests;
}
