import type { LearnedGap, LearnedLook } from "../waiting/schedule.ts";
import { chanceByAge, learnAge, parseHistogram } from "./age-histogram.ts";
import type { AgeHistogram } from "./age-histogram.ts";
import { cheapestGaps } from "./cheapest-gap.ts";
import { habitsAfter, peaksOf } from "./habits.ts";
import type { Habit, Peak, ReadyBetween } from "./habits.ts";
import { normal } from "./normal.ts";

/**
 * When a source's latest reports of one type became ready, as JSON for a journal (at most 2 kB): a histogram of their
 * ages, and what was seen of the latest ones. Ages are those of `scheduleAge`.
 */
export interface ReadyTimes extends AgeHistogram {
  readonly v: 1;
  /** The latest reports, the oldest first; none in records of older versions. */
  readonly seen: readonly ReadyBetween[];
}

/** When one report became ready, as far as looking could tell; the same age twice where a provider says it exactly. */
export interface SeenReady {
  /** When the age was 0, in epoch milliseconds: the acceptance, or the documented ready time if that was later. */
  readonly fromMs: number;
  /** The age at the last look that did not find it ready; 0 = there was none. */
  readonly afterMs: number;
  /** The age at the look that found it ready. */
  readonly byMs: number;
}

/** So many of the latest reports are kept. */
const mostSeen = 30;
/** The last instant of a date. */
const latestMs = 8.64e15;
/** A report that took longer (eleven days) is no matter of habit. In seconds. */
const longestS = 1e6;
/** No gap is longer than this, in seconds: a habit may change meanwhile. */
const longestGapS = 6 * 3_600;
/** Past all peaks, looks are worked out for at least this long, in seconds. */
const tailS = 4 * 3_600;

/**
 * Read ready times out of a journal. They are advice, not truth: damaged ones, and those of another version, are
 * undefined, and learning starts over.
 */
export function parseReadyTimes(value: unknown): ReadyTimes | undefined {
  if (typeof value !== "object" || value === null || !("v" in value) || value.v !== 1) return undefined;
  const histogram = parseHistogram(value);
  const { seen = [] } = value as { readonly seen?: unknown }; // checked next
  return histogram && Array.isArray(seen) && seen.every(isReadyBetween) ? { v: 1, ...histogram, seen } : undefined;
}

function isReadyBetween(row: unknown): row is ReadyBetween {
  if (!Array.isArray(row) || row.length !== 4 || !row.every(Number.isFinite)) return false;
  const [fromS, afterS, byS, chance] = row as unknown as ReadyBetween; // four numbers
  return fromS >= 0 && afterS >= 0 && byS >= afterS && chance > 0;
}

/** Learn from one more report. Pure. Ages that make no sense (NaN, an end before its beginning) teach nothing. */
export function learnReadyTime(times: ReadyTimes | undefined, { fromMs, afterMs, byMs }: SeenReady): ReadyTimes {
  const before = times ?? { v: 1, bins: {}, doubt: 0, seen: [] };
  const afterS = Math.max(0, afterMs / 1_000);
  // No two looks are closer; a ready time that is known exactly is taken as known to these seconds.
  const byS = Math.max(byMs / 1_000, afterS + 2);
  if (!(afterMs <= byMs) || byS === Infinity) return before;
  const histogram = learnAge(before, afterS, byS);
  if (!(fromMs >= 0 && fromMs <= latestMs && byS < longestS)) return { ...before, ...histogram };
  const chanceOf = chanceByAge(before);
  const chance = Number(Math.max(1e-6, chanceOf(byS) - chanceOf(afterS)).toPrecision(3));
  const [fromS, after, by] = [Math.floor(fromMs / 1_000), Math.floor(afterS), Math.ceil(byS)];
  // Of reports that became ready at one time, one is kept: a thousand of one night say as little of the next as one.
  const others = before.seen.filter((row) => row[0] + row[1] >= fromS + by || fromS + after >= row[0] + row[2]);
  return { v: 1, ...histogram, seen: [...others, [fromS, after, by, chance] as const].slice(-mostSeen) };
}

