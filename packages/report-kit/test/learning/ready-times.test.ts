import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { learnedGap, learnReadyTime, parseReadyTimes } from "../../src/learning/ready-times.ts";
import type { LearnedFrom, ReadyTimes } from "../../src/learning/ready-times.ts";
import { nextLook, plan } from "../../src/waiting/schedule.ts";
import { seededRandom } from "../../src/testing/virtual-clock.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.parse("2026-03-02T00:00:00Z");

/** One report: when it is asked for, and how long it takes. */
interface Report {
  readonly fromMs: number;
  readonly readyMs: number;
}

/** What was learned is derived once, as a kit does for all jobs between two reports. */
const derived = new WeakMap<ReadyTimes, LearnedFrom>();
function learnedFrom(times: ReadyTimes): LearnedFrom {
  const known = derived.get(times) ?? learnedGap(times);
  derived.set(times, known);
  return known;
}

/** Wait for one report as a job would: the looks' ages, the last of which finds it ready. */
function waitFor({ fromMs, readyMs }: Report, times: ReadyTimes | undefined, random: () => number): number[] {
  const learned = times && learnedFrom(times)(fromMs);
  const looks: number[] = [];
  let ageMs = 0;
  do {
    ageMs += nextLook({ ageMs, random, learned }).afterMs;
    looks.push(ageMs);
  } while (ageMs < readyMs);
  return looks;
}

/** Lateness in seconds plus 4 for each request, a report. */
function meanCost(reports: readonly Report[], times: ReadyTimes | undefined): number {
  const random = seededRandom(1);
  let sum = 0;
  for (const report of reports) {
    const looks = waitFor(report, times, random);
    sum += ((looks.at(-1) ?? 0) - report.readyMs) / 1_000 + 4 * looks.length;
  }
  return sum / reports.length;
}

function learnFrom(reports: readonly Report[], times?: ReadyTimes, random = seededRandom(3)): ReadyTimes {
  let learned = times;
  for (const report of reports) {
    const looks = waitFor(report, learned, random);
    learned = learnReadyTime(learned, {
      fromMs: report.fromMs,
      afterMs: looks.at(-2) ?? 0,
      byMs: looks.at(-1) ?? 0,
    });
  }
  return learned ?? { v: 1, bins: {}, doubt: 0, seen: [] };
}

/** Reports that take so long, give or take a tenth, at any time of day; one a day. */
function around(ms: number, count: number, seed = 5, share = 0.1): Report[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => ({
    fromMs: start + index * day + Math.floor(random() * day),
    readyMs: ms * (1 - share + 2 * share * random()),
  }));
}

/** Reports that appear at a time of day, give or take four minutes, asked for in the three hours before; one a day. */
function atTime(timeMs: number, count: number, firstDay = 0, seed = 5): Report[] {
  const random = seededRandom(seed + firstDay);
  return Array.from({ length: count }, (_, index) => {
    const readyAt = start + (firstDay + index) * day + timeMs + (random() + random() - 1) * 4 * minute;
    const fromMs = Math.floor(readyAt - random() * 3 * hour);
    return { fromMs, readyMs: readyAt - fromMs };
  });
}

/** When looks begin to come within six minutes of each other, for a report that is asked for on a day at midnight. */
function busyFrom(times: ReadyTimes, onDay: number): string {
  const now = start + onDay * day;
  const looks = plan({ learned: learnedGap(times)(now), horizonMs: day });
  const busy = looks.find(({ atMs }, index) => (looks[index + 1]?.atMs ?? Infinity) - atMs < 6 * minute);
  return new Date(now + (busy?.atMs ?? 0)).toISOString().slice(11, 16);
}

const ten = 3 * hour + 10 * minute;
/** Twenty days of reports at about 03:10. */
const nightly = learnFrom(atTime(ten, 20));

