import { learnedGap } from "./ready-times.ts";
import type { LearnedGap, SeenReady } from "./ready-times.ts";
import type { SourceFacts } from "../job/source-record.ts";

/** What a kit has learned of its sources. */
export interface ReadyHabits {
  /** The schedule learned for a report type; undefined while nothing is known. */
  gap(sourceId: string, reportType: string): Promise<LearnedGap | undefined>;
  record(sourceId: string, reportType: string, seen: SeenReady): Promise<void>;
}

/** What was learned meanwhile, here or in another process, is taken up after this long: working it out is not free. */
const rereadMs = 60_000;

export function readyHabits(facts: SourceFacts, now: () => number): ReadyHabits {
  const known = new Map<string, { readonly readAt: number; readonly gap: Promise<LearnedGap | undefined> }>();

  const batches = new Map<string, { readonly seen: SeenReady[]; written: Promise<void> }>();

  async function work(sourceId: string, reportType: string): Promise<LearnedGap | undefined> {
    const times = await facts.readyTimes(sourceId, reportType);
    return times === undefined ? undefined : learnedGap(times);
  }

  return {
    gap(sourceId, reportType) {
      const name = `${sourceId} ${reportType}`;
      const before = known.get(name);
      if (before !== undefined && now() - before.readAt < rereadMs) return before.gap;
      const gap = work(sourceId, reportType);
      known.set(name, { readAt: now(), gap });
      gap.catch(() => known.delete(name));
      return gap;
    },
    record(sourceId, reportType, seen) {
      // Jobs that become ready together are written together.
      const name = `${sourceId} ${reportType}`;
      const batch = batches.get(name) ?? { seen: [], written: Promise.resolve() };
      if (batch.seen.push(seen) === 1) {
        batches.set(name, batch);
        batch.written = Promise.resolve().then(() => {
          batches.delete(name);
          return facts.recordReady(sourceId, reportType, batch.seen);
        });
      }
      return batch.written;
    },
  };
}
