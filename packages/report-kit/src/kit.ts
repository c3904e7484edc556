import type { Bookmark } from "./bookmark.ts";
import { formatBookmark, parseBookmark } from "./bookmark.ts";
import { ReportRequestError } from "./errors.ts";
import type { JobEvent, JobEventDetails } from "./event.ts";
import { createEventBus } from "./event-bus.ts";
import type { ReportJob } from "./job.ts";
import type { Journal } from "./journal.ts";
import { reportKey } from "./key.ts";
import { createReportJob } from "./report-job.ts";
import type { Platform } from "./platform.ts";
import { platformWith } from "./platform.ts";
import type { OnIndeterminate } from "./reduce.ts";
import type { PlannedLook } from "./schedule.ts";
import { defaultRequestCostS, nextLook, plan } from "./schedule.ts";
import type { ReportSource, RequestOf } from "./source.ts";
import { sourceFacts } from "./source-facts.ts";
import type { JobIdentity, StepResult } from "./step.ts";
import { takeStep } from "./step.ts";
import { createTimer } from "./timer.ts";
import type { Outcome } from "./outcome.ts";
import type { Wait } from "./wait.ts";
import { wakeJobs } from "./wake.ts";
import type { WakeHint } from "./wake.ts";

/** How a kit works. Only the journal is required. */
export interface ReportKitOptions {
  /**
   * Where jobs are kept. `memoryJournal()` says "this process only"; `fileJournal(directory)` of `report-kit/node`
   * survives it; `postgresJournal(query)` of `report-kit/postgres` is shared by many machines.
   */
  readonly journal: Journal;
  /**
   * What a request costs, in seconds of waiting: the one knob of the schedule. Default 4: one request fewer is worth
   * being 4 seconds later. More = fewer requests, less = sooner.
   */
  readonly requestCostS?: number;
  /** What to do where it can't be known whether a report was made. Default `"reconcile"`. */
  readonly onIndeterminate?: OnIndeterminate;
  /** Hears every event of every job of this kit. What it throws is ignored. */
  readonly onEvent?: (event: JobEvent) => void;
  /** The clock, timers, randomness and the `fetch` for links outside a provider's API. Default: the platform's. */
  readonly platform?: Partial<Platform>;
}

/** How one report is wanted. */
export interface ReportOptions {
  /** Raise it by one to have the same report made anew, after it expired or failed. Default 0; part of the key. */
  readonly epoch?: number;
}

/** What `kit.plan` is asked. */
export interface PlanOptions {
  /** Milliseconds the job has been waiting already. Default 0. */
  readonly ageMs?: number;
  /** Milliseconds to look ahead. Default 6 hours. */
  readonly horizonMs?: number;
  /** A request whose documented ready time (Circle's camt.053) the plan is anchored on. */
  readonly request?: unknown;
}

/** What a step came to: the end, or when to take the next one. */
export type Step =
  | { readonly outcome: Outcome }
  | {
      readonly again: {
        /** ISO 8601, UTC. Earlier steps are harmless: they send nothing. */
        readonly at: string;
        readonly afterMs: number;
        readonly why: string;
      };
    };

/** Gets reports exactly once. */
export interface ReportKit {
  /**
   * One wanted report. No I/O; the same request gives the same key.
   * @throws ReportRequestError naming the field, what was expected and what came.
   */
  report<Source extends ReportSource>(
    source: Source,
    request: RequestOf<Source>,
    options?: ReportOptions,
  ): ReportJob;
  /**
   * The job a bookmark names, to go on with.
   * @throws ReportRequestError for a damaged bookmark, one whose source is not among `sources`, and for a source that
   * could make a report twice over a journal that does not outlive its process.
   */
  resume(bookmark: string, sources: readonly ReportSource[]): ReportJob;
  /**
   * Take one step of a job: for cron and durable engines. At most one request; the journal is written before and after.
   * @throws as `resume`; `ProviderError` when the credentials are not accepted; JournalError; the abort reason.
   */
  step(
    bookmark: string,
    sources: readonly ReportSource[],
    options?: { readonly signal?: AbortSignal; readonly onIndeterminate?: OnIndeterminate },
  ): Promise<Step>;
  /** When a job of this source would be looked at if it stayed pending, and why. */
  plan(source: ReportSource, options?: PlanOptions): readonly PlannedLook[];
  /**
   * Something (a webhook) says that a report may be ready: look now. Never earlier than a provider asked to be left alone.
   * Jobs waited for in another process are woken through the journal, within 5 s.
   * @returns the number of jobs woken.
   */
  wake(hint: WakeHint): Promise<number>;
}

