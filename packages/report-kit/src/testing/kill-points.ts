import type { Interruption, InterruptionPoint, RunningSimulation, SimulatedWorker, Simulation } from "./simulation.ts";
import { createSimulation } from "./simulation.ts";
import { seededRandom } from "./virtual-clock.ts";

/** How a worker's life ended, if nobody ended it: an `Outcome` is one. */
export interface WorkEnd {
  readonly status: string;
  /** The report it ended up with. */
  readonly reference?: string | undefined;
}

/** A file that a consumer took, as the consumer knows it. */
export interface TakenDelivery {
  /** Which of the wanted reports it is. */
  readonly report: string;
  readonly deliveryId: string;
}

/** One run's world: a provider, and what workers do with it. */
export interface KillWorld {
  /**
   * What a worker does with its life: the program under test. It reaches the outside through its worker alone (journal,
   * clock, timers, requests), so that it can be killed. A worker in place of a killed one begins here again.
   */
  readonly work: (worker: SimulatedWorker) => Promise<WorkEnd>;
  /** The references of all reports that the provider has made of what was wanted. */
  readonly made: () => readonly string[];
  /** How many reports are wanted. Default 1; more than that are duplicates. */
  readonly wanted?: number | undefined;
  /**
   * What consumers took, in order, with every repetition. Absent = nothing is delivered here. A delivery that one id names
   * may be repeated once for each interruption: its consumer drops the repetition by the id.
   */
  readonly taken?: (() => readonly TakenDelivery[]) | undefined;
  /** Anything else that must hold in the end, as sentences about what does not. */
  readonly check?: ((ends: readonly WorkEnd[]) => readonly string[]) | undefined;
}

/** What is to be killed everywhere. */
export interface KillScenario {
  readonly name: string;
  /** Makes a fresh world for each run, always the same. */
  readonly world: (simulation: Simulation) => KillWorld | Promise<KillWorld>;
  /** How many workers do the work at once. Default 1. */
  readonly workers?: number | undefined;
  /** Milliseconds by which each worker's clock is off; their replacements' go on with the same. Default 0. */
  readonly skewMs?: readonly number[] | undefined;
  /** Milliseconds between the starts of the workers. Default 7. */
  readonly staggerMs?: number | undefined;
  /** Milliseconds until another worker is started in place of a killed one. Default 1,000. */
  readonly restartAfterMs?: number | undefined;
  /** Whether `indeterminate` is an honest end here: certainty is impossible. Default false. */
  readonly mayBeIndeterminate?: boolean | undefined;
  /**
   * Milliseconds by which all must have ended, after the last interruption or the landing of a create. Default 20 minutes.
   * The first 20 creates count: a job that creates without end is stuck.
   */
  readonly settlesWithinMs?: number | undefined;
  /** Turns of the event loop that each event's code gets, for code that reads streams (`fetch`'s answers). Default 1. */
  readonly turnsOfTheLoop?: number | undefined;
  /** A journal that forgets the last write of a worker that is killed: against its contract. Default false. */
  readonly forgetfulJournal?: boolean | undefined;
}

/** How far to go. */
export interface KillOptions {
  /** How many points to kill at, taken at random, or all of them. Default `"all"`. */
  readonly kills?: number | "all" | undefined;
  /** How many ordered pairs of kills to try, taken at random, or all of them. Default 200. */
  readonly pairs?: number | "all" | undefined;
  /** Also let workers stand still at each point, for each of these times in milliseconds. Default none. */
  readonly pausesMs?: readonly number[] | undefined;
  /** Which points to let them stand still at. Default all. */
  readonly pausesAt?: ((point: InterruptionPoint) => boolean) | undefined;
  /** Seeds the randomness, of jitter and of the choice of pairs. Default 1. */
  readonly seed?: number | undefined;
}

/** A run that went wrong, with what it takes to see it again: `runOnce(scenario, interruptions)`. */
export interface KillFinding {
  readonly interruptions: readonly Interruption[];
  readonly points: readonly InterruptionPoint[];
  readonly what: string;
}

