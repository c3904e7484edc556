import { drawReadyTimes } from "./laws.ts";
import type { Law } from "./laws.ts";
import { optimum } from "./optimum.ts";
import type { Poller } from "./pollers.ts";
import { seededRandom } from "./random.ts";
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
  readonly laws: readonly Law[];
  readonly requestCostsS: readonly number[];
  readonly seeds: readonly number[];
  /** Ready times of each law, per seed. */
  readonly draws: number;
}

/** The least cost of each law and cost of a request, by name. */
export function optima(options: CostOptions): Comparison {
  const cells = options.laws.flatMap((law) =>
    options.requestCostsS.map((requestCostS): Cell => {
      const { cost, requests, overshootS } = optimum(law, requestCostS);
      return { law: law.name, requestCostS, cost, requests, overshootS, ratio: 1 };
    }),
  );
  return { name: "the optimum", settings: "knows the law", ratio: 1, worst: 1, cells };
}

/** Let a poller wait for reports of each law, all of a law at once, in virtual time. */
export async function measure(poller: Poller, options: CostOptions, best: Comparison): Promise<Comparison> {
  const cells: Cell[] = [];
  for (const law of options.laws) {
    let same: { requests: number; overshootS: number } | undefined;
    for (const requestCostS of options.requestCostsS) {
      // Who does not weigh what a request costs waits the same for each.
      same = poller.weighsCost
        ? await waits(poller, law, requestCostS, options)
        : (same ?? (await waits(poller, law, requestCostS, options)));
      const cost = same.overshootS + requestCostS * same.requests;
      const least = best.cells.find((cell) => cell.law === law.name && cell.requestCostS === requestCostS)?.cost;
      cells.push({ law: law.name, requestCostS, ...same, cost, ratio: cost / (least ?? Number.NaN) });
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

async function waits(
  poller: Poller,
  law: Law,
  requestCostS: number,
  { seeds, draws }: CostOptions,
): Promise<{ requests: number; overshootS: number }> {
  let [requests, lateMs] = [0, 0];
  for (const seed of seeds) {
    const readyTimes = drawReadyTimes(law, draws, seededRandom(seed));
    await inVirtualTime(seed, async (now) => {
      const startedAt = now();
      await Promise.all(
        readyTimes.map(async (readyS) => {
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
  const count = seeds.length * draws;
  return { requests: requests / count, overshootS: lateMs / 1_000 / count };
}
