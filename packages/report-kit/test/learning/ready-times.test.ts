import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { learnedGap, learnReadyTime, parseReadyTimes } from "../../src/learning/ready-times.ts";
import type { ReadyTimes } from "../../src/learning/ready-times.ts";
import { nextLook } from "../../src/waiting/schedule.ts";
import { seededRandom } from "../../src/testing/virtual-clock.ts";

/** Wait for one report as a job would: the looks' ages, the last of which finds it ready. */
function waitFor(readyMs: number, times: ReadyTimes | undefined, random: () => number): number[] {
  const learned = times && learnedGap(times);
  const looks: number[] = [];
  let ageMs = 0;
  while (ageMs < readyMs) {
    ageMs += nextLook({ ageMs, random, ...(learned && { learned }) }).afterMs;
    looks.push(ageMs);
  }
  return looks;
}

function learnFrom(readyTimesMs: readonly number[], times?: ReadyTimes, random = seededRandom(3)): ReadyTimes {
  let learned = times;
  for (const readyMs of readyTimesMs) {
    const looks = waitFor(readyMs, learned, random);
    learned = learnReadyTime(learned, { afterMs: looks.at(-2) ?? 0, byMs: looks.at(-1) ?? 0 });
  }
  return learned ?? { v: 1, bins: {}, doubt: 0 };
}

/** About so long, give or take a tenth. */
function around(ms: number, count: number, seed = 5): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ms * (0.9 + 0.2 * random()));
}

const minute = 60_000;

describe("learned ready times", () => {
  it("save most of the cost where a source is regular", () => {
    const times = learnFrom(around(10 * minute, 20));
    const cost = (learned: ReadyTimes | undefined): number => {
      let sum = 0;
      for (const readyMs of around(10 * minute, 100, 9)) {
        const looks = waitFor(readyMs, learned, seededRandom(1));
        sum += ((looks.at(-1) ?? 0) - readyMs) / 1_000 + 4 * looks.length;
      }
      return sum / 100;
    };
    expect(cost(times)).toBeLessThan(0.75 * cost(undefined));
  });

  it("come near the default schedule while little is learned, and past all that was", () => {
    const gap = learnedGap({ v: 1, bins: {}, doubt: 0 });
    for (const ageMs of [0, 10_000, minute, 10 * minute, 60 * minute]) {
      const usual = nextLook({ ageMs, random: () => 0.5 }).afterMs;
      expect(gap(ageMs, 4) / usual).toBeGreaterThan(0.6);
      expect(gap(ageMs, 4) / usual).toBeLessThan(1.5);
    }
    const taught = learnedGap(learnFrom(around(minute, 20)));
    const usual = nextLook({ ageMs: 60 * minute, random: () => 0.5 }).afterMs;
    expect(taught(60 * minute, 4) / usual).toBeGreaterThan(0.6);
    expect(taught(60 * minute, 4) / usual).toBeLessThan(1.5);
  });

  it("are forgotten soon after the world has changed, in either direction", () => {
    for (const [before, after] of [
      [minute, 60 * minute],
      [60 * minute, minute],
    ] as const) {
      const settled = learnFrom(around(before, 30));
      const drifted = learnFrom(around(after, 8, 21), settled);
      const anew = learnFrom(around(after, 8, 21));
      const overshoot = (times: ReadyTimes): number => (waitFor(after, times, () => 0.5).at(-1) ?? 0) - after;
      expect(overshoot(drifted)).toBeLessThanOrEqual(overshoot(anew) + 0.25 * after);
      expect(waitFor(after, drifted, () => 0.5).length).toBeLessThanOrEqual(waitFor(after, anew, () => 0.5).length + 8);
    }
  });

  it("are not thrown away for one odd report", () => {
    const settled = learnFrom(around(minute, 30));
    const odd = learnReadyTime(settled, { afterMs: 300 * minute, byMs: 310 * minute });
    expect(Object.values(odd.bins).reduce((sum, weight) => sum + weight, 0)).toBeGreaterThan(10);
    const gaps = (times: ReadyTimes): number => learnedGap(times)(0, 4);
    expect(gaps(odd) / gaps(settled)).toBeGreaterThan(0.8);
  });

  it("are read back from a journal, and begin anew where that was damaged or is newer", () => {
    const times = learnFrom(around(minute, 5));
    expect(parseReadyTimes(JSON.parse(JSON.stringify(times)))).toEqual(times);
    for (const damaged of [
      undefined,
      null,
      "text",
      {},
      { ...times, v: 2 },
      { ...times, doubt: null },
      { ...times, bins: null },
      { ...times, bins: { 64: 1 } },
      { ...times, bins: { length: 1 } },
      { ...times, bins: { 3: -1 } },
      { ...times, bins: { 3: "1" } },
    ]) {
      expect(parseReadyTimes(damaged)).toBeUndefined();
    }
  });

  it("stay small, finite and readable whatever was seen", () => {
    const seen = fc.record({
      afterMs: fc.oneof(fc.double(), fc.integer({ min: 0, max: 2 ** 40 })),
      byMs: fc.oneof(fc.double(), fc.integer({ min: 0, max: 2 ** 40 })),
    });
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 200 }), fc.nat(2 ** 31), (all, ageMs) => {
        let times: ReadyTimes | undefined;
        for (const one of all) times = learnReadyTime(times, one);
        if (times === undefined) return;
        const json = JSON.stringify(times);
        expect(json.length).toBeLessThanOrEqual(1_000);
        expect(JSON.parse(json)).toEqual(times);
        expect(Object.values(times.bins).every((weight) => weight > 0 && weight <= 40)).toBe(true);
        expect(learnedGap(times)(ageMs, 4)).toBeGreaterThan(0);
        expect(learnedGap(times)(ageMs, 4)).toBeLessThan(2 ** 31);
      }),
      { numRuns: 100 },
    );
  });
});
