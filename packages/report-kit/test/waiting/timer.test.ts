import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createVirtualClock } from "../../src/testing/virtual-clock.ts";
import { createTimer } from "../../src/waiting/timer.ts";

/** A timer on a virtual clock, and what it did to the platform. */
function scene() {
  const clock = createVirtualClock();
  const delays: number[] = [];
  const timer = createTimer({
    ...clock.platform,
    setTimeout(run, afterMs) {
      delays.push(afterMs);
      return clock.platform.setTimeout(run, afterMs);
    },
  });
  return { clock, delays, timer };
}

describe("the timer", () => {
  it("ends each wait at its time, in order, on one platform timer", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -5_000, max: 20_000 }), { minLength: 1, maxLength: 12 }),
        async (afters) => {
          const { clock, timer } = scene();
          const startedAt = clock.now();
          const ended: { due: number; at: number }[] = [];
          const waits = afters.map((after) =>
            timer
              .wait(startedAt + after)
              .then(() => ended.push({ due: Math.max(0, after), at: clock.now() - startedAt })),
          );
          expect(clock.pending).toBe(afters.some((after) => after > 0) ? 1 : 0);
          await clock.finish(Promise.all(waits));
          expect(ended.map(({ at }) => at)).toEqual(ended.map(({ due }) => due));
          expect(ended.map(({ due }) => due)).toEqual(
            afters.map((after) => Math.max(0, after)).toSorted((a, b) => a - b),
          );
          expect([timer.waiting, clock.pending]).toEqual([0, 0]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("waits beyond 2^31 ms without ever asking the platform for as much", async () => {
    let now = 1_000_000;
    let due: { run: () => void; at: number } | undefined;
    const delays: number[] = [];
    const timer = createTimer({
      now: () => now,
      setTimeout(run, afterMs) {
        delays.push(afterMs);
        return (due = { run, at: now + afterMs });
      },
      clearTimeout: () => undefined,
    });
    const until = now + 2 ** 31 + 1_000;
    const wait = timer.wait(until);
    while (timer.waiting > 0) {
      now = due?.at ?? Number.NaN;
      due?.run();
    }
    await wait;
    expect(now).toBe(until);
    expect(Math.max(...delays)).toBeLessThan(2 ** 31);
  });

  it("never ends a wait early, even where the platform fires early or the clock is set back", async () => {
    let now = 1_000_000;
    const fires: (() => void)[] = [];
    const timer = createTimer({ now: () => now, setTimeout: (run) => fires.push(run), clearTimeout: () => undefined });
    const ended = vi.fn<() => void>();
    const wait = timer.wait(1_010_000).then(ended);
    for (const step of [9_000, -5_000, 999]) {
      now += step;
      fires.at(-1)?.();
      await Promise.resolve();
      expect(ended).not.toHaveBeenCalled();
    }
    now += 1; // ten seconds have passed, whatever the clock says
    fires.at(-1)?.();
    await wait;
    expect(now).toBe(1_005_000);
  });

  it("notices within five minutes that the machine slept", async () => {
    let now = 1_000_000;
    const timers: { run: () => void; afterMs: number }[] = [];
    const timer = createTimer({
      now: () => now,
      setTimeout: (run, afterMs) => timers.push({ run, afterMs }),
      clearTimeout: () => undefined,
    });
    const wait = timer.wait(now + 7 * 3_600_000);
    now += 9 * 3_600_000; // the platform's timer slept along
    expect(timers[0]?.afterMs).toBeLessThanOrEqual(5 * 60_000);
    timers[0]?.run();
    await wait;
    expect(timer.waiting).toBe(0);
  });

  it.each([
    [10_000, 4_000],
    [7 * 3_600_000, 3_600_000],
    [299_000, 1],
  ])(
    "ends a wait of %i ms at most five minutes late when the clock is set back an hour after %i ms",
    async (forMs, afterMs) => {
      const clock = createVirtualClock();
      let setBackMs = 0;
      const timer = createTimer({ ...clock.platform, now: () => clock.now() - setBackMs });
      const startedAt = clock.now();
      const wait = timer.wait(startedAt + forMs);
      await clock.advance(afterMs);
      setBackMs = 3_600_000;
      await clock.finish(wait);
      const tookMs = clock.now() - startedAt;
      expect(tookMs).toBeGreaterThanOrEqual(forMs);
      expect(tookMs).toBeLessThanOrEqual(forMs + 300_000);
      // Waits that begin afterwards take as long as they say.
      const nextAt = clock.now();
      await clock.finish(timer.wait(timer.now() + 5_000));
      expect(clock.now() - nextAt).toBe(5_000);
    },
  );

  it("rejects with the signal's reason on abort, and leaves neither timer nor listener", async () => {
    const { clock, timer } = scene();
    const { signal, ...controller } = listened();
    const waits = Array.from({ length: 1_000 }, (_, index) => timer.wait(clock.now() + 1_000 + index, { signal }));
    expect([timer.waiting, clock.pending, controller.listeners()]).toEqual([1_000, 1, 1]);
    const reason = new Error("enough");
    controller.abort(reason);
    const results = await Promise.allSettled(waits);
    expect(results.every((result) => result.status === "rejected" && result.reason === reason)).toBe(true);
    expect([timer.waiting, clock.pending, controller.listeners()]).toEqual([0, 0, 0]);
    await expect(timer.wait(clock.now() + 1, { signal })).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it("takes its listener off a signal whose waits are over, and keeps the others' waits", async () => {
    const { clock, timer } = scene();
    const { signal, ...controller } = listened();
    const first = timer.wait(clock.now() + 1_000, { signal });
    const other = timer.wait(clock.now() + 2_000);
    await clock.finish(first);
    expect([timer.waiting, clock.pending, controller.listeners()]).toEqual([1, 1, 0]);
    controller.abort(new Error("too late"));
    await clock.finish(other);
    expect(timer.waiting).toBe(0);
  });

  it("lets the process go only while no wait asks to keep it", async () => {
    const calls: string[] = [];
    const handle = { ref: () => calls.push("ref"), unref: () => calls.push("unref") };
    const timer = createTimer({ now: () => 0, setTimeout: () => handle, clearTimeout: () => undefined });
    const stop = new AbortController();
    void timer.wait(1_000, { unref: true });
    const kept = timer.wait(5_000, { signal: stop.signal });
    stop.abort();
    await expect(kept).rejects.toThrow("aborted");
    expect(calls).toEqual(["unref", "ref", "unref"]);
  });

  it("refuses a time that is no time", async () => {
    await expect(scene().timer.wait(Number.NaN)).rejects.toThrow("expected epoch milliseconds, got NaN");
  });
});

/** A signal that counts its listeners. */
function listened() {
  const controller = new AbortController();
  const listeners = new Set<unknown>();
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listeners.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listeners.delete(listener);
    remove(type, listener);
  };
  return { signal, listeners: () => listeners.size, abort: (reason: unknown) => controller.abort(reason) };
}
