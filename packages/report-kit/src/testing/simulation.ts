import type { Journal } from "../journal/journal.ts";
import { memoryJournal } from "../journal/memory-journal.ts";
import type { Platform } from "../platform.ts";
import { createVirtualClock, seededRandom } from "./virtual-clock.ts";

/** A place in a worker's life where it can be interrupted. */
export interface InterruptionPoint {
  /** Counted from 0 over all workers of a run, in the order in which they come. */
  readonly index: number;
  readonly worker: number;
  /** `"create"`, `"look"` and the like, `"journal read"`, `"journal write"`, `"timer"`. */
  readonly what: string;
  /**
   * `before`: it has not left, and will not if the worker dies here. `sent`: it is on its way, and arrives whatever happens
   * to the worker. `acted`: it was carried out, and the answer has not come. (The answer's arrival is `before` the next.)
   */
  readonly when: "before" | "sent" | "acted";
}

/** What happens to a worker at a point: it dies for good, or stands still and then goes on as if nothing had been. */
export type Interruption =
  | { readonly at: number; readonly kind: "kill" }
  | { readonly at: number; readonly kind: "pause"; readonly forMs: number };

/** How a request travels. */
export interface Travel {
  /** Milliseconds until the provider acts; Infinity = it never arrives. Default 20. */
  readonly landsAfterMs?: number | undefined;
  /** Milliseconds from then until the answer is there; Infinity = it is lost. Default 20. */
  readonly answersAfterMs?: number | undefined;
  /** Called right before the request leaves, `SourceCall.onDeparture` for one. When it throws, nothing leaves. */
  readonly onDeparture?: (() => void) | undefined;
  /** The client gives up after this many milliseconds with `error`, whatever becomes of the request. */
  readonly timeOut?: { readonly afterMs: number; readonly error: unknown };
}

/**
 * A worker process that can be interrupted: whatever it awaits of the world outside, it awaits through this. When it is
 * killed its code never runs again: nothing it awaits settles and none of its timers fires.
 */
export interface SimulatedWorker {
  /** Counted from 0; a worker that is started in place of a killed one has a number of its own. */
  readonly number: number;
  /** The journal that all workers share. */
  readonly journal: Journal;
  /** For `createReportKit({ platform })`: this worker's clock (skew included), timers and randomness. */
  readonly platform: Pick<Platform, "now" | "random" | "setTimeout" | "clearTimeout">;
  /**
   * Ask the provider. `act` is what the provider does when the request lands; the promise settles as it does.
   * @param what names it in interruption points. Requests that can make a report are named `"create"`.
   */
  readonly request: <Answer>(what: string, act: () => Answer, travel?: Travel) => Promise<Answer>;
}

/** The world of one run: a clock, a journal, workers. */
export interface Simulation {
  /** Epoch milliseconds of the true time, which workers' clocks may be off from. */
  now(): number;
  /** The journal itself, without a worker in between: to prepare it, or to look into it. */
  readonly journal: Journal;
}

/** A simulation as its runner sees it. */
export interface RunningSimulation extends Simulation {
  readonly points: readonly InterruptionPoint[];
  start(skewMs: number, onDeath: () => void): SimulatedWorker;
  /** Run something after a while, whichever workers are alive then. */
  after(ms: number, run: () => void): void;
  /** The true time after which nothing was disturbed any more. */
  readonly disturbedUntil: number;
  /** Let the next thing happen. @returns whether there was one, no later than `until`. */
  advance(until: number): Promise<boolean>;
  /** Requests on their way: they may still make a report. */
  readonly landing: number;
  /** The requests whose `act` threw or rejected: how many, and the last of them. */
  readonly failed: { readonly requests: number; readonly last: string | undefined };
}

const journalMs = 2;
/** This many creates put off the time by which all must have ended. A job that creates without end would put it off without end. */
const disturbingCreates = 20;
/** What a dead worker awaits, each its own: reactions on a shared promise would keep every one of them in memory. */
const nothing = (): Promise<never> => new Promise(() => undefined);

