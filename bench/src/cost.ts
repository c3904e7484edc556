import { optimum } from "./optimum.ts";
import type { Law } from "./laws.ts";
import type { Poller } from "./pollers.ts";
import { seededRandom } from "./random.ts";
import type { Rhythm } from "./rhythms.ts";
import { inVirtualTime } from "./virtual-time.ts";

/** How one poller did under one law and one cost of a request. */
export interface Cell {
  readonly law: string;
  readonly requestCostS: number;
  /** Mean requests and mean seconds from ready to noticed. */
  readonly requests: number;
  readonly overshootS: number;
  /** Overshoot + cost x requests, and how many times the optimum that is. */
  readonly cost: number;
  readonly ratio: number;
}

/** One line of a comparison. */
export interface Comparison {
  readonly name: string;
  readonly settings: string;
  /** Geometric mean and worst of the cells' ratios. */
  readonly ratio: number;
  readonly worst: number;
  readonly cells: readonly Cell[];
}

/** What is compared, and how often. */
export interface CostOptions {
  readonly rhythms: readonly Rhythm[];
  readonly requestCostsS: readonly number[];
  readonly seeds: readonly number[];
  /** Reports of each rhythm, per seed. */
  readonly draws: number;
}

/** What the optimum does under each law, for the table of requests and overshoot. */
export function optima(laws: readonly Law[], requestCostsS: readonly number[]): Comparison {
  const cells = laws.flatMap((law) =>
    requestCostsS.map((requestCostS): Cell => {
      const { cost, requests, overshootS } = optimum(law, requestCostS);
      return { law: law.name, requestCostS, cost, requests, overshootS, ratio: 1 };
    }),
  );
  return { name: "the optimum", settings: "knows the law", ratio: 1, worst: 1, cells };
}

/** Let a poller wait for reports of each rhythm, all of a rhythm at once, in virtual time. */
export async function measure(poller: Poller, options: CostOptions): Promise<Comparison> {
  const cells: Cell[] = [];
  for (const rhythm of options.rhythms) {
    let same: Waits | undefined;
    for (const requestCostS of options.requestCostsS) {
      // Who does not weigh what a request costs waits the same for each.
      same = poller.weighsCost || same === undefined ? await waits(poller, rhythm, requestCostS, options) : same;
      const { requests, overshootS } = same;
      const cost = overshootS + requestCostS * requests;
      cells.push({
        law: rhythm.name,
        requestCostS,
        requests,
        overshootS,
        cost,
        ratio: cost / same.least(requestCostS),
      });
    }
  }
  return summary(poller.name, poller.settings, cells);
}

/** The line of a table that these cells make. */
export function summary(name: string, settings: string, cells: readonly Cell[]): Comparison {
  const ratios = cells.map(({ ratio }) => ratio);
  const ratio = Math.exp(ratios.reduce((sum, one) => sum + Math.log(one), 0) / ratios.length);
  return { name, settings, ratio, worst: Math.max(...ratios), cells };
}

interface Waits {
  readonly requests: number;
  readonly overshootS: number;
  /** The mean least cost of these reports. */
  least(requestCostS: number): number;
}

async function waits(
  poller: Poller,
  rhythm: Rhythm,
  requestCostS: number,
  { seeds, draws }: CostOptions,
): Promise<Waits> {
  let [requests, lateMs] = [0, 0];
  const all = seeds.map((seed) => ({ seed, reports: rhythm.draw(0, draws, seededRandom(seed)) }));
  for (const { seed, reports } of all) {
    await inVirtualTime(seed, async (now) => {
      const startedAt = now();
      await Promise.all(
        reports.map(async ({ readyS }) => {
          const readyAt = startedAt + readyS * 1_000;
          let noticedAt = Number.NaN;
          await poller.wait(
            async () => {
              requests += 1;
              noticedAt = now();
              return noticedAt >= readyAt;
            },
            { requestCostS },
          );
          lateMs += noticedAt - readyAt;
        }),
      );
    });
  }
  const reports = all.flatMap((one) => one.reports);
  return {
    requests: requests / reports.length,
    overshootS: lateMs / 1_000 / reports.length,
    least: (costS) => reports.reduce((sum, report) => sum + report.least(costS), 0) / reports.length,
  };
}
