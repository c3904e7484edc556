import { explainError } from "../../src/index.ts";
import type { Observation, ReportSource, SourceCall } from "../../src/index.ts";

/** A call of a source's method; what a test does not name is as in a job's first step. */
export function sourceCall(call: Pick<SourceCall, "request" | "now"> & Partial<SourceCall>): SourceCall {
  return { key: "a-key", epoch: 0, echoProven: false, signal: new AbortController().signal, ...call };
}

/** What a step makes of a call: the observation, or what its error means. */
export async function observe(
  source: ReportSource,
  during: "create" | "look" | "find",
  call: SourceCall,
  place = 0,
): Promise<Observation> {
  try {
    if (during === "look") return await source.look(call);
    const observation = await (during === "create" ? source.create?.(call) : source.find?.(call, place));
    if (observation === undefined) throw new TypeError(`the source has no ${during}`);
    return observation;
  } catch (error) {
    const meaning = source.explain?.(error, during, call) ?? explainError(error, during);
    if (meaning === undefined) throw error;
    return meaning;
  }
}
