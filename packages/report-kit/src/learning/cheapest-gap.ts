import type { Peak } from "./habits.ts";
import { normal } from "./normal.ts";

/** When a report will be ready, as far as it is known. Ages are in seconds. */
export interface ReadyLaw {
  readonly peaks: readonly Peak[];
  /** The chance that it becomes ready apart from the peaks, and the chance by an age that it is then ready. */
  readonly apart: number;
  readonly chanceApart: (ageS: number) => number;
  /** Looks are worked out up to this age. */
  readonly lastS: number;
}

/** The shortest gap between two looks. */
const shortestS = 2;
/** No more ages are considered: what comes after so many hardly matters for the next look. */
const mostAges = 2_000;

/**
 * The gap to the next look that costs least, and the gap after that one, in seconds. The overshoot and the requests to
 * expect are weighed against each other from the last age back to `fromS`, the age of the last look (0 = none yet).
 */
export function cheapestGaps(law: ReadyLaw, fromS: number, requestCostS: number): readonly [number, number] {
  const ages = agesFrom(fromS, law, requestCostS);
  const last = ages.length - 1;
  const chances = ages.map((ageS) => chanceBy(law, ageS));
  /** The chance that it is ready, summed up over the ages. */
  const areas = [0];
  for (let index = 1; index <= last; index += 1) {
    const width = at(ages, index) - at(ages, index - 1);
    areas.push(at(areas, index - 1) + (width * (at(chances, index) + at(chances, index - 1))) / 2);
  }
  /** From each age on: what it costs, weighed by the chance of getting there, and where to look next. */
  const costs = ages.map(() => 0);
  const looks = ages.map(() => last);
  for (let from = last - 1; from >= 0; from -= 1) {
    let least = Infinity;
    const [ageS, area, chance] = [at(ages, from), at(areas, from), at(chances, from)];
    // The later the last look, the later the next: it comes no later than the one after the next age.
    const latest = at(looks, from + 1);
    for (let to = from + 1; to <= latest; to += 1) {
      const gapS = at(ages, to) - ageS;
      if (gapS < shortestS && to < last) continue;
      const cost = at(areas, to) - area - chance * gapS + at(costs, to);
      if (cost < least) {
        least = cost;
        looks[from] = to;
      }
    }
    costs[from] = least + (1 - chance) * requestCostS;
  }
  const first = at(looks, 0);
  return [at(ages, first) - fromS, at(ages, at(looks, first)) - at(ages, first)];
}

/** The chance that it is ready by an age. Before the first look, at 0, what is there already is as unseen as the rest. */
function chanceBy({ peaks, apart, chanceApart }: ReadyLaw, ageS: number): number {
  if (ageS === 0) return 0;
  let chance = apart * chanceApart(ageS);
  for (const { atS, spreadS, weight } of peaks) chance += weight * normal((ageS - atS) / spreadS);
  return chance;
}

/** The ages at which looks are considered: about eight to a gap, and closer together on the way to a peak. */
function agesFrom(fromS: number, { peaks, apart, lastS }: ReadyLaw, requestCostS: number): readonly number[] {
  const ages = [fromS];
  for (let ageS = fromS + shortestS; ageS < lastS && ages.length < mostAges;) {
    ages.push(ageS);
    let nearestS = ageS;
    /** The chance that it becomes ready within a second, roughly. */
    let rate = apart / ageS;
    for (const { atS, spreadS, weight } of peaks) {
      const distanceS = Math.max(spreadS, Math.abs(ageS - atS));
      if (weight > 0.005) nearestS = Math.min(nearestS, distanceS);
      if (distanceS < 5 * spreadS) rate += weight / distanceS;
    }
    // At a rate, the gap that costs least is sqrt(2 x cost / rate).
    ageS += Math.max(0.5, Math.min(nearestS / 6, Math.sqrt((2 * requestCostS) / rate) / 8));
  }
  return ages;
}

function at(list: readonly number[], index: number): number {
  return list[index] ?? 0;
}
