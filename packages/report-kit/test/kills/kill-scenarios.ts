import { createReportKit } from "../../src/index.ts";
import type { Outcome, ReportKit, ReportSource, SourceCall } from "../../src/index.ts";
import { leaseMs } from "../../src/job/timing-premises.ts";
import { clockSkewMs } from "../../src/source/timing.ts";
import { recordEcho } from "../../src/job/echo-record.ts";
import { simulatedProvider } from "../../src/testing/index.ts";
import type {
  InterruptionPoint,
  KillScenario,
  SimulatedProvider,
  SimulatedProviderOptions,
  SimulatedWorker,
  Simulation,
  Travel,
} from "../../src/testing/index.ts";

/** How a worker drives its job: by one call that waits, or step by step as cron and engines do. */
export type Drive = "wait" | "step";

function kitOf({ journal, platform }: SimulatedWorker): ReportKit {
  return createReportKit({ journal, platform });
}

export async function drive(
  worker: SimulatedWorker,
  source: ReportSource,
  request: unknown,
  how: Drive,
  epoch = 0,
): Promise<Outcome> {
  const kit = kitOf(worker);
  const job = kit.report(source, request, { epoch });
  if (how === "wait") return job.outcome();
  for (;;) {
    const step = await kit.step(job.bookmark, [source]);
    if ("outcome" in step) return step.outcome;
    await new Promise<void>((resolve) => {
      worker.platform.setTimeout(resolve, step.again.afterMs);
    });
  }
}

/** What a test asks of a simulated provider, and of what its journal has seen of the provider before. */
export interface Wanted extends SimulatedProviderOptions {
  readonly echoProven?: boolean | undefined;
  readonly drive?: Drive;
  /** The source sends its create without asking whether it is too late. */
  readonly ignoresDeparture?: boolean;
}

export interface SimulatedScenario extends KillScenario {
  readonly tier: string;
}

/** One report of a simulated provider, wanted by some workers. */
export function simulated(name: string, wanted: Wanted, more: Partial<KillScenario> = {}): SimulatedScenario {
  const { tier, drive: how = "wait" } = wanted;
  return {
    name,
    tier,
    settlesWithinMs: quietMs(wanted),
    async world(simulation) {
      const provider = await providerOf(simulation, wanted);
      return {
        work: (worker) => drive(worker, sourceOf(provider, worker, wanted), { report: "a" }, how),
        made: () => (tier === "lookup" ? ["file-of-a"] : provider.madeOf("a")),
      };
    },
    ...more,
  };
}

/** A report, and the same made anew the moment the first is ready: two, and each epoch has its own. */
export function twice(name: string, wanted: Wanted): SimulatedScenario {
  return {
    name,
    tier: wanted.tier,
    settlesWithinMs: 2 * quietMs(wanted),
    async world(simulation) {
      const provider = await providerOf(simulation, wanted);
      const references = new Set<string>();
      return {
        wanted: 2,
        async work(worker) {
          const source = provider.source(worker);
          const first = await drive(worker, source, { report: "a" }, "wait");
          const second = await drive(worker, source, { report: "a" }, "wait", 1);
          for (const outcome of [first, second]) references.add("reference" in outcome ? outcome.reference : "none");
          return first.status === "ready" ? second : first;
        },
        made: () => provider.madeOf("a"),
        check: () => (references.size === 2 ? [] : [`two epochs have ${[...references].join(" and ")}`]),
      };
    },
  };
}

const stagingOrigin = "https://staging.invalid";

/**
 * The same report wanted of two origins by one journal, as staging and production are: one source id, one request, and
 * references that repeat. Each job must end with its own provider's one report.
 */
export function twoOrigins(
  name: string,
  live: Wanted,
  staging: Wanted,
  more: Partial<KillScenario> = {},
): SimulatedScenario {
  return {
    name,
    tier: live.tier,
    settlesWithinMs: 2 * quietMs(live),
    async world(simulation) {
      const provider = await providerOf(simulation, live);
      const other = await providerOf(simulation, staging, stagingOrigin);
      return {
        async work(worker) {
          const source = { ...other.source(worker), origin: stagingOrigin };
          const first = await drive(worker, source, { report: "a" }, staging.drive ?? "wait");
          if (first.status !== "ready") return { status: first.status };
          return drive(worker, provider.source(worker), { report: "a" }, live.drive ?? "wait");
        },
        made: () => provider.madeOf("a"),
        check: () => (other.reports.length <= 1 ? [] : [`staging made ${other.reports.length} reports`]),
      };
    },
    ...more,
  };
}

/** For clients whose sender does not look at the clock yet: anywhere but between the decision to create and its departure. */
export function withinPremises({ what, when }: InterruptionPoint): boolean {
  return what !== "create" || when !== "before";
}

/** By when everything has ended: lease, clocks, what a create may take to be seen, a search, and a look or two. */
function quietMs({ visibilityBoundMs = 0, tier }: Wanted): number {
  const searchMs = tier === "create-or-get" || tier === "lookup" ? 0 : 120_000;
  return leaseMs + 2 * clockSkewMs + 2 * visibilityBoundMs + searchMs + 120_000;
}

async function providerOf(
  simulation: Simulation,
  wanted: Wanted,
  origin = "https://simulated.invalid",
): Promise<SimulatedProvider> {
  if (wanted.echoProven !== undefined) {
    const source = { id: "simulated/client-id", origin };
    await recordEcho(simulation.journal, source, wanted.echoProven);
  }
  return simulatedProvider(simulation, wanted);
}

function sourceOf(provider: SimulatedProvider, worker: SimulatedWorker, { ignoresDeparture = false }: Wanted) {
  const source = provider.source(worker);
  const create = source.create?.bind(source);
  if (!ignoresDeparture || create === undefined) return source;
  return { ...source, create: (call: SourceCall) => create({ ...call, onDeparture: undefined }) };
}

/** The first create travels like this, and all others as usual. */
export function firstCreate(travel: Travel): (place: number) => Travel {
  return (place) => (place === 0 ? travel : {});
}
