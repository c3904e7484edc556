import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextLook, plan, scheduleAge } from "../../src/waiting/schedule.ts";
import type { LearnedGap, ScheduleInput } from "../../src/waiting/schedule.ts";
import { seededRandom } from "../../src/testing/virtual-clock.ts";

const noJitter = (): number => 0.5;
const hour = 3_600_000;
const age = fc.integer({ min: 0, max: 48 * hour });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const cost = fc.double({ min: 0.1, max: 60, noNaN: true });
const hint = fc.integer({ min: 1, max: 2 ** 40 });

describe("the schedule", () => {
  it.each([
    // clamp(sqrt(2 x cost x t x max(1, ln(14400 / t))), 2, 900), worked out by hand
    { ageMs: 0, requestCostS: 4, afterMs: 11_921 },
    { ageMs: 60_000, requestCostS: 4, afterMs: 51_291 },
    { ageMs: 2 * hour, requestCostS: 4, afterMs: 240_000 },
    { ageMs: 60_000, requestCostS: 1, afterMs: 25_646 },
    { ageMs: 0, requestCostS: 0.1, afterMs: 2_000 },
    { ageMs: 48 * hour, requestCostS: 15, afterMs: 900_000 },
  ])("waits $afterMs ms at an age of $ageMs ms when a request costs $requestCostS s", ({ afterMs, ...input }) => {
    expect(nextLook({ ...input, random: noJitter }).afterMs).toBe(afterMs);
  });

  it("moves every gap, the first included, by up to a fifth either way", () => {
    fc.assert(
      fc.property(age, cost, chance, (ageMs, requestCostS, random) => {
        const steady = nextLook({ ageMs, requestCostS, random: noJitter }).afterMs;
        const jittered = nextLook({ ageMs, requestCostS, random: () => random }).afterMs;
        expect(jittered).toBeGreaterThanOrEqual(Math.max(2_000, Math.floor(0.8 * (steady - 1))));
        expect(jittered).toBeLessThanOrEqual(Math.ceil(1.2 * steady));
      }),
    );
    const first = (random: number): number => nextLook({ ageMs: 0, random: () => random }).afterMs;
    expect([first(0), first(0.999_999)]).toEqual([9_537, 14_306]);
  });

  it("never looks before what a provider asked for, and adds only jitter to it", () => {
    fc.assert(
      fc.property(age, cost, chance, hint, (ageMs, requestCostS, random, hintMs) => {
        const without = nextLook({ ageMs, requestCostS, random: () => random }).afterMs;
        const { afterMs } = nextLook({ ageMs, requestCostS, random: () => random, hintMs });
        expect(afterMs).toBeGreaterThanOrEqual(Math.max(without, hintMs));
        expect(afterMs).toBeLessThanOrEqual(Math.max(without, hintMs + 0.2 * 900_000 + 1));
      }),
      { numRuns: 10_000 },
    );
  });

  it("takes a hint that makes no sense for no hint, and one past all dates for a date still", () => {
    const plain = nextLook({ ageMs: 0, random: noJitter });
    for (const hintMs of [Number.NaN, -1, 0, -Infinity]) {
      expect(nextLook({ ageMs: 0, random: noJitter, hintMs })).toEqual(plain);
    }
    const { afterMs } = nextLook({ ageMs: 0, random: noJitter, hintMs: Infinity });
    expect(new Date(Date.parse("2026-11-21T00:00:00Z") + afterMs).toISOString()).toMatch(/^\+03/);
  });

  it("is never faster for an unknown status or for looks without an answer", () => {
    fc.assert(
      fc.property(
        age,
        cost,
        chance,
        fc.nat({ max: 5_000 }),
        fc.boolean(),
        (ageMs, requestCostS, r, failures, unknown) => {
          const plain: ScheduleInput = { ageMs, requestCostS, random: () => r };
          const troubled = nextLook({ ...plain, failures, unknownStatus: unknown }).afterMs;
          expect(troubled).toBeGreaterThanOrEqual(nextLook(plain).afterMs);
          expect(troubled).toBeLessThanOrEqual(1_080_000);
        },
      ),
    );
    expect(nextLook({ ageMs: 0, random: noJitter, unknownStatus: true })).toEqual({
      afterMs: 60_000,
      why: "unknown status: looking slowly",
    });
    const backOff = [1, 2, 3, 9].map((failures) => nextLook({ ageMs: 0, random: noJitter, failures }).afterMs);
    expect(backOff).toEqual([11_921, 23_842, 47_684, 300_000]);
  });

  it("does not look before a documented ready time, and counts the age from it", () => {
    const early = nextLook({ ageMs: 0, random: () => 0, readyAtMs: 7 * hour });
    expect(early).toEqual({ afterMs: 7 * hour, why: "not before its documented ready time" });
    const later = nextLook({ ageMs: 7 * hour + 60_000, random: noJitter, readyAtMs: -60_000 });
    expect(later.afterMs).toBe(nextLook({ ageMs: 60_000, random: noJitter }).afterMs);
    expect(scheduleAge({ ageMs: 5_000, readyAtMs: -9_000_000 })).toBe(5_000);
    expect(scheduleAge({ ageMs: 5_000, readyAtMs: 1_000 })).toBe(-1_000);
  });

  it("looks once more just before a deadline, and plans nothing after it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3_000, max: 12 * hour }), cost, (deadlineInMs, requestCostS) => {
        const looks = plan({ deadlineInMs, requestCostS });
        const last = looks.at(-1)?.atMs ?? Number.NaN;
        expect(last).toBeLessThan(deadlineInMs);
        expect(last).toBeGreaterThanOrEqual(deadlineInMs - 4_000);
        expect(looks.filter(({ why }) => why === "a last look before the deadline").length).toBeLessThanOrEqual(1);
        for (const [index, look] of looks.entries()) {
          expect(look.atMs - (looks[index - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(Math.min(2_000, look.atMs));
        }
      }),
    );
  });

  it("does not shorten what a provider asked for because of a deadline", () => {
    const look = nextLook({ ageMs: 60_000, random: () => 0, hintMs: 2 * hour, deadlineInMs: hour });
    expect(look).toEqual({ afterMs: 2 * hour, why: "the provider asked for this long" });
    expect(nextLook({ ageMs: 60_000, random: () => 0, hintMs: 40_000, deadlineInMs: 45_000 }).afterMs).toBe(43_000);
  });

  it("needs at most 150 looks for 12 hours and 300 for 48, whatever the jitter", () => {
    const random = seededRandom(20_261_121);
    const looks = (horizonMs: number): number => {
      let [count, ageMs] = [0, 0];
      for (; ageMs < horizonMs; count += 1) ageMs += nextLook({ ageMs, random }).afterMs;
      return count;
    };
    expect(Math.max(...Array.from({ length: 200 }, () => looks(12 * hour)))).toBeLessThanOrEqual(150);
    expect(Math.max(...Array.from({ length: 200 }, () => looks(48 * hour)))).toBeLessThanOrEqual(300);
  });
});

