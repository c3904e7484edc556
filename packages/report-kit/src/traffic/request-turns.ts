import { createBudget } from "./rate-limit.ts";
import type { Budget } from "./rate-limit.ts";
import type { Observation } from "../source/observation.ts";
import { createSharedList } from "./shared-list.ts";
import type { SharedList } from "./shared-list.ts";
import type { ReportSource } from "../source/report-source.ts";
import type { Timer } from "../waiting/timer.ts";
import type { Waits } from "../kit/wait-registry.ts";

/** What the jobs of one process send to each source: within its budget, and one list for all where there is one. */
export interface SourceTraffic {
  /** Wait for the source's next request, or for a list that answers instead. */
  turn(source: ReportSource, action: "create" | "look" | "find", signal: AbortSignal): Promise<void>;
  /** What the list shared by this source's jobs says of a report, if it is fresh. */
  seen(source: ReportSource, reference: string): Observation | undefined;
}

export function sourceTraffic(process: {
  readonly now: () => number;
  readonly timer: Timer;
  readonly waits: Waits;
}): SourceTraffic {
  const { now, timer, waits } = process;
  const budgets = new Map<string, Budget>();
  const lists = new Map<string, SharedList>();

  function budgetOf({ id, profile }: ReportSource): Budget {
    let budget = budgets.get(id);
    if (budget === undefined) {
      budget = createBudget({ requestsPerSecond: profile.requestsPerSecond, timer });
      budgets.set(id, budget);
    }
    return budget;
  }

  /** A job that waits alone is looked at by itself. */
  function listOf(source: ReportSource): SharedList | undefined {
    if (source.list === undefined || waits.of(source.id).size < 2) return undefined;
    let shared = lists.get(source.id);
    if (shared === undefined) {
      const list = source.list.bind(source);
      shared = createSharedList({
        now,
        async send(signal) {
          await budgetOf(source).take(signal);
          return list({ now: now(), signal });
        },
        serve(answer) {
          for (const wait of waits.of(source.id)) wait.serve(answer);
        },
      });
      lists.set(source.id, shared);
    }
    return shared;
  }

  return {
    turn(source, action, signal) {
      const list = action === "look" ? listOf(source) : undefined;
      return list === undefined ? budgetOf(source).take(signal) : list.refresh(signal);
    },
    seen: (source, reference) => listOf(source)?.seen(reference),
  };
}
