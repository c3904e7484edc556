import type { JsonObject, JsonValue } from "../../json.ts";
import type { Histories } from "./histories.ts";
import type { Answer } from "./program.ts";
import { asExplored } from "./seen-records.ts";
import type { Setup } from "./setup.ts";
import type { Step, World } from "./world.ts";
import { frameOfStep, nothingRemembered } from "./world.ts";

/** A step that a worker begins, before its first has come to anything. */
export function begun(world: World, worker: number, setup: Setup, histories: Histories): Step {
  const { memory } = world.actors[worker] ?? { memory: nothingRemembered };
  const inFrame = frameOfStep(setup, worker, { beganAt: world.now }).into(memory);
  const { request, epoch, does } = setup.scenario.workers[worker] ?? {};
  const program = JSON.stringify([request, epoch, does, inFrame]);
  const position = histories.begin(program, () => setup.programOf(worker, inFrame));
  return { position, beganAt: world.now, met: new Map() };
}

/**
 * An answer is there for a worker. It gets it at once where the time at which it does makes no difference: its code does not
 * read the clock then, or comes to an end that could as well come later.
 */
export function arrive(
  world: World,
  worker: number,
  step: Step,
  place: number,
  answer: Answer,
  setup: Setup,
  histories: Histories,
): World {
  const position = histories.after(step.position, { place, answer, atMs: world.now - step.beganAt });
  const isTimeless = !position.hasReadClock || position.end !== undefined;
  if (isTimeless) return deliver(world, worker, step, place, answer, setup, histories);
  return withStep(world, worker, { ...step, isStill: false, held: { place, answer } });
}

/** The code gets an answer, and goes on to its next or its end. */
export function deliver(
  world: World,
  worker: number,
  step: Step,
  place: number,
  answer: Answer,
  setup: Setup,
  histories: Histories,
): World {
  const position = histories.after(step.position, { place, answer, atMs: world.now - step.beganAt });
  if (position.end === undefined)
    return withStep(world, worker, { ...step, position, isStill: false, held: undefined });
  const { done, memory } = position.end;
  if (typeof done === "string") return withActor(world, worker, { done, memory: nothingRemembered });
  const { outOf } = frameOfStep(setup, worker, step);
  const isEmpty = memory === undefined || Object.keys(memory as JsonObject).length === 0; // as setup.ts gives it
  return withActor(world, worker, {
    memory: isEmpty ? nothingRemembered : keptInMind(outOf(memory as JsonObject), world.now + setup.slowestMs),
  });
}

function withStep(world: World, worker: number, step: Step): World {
  const memory = world.actors[worker]?.memory ?? nothingRemembered;
  return withActor(world, worker, { memory, step });
}

function withActor(world: World, worker: number, actor: World["actors"][number]): World {
  return { ...world, actors: world.actors.map((one, place) => (place === worker ? actor : one)) };
}

/** What a process remembers of a job is a job's record too. */
function keptInMind(memory: JsonObject, overAt: number): JsonObject {
  const kept: Record<string, JsonValue> = {};
  for (const [name, entry] of Object.entries(memory)) {
    if (typeof entry === "string") {
      kept[name] = entry;
      continue;
    }
    const { lease, before } = entry as { lease: JsonObject; before: JsonObject }; // as takeStep keeps it
    kept[name] = { lease, before: asExplored(name, before, overAt) };
  }
  return kept;
}
