import type { Law } from "./laws.ts";

/** The best looks of one who knows the law. */
export interface Optimum {
  /** Expected cost: overshoot in seconds + what a request costs x number of requests. */
  readonly cost: number;
  readonly requests: number;
  readonly overshootS: number;
  /** The times of the looks, in seconds. */
  readonly looks: readonly number[];
}

const points = 4_000;
const firstS = 0.1;
const unlikely = 1e-7;

/** The least expected cost of waiting under a law, over times that are dense where the law is. */
export function optimum(law: Law, requestCostS: number): Optimum {
  let lastS = 10;
  while (1 - law.cdf(lastS) > unlikely) lastS *= 1.2;
  const geometric = Array.from({ length: points }, (_, index) => firstS * (lastS / firstS) ** (index / (points - 1)));
  const quantiles = Array.from({ length: points / 4 }, (_, index) => law.at((index + 0.5) / (points / 4)));
  return leastCost([0, ...[...geometric, ...quantiles].toSorted((a, b) => a - b)], (age) => law.cdf(age), requestCostS);
}

/**
 * The least expected cost of waiting with looks at some of these times (the first is 0), by dynamic programming backwards.
 *
 * With F the law, S = 1 - F, a look at a and the next at b cost, weighed by the chance of getting there,
 * S(a) x request + the overshoot of what becomes ready in between, which is the integral of F(x) - F(a) from a to b.
 */
export function leastCost(times: readonly number[], cdf: (time: number) => number, requestCostS: number): Optimum {
  const at = (list: readonly number[] | Float64Array, index: number): number => list[index] ?? 0;
  // At time 0 nothing was looked at yet: what is there already is late from then on.
  const chances = times.map((time, index) => (index === 0 ? 0 : cdf(time)));
  const areas = [0];
  for (let index = 1; index < times.length; index += 1) {
    const width = at(times, index) - at(times, index - 1);
    areas.push(at(areas, index - 1) + (width * (at(chances, index) + at(chances, index - 1))) / 2);
  }

  const cost = new Float64Array(times.length);
  const next = new Int32Array(times.length);
  for (let from = times.length - 2; from >= 0; from -= 1) {
    let best = Infinity;
    for (let to = from + 1; to < times.length; to += 1) {
      const overshoot = at(areas, to) - at(areas, from) - at(chances, from) * (at(times, to) - at(times, from));
      if (overshoot > best) break; // it only grows with `to`
      const total = overshoot + at(cost, to);
      if (total < best) {
        best = total;
        next[from] = to;
      }
    }
    cost[from] = best + (1 - at(chances, from)) * requestCostS;
  }

  const looks: number[] = [];
  let requests = 0;
  for (let from = 0; from < times.length - 1; from = next[from] ?? times.length) {
    requests += 1 - at(chances, from);
    looks.push(at(times, next[from] ?? 0));
  }
  return { cost: at(cost, 0), requests, overshootS: at(cost, 0) - requests * requestCostS, looks };
}
