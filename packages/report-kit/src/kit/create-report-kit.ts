import { ReportRequestError } from "../errors.ts";
import { formatBookmark, parseBookmark } from "../identity/bookmark.ts";
import { reportKey } from "../identity/report-key.ts";
import type { JobEventDetails } from "../job/job-event.ts";
import type { JobIdentity } from "../job/step.ts";
import { takeStep } from "../job/take-step.ts";
import { withBookmark } from "../job/with-bookmark.ts";
import { onIndeterminateWords } from "../job/outcome.ts";
import { checkJournal } from "../journal/journal.ts";
import { createJournalWatch } from "../journal/journal-watch.ts";
import { createJobSchedule } from "../learning/job-schedule.ts";
import type { JobSchedule } from "../learning/job-schedule.ts";
import { platformWith } from "../platform.ts";
import type { Platform } from "../platform.ts";
import { checkOptions, refuse, wholeNumber } from "../refuse.ts";
import type { ReportSource } from "../source/report-source.ts";
import { clockSkewMs } from "../source/timing.ts";
import { createRequestTurns } from "../traffic/request-turns.ts";
import { defaultRequestCostS } from "../waiting/schedule.ts";
import { createTimer } from "../waiting/timer.ts";
import { createReportJob } from "./create-report-job.ts";
import type { Engine } from "./wait.ts";
import { createEventBus } from "./event-bus.ts";
import type { ReportKit, ReportKitOptions } from "./report-kit.ts";
import { createWaits } from "./wait-registry.ts";
import { wakeJobs } from "./wake.ts";

const kitOptions = {
  journal: "object",
  requestCostS: "number",
  onIndeterminate: onIndeterminateWords,
  learn: "boolean",
  onEvent: "function",
  platform: "object",
} satisfies Record<keyof ReportKitOptions, unknown>;
const platformOptions = {
  now: "function",
  random: "function",
  fetch: "function",
  setTimeout: "function",
  clearTimeout: "function",
} satisfies Record<keyof Platform, unknown>;
const stepOptions = { signal: "object", onIndeterminate: onIndeterminateWords };

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
    if (!Array.isArray(sources)) refuse("sources", "an array of report sources", sources);
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
    const expected = `a bookmark made at ${source.origin}, key ${job.key}: pass the source with the address that it was made with`;
    throw refused("invalid-bookmark", "bookmark", expected, mark.key);
  }

  return {
    journal,
    report(source, request, options = {}) {
      checkSource(source);
      checkOptions("kit.report", options, { epoch: "number" });
      const { epoch = 0 } = options;
      if (wholeNumber("epoch", epoch) > 0 && !source.profile.remakes) {
        refuse("epoch", `0: ${source.provider} gives the same report again, and can't make another`, epoch);
      }
      return createReportJob(identify(source, request, epoch), engine);
    },
    resume: (bookmark, sources) => createReportJob(recall(bookmark, sources), engine),
    async step(bookmark, sources, how = {}) {
      const job = recall(bookmark, sources);
      checkOptions("kit.step", how, stepOptions);
      const { signal = new AbortController().signal, onIndeterminate = engine.onIndeterminate } = how;
      const step = { signal, onIndeterminate: () => onIndeterminate, reopen: true };
      const result = await takeStep(job, step, engine).catch((error: unknown) => {
        throw signal.aborted ? error : withBookmark(error, job.bookmark, "wait");
      });
      if ("outcome" in result) return { outcome: result.outcome };
      const { at, why } = result.again;
      return { again: { at: new Date(at).toISOString(), afterMs: Math.max(0, at - platform.now()), why } };
    },
    async plan(source, planOptions = {}) {
      checkSource(source);
      checkOptions("kit.plan", planOptions, { ageMs: "number", horizonMs: "number", request: "object" });
      const { request, ...horizon } = planOptions;
      const prepared = request === undefined ? undefined : source.prepare(request, { now: platform.now() });
      return engine.schedule.plan(source, prepared, horizon);
    },
    wake: (hint) => wakeJobs(hint, engine),
  };
}

/** @throws ReportRequestError for what is no source, such as a provider's client. */
function checkSource(source: ReportSource): void {
  if (typeof source?.prepare !== "function")
    refuse("source", "a report source, such as circleReports(client, { account })", source);
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
function createEngine(options: ReportKitOptions): Engine & { readonly schedule: JobSchedule } {
  checkOptions("createReportKit", options ?? {}, kitOptions);
  checkJournal(options?.journal);
  checkOptions("createReportKit", options.platform ?? {}, platformOptions, "platform");
  const { journal, requestCostS = defaultRequestCostS, onIndeterminate = "reconcile", learn = true } = options;
  if (!(requestCostS > 0 && requestCostS <= 3_600)) {
    refuse("requestCostS", "seconds of waiting that a request costs, above 0 and up to 3600", requestCostS);
  }
  const platform = platformWith(options.platform ?? {});
  const { now } = platform;
  const timer = createTimer(platform);
  const watch = createJournalWatch(journal, timer);
  const bus = createEventBus(options.onEvent);
  const waits = createWaits();
  const passedOver = new Set<string>();
  // Made at the first step: some platforms have no randomness before a request.
  let worker: string | undefined;

  function publish(key: string, source: string, reportType: string, details: JobEventDetails): void {
    bus.publish({ at: new Date(now()).toISOString(), key, source, reportType, ...details });
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
    schedule: createJobSchedule({ journal, platform, requestCostS, learn }),
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
