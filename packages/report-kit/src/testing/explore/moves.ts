import type { JsonObject, JsonValue } from "../../json.ts";
import { createTimeoutMs } from "../../source/timing.ts";
import { carryOut } from "./carry-out.ts";
import { frameStart } from "./frame.ts";
import { nextInstant } from "./instants.ts";
import type { Broken } from "./invariants.ts";
import type { Histories } from "./histories.ts";
import type { Setup } from "./setup.ts";
import { arrive, begun, deliver } from "./steps.ts";
import type { Flight, Left, Step, World } from "./world.ts";
import { afterCrash, atInstant, frameOfStep, nothingRemembered } from "./world.ts";

/** One thing that can happen next. */
export interface Move {
  readonly to: World;
  /** It is a fault, and bounded. */
  readonly isFault?: boolean | undefined;
  /** What the move itself breaks. */
  readonly broken?: Broken | undefined;
  readonly says: () => string;
}

/** All that can happen next in a world, always in the same order. */
export function movesFrom(world: World, setup: Setup, histories: Histories): readonly Move[] {
  const moves: Move[] = [];
  for (const worker of world.actors.keys()) moves.push(...movesOf(worker, world, setup, histories));
  for (const flight of world.flights) moves.push(...movesOfFlight(flight, world, setup, histories));
  for (const { what, state } of setup.scenario.provider.changes?.(world.provider) ?? []) {
    moves.push({ to: { ...world, provider: setup.values.one(state) }, says: () => what });
  }
  const later = nextInstant(world, setup);
  if (later !== undefined) moves.push(...passTime(world, later, setup, histories));
  return moves;
}

const nameOf = (worker: number): string => `worker ${worker + 1}`;

/** What a worker can do, and what can become of it. */
function movesOf(worker: number, world: World, setup: Setup, histories: Histories): readonly Move[] {
  const actor = world.actors[worker];
  if (actor === undefined || actor.done !== undefined) return [];
  const { left, now } = world;
  const name = nameOf(worker);
  const moves: Move[] = [];
  if (left.crashes > 0 && (actor.step !== undefined || actor.memory !== nothingRemembered)) {
    const to = afterCrash(spend(world, "crashes"), worker, setup);
    moves.push({ to, isFault: true, says: () => `${name} dies, and begins again` });
  }
  let { step } = actor;
  if (step?.held !== undefined) {
    // It gets its answer now, and goes on.
    const { place, answer } = step.held;
    const to = deliver(world, worker, step, place, answer, setup, histories);
    step = to.actors[worker]?.step;
    if (step === undefined) return [...moves, { to, says: () => `${name} gets its answer` }];
  }
  step ??= begun(world, worker, setup, histories);

  for (const [place, awaited] of step.position.open) {
    if (awaited.do === "ask" && awaited.what === "create") {
      if (awaited.left) continue; // its flight has the moves
      const to = depart(world, worker, step, place, awaited.request, setup, histories);
      const isSent = to.flights.length > world.flights.length;
      moves.push({
        to,
        says: () => `${name} ${isSent ? "sends its create" : "finds that it is too late for its create"}`,
      });
      continue;
    }
    if (awaited.do === "timer") {
      const due = step.beganAt + awaited.at - frameStart;
      if (!awaited.renews) {
        // It looks again when time has passed: how much, it finds out by itself.
        if (step.isStill !== true) continue;
        const to = arrive(world, worker, step, place, { gives: null }, setup, histories);
        moves.push({ to, says: () => `${name} wakes up` });
        continue;
      }
      if (now < due || left.renewals === 0) continue;
      const to = arrive(spend(world, "renewals"), worker, step, place, { gives: null }, setup, histories);
      moves.push({ to, says: () => `${name} goes to renew its lease` });
      continue;
    }
    const { broken, says, ...done } = carryOut(world, worker, step, awaited, setup);
    const to = arrive(done.world, worker, done.step, place, done.answer, setup, histories);
    moves.push({ to, broken, says: () => `${name} ${says}` });
    if (left.lostAnswers === 0 || awaited.do === "read" || awaited.do === "list") continue;
    const isWrite = awaited.do !== "ask";
    for (const wasDone of isWrite && done.changed ? [true, false] : [false]) {
      const at = spend(wasDone ? done.world : world, "lostAnswers");
      const to = arrive(at, worker, wasDone ? done.step : step, place, { lost: true }, setup, histories);
      const how = wasDone
        ? "it is done, and the answer is lost"
        : isWrite
          ? "it is not done, and there is no answer"
          : "the answer is lost";
      moves.push({ to, isFault: true, broken: wasDone ? broken : undefined, says: () => `${name} ${says}: ${how}` });
    }
  }
  return moves;
}