describe("the schedule with what was learned", () => {
  /** As if every report appeared half an hour after it was asked for, with a gap of a minute after that look. */
  const learnedLook = (gapMs: number, jitterMs = 30_000): Pick<ScheduleInput, "learned"> => ({
    learned: () => ({ gapMs, jitterMs, why: "learned" }),
  });

  it("takes the gap that was learned, however long, and never less than 2 s", () => {
    const gap = (ms: number): number => nextLook({ ageMs: 0, random: noJitter, ...learnedLook(ms) }).afterMs;
    expect([gap(30_000), gap(1), gap(3 * hour)]).toEqual([30_000, 2_000, 3 * hour]);
  });

  it("moves a look by a fifth of the gap at most, and no further than what was learned allows", () => {
    const looks = (gapMs: number, jitterMs: number): number[] =>
      [0, 0.5, 0.999_999_999].map(
        (r) => nextLook({ ageMs: 0, random: () => r, ...learnedLook(gapMs, jitterMs) }).afterMs,
      );
    expect(looks(3 * hour, 30_000)).toEqual([3 * hour - 30_000, 3 * hour, 3 * hour + 30_000]);
    expect(looks(60_000, 30_000)).toEqual([48_000, 60_000, 72_000]);
  });

  it("spreads jobs by a fifth of the gap after trouble that they had together", () => {
    for (const trouble of [{ failures: 1 }, { unknownStatus: true }]) {
      const looks = [0, 0.5].map(
        (r) => nextLook({ ageMs: 0, random: () => r, ...trouble, ...learnedLook(hour, 1_000) }).afterMs,
      );
      expect((looks[1] ?? 0) - (looks[0] ?? 0)).toBe(0.2 * hour);
    }
  });

  it("is never faster for an unknown status or for looks without an answer", () => {
    const gap = fc.integer({ min: 2_000, max: 6 * hour });
    fc.assert(
      fc.property(gap, fc.nat({ max: 100 }), fc.boolean(), (gapMs, failures, unknownStatus) => {
        const input = { ageMs: 0, random: noJitter, ...learnedLook(gapMs) };
        const troubled = nextLook({ ...input, failures, unknownStatus }).afterMs;
        expect(troubled).toBeGreaterThanOrEqual(gapMs);
        expect(troubled).toBeLessThanOrEqual(Math.max(gapMs, 900_000));
      }),
    );
  });

  it("never looks before what a provider asked for, and adds half of the jitter to it at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2_000, max: 6 * hour }), chance, hint, (gapMs, random, hintMs) => {
        const input = { ageMs: 0, random: () => random, ...learnedLook(gapMs) };
        const { afterMs } = nextLook({ ...input, hintMs });
        expect(afterMs).toBeGreaterThanOrEqual(hintMs);
        expect(afterMs).toBeLessThanOrEqual(Math.max(nextLook(input).afterMs, hintMs + 30_000 + 1));
      }),
    );
  });

  it("counts a learned gap from the documented ready time, where that is still to come", () => {
    const asked: [ageMs: number, requestCostS: number][] = [];
    const learned: LearnedGap = (...wait) => {
      asked.push(wait);
      return { gapMs: 420_000, jitterMs: 0, why: "learned" };
    };
    const look = nextLook({ ageMs: 5 * hour, readyAtMs: 2 * hour, random: noJitter, learned });
    expect(look).toEqual({ afterMs: 2 * hour + 420_000, why: "learned" });
    nextLook({ ageMs: 8 * hour, readyAtMs: -hour, requestCostS: 7, random: noJitter, learned });
    nextLook({ ageMs: 3 * hour, random: noJitter, learned });
    expect(asked).toEqual([
      [0, 4],
      [hour, 7],
      [3 * hour, 4],
    ]);
  });

  it("is the default schedule where nothing was learned of an age", () => {
    const learned = (): undefined => undefined;
    expect(nextLook({ ageMs: 60_000, random: noJitter, learned })).toEqual(
      nextLook({ ageMs: 60_000, random: noJitter }),
    );
  });
});

