import { reportKey } from "../../identity/report-key.ts";
import type { JsonObject } from "../../json.ts";
import type { Lease } from "../../job/lease.ts";
import type { JobState } from "../../job/job-state.ts";
import type { JobIdentity, StepEngine } from "../../job/step.ts";
import type { deliverReport } from "../../delivery/deliver.ts";
import type { takeStep } from "../../job/take-step.ts";
import { memoryJournal } from "../../journal/memory-journal.ts";
import { createEventBus } from "../../kit/event-bus.ts";
import { createWaits } from "../../kit/wait-registry.ts";
import type { wakeJobs } from "../../kit/wake.ts";
import type { ReadyReport } from "../../source/ready-report.ts";
import type { SourceProfile } from "../../source/report-source.ts";
import { platformWith } from "../../platform.ts";
import type { Values } from "./frame.ts";
import { createValues, frameStart, self } from "./frame.ts";
import type { Program } from "./program.ts";
import type { ExploredAsk, ExploreScenario } from "./scenario.ts";
import { asExplored } from "./seen-records.ts";
import type { World } from "./world.ts";
import { nothingRemembered } from "./world.ts";

/** The code that is explored: ours, or a mutant of it. */
export interface ExploredCode {
  readonly takeStep: typeof takeStep;
  readonly deliverReport: typeof deliverReport;
  readonly wakeJobs: typeof wakeJobs;
}

/** A scenario, ready to be explored. */
export interface Setup {
  readonly scenario: ExploreScenario;
  readonly profile: SourceProfile;
  /** The key of each worker's job. */
  readonly keys: readonly string[];
  /** How many jobs there are. */
  readonly jobs: number;
  readonly start: World;
  readonly values: Values;
  /** By how much the clock that is furthest behind is. */
  readonly slowestMs: number;
  /** What a worker runs next. */
  readonly programOf: (worker: number, memory: JsonObject) => Program;
}

const nowhere: ExploredAsk = () => Promise.reject(new Error("nothing is asked while the scenario is made"));

export async function setUp(scenario: ExploreScenario, code: ExploredCode): Promise<Setup> {
  const { workers, bounds = {} } = scenario;
  const { profile } = scenario.source(nowhere);
  const keys = workers.map(({ request, epoch }) => identify(scenario, nowhere, request, epoch).key);
  const slowestMs = Math.min(0, ...workers.map(({ skewMs = 0 }) => skewMs));
  const { crashes = 1, lostAnswers = 1, lateLandings = 1, renewals = 0, standStills = 1 } = bounds;

  const journal = { ...memoryJournal(), keeps: "durable" as const };
  await scenario.prepare?.(journal);
  const records = new Map<string, { revision: number; value: JsonObject }>();
  for await (const name of journal.list("")) {
    const record = await journal.read(name);
    if (record !== undefined) records.set(name, { ...record, value: asExplored(name, record.value, frameStart) });
  }

  function programOf(place: number, memory: JsonObject): Program {
    const { request, epoch, does = "step" } = workers[place] ?? {};
    return async ({ journal, timer, now, ask }) => {
      const job = identify(scenario, ask, request, epoch);
      const { next, ...kept } = memory;
      const unsent = new Map(Object.entries(kept)) as unknown as Map<string, { lease: Lease; before: JobState }>; // what a step left there
      const engine: StepEngine = {
        ...quiet,
        journal,
        timer,
        unsent,
        platform: platformWith({ now, random: () => 0.5 }),
      };
      if (does === "wake") {
        await code.wakeJobs({ key: job.key }, { ...engine, ...quietKit });
        return { done: "woke" };
      }
      if (next === "deliver") {
        const target = {
          async receive({ delivery, keepDelivery }: ReadyReport) {
            await keepDelivery();
            await ask("deliver", { deliver: delivery?.id ?? "" });
            return delivered;
          },
        };
        const ready = async (): Promise<ReadyReport> => ({}) as ReadyReport; // this target looks at nothing else
        const parts = { job, engine, check: async () => undefined, ready };
        const end = await code.deliverReport(parts, target, {}).then(() => ({ done: "delivered" }), threw);
        return { ...end, memory };
      }
      const how = {
        signal: new AbortController().signal,
        onIndeterminate: () => scenario.onIndeterminate ?? "reconcile",
        reopen: true,
      };
      const end = await code
        .takeStep(job, how, engine)
        .then((result): JsonObject => ("outcome" in result ? { done: result.outcome.status } : { again: true }), threw);
      if (does === "deliver" && end["done"] === "ready") return { memory: { next: "deliver" } };
      return { ...end, memory: JSON.parse(JSON.stringify(Object.fromEntries(unsent))) };
    };
  }

  const start: World = {
    now: frameStart,
    records,
    provider: scenario.provider.start,
    flights: [],
    actors: workers.map(() => ({ memory: nothingRemembered })),
    left: { crashes, lostAnswers, lateLandings, renewals, standStills },
  };
  return {
    scenario,
    profile,
    keys,
    jobs: new Set(keys).size,
    start,
    values: createValues(workers.length),
    slowestMs,
    programOf,
  };
}

const delivered = { name: "a.csv", bytes: 1, sha256: "00" } as const;

const threw = (error: unknown): JsonObject => ({ threw: String(error) });

function identify(scenario: ExploreScenario, ask: ExploredAsk, request: unknown, epoch = 0): JobIdentity {
  const source = scenario.source(ask);
  const prepared = source.prepare(request, { now: frameStart });
  const { provider, origin, account } = source;
  const { reportType, identity } = prepared;
  const key = reportKey({ provider, origin, account, reportType, request: identity, epoch });
  return { key, epoch, bookmark: key, source, prepared };
}

/** What of a kit has no part in the protocol: turns, learning and events. Looks are due at once: a worker may look at any time. */
const quiet = {
  worker: () => self,
  turns: { waitForTurn: async () => undefined },
  schedule: {
    of: async () => (input: { readonly hintMs?: number | undefined }) => ({
      afterMs: input.hintMs ?? 0,
      why: "explored",
    }),
    gapMs: () => 0,
    lateAt: () => undefined,
    learn: async () => undefined,
  },
  isOf: () => true,
  emit: () => undefined,
  passOver: () => undefined,
  announceEnd: async () => undefined,
} as const;

const quietKit = {
  onIndeterminate: "reconcile",
  watch: { subscribe: () => () => undefined, announce: async () => undefined },
  bus: createEventBus(undefined),
  waits: createWaits(),
} as const;
