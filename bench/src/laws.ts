/** How long providers take: a law of ready times, in seconds. */
export interface Law {
  readonly name: string;
  /** The chance that a report is ready after `seconds`. */
  cdf(seconds: number): number;
  /** The ready time that comes before a share `chance` of all. */
  at(chance: number): number;
}

interface Part {
  readonly share: number;
  readonly isNormal: boolean;
  /** The median of a lognormal part, the mean of a normal one. */
  readonly middle: number;
  readonly sigma: number;
}

/** The four laws of P1 to P3, in the words of `--law`. */
export const defaultLaws: readonly string[] = [
  "fast=lognormal(20,0.8)",
  "mid=lognormal(240,1)",
  "slow=lognormal(2700,0.8)",
  "bimodal=0.7*lognormal(15,0.4)+0.3*lognormal(1500,0.4)",
];

/**
 * Read a law: `name=share*lognormal(median s,sigma)+…` or `name=share*normal(mean s,sd s)+…`; a share left out is 1, shares
 * are scaled to add up to 1.
 * @throws Error naming what can't be read.
 */
export function parseLaw(text: string): Law {
  const [name = "", sum = ""] = text.split("=", 2);
  const parts = sum.split("+").map((part): Part => {
    const match = /^\s*(?:([\d.]+)\s*\*\s*)?(log)?normal\(\s*([\d.]+)\s*,\s*([\d.]+)\s*\)\s*$/.exec(part);
    const [share, middle, sigma] = [match?.[1] ?? "1", match?.[3], match?.[4]].map(Number);
    if (!(isAbove0(share) && isAbove0(middle) && isAbove0(sigma))) {
      throw new Error(
        `Not a law: ${JSON.stringify(text)}; expected for example "mine=0.7*lognormal(15,0.4)+0.3*normal(1500,60)"`,
      );
    }
    return { share, isNormal: match?.[2] === undefined, middle, sigma };
  });
  const whole = parts.reduce((sum, { share }) => sum + share, 0);
  const cdf = (seconds: number): number =>
    seconds <= 0
      ? 0
      : parts.reduce((sum, { share, isNormal, middle, sigma }) => {
          const z = isNormal ? (seconds - middle) / sigma : Math.log(seconds / middle) / sigma;
          return sum + share * normalCdf(z);
        }, 0) / whole;
  return {
    name,
    cdf,
    at(chance) {
      let [low, high] = [Math.log(1e-3), Math.log(1e9)];
      for (let step = 0; step < 60; step += 1) {
        const middle = (low + high) / 2;
        if (cdf(Math.exp(middle)) < chance) low = middle;
        else high = middle;
      }
      return Math.exp(high);
    },
  };
}

function isAbove0(value: number | undefined): value is number {
  return value !== undefined && value > 0;
}

/**
 * Ready times of a law, one out of each of `count` equally likely parts, in random order: as random as independent ones
 * for each report, with a mean that hardly depends on the seed.
 */
export function drawReadyTimes(law: Law, count: number, random: () => number): number[] {
  return shares(count, random).map((chance) => law.at(chance));
}

/** `count` numbers in [0, 1), one out of each of `count` equal parts, in random order. */
export function shares(count: number, random: () => number): number[] {
  const list = Array.from({ length: count }, (_, index) => (index + random()) / count);
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other] ?? 0, list[last] ?? 0];
  }
  return list;
}

/** The standard normal distribution, by the complementary error function (Numerical Recipes' erfcc, 1.2e-7). */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const erfc = t * Math.exp(-x * x + series.reduceRight((sum, factor) => sum * t + factor, 0));
  return z > 0 ? 1 - erfc / 2 : erfc / 2;
}