/** What killing everywhere came to. */
export interface KillReport {
  readonly scenario: string;
  /** Interruption points of a life without interruptions. */
  readonly points: number;
  readonly runs: number;
  /** Runs in which the provider made more reports than were wanted. */
  readonly duplicates: readonly KillFinding[];
  /** Runs in which a worker ended without the report. */
  readonly lost: readonly KillFinding[];
  /** Runs in which a worker had not ended when it should have. */
  readonly stuck: readonly KillFinding[];
  /** Runs in which a report was delivered under two ids, or repeated without an interruption. */
  readonly deliveredTwice: readonly KillFinding[];
  /** Runs in which a wanted report was never delivered. */
  readonly undelivered: readonly KillFinding[];
  /** Runs in which a consumer got a delivery again, by the same id. */
  readonly repeated: number;
  /** Runs with an honest `indeterminate`. */
  readonly indeterminate: number;
}

/** What one run came to. */
export interface RunResult {
  readonly points: readonly InterruptionPoint[];
  readonly ends: readonly WorkEnd[];
  readonly duplicate: string | undefined;
  readonly lost: string | undefined;
  readonly stuck: string | undefined;
  readonly deliveredTwice: string | undefined;
  readonly undelivered: string | undefined;
  /** Deliveries that a consumer got again, by the same id. */
  readonly repeated: number;
  readonly indeterminate: boolean;
}

/**
 * Kill a scenario's workers at every point of their lives, and at ordered pairs of points (killed, started again, killed
 * again), and count what went wrong. Deterministic: time, journal and provider are simulated.
 *
 * A first run without interruptions learns the points: every read and write of the journal (before it leaves, under way,
 * carried out), every request to the provider (the same), every timer. With several workers the points of all are counted
 * together, and each kill hits the worker that is there. When that first run does not end, it is the only one.
 */
export async function killEverywhere(scenario: KillScenario, options: KillOptions = {}): Promise<KillReport> {
  const { kills = "all", pairs = 200, pausesMs = [], pausesAt = () => true, seed = 1 } = options;
  const faults = ["duplicate", "lost", "stuck", "deliveredTwice", "undelivered"] as const;
  const findings: Record<(typeof faults)[number], KillFinding[]> = {
    duplicate: [],
    lost: [],
    stuck: [],
    deliveredTwice: [],
    undelivered: [],
  };
  let runs = 0;
  let indeterminate = 0;
  let repeated = 0;

  async function attempt(interruptions: readonly Interruption[]): Promise<RunResult> {
    const result = await runOnce(scenario, interruptions, seed);
    runs += 1;
    if (result.indeterminate) indeterminate += 1;
    if (result.repeated > 0) repeated += 1;
    const points = interruptions.flatMap(({ at }) => result.points[at] ?? []);
    for (const fault of faults) {
      const what = result[fault];
      if (what !== undefined) findings[fault].push({ interruptions, points, what });
    }
    return result;
  }

  const { points, stuck } = await attempt([]);
  const lives: { readonly first: number; readonly length: number }[] = [];
  const random = seededRandom(seed);
  // Where a life does not end even without interruptions, the other runs would find nothing more, and take as long each.
  const places = stuck === undefined ? points : [];
  for (const { index: at } of choose([...places], kills, random)) {
    const life = await attempt([{ at, kind: "kill" }]);
    lives.push({ first: at, length: life.points.length });
  }
  for (const forMs of pausesMs) {
    for (const { index: at } of places.filter(pausesAt)) await attempt([{ at, kind: "pause", forMs }]);
  }
  const allPairs = lives.flatMap(({ first, length }) =>
    Array.from({ length: Math.max(0, length - first - 1) }, (_, after) => [first, first + 1 + after] as const),
  );
  for (const pair of choose(allPairs, pairs, random)) await attempt(pair.map((at) => ({ at, kind: "kill" })));
  const { duplicate: duplicates, ...others } = findings;
  return { scenario: scenario.name, points: points.length, runs, duplicates, ...others, repeated, indeterminate };
}