describe("learned ready times", () => {
  it("save most of the cost where reports take about as long each time", () => {
    const times = learnFrom(around(10 * minute, 20));
    expect(meanCost(around(10 * minute, 40, 9), times)).toBeLessThan(
      0.6 * meanCost(around(10 * minute, 40, 9), undefined),
    );
  });

  it.each([
    ["03:10", ten],
    ["midnight", day],
    ["15:45", 15 * hour + 45 * minute],
  ])("save three quarters of the cost where reports appear at about %s UTC", (_name, timeMs) => {
    const times = learnFrom(atTime(timeMs, 20));
    const later = atTime(timeMs, 30, 20);
    expect(meanCost(later, times)).toBeLessThan(0.28 * meanCost(later, undefined));
  });

  it("find a report within a minute that always takes 45 minutes", () => {
    const times = learnFrom(around(45 * minute, 20, 7, 0.01));
    const looks = around(45 * minute, 25, 8, 0.01).map((report) => {
      const all = waitFor(report, times, seededRandom(2));
      return { late: (all.at(-1) ?? 0) - report.readyMs, looks: all.length };
    });
    expect(looks.reduce((sum, { late }) => sum + late, 0) / looks.length).toBeLessThan(minute);
    expect(looks.reduce((sum, one) => sum + one.looks, 0) / looks.length).toBeLessThan(5);
  });

  it("come near the default schedule while little is learned", () => {
    const gap = learnedGap({ v: 1, bins: {}, doubt: 0, seen: [] });
    for (const ageMs of [0, 10_000, minute, 10 * minute, hour]) {
      const usual = nextLook({ ageMs, random: () => 0.5 }).afterMs;
      const learned = gap(start)(ageMs, 4)?.gapMs ?? 0;
      expect(learned / usual).toBeGreaterThan(0.6);
      expect(learned / usual).toBeLessThan(1.5);
    }
  });

  it("leave it to the default schedule past all that was learned", () => {
    const gap = learnedGap(learnFrom(around(minute, 20)));
    expect(gap(start)(5 * hour, 4)).toBeUndefined();
    expect(gap(start)(hour, 4)?.gapMs).toBeLessThan(15 * minute);
  });

  it("are forgotten soon after the world has changed, in either direction", () => {
    for (const [before, after] of [
      [minute, hour],
      [hour, minute],
    ] as const) {
      const settled = learnFrom(around(before, 20));
      const changed = learnFrom(around(after, 8, 21), settled);
      const fresh = learnFrom(around(after, 8, 21));
      const later = around(after, 25, 22);
      expect(meanCost(later, changed)).toBeLessThan(1.4 * meanCost(later, fresh));
    }
  });

  it.each([
    ["a later time of day", (count: number, first: number) => atTime(ten + 2 * hour, count, first)],
    ["an earlier time of day", (count: number, first: number) => atTime(ten - 100 * minute, count, first)],
    ["an age", (count: number, first: number) => around(20 * minute, count, first, 0.03)],
  ])("of a time of day are replaced within five reports when the source goes over to %s", (_to, reports) => {
    const changed = learnFrom(reports(5, 20), nightly);
    const later = reports(15, 25);
    expect(meanCost(later, changed)).toBeLessThan(1.5 * meanCost(later, learnFrom(reports(20, 60))));
  });

  it("of a time of day are moved by an hour after two reports, where a zone has changed its clocks", () => {
    expect(busyFrom(nightly, 20)).toMatch(/^(02:5|03:0)\d$/);
    const winter = learnFrom(atTime(ten + hour, 2, 20), nightly);
    expect(busyFrom(winter, 22)).toMatch(/^(03:5|04:0)\d$/);
    expect(meanCost(atTime(ten + hour, 20, 22), winter)).toBeLessThan(1.3 * meanCost(atTime(ten, 20, 22), nightly));
  });

  it("are not thrown away for one odd report", () => {
    const odd = learnReadyTime(nightly, { fromMs: start + 20 * day, afterMs: 300 * minute, byMs: 310 * minute });
    const later = atTime(ten, 15, 21);
    expect(meanCost(later, odd)).toBeLessThan(2.5 * meanCost(later, nightly));
    expect(busyFrom(learnFrom(atTime(ten, 2, 21), odd), 23)).toMatch(/^(02:5|03:0)\d$/);
    expect(Object.values(odd.bins).reduce((sum, weight) => sum + weight, 0)).toBeGreaterThan(10);
  });

  it("take from a look that found it at once that it was ready by then, not when", () => {
    // Six reports were seen within a minute; six more were ready when they were looked at first, after three hours.
    let times: ReadyTimes | undefined;
    for (let index = 0; index < 12; index += 1) {
      const fromMs = start + index * day + (index % 4) * 10 * minute;
      const byMs = ten - (index % 4) * 10 * minute + minute;
      const seen = index % 2 === 0 ? { afterMs: byMs - minute, byMs } : { afterMs: 0, byMs: byMs + 2 * minute };
      times = learnReadyTime(times, { fromMs, ...seen });
    }
    expect(times && busyFrom(times, 12)).toMatch(/^03:(0[5-9]|10)$/);
  });

  it("look soon for what was asked for after its time of day, and again on the next day", () => {
    const gap = learnedGap(nightly);
    const fromMs = start + 20 * day + ten + 20 * minute;
    expect(gap(fromMs)(0, 4)?.gapMs).toBeLessThan(20_000);
    // Through the day ever less often, and never without a look for more than six hours.
    const noon = gap(fromMs)(9 * hour, 4)?.gapMs ?? 0;
    expect(noon).toBeGreaterThan(15 * minute);
    expect(noon).toBeLessThanOrEqual(6 * hour);
  });

  it("say when earlier reports appeared, or how long they took", () => {
    const why = (times: ReadyTimes): string | undefined => learnedGap(times)(start + 40 * day)(0, 4)?.why;
    expect(why(nightly)).toMatch(/^earlier reports appeared at 03:0\d to 03:1\d UTC$/);
    expect(why(learnFrom(atTime(day, 20)))).toMatch(/^earlier reports appeared at 23:5\d to 00:0\d UTC$/);
    const [, first, last] =
      /^earlier reports took (\d+) to (\d+) s$/.exec(why(learnFrom(around(600_000, 20, 3, 0.02))) ?? "") ?? [];
    expect(Number(first)).toBeGreaterThan(540);
    expect(Number(last)).toBeLessThan(660);
    expect(why(learnFrom(around(10 * minute, 3, 1, 0.9)))).toBe("from when earlier reports were ready");
  });

  it("count the reports that became ready at one time as one, so that a big night does not push out the others", () => {
    let times = nightly;
    const fromMs = start + 20 * day;
    for (let job = 0; job < 1_000; job += 1) {
      times = learnReadyTime(times, { fromMs: fromMs + job, afterMs: ten - minute, byMs: ten + minute });
    }
    expect(times.seen).toHaveLength(nightly.seen.length + 1);
    expect(busyFrom(times, 21)).toMatch(/^(02:5|03:0)\d$/);
    expect(JSON.stringify(times).length).toBeLessThan(2_000);
  });

  it("are worked out once for the jobs of one second, and again for those of another", () => {
    const gap = learnedGap(nightly);
    const fromMs = start + 20 * day + hour;
    const look = gap(fromMs)(60_000, 4);
    expect(gap(fromMs + 300)(60_100, 4)).toBe(look);
    for (const [laterMs, ageMs, requestCostS] of [
      [1_000, 60_000, 4],
      [0, 61_000, 4],
      [0, 60_000, 15],
    ] as const) {
      const other = gap(fromMs + laterMs)(ageMs, requestCostS);
      expect(other).not.toBe(look);
      expect(other?.gapMs).not.toBe(look?.gapMs);
    }
  });

  it("spread the looks of a crowd over the gap that follows, and no further", () => {
    const gap = learnedGap(nightly);
    const look = gap(start + 20 * day + hour)(0, 4);
    const next = gap(start + 20 * day + hour)(look?.gapMs ?? 0, 4);
    expect(look?.gapMs).toBeGreaterThan(hour);
    expect((look?.jitterMs ?? 0) / (next?.gapMs ?? 0)).toBeCloseTo(0.5, 1);
  });
});

