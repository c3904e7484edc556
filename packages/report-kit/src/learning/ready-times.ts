import type { LearnedGap } from "../waiting/schedule.ts";

/**
 * How long a source took with its latest reports of one type: a decaying histogram over ages, as JSON for a journal (at
 * most about 1 kB). Ages are those of `scheduleAge`.
 */
export interface ReadyTimes {
  readonly v: 1;
  /** The weight of each bin that has one. Bin i begins at 2 s x 2^(i/4). */
  readonly bins: Readonly<Record<string, number>>;
  /** How much better the latest reports fit what is assumed of an unknown source than what was learned (Page's test). */
  readonly doubt: number;
}

/** When one report became ready, as far as looking could tell; the same age twice where a provider says it exactly. */
export interface SeenReady {
  /** The age at the last look that did not find it ready; 0 = there was none. */
  readonly afterMs: number;
  /** The age at the look that found it ready. */
  readonly byMs: number;
}

/** The first bin begins here, in seconds, and each is this much longer than the one before, up to 48 hours and more. */
const firstBinS = 2;
const binsPerDoubling = 4;
const binCount = 64;
/** A report counts this much less with each later one: the latest thirty or so decide. */
const decay = 0.97;
/** What is assumed of an unknown source counts as much as this many reports. */
const priorWeight = 1;
/** How far one report says something about ages beside its own, in bins. */
const kernelBins = 2;
/** Above this the world has changed, and what was learned is forgotten: two reports no one could have expected. */
const doubtLimit = 4;
/** The schedule is worked out at these ages, in seconds: close enough together for the gaps that cost least. */
const ages: readonly number[] = agesFrom(firstBinS);
const reach = Math.ceil(3 * kernelBins);
const kernel: readonly number[] = Array.from({ length: 2 * reach + 1 }, (_, index) =>
  Math.exp(-(((index - reach) / kernelBins) ** 2) / 2),
);

/**
 * Read ready times out of a journal. They are advice, not truth: what is damaged, or was written by another version, is
 * undefined, and learning begins anew.
 */
export function parseReadyTimes(value: unknown): ReadyTimes | undefined {
  if (typeof value !== "object" || value === null || !("v" in value) || value.v !== 1) return undefined;
  const { bins, doubt } = value as { readonly bins?: unknown; readonly doubt?: unknown }; // checked below
  if (typeof bins !== "object" || bins === null || !isWeight(doubt)) return undefined;
  const sound = Object.entries(bins).every(([bin, weight]) => isBin(bin) && isWeight(weight));
  return sound ? { v: 1, bins: bins as Record<string, number>, doubt } : undefined; // every weight was looked at
}

function isBin(name: string): boolean {
  return String(Math.trunc(Number(name))) === name && Number(name) >= 0 && Number(name) < binCount;
}

function isWeight(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1_000;
}

/** Learn from one more report. Pure. Ages that make no sense (NaN, an end before its beginning) teach nothing. */
export function learnReadyTime(times: ReadyTimes | undefined, seen: SeenReady): ReadyTimes {
  const before = times ?? { v: 1, bins: {}, doubt: 0 };
  const fromS = Math.max(0, seen.afterMs / 1_000);
  const toS = seen.byMs / 1_000;
  if (!(fromS <= toS) || toS === Infinity) return before;

  // Does it fit what was learned, or rather what is assumed of an unknown source?
  const first = binOf(fromS);
  const last = binOf(toS);
  const believed = masses(before);
  let [asLearned, asAssumed] = [0, 0];
  for (let bin = first; bin <= last; bin += 1) {
    asLearned += at(believed, bin);
    asAssumed += at(assumedMasses, bin);
  }
  const doubt = Math.max(0, before.doubt + Math.log(asAssumed / asLearned));
  const keep = doubt > doubtLimit ? 0 : decay;

  // It became ready somewhere in between: its weight goes where such reports have been before.
  const bins: Record<string, number> = {};
  for (const [bin, weight] of Object.entries(before.bins)) if (weight * keep >= 0.005) bins[bin] = round(weight * keep);
  const shares = keep === 0 ? assumedMasses : believed;
  const whole = keep === 0 ? asAssumed : asLearned;
  for (let bin = first; bin <= last; bin += 1) {
    const weight = (bins[bin] ?? 0) + at(shares, bin) / whole;
    if (weight >= 0.005) bins[bin] = round(weight);
  }
  return { v: 1, bins, doubt: keep === 0 ? 0 : round(doubt) };
}

/**
 * The schedule that costs least if the next report behaves like the earlier ones: the overshoot and the requests to
 * expect are weighed against each other from the last age back to the first. Past all that was learned, and with little
 * learned, it comes near the default schedule.
 */
