import type { JsonObject } from "../json.ts";
import type { Journal } from "../journal/journal.ts";
import { recordName } from "../journal/journal.ts";
import type { PreparedReport, ReportSource } from "../source/report-source.ts";
import { scheduleAge } from "../waiting/schedule.ts";
import { learnedGap, learnReadyTime, parseReadyTimes } from "./ready-times.ts";
import type { LearnedFrom, ReadyTimes, SeenReady } from "./ready-times.ts";

type Source = Pick<ReportSource, "id" | "origin">;

/** What a kit has learned of its sources' ready times. A journal keeps one record for each origin, source and report type. */
export interface LearnedSchedule {
  /** The schedule learned for a report type, for a wait whose age was 0 at `fromMs`; undefined while nothing is known. */
  gap(source: Source, reportType: string): Promise<LearnedFrom | undefined>;
  record(source: Source, report: Report, seen: SeenAt): Promise<void>;
}

type Report = Pick<PreparedReport, "reportType" | "readyAt">;

/** When one report became ready, in epoch milliseconds: between two looks, of which the second found it. */
export interface SeenAt {
  /** The provider accepted it, or waiting began. */
  readonly since: number;
  readonly notReadyAt: number;
  readonly readyAt: number;
}

/** What was learned meanwhile, here or in another process, is read again after this long. */
const rereadMs = 60_000;

export function createLearnedSchedule(journal: Journal, now: () => number): LearnedSchedule {
  const known = new Map<string, { readonly readAt: number; readonly gap: Promise<LearnedFrom | undefined> }>();
  /** To derive a schedule takes some milliseconds: once for each revision of its record. */
  const derived = new Map<string, { readonly revision: number; readonly gap: LearnedFrom | undefined }>();
  const batches = new Map<string, { readonly seen: SeenReady[]; written: Promise<void> }>();

  async function read(
    { id, origin }: Source,
    reportType: string,
  ): Promise<{ readonly revision: number; readonly times: ReadyTimes | undefined }> {
    const record = await journal.read(recordName("ready", origin, id, reportType));
    if (record !== undefined) return { revision: record.revision, times: parseReadyTimes(record.value["times"]) };
    // An older report-kit kept them in the source's one record, whatever the origin: good enough to begin with.
    const older = (await journal.read(recordName("source", id)))?.value["times"];
    const times = typeof older === "object" && older !== null && Object.hasOwn(older, reportType);
    return { revision: 0, times: times ? parseReadyTimes((older as JsonObject)[reportType]) : undefined }; // has that member
  }

  async function write(source: Source, reportType: string, seen: readonly SeenReady[]): Promise<void> {
    const { id, origin } = source;
    for (;;) {
      const { revision, times } = await read(source, reportType);
      const learned = seen.reduce<ReadyTimes | undefined>(learnReadyTime, times);
      const value = { v: 1, source: id, origin, reportType, times: { ...learned } };
      const name = recordName("ready", origin, id, reportType);
      if ((await journal.write(name, value, revision)) !== undefined) return;
    }
  }

  /** Within this process; a journal's name would be a hash for each step. */
  const nameOf = ({ id, origin }: Source, reportType: string): string => [origin, id, reportType].join("\n");

  return {
    gap(source, reportType) {
      const name = nameOf(source, reportType);
      const before = known.get(name);
      if (before !== undefined && now() - before.readAt < rereadMs) return before.gap;
      const gap = read(source, reportType).then(({ revision, times }) => {
        const last = derived.get(name);
        if (last?.revision === revision) return last.gap;
        const made = times && learnedGap(times);
        // What is read from an older report-kit's record has no revision of its own.
        if (revision > 0) derived.set(name, { revision, gap: made });
        return made;
      });
      known.set(name, { readAt: now(), gap });
      gap.catch(() => known.delete(name));
      return gap;
    },
    record(source, { reportType, readyAt }, seen) {
      const ageAt = (at: number): number => {
        const readyAtMs = readyAt === undefined ? undefined : readyAt - at;
        return scheduleAge({ ageMs: at - seen.since, readyAtMs });
      };
      // Jobs that become ready together are recorded together.
      const name = nameOf(source, reportType);
      const batch = batches.get(name) ?? { seen: [], written: Promise.resolve() };
      const fromMs = Math.max(seen.since, readyAt ?? 0);
      const [afterMs, byMs] = [Math.max(0, ageAt(seen.notReadyAt)), ageAt(seen.readyAt)];
      if (batch.seen.push({ fromMs, afterMs, byMs }) === 1) {
        batches.set(name, batch);
        batch.written = Promise.resolve().then(() => {
          batches.delete(name);
          return write(source, reportType, batch.seen);
        });
      }
      return batch.written;
    },
  };
}