/** What can become of a create that has left. */
function movesOfFlight(flight: Flight, world: World, setup: Setup, histories: Histories): readonly Move[] {
  const moves: Move[] = [];
  const { waiting, leftAt } = flight;
  const step = waiting && world.actors[waiting.worker]?.step;
  const isLate = world.now > leftAt + createTimeoutMs;
  if (!isLate || world.left.lateLandings > 0) {
    const { made, answer, ...landed } = land(isLate ? spend(world, "lateLandings") : world, flight, setup);
    let to = landed.world;
    if (waiting !== undefined && step !== undefined) {
      const gives = frameOfStep(setup, waiting.worker, step).into(answer);
      to = arrive(to, waiting.worker, step, waiting.place, { gives }, setup, histories);
    }
    moves.push({
      to,
      isFault: isLate,
      says: () => `the create lands${isLate ? " late" : ""}, and the provider makes ${made}`,
    });
  }
  if (waiting === undefined) {
    moves.push({ to: without(world, flight), says: () => "the create that was given up never lands" });
  } else if (step !== undefined && (isLate || world.left.lostAnswers > 0)) {
    // By its time-out a client gives up by itself; before, it lost its connection.
    const rest = { ...flight, waiting: undefined };
    const at = {
      ...(isLate ? world : spend(world, "lostAnswers")),
      flights: world.flights.map((one) => (one === flight ? rest : one)),
    };
    const to = arrive(at, waiting.worker, step, waiting.place, { lost: true }, setup, histories);
    moves.push({ to, isFault: !isLate, says: () => `${nameOf(waiting.worker)} gives its create up without an answer` });
  }
  return moves;
}

/**
 * Time passes. A worker whose answer is there has got it before, and read the clock then, or gets it after: both are
 * explored.
 */
function passTime(world: World, later: number, setup: Setup, histories: Histories): readonly Move[] {
  const befores: { readonly at: World; readonly got: readonly string[] }[] = [{ at: world, got: [] }];
  for (const [worker, { step }] of world.actors.entries()) {
    if (step?.held === undefined) continue;
    const { place, answer } = step.held;
    for (const { at, got } of befores.slice()) {
      const to = deliver(at, worker, step, place, answer, setup, histories);
      if (to.actors[worker]?.step !== undefined)
        befores.push({ at: to, got: [...got, `${nameOf(worker)} gets its answer; `] });
    }
  }
  return befores.flatMap(({ at, got }) => {
    const still = [...at.actors.keys()].filter((worker) => standsStill(worker, at, later));
    const standStills = at.left.standStills - still.length;
    if (standStills < 0) return [];
    const actors = at.actors.map(({ step, ...actor }, worker) => {
      if (step === undefined) return actor;
      return { ...actor, step: still.includes(worker) || isAsleep(step) ? { ...step, isStill: true } : step };
    });
    const stand = still.map((worker) => `${nameOf(worker)} stands still; `);
    return {
      to: { ...atInstant(at, later, setup), actors, left: { ...at.left, standStills } },
      isFault: still.length > 0,
      says: () => `${[...got, ...stand].join("")}${(later - world.now) / 1_000} s pass`,
    };
  });
}

/** Does a worker begin to stand still if time passes? Not while it waits for the answer to its create, or renews its lease. */
function standsStill(worker: number, { actors, flights, left }: World, later: number): boolean {
  const step = actors[worker]?.step;
  if (step === undefined || step.isStill === true || isAsleep(step)) return false;
  const flight = flights.find(({ waiting }) => waiting?.worker === worker);
  if (flight !== undefined) return later > flight.leftAt + createTimeoutMs;
  const isRenewing = [...step.position.open.values()].some(
    (awaited) => awaited.do === "timer" && awaited.renews && later <= step.beganAt + awaited.at - frameStart,
  );
  return left.renewals === 0 || !isRenewing;
}

/** Does a step wait for nothing but time? */
function isAsleep({ position, held }: Step): boolean {
  return (
    held === undefined && [...position.open.values()].every((awaited) => awaited.do === "timer" && !awaited.renews)
  );
}

function depart(
  world: World,
  worker: number,
  step: Step,
  place: number,
  request: JsonObject,
  setup: Setup,
  histories: Histories,
): World {
  const to = deliver(world, worker, step, place, { leaves: true }, setup, histories);
  const after = to.actors[worker]?.step?.position.open.get(place);
  if (after?.do !== "ask" || !after.left) return to;
  const flight: Flight = {
    request: frameOfStep(setup, worker, step).outOf(request),
    leftAt: world.now,
    key: setup.keys[worker] ?? "",
    waiting: { worker, place },
  };
  return { ...to, flights: [...to.flights, flight] };
}

function land(
  world: World,
  flight: Flight,
  { scenario: { provider }, values }: Setup,
): { readonly world: World; readonly made: string; readonly answer: JsonValue } {
  const { state, answer } = provider.answer(world.provider, flight.request, world.now);
  const fresh = provider.made(state).filter((one) => !provider.made(world.provider).includes(one));
  return {
    world: { ...without(world, flight), provider: values.one(state) },
    made: fresh.join(", ") || "nothing new",
    answer,
  };
}

function spend(world: World, what: keyof Left): World {
  return { ...world, left: { ...world.left, [what]: world.left[what] - 1 } };
}

function without(world: World, flight: Flight): World {
  return { ...world, flights: world.flights.filter((one) => one !== flight) };
}
