import type { JsonObject, JsonValue } from "../../json.ts";

/*
 * The explorer runs each step in a frame of its own: its first instant is always the same, its worker has always the same
 * name, and the revisions that it meets rise by one. Steps that differ in these alone are one history then, and the
 * real code runs once for all of them.
 */

/** When each step begins, on the clock that its code reads. */
export const frameStart: number = Date.parse("2026-11-20T00:00:00Z");
/** A worker in its own frame. */
export const self = "worker-self";
/** A worker that has died: nobody goes by that name any more. */
export const dead = "worker-dead";

/** The name of a worker by its place. */
export function workerName(place: number): string {
  return `worker-${place}`;
}

/** Whether a number of a record is an instant: no duration, count or revision is as large. */
export function isInstant(value: unknown): value is number {
  return typeof value === "number" && value >= 1e12;
}

/** A copy with all instants moved, and all names of workers changed. */
export function mapped<Value extends JsonValue>(value: Value, byMs: number, rename: (name: string) => string): Value;
export function mapped(value: JsonValue, byMs: number, rename: (name: string) => string): JsonValue {
  if (typeof value === "number") return isInstant(value) ? value + byMs : value;
  if (typeof value === "string") return value.startsWith("worker-") ? rename(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => mapped(item, byMs, rename));
  const copy: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) copy[name] = mapped(member, byMs, rename);
  }
  return copy;
}

/** The way into a worker's frame, and back. */
export interface Frame {
  readonly into: <Value extends JsonValue>(value: Value) => Value;
  readonly outOf: <Value extends JsonValue>(value: Value) => Value;
}

/** Equal objects of a journal and a provider are one object: what was made of it once need not be made again. */
export interface Values {
  one<Value extends JsonObject>(value: Value): Value;
  /** The way into the frame of a worker, whose step began then on its own clock. */
  frameOf(place: number, localStart: number): Frame;
}

/** @param workers how many there are */
export function createValues(workers: number): Values {
  const byText = new Map<string, JsonObject>();
  const inFrames = new WeakMap<object, Map<string, JsonValue>>();
  const frames = new Map<string, Frame>();

  function one<Value extends JsonObject>(value: Value): Value {
    const text = JSON.stringify(value);
    const known = byText.get(text);
    if (known === undefined) byText.set(text, value);
    return (known as Value | undefined) ?? value; // of equal text
  }

  function frameOf(place: number, localStart: number): Frame {
    const name = `${place}@${localStart}`;
    let frame = frames.get(name);
    if (frame !== undefined) return frame;
    const { into, outOf } = newFrame(place, workers, localStart);
    frame = {
      into: (value) => remembered(value, name, into),
      outOf: (value) => remembered(value, `${name} out`, outOf),
    };
    frames.set(name, frame);
    return frame;
  }

  function remembered<Value extends JsonValue>(value: Value, name: string, map: (value: Value) => Value): Value {
    if (typeof value !== "object" || value === null) return map(value);
    let maps = inFrames.get(value);
    if (maps === undefined) inFrames.set(value, (maps = new Map()));
    let is = maps.get(name);
    if (is === undefined) maps.set(name, (is = map(value)));
    return is as Value; // what `map` made of it
  }

  return { one, frameOf };
}

function newFrame(place: number, workers: number, localStart: number): Frame {
  const byMs = frameStart - localStart;
  function inward(name: string): string {
    if (name === dead) return dead;
    const distance = (Number(name.slice("worker-".length)) - place + workers) % workers;
    return distance === 0 ? self : `worker-other-${distance}`;
  }
  function outward(name: string): string {
    if (name === dead) return dead;
    const distance = name === self ? 0 : Number(name.slice("worker-other-".length));
    return workerName((place + distance) % workers);
  }
  return {
    into: (value) => mapped(value, byMs, inward),
    outOf: (value) => mapped(value, -byMs, outward),
  };
}