export function createSimulation(
  interruptions: readonly Interruption[],
  options: { readonly seed: number; readonly turnsOfTheLoop: number; readonly forgetfulJournal: boolean },
): RunningSimulation {
  const clock = createVirtualClock({ turnsOfTheLoop: options.turnsOfTheLoop });
  const after = (ms: number, run: () => void): unknown => clock.platform.setTimeout(run, ms);
  const journal: Journal = { ...memoryJournal(), keeps: "durable" }; // it outlives every worker of the simulation
  const points: InterruptionPoint[] = [];
  const due = new Map(interruptions.map((interruption) => [interruption.at, interruption]));
  let workers = 0;
  let landing = 0;
  let disturbedUntil = clock.now();
  let creates = 0;
  let failed: RunningSimulation["failed"] = { requests: 0, last: undefined };

  /** What a provider's act comes to, thrown or rejected alike; it may go unnoticed by the worker, but not by the run. */
  function settled<Answer>(what: string, act: () => Answer): Promise<Awaited<Answer>> {
    const answer = (async () => act())() as Promise<Awaited<Answer>>; // an async function awaits what it returns
    answer.catch((error: unknown) => {
      failed = { requests: failed.requests + 1, last: `${what}: ${String(error)}` };
    });
    return answer;
  }

  function start(skewMs: number, onDeath: () => void): SimulatedWorker {
    const number = workers;
    workers += 1;
    const random = seededRandom(options.seed + number);
    let alive = true;
    let pausedUntil = 0;
    let lastWrite: { readonly name: string; readonly undo: () => Promise<unknown> } | undefined;

    /** Run this worker's code: now, after its pause, or never again. */
    function deliver(run: () => void): void {
      if (!alive) return;
      if (clock.now() >= pausedUntil) run();
      else after(pausedUntil - clock.now(), () => deliver(run));
    }

    /** Count a point, and interrupt the worker there if that is the plan. @returns whether it lives on. */
    function pass(what: string, when: InterruptionPoint["when"]): boolean {
      const index = points.length;
      points.push({ index, worker: number, what, when });
      const interruption = due.get(index);
      if (interruption?.kind === "pause") {
        pausedUntil = clock.now() + interruption.forMs;
        disturbedUntil = Math.max(disturbedUntil, pausedUntil);
      }
      if (interruption?.kind === "kill") {
        alive = false;
        disturbedUntil = Math.max(disturbedUntil, clock.now());
        if (options.forgetfulJournal) void lastWrite?.undo();
        onDeath();
      }
      return alive;
    }

    function request<Answer>(what: string, act: () => Answer, travel: Travel = {}): Promise<Answer> {
      const { landsAfterMs = 20, answersAfterMs = 20, timeOut, onDeparture } = travel;
      if (!alive || !pass(what, "before")) return nothing();
      return new Promise<Answer>((resolve, reject) => {
        deliver(() => {
          try {
            onDeparture?.();
          } catch (error) {
            return reject(error);
          }
          if (timeOut !== undefined) after(timeOut.afterMs, () => deliver(() => reject(timeOut.error)));
          if (landsAfterMs !== Infinity) {
            landing += 1;
            after(landsAfterMs, () => {
              landing -= 1;
              if (what === "create") creates += 1;
              if (what === "create" && creates <= disturbingCreates)
                disturbedUntil = Math.max(disturbedUntil, clock.now());
              const answer = settled(what, act);
              if (alive) pass(what, "acted");
              if (answersAfterMs === Infinity) return;
              after(answersAfterMs, () => deliver(() => resolve(answer)));
            });
          }
          pass(what, "sent");
        });
      });
    }

    const byJournal = { landsAfterMs: journalMs, answersAfterMs: journalMs };
    return {
      number,
      request,
      journal: {
        keeps: "durable",
        read: async (name) => request("journal read", () => journal.read(name), byJournal),
        write: async (name, value, expected) =>
          request(
            "journal write",
            async () => {
              const before = options.forgetfulJournal ? await journal.read(name) : undefined;
              const written = await journal.write(name, value, expected);
              lastWrite = { name, undo: () => undoWrite(journal, name, written, before?.value) };
              return written;
            },
            byJournal,
          ),
        async *list(prefix) {
          yield* await request("journal list", () => namesIn(journal, prefix), byJournal);
        },
        remove: async (name, expected) => request("journal remove", () => journal.remove(name, expected), byJournal),
      },
      platform: {
        now: () => clock.now() + skewMs,
        random,
        setTimeout: (run, delayMs) =>
          after(delayMs, () => {
            if (alive && pass("timer", "before")) deliver(run);
          }),
        clearTimeout: clock.platform.clearTimeout,
      },
    };
  }

  return {
    now: () => clock.now(),
    journal,
    points,
    start,
    after,
    advance: (until) => clock.step(until),
    get disturbedUntil() {
      return disturbedUntil;
    },
    get landing() {
      return landing;
    },
    get failed() {
      return failed;
    },
  };
}

async function namesIn(journal: Journal, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of journal.list(prefix)) names.push(name);
  return names;
}

/** What a journal that did not make sure of its writes comes to when the machine goes down. */
async function undoWrite(
  journal: Journal,
  name: string,
  written: number | undefined,
  before: Parameters<Journal["write"]>[1] | undefined,
): Promise<void> {
  if (written === undefined || (await journal.read(name))?.revision !== written) return;
  if (before === undefined) await journal.remove(name, written);
  else await journal.write(name, before, written);
}
