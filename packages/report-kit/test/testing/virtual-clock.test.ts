import { describe, expect, test } from "vitest";
import { createVirtualClock } from "../../src/testing/index.ts";

/** Timers that write down which of them fired, and when. */
function timersOf(clock: ReturnType<typeof createVirtualClock>): {
  readonly fired: string[];
  readonly set: (name: string, delayMs: number) => unknown;
} {
  const fired: string[] = [];
  const start = clock.now();
  const set = (name: string, delayMs: number): unknown =>
    clock.platform.setTimeout(() => fired.push(`${name} at ${clock.now() - start}`), delayMs);
  return { fired, set };
}

describe("createVirtualClock", () => {
  test("a virtual clock fires timers in the order in which they are due, and equal ones in the order in which they were set", async () => {
    const clock = createVirtualClock();
    const { fired, set } = timersOf(clock);
    for (const [name, delayMs] of [
      ["c", 30],
      ["a", 10],
      ["d", 30],
      ["b", 10],
    ] as const)
      set(name, delayMs);
    await clock.advance(29);
    expect(fired).toEqual(["a at 10", "b at 10"]);
    await clock.advance(1);
    expect(fired).toEqual(["a at 10", "b at 10", "c at 30", "d at 30"]);
  });

  test("a virtual clock fires no timer that was cleared, and counts the others", async () => {
    const clock = createVirtualClock();
    const { fired, set } = timersOf(clock);
    const cleared = set("cleared", 10);
    set("kept", 20);
    clock.platform.clearTimeout(cleared);
    clock.platform.clearTimeout(cleared);
    expect(clock.pending).toBe(1);
    await clock.advance(100);
    expect(fired).toEqual(["kept at 20"]);
    expect(clock.pending).toBe(0);
  });

  test("step fires one timer with all that its promises set, and moves nothing when none is due in time", async () => {
    const clock = createVirtualClock({ start: 1_000 });
    const { fired, set } = timersOf(clock);
    clock.platform.setTimeout(() => void Promise.resolve().then(() => set("nested", 5)), 10);
    expect(await clock.step()).toBe(true);
    expect([clock.now(), clock.pending]).toEqual([1_010, 1]);
    expect(await clock.step(1_014)).toBe(false);
    expect(clock.now()).toBe(1_010);
    expect(await clock.step(1_015)).toBe(true);
    expect(fired).toEqual(["nested at 15"]);
    expect(await clock.step()).toBe(false);
  });

  test("finish gives what a promise settles with, and refuses one that no timer can settle", async () => {
    const clock = createVirtualClock();
    const sleep = (ms: number): Promise<number> =>
      new Promise((resolve) => {
        clock.platform.setTimeout(() => resolve(ms), ms);
      });
    expect(await clock.finish(sleep(86_400_000))).toBe(86_400_000);
    await expect(clock.finish(sleep(86_400_000), { limitMs: 1_000 })).rejects.toThrow("not settled after 1000 ms");
    await clock.advance(86_400_000);
    await expect(clock.finish(new Promise(() => undefined))).rejects.toThrow("no timer is left");
  });

  test("two clocks of one seed have the same randomness, and a start that is no instant is refused", () => {
    const drawn = [1, 1, 2].map((seed) => createVirtualClock({ seed }).platform.random());
    expect(drawn[0]).toBe(drawn[1]);
    expect(drawn[0]).not.toBe(drawn[2]);
    expect(() => createVirtualClock({ start: "yesterday" })).toThrow('start must be an instant, got "yesterday"');
  });
});
