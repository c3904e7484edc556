import { ReportRequestError } from "../errors.ts";
import { formatBookmark, parseBookmark } from "../identity/bookmark.ts";
import { reportKey } from "../identity/report-key.ts";
import type { JobEventDetails } from "../job/job-event.ts";
import type { JobIdentity } from "../job/step.ts";
import { takeStep } from "../job/take-step.ts";
import { withBookmark } from "../job/with-bookmark.ts";
import { createJournalWatch } from "../journal/journal-watch.ts";
import { createLearnedSchedule } from "../learning/learned-schedule.ts";
import { platformWith } from "../platform.ts";
import type { ReportSource } from "../source/report-source.ts";
import { refuse, wholeNumber } from "../source/request-fields.ts";
import { clockSkewMs } from "../source/timing.ts";
import { createRequestTurns } from "../traffic/request-turns.ts";
import { defaultRequestCostS, nextLook, plan } from "../waiting/schedule.ts";
import type { NextLook, ScheduleInput } from "../waiting/schedule.ts";
import { createTimer } from "../waiting/timer.ts";
import { createReportJob } from "./create-report-job.ts";
import type { Engine } from "./wait.ts";
import { createEventBus } from "./event-bus.ts";
import type { ReportKit, ReportKitOptions } from "./report-kit.ts";
import { createWaits } from "./wait-registry.ts";
import { wakeJobs } from "./wake.ts";

const journals =
  'a journal: fileJournal(directory) of "report-kit/node", postgresJournal(query) of "report-kit/postgres", or memoryJournal()';

/** @throws ReportRequestError for options that can't work. */
export function createReportKit(options: ReportKitOptions): ReportKit {
  const engine = createEngine(options);
  const { journal, platform } = engine;

  /** @param now what the clock may be: a clock behind must not refuse a request that another machine has begun */
  function identify(source: ReportSource, request: unknown, epoch: number, now = platform.now()): JobIdentity {
    const prepared = source.prepare(request, { now });
    const key = keyOf(source, prepared, epoch);
    const formerKeys = formerKeysOf(source, prepared, epoch);
    const bookmark = formatBookmark({ source: source.id, key, epoch, request: prepared.request });
    return { key, formerKeys, epoch, bookmark, source, prepared };
  }

  function recall(bookmark: string, sources: readonly ReportSource[]): JobIdentity {
    const mark = parseBookmark(bookmark);
    const refused = (code: string, field: string, expected: string, received: string): ReportRequestError =>
      new ReportRequestError({ code, field, expected, received, bookmark });
    const source = sources.find((candidate) => candidate.id === mark.source);
    if (source === undefined) {
      const received = sources.length === 0 ? "none" : sources.map((candidate) => candidate.id).join(", ");
      throw refused("unknown-source", "sources", `the source ${mark.source}, which the bookmark names`, received);
    }
    const { tier } = source.profile;
    if (journal.keeps === "process" && (tier === "client-id" || tier === "list")) {
      const expected = `a journal that outlives its process, to go on with a job of ${source.id}, which could make the report twice`;
      throw refused("journal-not-durable", "journal", expected, "memoryJournal()");
    }
    const job = identify(source, mark.request, mark.epoch, platform.now() + clockSkewMs);
    if (job.key === mark.key || job.formerKeys?.includes(mark.key) === true) return job;
    const expected = `the key ${job.key}, which its request has at ${source.origin}`;
    throw refused("invalid-bookmark", "bookmark", expected, mark.key);
  }

  return {
    journal,
    report(source, request, { epoch = 0 } = {}) {
      if (wholeNumber("epoch", epoch) > 0 && !source.profile.remakes) {
        refuse("epoch", `0: ${source.provider} gives the same report again, and can't make another`, epoch);
      }
      return createReportJob(identify(source, request, epoch), engine);
    },
    resume: (bookmark, sources) => createReportJob(recall(bookmark, sources), engine),
    async step(bookmark, sources, stepOptions = {}) {
      const job = recall(bookmark, sources);
      const { signal = new AbortController().signal, onIndeterminate = engine.onIndeterminate } = stepOptions;
      const how = { signal, onIndeterminate: () => onIndeterminate, reopen: true };
      const result = await takeStep(job, how, engine).catch((error: unknown) => {
        throw signal.aborted ? error : withBookmark(error, job.bookmark, "wait");
      });
      if ("outcome" in result) return { outcome: result.outcome };
      const { at, why } = result.again;
      return { again: { at: new Date(at).toISOString(), afterMs: Math.max(0, at - platform.now()), why } };
    },
    plan(source, { request, ageMs, horizonMs } = {}) {
      const now = platform.now();
      const readyAt = request === undefined ? undefined : source.prepare(request, { now }).readyAt;
      const readyAtMs = readyAt === undefined ? undefined : readyAt - now;
      return plan({ requestCostS: options.requestCostS, ageMs, horizonMs, readyAtMs });
    },
    wake: (hint) => wakeJobs(hint, engine),
  };
}

