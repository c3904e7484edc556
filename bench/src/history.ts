import { learnedGap, learnReadyTime } from "../../packages/report-kit/src/learning/ready-times.ts";
import type { ReadyTimes } from "../../packages/report-kit/src/learning/ready-times.ts";
import { nextLook } from "../../packages/report-kit/src/waiting/schedule.ts";
import { summary } from "./cost.ts";
import type { Cell, Comparison, CostOptions } from "./cost.ts";
import { drawReadyTimes } from "./laws.ts";
import type { Law } from "./laws.ts";
import { seededRandom } from "./random.ts";

/** How waiting goes for a source's first reports and for later ones. */
export interface Learning {
  readonly first10: Comparison;
  readonly after20: Comparison;
}

/** Reports of one source, one after the other: 20 to learn from, then as many again. */
const reports = 40;

/**
 * Wait for the reports of many sources, each of which begins without a history and learns from each report what its own
 * looks could see of it. The schedule is asked directly: there is no clock to share.
 */
export function measureLearning(options: CostOptions & { readonly sources: number }, best: Comparison): Learning {
  const first10: Cell[] = [];
  const after20: Cell[] = [];
  for (const law of options.laws) {
    for (const requestCostS of options.requestCostsS) {
      const least = best.cells.find((cell) => cell.law === law.name && cell.requestCostS === requestCostS)?.cost;
      const sums = { first10: tally(), after20: tally() };
      for (const seed of options.seeds)
        for (const part of sourcesOf(law, requestCostS, seed, options.sources)) add(sums, part);
      for (const [cells, sum] of [
        [first10, sums.first10],
        [after20, sums.after20],
      ] as const) {
        const requests = sum.requests / sum.waits;
        const overshootS = sum.overshootS / sum.waits;
        const cost = overshootS + requestCostS * requests;
        cells.push({ law: law.name, requestCostS, requests, overshootS, cost, ratio: cost / (least ?? Number.NaN) });
      }
    }
  }
  return {
    first10: summary("report-kit, learning", "reports 1 to 10 of a source", first10),
    after20: summary("report-kit, learned", "after 20 reports of a source", after20),
  };
}

interface Tally {
  requests: number;
  overshootS: number;
  waits: number;
}

const tally = (): Tally => ({ requests: 0, overshootS: 0, waits: 0 });

interface Wait {
  readonly report: number;
  readonly requests: number;
  readonly overshootS: number;
}

function add(sums: { first10: Tally; after20: Tally }, wait: Wait): void {
  const sum = wait.report < 10 ? sums.first10 : wait.report >= 20 ? sums.after20 : undefined;
  if (sum === undefined) return;
  sum.requests += wait.requests;
  sum.overshootS += wait.overshootS;
  sum.waits += 1;
}

function* sourcesOf(law: Law, requestCostS: number, seed: number, sources: number): Generator<Wait> {
  const random = seededRandom(seed);
  // Each position in the history gets its own full spread of ready times over the sources.
  const readyTimes = Array.from({ length: reports }, () => drawReadyTimes(law, sources, random));
  for (let source = 0; source < sources; source += 1) {
    let times: ReadyTimes | undefined;
    for (let report = 0; report < reports; report += 1) {
      const readyMs = (readyTimes[report]?.[source] ?? 0) * 1_000;
      const learned = times && learnedGap(times);
      let [ageMs, beforeMs, requests] = [0, 0, 0];
      while (ageMs < readyMs) {
        beforeMs = ageMs;
        ageMs += nextLook({ ageMs, requestCostS, random, ...(learned && { learned }) }).afterMs;
        requests += 1;
      }
      times = learnReadyTime(times, { afterMs: beforeMs, byMs: ageMs });
      yield { report, requests, overshootS: (ageMs - readyMs) / 1_000 };
    }
  }
}
