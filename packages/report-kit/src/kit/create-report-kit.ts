import type { Bookmark } from "../identity/bookmark.ts";
import { formatBookmark, parseBookmark } from "../identity/bookmark.ts";
import { ReportRequestError } from "../errors.ts";
import type { JobEventDetails } from "../job/job-event.ts";
import type { JsonObject } from "../json.ts";
import { createEventBus } from "./event-bus.ts";
import { reportKey } from "../identity/report-key.ts";
import { outOfJob } from "../job/with-bookmark.ts";
import { createPulse } from "../journal/journal-watch.ts";
import { readyHabits } from "../learning/learned-schedule.ts";
import { createReportJob } from "./create-report-job.ts";
import { platformWith } from "../platform.ts";
import type { OnIndeterminate, ReduceContext } from "../job/transitions.ts";
import { defaultRequestCostS, nextLook, plan } from "../waiting/schedule.ts";
import type { ReportKit, ReportKitOptions } from "./report-kit.ts";
import type { ReportJob } from "./report-job.ts";
import type { ReportSource } from "../source/report-source.ts";
import { clockSkewMs } from "../source/timing.ts";
import { sourceTraffic } from "../traffic/request-turns.ts";
import { sourceFacts } from "../job/source-record.ts";
import type { JobIdentity, StepResult } from "../job/step.ts";
import { takeStep } from "../job/step.ts";
import { createTimer } from "../waiting/timer.ts";
import type { LearnedGap } from "../learning/ready-times.ts";
import { createWaits } from "./wait-registry.ts";
import { wakeJobs } from "./wake.ts";

