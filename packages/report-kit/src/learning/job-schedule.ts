import type { Journal } from "../journal/journal.ts";
import type { Platform } from "../platform.ts";
import type { PreparedReport, ReportSource } from "../source/report-source.ts";
import { nextLook, plan, scheduleAge } from "../waiting/schedule.ts";
import type { NextLook, PlanInput, PlannedLook, ScheduleInput } from "../waiting/schedule.ts";
import { createLearnedSchedule } from "./learned-schedule.ts";
import type { LearnedFrom } from "./ready-times.ts";
import type { SeenAt } from "./learned-schedule.ts";

interface Job {
  readonly source: ReportSource;
  readonly prepared: PreparedReport;
}

type NextLookOf = (
  input: Pick<ScheduleInput, "ageMs" | "hintMs" | "unknownStatus" | "failures"> & {
    /** The provider has the job. Only then does it matter when earlier reports were ready. */
    readonly isWaiting?: boolean | undefined;
  },
) => NextLook;

/** When to look at a kit's jobs, with what earlier reports taught. */
export interface JobSchedule {
  of(job: Job, deadlineAt: number | undefined): Promise<NextLookOf>;
  /** Milliseconds to the next look at a job that is still pending, by the schedule that `of` made of it last. */
  gapMs(job: Job, state: { readonly acceptedAt?: number | undefined; readonly startedAt: number }): number;
  /**
   * When a report is late, in epoch milliseconds: by the habit of its source, or else by the provider's documents. By what `of`
   * has read last.
   */
  lateAt(job: Job, state: { readonly acceptedAt?: number | undefined; readonly startedAt: number }): number | undefined;
  learn(job: Job, seen: SeenAt): Promise<void>;
  plan(
    source: ReportSource,
    prepared: PreparedReport | undefined,
    input: Pick<PlanInput, "ageMs" | "horizonMs">,
  ): Promise<readonly PlannedLook[]>;
}

/** How a kit's schedule works. */
export interface JobScheduleOptions {
  readonly journal: Journal;
  readonly platform: Pick<Platform, "now" | "random">;
  readonly requestCostS: number;
  readonly learn: boolean;
}

export function createJobSchedule({ journal, platform, requestCostS, learn }: JobScheduleOptions): JobSchedule {
  const { now, random } = platform;
  const learned = createLearnedSchedule(journal, now);
  const latest = new WeakMap<Job, NextLookOf>();
  const habits = new WeakMap<Job, LearnedFrom | undefined>();

  async function gapOf(source: ReportSource, { reportType }: PreparedReport): Promise<LearnedFrom | undefined> {
    return learn ? learned.gap(source, reportType) : undefined;
  }

  return {
    async of(job, deadlineAt) {
      const { readyAt } = job.prepared;
      const gapFrom = await gapOf(job.source, job.prepared);
      const next: NextLookOf = ({ isWaiting = false, ...input }) => {
        const deadlineInMs = deadlineAt === undefined ? undefined : deadlineAt - now();
        const readyAtMs = readyAt === undefined ? undefined : readyAt - now();
        const gap = isWaiting ? gapFrom?.(now() - scheduleAge({ ...input, readyAtMs })) : undefined;
        return nextLook({ ...input, requestCostS, random, readyAtMs, deadlineInMs, learned: gap });
      };
      latest.set(job, next);
      habits.set(job, gapFrom);
      return next;
    },
    gapMs(job, { acceptedAt, startedAt }) {
      return latest.get(job)?.({ ageMs: now() - (acceptedAt ?? startedAt), isWaiting: true }).afterMs ?? 0;
    },
    lateAt(job, { acceptedAt, startedAt }) {
      const { readyAt, deadlineAt } = job.prepared;
      const fromMs = Math.max(acceptedAt ?? startedAt, readyAt ?? 0);
      const ageMs = habits.get(job)?.lateAgeMs(fromMs);
      return ageMs === undefined ? deadlineAt : fromMs + ageMs;
    },
    async learn({ source, prepared }, seen) {
      // The job's own record is written; what could have been learned is not worth failing it for.
      if (learn) await learned.record(source, prepared, seen).catch(() => undefined);
    },
    async plan(source, prepared, { ageMs = 0, horizonMs }) {
      const readyAtMs = prepared?.readyAt === undefined ? undefined : prepared.readyAt - now();
      const gapFrom = prepared && (await gapOf(source, prepared));
      const gap = gapFrom?.(now() - scheduleAge({ ageMs, readyAtMs }));
      return plan({ requestCostS, ageMs, horizonMs, readyAtMs, learned: gap });
    },
  };
}
