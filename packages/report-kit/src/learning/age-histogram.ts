import { normal } from "./normal.ts";

/**
 * How long reports took: a decaying histogram over ages. It takes any shape and none sharply: it serves sources that keep
 * neither to an age nor to a time of day.
 */
export interface AgeHistogram {
  /** The weight of each bin that has one. Bin i begins at 2 s x 2^(i/4). */
  readonly bins: Readonly<Record<string, number>>;
  /** How much better the latest reports fit what is assumed of an unknown source than what was learned (Page's test). */
  readonly doubt: number;
}

/** The first bin begins here, in seconds, and each is this much longer than the one before, up to six days. */
const firstBinS = 2;
const binsPerDoubling = 4;
const binCount = 72;
/** A report counts this much less with each later one: the latest thirty or so decide. */
const decay = 0.97;
/** How far one report says something about ages beside its own, in bins (a standard deviation). */
const kernelBins = 2;
/** Above this the world has changed, and what was learned is forgotten: two reports no one could have expected. */
const doubtLimit = 4;

/** Read a histogram out of a journal; undefined where it is damaged. */
export function parseHistogram(value: object): AgeHistogram | undefined {
  const { bins, doubt } = value as { readonly bins?: unknown; readonly doubt?: unknown }; // checked below
  if (typeof bins !== "object" || bins === null || !isWeight(doubt)) return undefined;
  const sound = Object.entries(bins).every(([bin, weight]) => isBin(bin) && isWeight(weight));
  return sound ? { bins: bins as Record<string, number>, doubt } : undefined; // every weight was looked at
}

function isBin(name: string): boolean {
  return String(Math.trunc(Number(name))) === name && Number(name) >= 0 && Number(name) < binCount;
}

function isWeight(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1_000;
}

/** Learn that a report became ready between two ages, in seconds. */
export function learnAge(before: AgeHistogram, fromS: number, toS: number): AgeHistogram {
  const learned = chanceByAge(before);
  const asLearned = Math.max(1e-9, learned(toS) - learned(fromS));
  const asAssumed = Math.max(1e-9, assumed(toS) - assumed(fromS));
  const doubt = Math.max(0, before.doubt + Math.log(asAssumed / asLearned));
  const isForgotten = doubt > doubtLimit;

  const bins: Record<string, number> = {};
  for (const [bin, weight] of Object.entries(isForgotten ? {} : before.bins)) keep(Number(bin), weight * decay);
  // It became ready somewhere in between: its weight goes where such reports have been before.
  const [chance, whole] = isForgotten ? [assumed, asAssumed] : [learned, asLearned];
  for (let bin = binOf(fromS); bin <= binOf(toS); bin += 1) {
    const startS = bin === 0 ? 0 : startOf(bin);
    const part = chance(Math.min(toS, startOf(bin + 1))) - chance(Math.max(fromS, startS));
    keep(bin, (bins[bin] ?? 0) + part / whole);
  }
  return { bins, doubt: isForgotten ? 0 : rounded(doubt) };

  function keep(bin: number, weight: number): void {
    if (weight >= 0.005) bins[bin] = rounded(weight);
  }
}

/**
 * The chance that a report is ready by an age, in seconds: what was learned, smoothed, and what is assumed of an unknown
 * source, which counts as much as one report.
 */
export function chanceByAge({ bins }: AgeHistogram): (ageS: number) => number {
  const weights = Object.entries(bins).map(([bin, weight]) => [Number(bin) + 0.5, weight] as const);
  const whole = weights.reduce((sum, [, weight]) => sum + weight, 1);
  return (ageS) => {
    const place = placeOf(ageS);
    let sum = assumed(ageS);
    for (const [middle, weight] of weights) sum += weight * normal((place - middle) / kernelBins);
    return sum / whole;
  };
}

/**
 * The law behind the default schedule: any order of magnitude from 1 s to four hours is as likely as another. Past 4 h / e,
 * what is left becomes ready with a chance of 1/t in each second.
 */
function assumed(ageS: number): number {
  const turnS = 14_400 / Math.E;
  const left = ageS < turnS ? Math.log(14_400 / Math.max(ageS, 1)) : turnS / ageS;
  return 1 - left / Math.log(14_400);
}

function startOf(bin: number): number {
  return firstBinS * 2 ** (bin / binsPerDoubling);
}

/** Where an age lies, in bins. */
function placeOf(ageS: number): number {
  return binsPerDoubling * Math.log2(ageS / firstBinS);
}

function binOf(ageS: number): number {
  return Math.min(binCount - 1, Math.max(0, Math.floor(placeOf(ageS))));
}

function rounded(weight: number): number {
  return Math.round(weight * 1_000) / 1_000;
}