/** What was learned of one kind of report. */
export interface LearnedFrom {
  /** The schedule for a report whose age was 0 at an instant (epoch milliseconds). */
  (fromMs: number): LearnedGap;
  /** The age, in milliseconds, by which 19 of 20 such reports are ready; undefined while too few were seen. */
  readonly lateAgeMs: (fromMs: number) => number | undefined;
}

/** With fewer reports than these, what is late can't be told from what is usual. */
const fewestSeen = 5;
/** A report is late once this share of all others would be ready. */
const lateChance = 0.95;

/**
 * The schedule that costs least if the next report behaves like the earlier ones. Past all that was learned it is the
 * default schedule's turn, and with little learned it comes near that.
 */
export function learnedGap(times: ReadyTimes): LearnedFrom {
  const chanceApart = chanceByAge(times);
  const habits = habitsAfter(times.seen);
  const apart = habits.reduce((rest, { weight }) => rest - weight, 1);
  const why = whyOf(habits);
  /** Jobs of one second share their looks: a crowd of a thousand would otherwise take seconds to work out. */
  const known = new Map<string, LearnedLook>();

  const peaksFrom = (fromMs: number): readonly Peak[] => habits.flatMap((habit) => peaksOf(habit, fromMs / 1_000));

  function gapFrom(fromMs: number): LearnedGap {
    const peaks = peaksFrom(fromMs);
    const ends = [...times.seen.map(([, , byS]) => byS), ...peaks.map(({ atS, spreadS }) => atS + 4 * spreadS)];
    const lastS = tailS + Math.max(0, ...ends);
    return (ageMs, requestCostS) => {
      const ageS = ageMs / 1_000;
      if (ageS >= lastS) return undefined;
      const moment = [Math.round(fromMs / 1_000), Math.round(ageS), requestCostS].join(" ");
      const before = known.get(moment);
      if (before !== undefined) return before;
      const [gapS, nextGapS] = cheapestGaps({ peaks, apart, chanceApart, lastS }, ageS, requestCostS);
      // After a long gap, jitter spreads a crowd of jobs over the gap that follows.
      const look = { gapMs: 1_000 * Math.min(gapS, longestGapS), jitterMs: 500 * nextGapS, why };
      if (known.size > 5_000) known.clear();
      known.set(moment, look);
      return look;
    };
  }

  function lateAgeMs(fromMs: number): number | undefined {
    if (times.seen.length < fewestSeen) return undefined;
    const peaks = peaksFrom(fromMs);
    const isLate = (ageS: number): boolean =>
      peaks.reduce(
        (sum, { atS, spreadS, weight }) => sum + weight * normal((ageS - atS) / spreadS),
        apart * chanceApart(ageS),
      ) >= lateChance;
    if (!isLate(longestS)) return undefined;
    let [usualS, lateS] = [0, longestS];
    while (lateS - usualS > 1) {
      const middleS = (usualS + lateS) / 2;
      if (isLate(middleS)) lateS = middleS;
      else usualS = middleS;
    }
    return 1_000 * lateS;
  }

  return Object.assign(gapFrom, { lateAgeMs });
}

/** What the schedule rests on, in words. */
function whyOf(habits: readonly Habit[]): string {
  const [likeliest] = [...habits].sort((a, b) => b.weight - a.weight);
  const alike = habits.filter(({ isClock }) => isClock === likeliest?.isClock);
  if (likeliest === undefined || alike.reduce((sum, { weight }) => sum + weight, 0) < 0.5)
    return "from when earlier reports were ready";
  const { isClock, atS, spreadS } = likeliest;
  const [first, last] = [atS - 1.5 * spreadS, atS + 1.5 * spreadS];
  return isClock
    ? `earlier reports appeared at ${timeOfDay(first)} to ${timeOfDay(last)} UTC`
    : `earlier reports took ${Math.max(0, Math.round(first))} to ${Math.round(last)} s`;
}

function timeOfDay(seconds: number): string {
  return new Date((seconds + 86_400) * 1_000).toISOString().slice(11, 16);
}