describe("the record of ready times", () => {
  it("is read back from a journal, and starts over where it was damaged or is newer", () => {
    const times = learnFrom(around(minute, 5));
    expect(parseReadyTimes(JSON.parse(JSON.stringify(times)))).toEqual(times);
    const row = times.seen[0] ?? [];
    for (const damaged of [
      undefined,
      null,
      "text",
      {},
      { ...times, v: 2 },
      { ...times, doubt: null },
      { ...times, bins: null },
      { ...times, bins: { 72: 1 } },
      { ...times, bins: { length: 1 } },
      { ...times, bins: { 3: -1 } },
      { ...times, bins: { 3: "1" } },
      { ...times, seen: null },
      { ...times, seen: { 0: row } },
      { ...times, seen: [[1, 2, 3]] },
      { ...times, seen: [[1, 2, 3, 0]] },
      { ...times, seen: [[1, 3, 2, 0.5]] },
      { ...times, seen: [["1", 2, 3, 0.5]] },
      { ...times, seen: [[1, 2, null, 0.5]] },
    ]) {
      expect(parseReadyTimes(damaged)).toBeUndefined();
    }
  });

  it("of an older version is read, its ages hold, and times of day are added to it", () => {
    const { seen: _seen, ...older } = learnFrom(around(10 * minute, 20));
    const times = parseReadyTimes(JSON.parse(JSON.stringify(older)));
    expect(times).toEqual({ ...older, seen: [] });
    const later = around(10 * minute, 40, 9);
    expect(meanCost(later, times)).toBeLessThan(0.8 * meanCost(later, undefined));
    const more = learnFrom(atTime(ten, 1), times);
    expect(more.seen).toHaveLength(1);
  });

  it("learns from ages that make no sense nothing, and from a time of day that makes none only the age", () => {
    const times = learnFrom(around(minute, 5));
    for (const [afterMs, byMs] of [
      [Number.NaN, minute],
      [0, Number.NaN],
      [0, Infinity],
      [2 * minute, minute],
    ] as const) {
      expect(learnReadyTime(times, { fromMs: start, afterMs, byMs })).toEqual(times);
    }
    for (const fromMs of [Number.NaN, -1, Infinity]) {
      const learned = learnReadyTime(times, { fromMs, afterMs: 0, byMs: minute });
      expect(learned.seen).toEqual(times.seen);
      expect(learned.bins).not.toEqual(times.bins);
    }
  });

  it("stays small, finite and readable whatever was seen, and its schedule is quick to work out", () => {
    const ms = fc.oneof(fc.double(), fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 0, max: day }));
    const seen = fc.record({
      fromMs: fc.oneof(ms, fc.integer({ min: start, max: start + 99 * day })),
      afterMs: ms,
      byMs: ms,
    });
    const cost = fc.constantFrom(0.001, 0.1, 4, 3_600);
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 100 }), fc.nat(2 ** 31), cost, (all, ageMs, requestCostS) => {
        let times: ReadyTimes | undefined;
        for (const one of all) times = learnReadyTime(times, one);
        if (times === undefined) return;
        const json = JSON.stringify(times);
        expect(json.length).toBeLessThanOrEqual(2_000);
        expect(JSON.parse(json)).toEqual(times);
        expect(parseReadyTimes(JSON.parse(json))).toEqual(times);
        expect(Object.values(times.bins).every((weight) => weight > 0 && weight <= 40)).toBe(true);
        for (const age of [0, ageMs]) {
          const look = learnedGap(times)(start)(age, requestCostS);
          if (look === undefined) continue;
          expect(look.gapMs).toBeGreaterThan(0);
          expect(look.gapMs).toBeLessThanOrEqual(6 * hour);
          expect(look.jitterMs).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});