function keyOf(source: ReportSource, prepared: JobIdentity["prepared"], epoch: number): string {
  const { provider, origin, account } = source;
  return reportKey({ provider, origin, account, reportType: prepared.reportType, request: prepared.identity, epoch });
}

function formerKeysOf(
  source: ReportSource,
  prepared: JobIdentity["prepared"],
  epoch: number,
): readonly string[] | undefined {
  return prepared.formerIdentities?.map((identity) => keyOf(source, { ...prepared, identity }, epoch));
}

/** The one place where the core meets the rate limits and what was learned of ready times. */
function createEngine(options: ReportKitOptions): Engine {
  const { journal, requestCostS = defaultRequestCostS, onIndeterminate = "reconcile", learn = true } = options;
  if (typeof journal?.read !== "function") refuse("journal", journals, journal);
  if (!(requestCostS > 0 && requestCostS <= 3_600)) {
    refuse("requestCostS", "seconds of waiting that a request costs, above 0 and up to 3600", requestCostS);
  }
  const platform = platformWith(options.platform ?? {});
  const { now, random } = platform;
  const timer = createTimer(platform);
  const watch = createJournalWatch(journal, timer);
  const bus = createEventBus(options.onEvent);
  const waits = createWaits();
  const learned = createLearnedSchedule(journal, now);
  const passedOver = new Set<string>();
  // Made at the first step: some platforms have no randomness before a request.
  let worker: string | undefined;

  function publish(key: string, source: string, reportType: string, details: JobEventDetails): void {
    bus.publish({ at: new Date(now()).toISOString(), key, source, reportType, ...details });
  }

  function next(
    { prepared }: JobIdentity,
    input: Omit<ScheduleInput, "random" | "requestCostS" | "readyAtMs">,
  ): NextLook {
    const readyAtMs = prepared.readyAt === undefined ? undefined : prepared.readyAt - now();
    return nextLook({ ...input, requestCostS, random, readyAtMs });
  }

  return {
    journal,
    platform,
    timer,
    watch,
    bus,
    waits,
    onIndeterminate,
    unsent: new Map(),
    worker: () => (worker ??= crypto.randomUUID()),
    turns: createRequestTurns({ now, timer, waitsOf: (source) => waits.of(source) }),
    schedule: {
      async of(job, deadlineAt) {
        const gap = learn ? await learned.gap(job.source, job.prepared.reportType) : undefined;
        return (input) => {
          const deadlineInMs = deadlineAt === undefined ? undefined : deadlineAt - now();
          return next(job, { ...input, deadlineInMs, learned: gap });
        };
      },
      gapMs: (job, state) => next(job, { ageMs: now() - (state.acceptedAt ?? state.startedAt) }).afterMs,
      async learn({ source, prepared }, seen) {
        // The job's own record is written; what could have been learned is not worth failing it for.
        if (learn) await learned.record(source, prepared, seen).catch(() => undefined);
      },
    },
    isOf(source, key, { request, epoch }) {
      try {
        const prepared = source.prepare(request, { now: now() + clockSkewMs });
        const keys = [keyOf(source, prepared, Number(epoch)), ...(formerKeysOf(source, prepared, Number(epoch)) ?? [])];
        return keys.includes(key);
      } catch {
        return false; // a request that this source does not take
      }
    },
    emit: ({ key, source, prepared }, event) => publish(key, source.id, prepared.reportType, event),
    passOver(name, { code, message }) {
      if (passedOver.has(name)) return;
      passedOver.add(name);
      publish(name, "unknown", "unknown", { type: "unreadable-record", code, message });
    },
    announceEnd: () => watch.announce().catch(() => undefined), // other processes find the end at their next look
  };
}