/** @throws ReportRequestError for options that can't work. */
export function createReportKit(options: ReportKitOptions): ReportKit {
  const { journal, requestCostS = defaultRequestCostS, onIndeterminate = "reconcile" } = options;
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
  const bus = createEventBus(options.onEvent);
  const facts = sourceFacts(journal);
  const waits = new Map<string, Wait>();
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
      } as JobEvent); // the two halves of one member of the union
  }

  function stepOf(
    job: JobIdentity,
    how: { readonly signal: AbortSignal; readonly onIndeterminate: OnIndeterminate; readonly deadlineAt?: number },
  ): Promise<StepResult> {
    worker ??= crypto.randomUUID();
    return takeStep(job, {
      journal,
      facts,
      now: platform.now,
      worker,
      emit: emitFor(job),
      signal: how.signal,
      onIndeterminate: how.onIndeterminate,
      next: (input) =>
        nextLook({
          ...input,
          requestCostS,
          random: platform.random,
          ...(how.deadlineAt === undefined ? {} : { deadlineInMs: how.deadlineAt - platform.now() }),
          ...(job.prepared.readyAt === undefined ? {} : { readyAtMs: job.prepared.readyAt - platform.now() }),
        }),
    });
  }

  function identify(source: ReportSource, request: unknown, epoch: number): JobIdentity {
    const prepared = source.prepare(request, { now: platform.now() });
    const key = reportKey({
      provider: source.provider,
      origin: source.origin,
      account: source.account,
      reportType: prepared.reportType,
      request: prepared.identity,
      epoch,
    });
    const bookmark = formatBookmark({ source: source.id, key, epoch, request: prepared.request });
    return { key, epoch, bookmark, source, prepared };
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
    const job = identify(source, mark.request, mark.epoch);
    if (job.key !== mark.key) {
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
      bus,
      waits,
      onIndeterminate,
      emit: emitFor(job),
      step: (how) => stepOf(job, how),
    });

  return {
    report(source, request, reportOptions = {}) {
      const { epoch = 0 } = reportOptions;
      if (!Number.isSafeInteger(epoch) || epoch < 0) {
        throw new ReportRequestError({ field: "epoch", expected: "a whole number from 0", received: String(epoch) });
      }
      return jobFor(identify(source, request, epoch));
    },
    resume(bookmark, sources) {
      return jobFor(recall(bookmark, sources));
    },
    async step(bookmark, sources, stepOptions = {}) {
      const job = recall(bookmark, sources);
      const result = await stepOf(job, {
        signal: stepOptions.signal ?? new AbortController().signal,
        onIndeterminate: stepOptions.onIndeterminate ?? onIndeterminate,
      });
      if ("outcome" in result) return { outcome: result.outcome };
      const { at, why } = result.again;
      return { again: { at: new Date(at).toISOString(), afterMs: Math.max(0, at - platform.now()), why } };
    },
    plan(source, planOptions = {}) {
      const { request, ageMs, horizonMs } = planOptions;
      const readyAt =
        request === undefined ? undefined : source.prepare(request, { now: platform.now() }).readyAt;
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
      return woken.length;
    },
  };
}
