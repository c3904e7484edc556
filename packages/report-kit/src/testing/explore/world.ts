import type { JsonObject, JsonValue } from "../../json.ts";
import type { Frame, Values } from "./frame.ts";
import { dead, mapped, workerName } from "./frame.ts";
import type { Answer } from "./program.ts";
import type { Position } from "./histories.ts";
import type { ExploredWorker } from "./scenario.ts";
import { asExplored } from "./seen-records.ts";

/** One state of everything that is explored. A world never changes: a move makes another. */
export interface World {
  /** True time, in epoch milliseconds. */
  readonly now: number;
  readonly records: ReadonlyMap<string, StoredRecord>;
  readonly provider: JsonObject;
  /** Creates on their way, and those whose answers are. */
  readonly flights: readonly Flight[];
  readonly actors: readonly Actor[];
  readonly left: Left;
}

/** What may still go wrong. */
export interface Left {
  readonly crashes: number;
  readonly lostAnswers: number;
  readonly lateLandings: number;
  readonly renewals: number;
  readonly standStills: number;
}

/** A record of the journal. */
export interface StoredRecord {
  readonly revision: number;
  readonly value: JsonObject;
}

/** A create that has left its worker. */
export interface Flight {
  readonly request: JsonObject;
  readonly leftAt: number;
  /** The key of the job that it was sent for. */
  readonly key: string;
  /** The await that its answer belongs to; absent: the worker has given it up, or has died. */
  readonly waiting?: { readonly worker: number; readonly place: number } | undefined;
}

/** A worker process. */
export interface Actor {
  /** Where its code stands; absent: it does nothing, and may begin a step. */
  readonly step?: Step | undefined;
  /** How its work ended. */
  readonly done?: string | undefined;
  /** What its process remembers from step to step. */
  readonly memory: JsonObject;
}

/** A step under way. */
export interface Step {
  readonly position: Position;
  /** True time. */
  readonly beganAt: number;
  /** Which revision of each record it has met last. */
  readonly met: ReadonlyMap<string, Met>;
  /** Time has passed since it got here: that it stands still is counted. */
  readonly isStill?: boolean | undefined;
  /** An answer that is there, and that the code has not got: it reads the clock when it does. */
  readonly held?: { readonly place: number; readonly answer: Answer } | undefined;
}

/** The revision that a step has met last: the record's own, and as the step's frame has it, where it rises by one each time. */
export interface Met {
  readonly revision: number;
  readonly inFrame: number;
}

/** Gives each world a name, the same for worlds between which nothing can tell a difference. */
export type WorldNames = (world: World) => string;

export const nothingRemembered: JsonObject = {};

/**
 * Two worlds have one name when all instants in them are the same distance from now, and when interchangeable workers have
 * changed places.
 */
export function createWorldNames(workers: readonly ExploredWorker[]): WorldNames {
  const orders = interchanges(workers);
  const numbers = new Map<string, number>();
  const known = new WeakMap<object, Map<number, number[]>>();

  function numberOf(text: string): number {
    let number = numbers.get(text);
    if (number === undefined) numbers.set(text, (number = numbers.size));
    return number;
  }

  /** The number of a value, as it looks from now and with workers in this order. */
  function valueNumber(value: JsonObject, now: number, order: number): number {
    let byNow = known.get(value);
    if (byNow === undefined) known.set(value, (byNow = new Map()));
    let inOrders = byNow.get(now);
    if (inOrders === undefined) byNow.set(now, (inOrders = []));
    return (inOrders[order] ??= numberOf(textOf(value, now, orders[order] ?? [])));
  }

  function actorName({ step, done, memory }: Actor, { now, records }: World, order: number): string {
    if (done !== undefined) return done;
    const remembered = memory === nothingRemembered ? "" : `m${valueNumber(memory, now, order)}`;
    if (step === undefined) return `-${remembered}`;
    const { position, beganAt, met, held, isStill = false } = step;
    // Another's write makes a revision that the step has not met; which one, makes no difference.
    let known = "";
    for (const [name, { revision }] of met) known += (records.get(name)?.revision ?? 0) === revision ? "=" : ">";
    const answer = held === undefined ? "" : `h${held.place}.${numberOf(JSON.stringify(held.answer))}`;
    return `${position.id}${isStill ? "!" : "@"}${now - beganAt}${known}${answer}${remembered}`;
  }

  function nameIn(world: World, order: number): string {
    const { now, records, provider, flights, actors, left } = world;
    const places = orders[order] ?? [];
    const parts: string[] = [];
    places.forEach((place) => {
      const actor = actors[place];
      if (actor !== undefined) parts.push(actorName(actor, world, order));
    });
    const inRecords = [...records].map(([name, { value }]) => `${numberOf(name)}:${valueNumber(value, now, order)}`);
    const onTheirWay = flights.map(
      ({ request, leftAt, key, waiting }) =>
        `${valueNumber(request, now, order)}@${now - leftAt}.${numberOf(key)}.${waiting === undefined ? "" : `${places.indexOf(waiting.worker)}.${waiting.place}`}`,
    );
    return [
      ...parts,
      ...inRecords.toSorted(),
      valueNumber(provider, now, order),
      ...onTheirWay.toSorted(),
      Object.values(left).join(""),
    ].join(" ");
  }

  return (world) => {
    let least = nameIn(world, 0);
    for (let order = 1; order < orders.length; order += 1) {
      const name = nameIn(world, order);
      if (name < least) least = name;
    }
    return least;
  };
}

