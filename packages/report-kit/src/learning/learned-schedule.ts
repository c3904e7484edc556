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

/** The schedule derived from a record in one of its revisions (0 = there is no record). To derive one takes some milliseconds. */
interface Derived {
  readonly revision: number;
  readonly gap: LearnedFrom | undefined;
}

export function createLearnedSchedule(journal: Journal, now: () => number): LearnedSchedule {
  const known = new Map<string, { readonly readAt: number; readonly derived: Promise<Derived> }>();
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

  async function derive(source: Source, reportType: string, before: Promise<Derived> | undefined): Promise<Derived> {
    const { revision, times } = await read(source, reportType);
    const last = await before?.catch(() => undefined);
    if (last !== undefined && revision > 0 && last.revision === revision) return last;
    return { revision, gap: times && learnedGap(times) };
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
    async gap(source, reportType) {
      const name = nameOf(source, reportType);
      const before = known.get(name);
      if (before !== undefined && now() - before.readAt < rereadMs) return (await before.derived).gap;
      const derived = derive(source, reportType, before?.derived);
      known.set(name, { readAt: now(), derived });
      derived.catch(() => known.delete(name));
      return (await derived).gap;
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
