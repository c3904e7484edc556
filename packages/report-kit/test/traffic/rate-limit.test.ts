import { describe, expect, it } from "vitest";
import { createRateLimit } from "../../src/traffic/rate-limit.ts";
import { poll } from "../../src/waiting/poll.ts";
import { createVirtualClock, seededRandom } from "../../src/testing/virtual-clock.ts";
import { createTimer } from "../../src/waiting/timer.ts";

function scene(requestsPerSecond: number) {
  const clock = createVirtualClock();
  const timer = createTimer(clock.platform);
  const startedAt = clock.now();
  return { clock, timer, limit: createRateLimit({ requestsPerSecond, timer }), elapsed: () => clock.now() - startedAt };
}

describe("a rate limit", () => {
  it("lets the first request go at once and the others follow evenly, in the order they came", async () => {
    const { clock, limit, elapsed } = scene(4);
    const turns: [number, number][] = [];
    const all = Promise.all([0, 1, 2, 3].map((name) => limit.take().then(() => turns.push([name, elapsed()]))));
    await clock.finish(all);
    expect(turns).toEqual([
      [0, 0],
      [1, 250],
      [2, 500],
      [3, 750],
    ]);
    await clock.advance(10_000);
    await clock.finish(limit.take());
    expect([elapsed(), limit.waiting, clock.pending]).toEqual([10_750, 0, 0]);
  });

  it("gives the turn of one who left to the next in line", async () => {
    const { clock, limit, elapsed } = scene(1);
    await limit.take();
    const stop = new AbortController();
    const leaving = Array.from({ length: 50 }, () => limit.take(stop.signal));
    const staying = limit.take();
    stop.abort(new Error("left"));
    const left = await Promise.allSettled(leaving);
    expect(left.every(({ status }) => status === "rejected")).toBe(true);
    await clock.finish(staying);
    expect(elapsed()).toBe(1_000);
  });

  it("leaves no timer when everyone has left, and gives no two turns at once afterwards", async () => {
    const { clock, limit, elapsed } = scene(1);
    await limit.take();
    const stop = new AbortController();
    const leaving = limit.take(stop.signal);
    stop.abort(new Error("left"));
    const turns: number[] = [];
    const after = [limit.take(), limit.take()].map((turn) => turn.then(() => turns.push(elapsed())));
    await expect(leaving).rejects.toThrow("left");
    await clock.finish(Promise.all(after));
    expect(turns).toEqual([1_000, 2_000]);
    const last = new AbortController();
    const alone = limit.take(last.signal);
    last.abort(new Error("left"));
    await expect(alone).rejects.toThrow("left");
    expect([limit.waiting, clock.pending]).toEqual([0, 0]);
  });

  it("keeps jobs that were started together below it, and spread afterwards", async () => {
    const { clock, timer, limit, elapsed } = scene(2);
    const random = seededRandom(11);
    const sent: number[] = [];
    const waits = Array.from({ length: 100 }, () =>
      poll(
        async ({ signal, ageMs }) => {
          await limit.take(signal);
          sent.push(elapsed());
          return ageMs > 200_000 ? { done: true, value: ageMs } : { done: false };
        },
        { timer, random },
      ),
    );
    await clock.finish(Promise.all(waits));
    for (const [index, at] of sent.entries()) expect(at - (sent[index - 2] ?? -Infinity)).toBeGreaterThanOrEqual(1_000);
    const perSecond = new Map<number, number>();
    const late = sent.filter((at) => at >= 60_000 && at < 200_000);
    for (const at of late) perSecond.set(Math.floor(at / 1_000), (perSecond.get(Math.floor(at / 1_000)) ?? 0) + 1);
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual((5 * late.length) / 140);
  });

  it("refuses a limit that would never send anything", () => {
    for (const requestsPerSecond of [0, -1, Number.NaN]) {
      expect(() => createRateLimit({ requestsPerSecond })).toThrow("expected a number above zero");
    }
  });
});