export function learnedGap(times: ReadyTimes): LearnedGap {
  const sums = [0];
  for (const mass of masses(times)) sums.push(at(sums, sums.length - 1) + mass);
  const chances = ages.map((age) => {
    const place = placeOf(age);
    const bin = Math.floor(place);
    return at(sums, bin) + (place - bin) * (at(sums, bin + 1) - at(sums, bin));
  });
  const areas = [0];
  for (let index = 1; index < ages.length; index += 1) {
    const width = at(ages, index) - at(ages, index - 1);
    areas.push(at(areas, index - 1) + (width * (at(chances, index) + at(chances, index - 1))) / 2);
  }
  const costs = new Map<number, readonly number[]>();

  /** The age to look at next, and what it costs from here on, weighed by the chance of getting here. */
  function best(fromS: number, chance: number, area: number, start: number, cost: readonly number[]): [number, number] {
    let [lookS, least] = [at(ages, ages.length - 1), Infinity];
    for (let to = start; to < ages.length; to += 1) {
      const gapS = at(ages, to) - fromS;
      if (gapS < 2) continue;
      if (gapS > 900 && least < Infinity) break;
      const overshoot = at(areas, to) - area - chance * gapS;
      if (overshoot > least) break; // it only grows
      const total = overshoot + at(cost, to);
      if (total < least) [lookS, least] = [at(ages, to), total];
    }
    return [lookS, least];
  }

  function costsAt(requestCostS: number): readonly number[] {
    const known = costs.get(requestCostS);
    if (known !== undefined) return known;
    const cost: number[] = ages.map(() => 0);
    for (let from = ages.length - 2; from >= 0; from -= 1) {
      const [, least] = best(at(ages, from), at(chances, from), at(areas, from), from + 1, cost);
      cost[from] = (least === Infinity ? 0 : least) + (1 - at(chances, from)) * requestCostS;
    }
    costs.set(requestCostS, cost);
    return cost;
  }

  return (ageMs, requestCostS) => {
    const ageS = ageMs / 1_000;
    const index = ages.findIndex((age) => age > ageS);
    if (index === -1) return 900_000;
    const share = (ageS - at(ages, index - 1)) / (at(ages, index) - at(ages, index - 1));
    const chance = at(chances, index - 1) + share * (at(chances, index) - at(chances, index - 1));
    const area = at(areas, index - 1) + ((ageS - at(ages, index - 1)) * (at(chances, index - 1) + chance)) / 2;
    const [lookS] = best(ageS, chance, area, index, costsAt(requestCostS));
    return 1_000 * (lookS - ageS);
  };
}

/** The chance of each bin: what was learned, smoothed, and what is assumed of an unknown source. Adds up to 1. */
function masses(times: ReadyTimes): readonly number[] {
  const sums = assumedMasses.map((mass) => mass * priorWeight);
  let whole = priorWeight;
  for (const [name, weight] of Object.entries(times.bins)) {
    const middle = Number(name);
    const near = kernel.map((_, index) => middle + index - reach);
    const scale = near.reduce((sum, bin, index) => sum + (bin in sums ? at(kernel, index) : 0), 0);
    for (const [index, bin] of near.entries()) {
      if (bin in sums) sums[bin] = at(sums, bin) + (weight * at(kernel, index)) / scale;
    }
    whole += weight;
  }
  return sums.map((sum) => sum / whole);
}

/** What is assumed of an unknown source: the law behind the default schedule, cut off where the bins end. */
const assumedMasses: readonly number[] = Array.from(
  { length: binCount },
  (_, bin) => survival(binEnd(bin - 1)) - (bin === binCount - 1 ? 0 : survival(binEnd(bin))),
);

/** Any order of magnitude up to four hours is as likely as another; past 4 h / e, the chance is 1/t in each second. */
function survival(ageS: number): number {
  const turnS = 14_400 / Math.E;
  const whole = Math.log(14_400 / firstBinS);
  return ageS <= turnS ? Math.log(14_400 / ageS) / whole : turnS / ageS / whole;
}

function binEnd(bin: number): number {
  return firstBinS * 2 ** ((bin + 1) / binsPerDoubling);
}

/** Where an age lies, in bins. */
function placeOf(ageS: number): number {
  return Math.min(binCount, binsPerDoubling * Math.log2(Math.max(ageS, firstBinS) / firstBinS));
}

function binOf(ageS: number): number {
  return Math.min(binCount - 1, Math.floor(placeOf(ageS)));
}

/** 4 % apart at first, then 12 s, then 0.4 %. */
function agesFrom(firstS: number): readonly number[] {
  const list = [0];
  const lastS = binEnd(binCount - 1);
  for (let age = firstS; age <= lastS; age += Math.min(age * 0.04, Math.max(12, age * 0.004))) list.push(age);
  return list;
}

function at(list: readonly number[], index: number): number {
  return list[index] ?? 0;
}

function round(weight: number): number {
  return Math.round(weight * 1_000) / 1_000;
}
