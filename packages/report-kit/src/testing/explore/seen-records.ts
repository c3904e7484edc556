import type { JsonObject } from "../../json.ts";
import { dead, isInstant } from "./frame.ts";

/*
 * What of a job's record is not explored: members that are there for people, or that count and date what was. No step
 * decides by them, and each of their values would make another state. A source of your own that reads `failures`, `missed`
 * or their times gets none here.
 */
const leftOut: ReadonlySet<string> = new Set(
  "why status message code found failures failingSince missed missedSince lookedAt endedAt".split(" "),
);
const counted: ReadonlySet<string> = new Set(["requests", "startedAt", "acceptedAt"]);

/**
 * A record as it is kept during an exploration.
 * @param overAt the time on the clock that is furthest behind: what is over by it is over by all
 */
export function asExplored(name: string, value: JsonObject, overAt: number): JsonObject {
  if (!name.startsWith("job-")) return value;
  const isOver = (instant: unknown): boolean => isInstant(instant) && instant <= overAt;
  const kept: Record<string, JsonObject[string]> = {};
  let isSame = true;
  function seen(member: string, was: JsonObject[string]): JsonObject[string] {
    if (was === undefined || leftOut.has(member)) return undefined;
    if (member === "lease" && isOverFor(was, isOver)) return undefined;
    if (member === "intentAt" && value["phase"] !== "creating" && value["phase"] !== "indeterminate") return undefined;
    if (member === "holdUntil" && isOver(was)) return undefined;
    return counted.has(member) || (member === "nextAt" && isOver(was)) ? 0 : was;
  }
  for (const [member, was] of Object.entries(value)) {
    const is = seen(member, was);
    isSame &&= is === was;
    if (is !== undefined) kept[member] = is;
  }
  return isSame ? value : kept;
}

/** A lease that is over, of a worker that has died, is as good as none. */
function isOverFor(lease: JsonObject[string], isOver: (instant: unknown) => boolean): boolean {
  return typeof lease === "object" && lease !== null && "by" in lease && lease["by"] === dead && isOver(lease["until"]);
}