/** A fair choice of some, or all, in the order of a shuffle. */
function choose<Item>(all: Item[], wanted: number | "all", random: () => number): readonly Item[] {
  if (wanted === "all" || wanted >= all.length) return all;
  for (let place = 0; place < wanted; place += 1) {
    const [drawn] = all.splice(place + Math.floor(random() * (all.length - place)), 1);
    if (drawn !== undefined) all.splice(place, 0, drawn);
  }
  return all.slice(0, wanted);
}

/** Run a scenario once, with these interruptions. */
export async function runOnce(
  scenario: KillScenario,
  interruptions: readonly Interruption[],
  seed = 1,
): Promise<RunResult> {
  const { workers = 1, skewMs = [], staggerMs = 7, restartAfterMs = 1_000 } = scenario;
  const { settlesWithinMs = 20 * 60_000, mayBeIndeterminate = false } = scenario;
  const { turnsOfTheLoop = 1, forgetfulJournal = false } = scenario;
  const simulation = createSimulation(interruptions, { seed, turnsOfTheLoop, forgetfulJournal });
  const world = await scenario.world(simulation);
  const ends: WorkEnd[] = [];
  let atWork = workers;

  function begin(skew: number): void {
    const worker = simulation.start(skew, () => simulation.after(restartAfterMs, () => begin(skew)));
    void world.work(worker).then(
      (end) => {
        atWork -= 1;
        ends.push(end);
      },
      (error: unknown) => {
        atWork -= 1;
        ends.push({ status: `threw ${String(error)}` });
      },
    );
  }
  for (let place = 0; place < workers; place += 1) {
    simulation.after(place * staggerMs, () => begin(skewMs[place] ?? 0));
  }
  const started = simulation.now();
  while (atWork > 0 || simulation.landing > 0) {
    const limit = Math.max(started, simulation.disturbedUntil) + settlesWithinMs;
    if (!(await simulation.advance(limit))) break;
  }

  const made = world.made();
  const odd = ends.find(
    ({ status, reference }) =>
      (status !== "ready" && !(status === "indeterminate" && mayBeIndeterminate)) ||
      (reference !== undefined && !made.includes(reference)),
  );
  const wrong = [
    ...(odd === undefined
      ? []
      : [`a worker ended ${odd.status} (${odd.reference ?? "no report"}; made: ${made.join(", ")})`]),
    ...(world.check?.(ends) ?? []),
  ];
  const { wanted = 1 } = world;
  const deliveries = judgeDeliveries(world.taken?.(), atWork > 0 ? 0 : wanted, interruptions.length);
  return {
    points: simulation.points,
    ends,
    ...deliveries,
    duplicate: made.length > wanted ? `the provider made ${made.length} reports: ${made.join(", ")}` : undefined,
    lost: wrong.length > 0 ? wrong.join("; ") : undefined,
    stuck: atWork > 0 ? stillAtWork(atWork, simulation) : undefined,
    indeterminate: ends.some(({ status }) => status === "indeterminate"),
  };
}

/** A server of a test that throws looks like a lost connection, so that the job goes on: the finding names what was thrown. */
function stillAtWork(atWork: number, { failed }: RunningSimulation): string {
  const workers = `${atWork} of the workers had not ended`;
  if (failed.last === undefined) return workers;
  return `${workers}; failed requests: ${failed.requests}, the last one ${failed.last}`;
}

/** Was each report delivered, under one id, and repeated by interruptions alone? */
function judgeDeliveries(
  taken: readonly TakenDelivery[] | undefined,
  wanted: number,
  interruptions: number,
): Pick<RunResult, "deliveredTwice" | "undelivered" | "repeated"> {
  if (taken === undefined) return { deliveredTwice: undefined, undelivered: undefined, repeated: 0 };
  const reports = new Map<string, string[]>();
  for (const { report, deliveryId } of taken) reports.set(report, [...(reports.get(report) ?? []), deliveryId]);
  const twice = [...reports].find(([, ids]) => new Set(ids).size > 1 || ids.length > 1 + interruptions);
  return {
    deliveredTwice: twice && `${twice[0]} was delivered ${twice[1].length} times: ${twice[1].join(", ")}`,
    undelivered: reports.size < wanted ? `${reports.size} of ${wanted} reports were delivered` : undefined,
    repeated: taken.length - reports.size,
  };
}