/** A value's text, with instants as distances from now, and workers by their places in an order. */
function textOf(value: JsonValue, now: number, order: readonly number[]): string {
  return JSON.stringify(value).replaceAll(
    /(?<=[:[,])(\d{13})(?=[\]},])|(?<=")worker-(\d+)(?=")/g,
    (_all, instant, worker) =>
      instant === undefined ? `worker-${order.indexOf(Number(worker))}` : `t${Number(instant) - now}`,
  );
}

/** All orders of the workers in which interchangeable ones have changed places. */
function interchanges(workers: readonly ExploredWorker[]): readonly (readonly number[])[] {
  const alike = workers.map((worker) => JSON.stringify(worker));
  const extend = (order: readonly number[]): readonly (readonly number[])[] => {
    if (order.length === workers.length) return [order];
    return workers.flatMap((_worker, place) =>
      !order.includes(place) && alike[place] === alike[order.length] ? extend([...order, place]) : [],
    );
  };
  return extend([]);
}

/** The frame of a worker's step. */
export function frameOfStep(
  { scenario, values }: { readonly scenario: { readonly workers: readonly ExploredWorker[] }; readonly values: Values },
  worker: number,
  { beganAt }: Pick<Step, "beganAt">,
): Frame {
  return values.frameOf(worker, beganAt + (scenario.workers[worker]?.skewMs ?? 0));
}

/** A worker has died, and another is there in its place, which knows nothing. */
export function afterCrash(world: World, worker: number, { slowestMs, values }: Surroundings): World {
  const mine = workerName(worker);
  const unmanned = (value: JsonObject): JsonObject => mapped(value, 0, (name) => (name === mine ? dead : name));
  return {
    ...world,
    records: withRecords(world, (name, value) => values.one(asExplored(name, unmanned(value), world.now + slowestMs))),
    flights: world.flights.map((flight) =>
      flight.waiting?.worker === worker ? { ...flight, waiting: undefined } : flight,
    ),
    actors: world.actors.map((actor, place) => (place === worker ? { memory: nothingRemembered } : actor)),
  };
}

/** The same world, later. */
export function atInstant(world: World, now: number, { slowestMs, values }: Surroundings): World {
  function later(name: string, value: JsonObject): JsonObject {
    const is = asExplored(name, value, now + slowestMs);
    return is === value ? value : values.one(is);
  }
  return { ...world, now, records: withRecords(world, later) };
}

interface Surroundings {
  readonly slowestMs: number;
  readonly values: Values;
}

function withRecords(
  { records }: World,
  change: (name: string, value: JsonObject) => JsonObject,
): ReadonlyMap<string, StoredRecord> {
  return new Map([...records].map(([name, { revision, value }]) => [name, { revision, value: change(name, value) }]));
}
