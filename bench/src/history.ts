import { learnedGap, learnReadyTime } from "../../packages/report-kit/src/learning/ready-times.ts";
import type { ReadyTimes } from "../../packages/report-kit/src/learning/ready-times.ts";
import { nextLook } from "../../packages/report-kit/src/waiting/schedule.ts";
import { summary } from "./cost.ts";
import type { Cell, Comparison } from "./cost.ts";
import { seededRandom } from "./random.ts";
import type { Report, Rhythm } from "./rhythms.ts";

/** Mean requests and overshoot of the reports at one place in the histories of many sources, and the least cost of them. */
export interface Place {
  readonly requests: number;
  readonly overshootS: number;
  readonly cost: number;
  readonly leastCost: number;
}

/** How many sources are waited for, and for how many reports of each. */
export interface HistoryOptions {
  readonly seeds: readonly number[];
  readonly sources: number;
  readonly reports: number;
}

/**
 * Wait for the reports of many sources, one a day, each of which begins without a history and learns from each report what
 * its own looks could see of it. The schedule is asked directly: there is no clock to share.
 */
export function measureHistory(rhythm: Rhythm, requestCostS: number, options: HistoryOptions): readonly Place[] {
  const { seeds, sources, reports } = options;
  const sums = Array.from({ length: reports }, () => ({ requests: 0, overshootS: 0, cost: 0, leastCost: 0 }));
  for (const seed of seeds) {
    const random = seededRandom(seed);
    // Each day has its own full spread of ready times over the sources.
    const days = sums.map((_, day) => rhythm.draw(day, sources, random));
    for (let source = 0; source < sources; source += 1) {
      let times: ReadyTimes | undefined;
      for (const [day, sum] of sums.entries()) {
        const report = days[day]?.[source];
        if (report === undefined) continue;
        const wait = waitFor(report, times, requestCostS, random);
        times = learnReadyTime(times, { fromMs: report.askedS * 1_000, ...wait });
        const overshootS = wait.byMs / 1_000 - report.readyS;
        sum.requests += wait.requests;
        sum.overshootS += overshootS;
        sum.cost += overshootS + requestCostS * wait.requests;
        sum.leastCost += report.least(requestCostS);
      }
    }
  }
  const count = seeds.length * sources;
  return sums.map(({ requests, overshootS, cost, leastCost }) => ({
    requests: requests / count,
    overshootS: overshootS / count,
    cost: cost / count,
    leastCost: leastCost / count,
  }));
}

function waitFor(
  { askedS, readyS }: Report,
  times: ReadyTimes | undefined,
  requestCostS: number,
  random: () => number,
): { readonly afterMs: number; readonly byMs: number; readonly requests: number } {
  const learned = times && learnedGap(times)(askedS * 1_000);
  let [afterMs, byMs, requests] = [0, 0, 0];
  do {
    afterMs = byMs;
    byMs += nextLook({ ageMs: byMs, requestCostS, random, learned }).afterMs;
    requests += 1;
  } while (byMs < readyS * 1_000);
  return { afterMs, byMs, requests };
}

/** The mean of some places, as one. */
export function meanOf(places: readonly Place[]): Place {
  const mean = (of: (place: Place) => number): number => places.reduce((sum, one) => sum + of(one), 0) / places.length;
  return {
    requests: mean((one) => one.requests),
    overshootS: mean((one) => one.overshootS),
    cost: mean((one) => one.cost),
    leastCost: mean((one) => one.leastCost),
  };
}

/** How waiting goes for the first ten reports of a source, and after 20, as two lines of a comparison. */
export function measureLearning({
  rhythms,
  requestCostsS,
  ...options
}: { readonly rhythms: readonly Rhythm[]; readonly requestCostsS: readonly number[] } & Omit<
  HistoryOptions,
  "reports"
>): readonly [first10: Comparison, after20: Comparison] {
  const measured = rhythms.flatMap((rhythm) =>
    requestCostsS.map((requestCostS) => ({
      law: rhythm.name,
      requestCostS,
      places: measureHistory(rhythm, requestCostS, { ...options, reports: 40 }),
    })),
  );
  const line = (name: string, settings: string, from: number, to: number): Comparison =>
    summary(
      name,
      settings,
      measured.map(({ law, requestCostS, places }): Cell => {
        const { requests, overshootS, cost, leastCost } = meanOf(places.slice(from, to));
        return { law, requestCostS, requests, overshootS, cost, ratio: cost / leastCost };
      }),
    );
  return [
    line("report-kit, learning", "reports 1 to 10 of a source", 0, 10),
    line("report-kit, learned", "reports 21 to 40 of a source", 20, 40),
  ];
}
