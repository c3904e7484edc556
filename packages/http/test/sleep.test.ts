import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { longestTimerMs, sleep, sleepUntil } from "../src/index.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-21T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("sleepUntil", () => {
  it("never wakes early, however far away the instant is, and wakes within a millisecond of it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.integer({ min: 0, max: 100_000 }),
          fc.integer({ min: longestTimerMs - 2, max: longestTimerMs * 5 }),
        ),
        async (ms) => {
          const start = Date.now();
          let wokeAt: number | undefined;
          const asleep = sleepUntil(start + ms).then(() => {
            wokeAt = Date.now();
            return wokeAt;
          });
          await vi.advanceTimersByTimeAsync(Math.max(0, ms - 1));
          expect(wokeAt).toBe(ms > 0 ? undefined : start);
          await vi.advanceTimersByTimeAsync(1);
          expect(await asleep).toBe(start + ms);
        },
      ),
      { seed: 2026, numRuns: 200 },
    );
  });

  it("sleeps on when its timer fires before its time", async () => {
    const times = [0, 9.4, 10];
    let reads = 0;
    const now = (): number => times[Math.min(reads++, times.length - 1)] ?? 0;
    const asleep = sleepUntil(10, { now });
    await vi.runAllTimersAsync();
    await asleep;
    expect(reads).toBe(3);
  });

  it("ends with the signal's own reason, leaving no timer and no listener", async () => {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    const asleep = sleepUntil(Infinity, { signal: controller.signal });
    expect(vi.getTimerCount()).toBe(1);
    const reason = { why: "shutdown" };
    controller.abort(reason);
    await expect(asleep).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);

    await expect(sleepUntil(Infinity, { signal: controller.signal })).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);

    const other = new AbortController();
    const spy = vi.spyOn(other.signal, "removeEventListener");
    await sleepUntil(0, { signal: other.signal });
    expect(spy).toHaveBeenCalledOnce();
    expect(removed).not.toHaveBeenCalled();
  });
});

describe("sleep", () => {
  it("takes its time whatever happens to the system's clock", async () => {
    let awake = false;
    const asleep = sleep(10_000).then(() => {
      awake = true;
      return awake;
    });
    vi.setSystemTime(Date.parse("2030-01-01T00:00:00Z"));
    await vi.advanceTimersByTimeAsync(9999);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await asleep).toBe(true);
  });
});