/** @throws ReportRequestError for options that can't work. */
export function createReportKit(options: ReportKitOptions): ReportKit {
  const { journal, requestCostS = defaultRequestCostS, onIndeterminate = "reconcile", learn = true } = options;
  if (typeof journal?.read !== "function") {
    throw new ReportRequestError({
      field: "journal",
      expected: 'a journal: fileJournal(directory) of "report-kit/node", postgresJournal(query), or memoryJournal()',
      received: journal === undefined ? "nothing" : `a ${typeof journal}`,
    });
  }
  if (!(requestCostS > 0 && requestCostS <= 3_600)) {
    throw new ReportRequestError({
      field: "requestCostS",
      expected: "seconds of waiting that a request costs, above 0 and up to 3600",
      received: String(requestCostS),
    });
  }
  const platform = platformWith(options.platform ?? {});
  const timer = createTimer(platform);
  const pulse = createPulse(journal, timer);
  const bus = createEventBus(options.onEvent);
  const facts = sourceFacts(journal);
  const waits = createWaits();
  const traffic = sourceTraffic({ now: platform.now, timer, waits });
  const habits = readyHabits(facts, platform.now);
  // Made at the first step: some platforms have no randomness before a request.
  let worker: string | undefined;

  function emitFor(job: JobIdentity): (event: JobEventDetails) => void {
    return (details) =>
      bus.publish({
        at: new Date(platform.now()).toISOString(),
        key: job.key,
        source: job.source.id,
        reportType: job.prepared.reportType,
        ...details,
      });
  }

  const scheduled = (
    job: JobIdentity,
    learned: LearnedGap | undefined,
    deadlineAt: number | undefined,
  ): ReduceContext["next"] => {
    const { readyAt } = job.prepared;
    return (input) =>
      nextLook({
        ...input,
        requestCostS,
        random: platform.random,
        ...(deadlineAt === undefined ? {} : { deadlineInMs: deadlineAt - platform.now() }),
        ...(readyAt === undefined ? {} : { readyAtMs: readyAt - platform.now() }),
        ...(learned === undefined ? {} : { learned }),
      });
  };

  async function stepOf(
    job: JobIdentity,
    how: {
      readonly signal: AbortSignal;
      readonly onIndeterminate: OnIndeterminate;
      readonly deadlineAt?: number;
      readonly early?: boolean;
    },
  ): Promise<StepResult> {
    worker ??= crypto.randomUUID();
    const { source, prepared } = job;
    const learned = learn ? await habits.gap(source.id, prepared.reportType) : undefined;
    return takeStep(job, {
      journal,
      facts,
      now: platform.now,
      worker,
      emit: emitFor(job),
      signal: how.signal,
      early: how.early === true,
      turn: (action, signal) => traffic.turn(source, action, signal),
      seen: (reference) => traffic.seen(source, reference),
      ended: () => pulse.beat().catch(() => undefined), // others find the end at their next look
      learn: async (seen) => {
        // The job's own record is written; what could have been learned is not worth failing it for.
        if (learn) await habits.record(source.id, prepared.reportType, seen).catch(() => undefined);
      },
      onIndeterminate: how.onIndeterminate,
      next: scheduled(job, learned, how.deadlineAt),
    });
  }

  function identify(source: ReportSource, request: unknown, epoch: number, now: number): JobIdentity {
    const prepared = source.prepare(request, { now });
    const keyOf = (identity: JsonObject): string =>
      reportKey({
        provider: source.provider,
        origin: source.origin,
        account: source.account,
        reportType: prepared.reportType,
        request: identity,
        epoch,
      });
    const key = keyOf(prepared.identity);
    const formerKeys = prepared.formerIdentities?.map(keyOf);
    const bookmark = formatBookmark({ source: source.id, key, epoch, request: prepared.request });
    return { key, formerKeys, epoch, bookmark, source, prepared };
  }

  function recall(bookmark: string, sources: readonly ReportSource[]): JobIdentity {
    const mark: Bookmark = parseBookmark(bookmark);
    const source = sources.find((candidate) => candidate.id === mark.source);
    if (source === undefined) {
      throw new ReportRequestError({
        code: "unknown-source",
        field: "sources",
        expected: `the source ${mark.source}, which the bookmark names`,
        received: sources.length === 0 ? "none" : sources.map((candidate) => candidate.id).join(", "),
        bookmark,
      });
    }
    const { tier } = source.profile;
    if (journal.keeps === "process" && (tier === "client-id" || tier === "list")) {
      throw new ReportRequestError({
        code: "journal-not-durable",
        field: "journal",
        expected: `a journal that outlives its process, to go on with a job of ${source.id}, which could make the report twice`,
        received: "memoryJournal()",
        bookmark,
      });
    }
    // The job was begun by a clock that may be ahead of this one: its period has ended there.
    const job = identify(source, mark.request, mark.epoch, platform.now() + clockSkewMs);
    if (job.key !== mark.key && job.formerKeys?.includes(mark.key) !== true) {
      throw new ReportRequestError({
        code: "invalid-bookmark",
        field: "bookmark",
        expected: `the key ${job.key}, which its request has at ${source.origin}`,
        received: mark.key,
        bookmark,
      });
    }
    return job;
  }

  const jobFor = (job: JobIdentity): ReportJob =>
    createReportJob(job, {
      journal,
      platform,
      timer,
      pulse,
      bus,
      waits,
      onIndeterminate,
      emit: emitFor(job),
      step: (how) => stepOf(job, how),
      gapMs: (state) =>
        scheduled(job, undefined, undefined)({ ageMs: platform.now() - (state.acceptedAt ?? state.startedAt) }).afterMs,
    });

  return {
    report(source, request, reportOptions = {}) {
      const { epoch = 0 } = reportOptions;
      if (!Number.isSafeInteger(epoch) || epoch < 0) {
        throw new ReportRequestError({ field: "epoch", expected: "a whole number from 0", received: String(epoch) });
      }
      if (epoch > 0 && !source.profile.remakes) {
        throw new ReportRequestError({
          field: "epoch",
          expected: `0: ${source.provider} gives the same report again, and can't make it anew`,
          received: String(epoch),
        });
      }
      return jobFor(identify(source, request, epoch, platform.now()));
    },
    resume(bookmark, sources) {
      return jobFor(recall(bookmark, sources));
    },
    async step(bookmark, sources, stepOptions = {}) {
      const job = recall(bookmark, sources);
      const { signal = new AbortController().signal } = stepOptions;
      const how = { signal, onIndeterminate: stepOptions.onIndeterminate ?? onIndeterminate };
      const result = await stepOf(job, how).catch((error: unknown) => {
        throw signal.aborted ? error : outOfJob(error, job.bookmark, "wait");
      });
      if ("outcome" in result) return { outcome: result.outcome };
      const { at, why } = result.again;
      return { again: { at: new Date(at).toISOString(), afterMs: Math.max(0, at - platform.now()), why } };
    },
    plan(source, planOptions = {}) {
      const { request, ageMs, horizonMs } = planOptions;
      const readyAt = request === undefined ? undefined : source.prepare(request, { now: platform.now() }).readyAt;
      return plan({
        requestCostS,
        ...(ageMs === undefined ? {} : { ageMs }),
        ...(horizonMs === undefined ? {} : { horizonMs }),
        ...(readyAt === undefined ? {} : { readyAtMs: readyAt - platform.now() }),
      });
    },
    async wake(hint) {
      const woken = await wakeJobs(journal, hint, platform.now);
      for (const { key, state } of woken) {
        bus.publish({
          type: "woken",
          at: new Date(platform.now()).toISOString(),
          key,
          source: state.source,
          reportType: state.reportType,
        });
        waits.get(key)?.nudge();
      }
      if (woken.length > 0) await pulse.beat();
      return woken.length;
    },
  };
}