describe("a plan", () => {
  it("says when it would look and why, as far as it is asked", () => {
    const looks = plan({ horizonMs: 2 * 60_000 });
    expect(looks.map(({ atMs }) => Math.round(atMs / 1_000))).toEqual([12, 38, 80]);
    expect(new Set(looks.map(({ why }) => why))).toEqual(new Set(["the time between looks grows"]));
  });

  it("begins at a documented ready time where there is one", () => {
    const [first, second] = plan({ readyAtMs: 2 * hour, horizonMs: 3 * hour });
    expect(first?.why).toBe("not before its documented ready time");
    expect(first?.atMs).toBeGreaterThanOrEqual(2 * hour);
    expect(first?.atMs).toBeLessThan(2 * hour + 3_000);
    expect(second?.atMs).toBeLessThan(2 * hour + 20_000);
  });

  it("shows what was learned, and why", () => {
    const ages: number[] = [];
    const learned: LearnedGap = (ageMs) => {
      ages.push(ageMs);
      return { gapMs: hour, jitterMs: 0, why: "earlier reports appeared at 03:06 to 03:14 UTC" };
    };
    expect(plan({ ageMs: 60_000, learned, horizonMs: 2 * hour })).toEqual([
      { atMs: hour, why: "earlier reports appeared at 03:06 to 03:14 UTC" },
      { atMs: 2 * hour, why: "earlier reports appeared at 03:06 to 03:14 UTC" },
    ]);
    expect(ages).toEqual([60_000, hour + 60_000, 2 * hour + 60_000]);
  });

  it("goes on from an age", () => {
    expect(plan({ ageMs: 6 * hour, horizonMs: hour })[0]?.atMs).toBe(
      nextLook({ ageMs: 6 * hour, random: noJitter }).afterMs,
    );
  });
});
