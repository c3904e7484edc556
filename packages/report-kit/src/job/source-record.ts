import { sha256 } from "@noble/hashes/sha2.js";
import type { JsonObject } from "../json.ts";
import type { Journal } from "../journal/journal.ts";
import { learnReadyTime, parseReadyTimes } from "../learning/ready-times.ts";
import type { ReadyTimes, SeenReady } from "../learning/ready-times.ts";

/** What a journal knows of a report source as a whole, beyond its jobs. */
export interface SourceFacts {
  /** Has the provider been seen to keep the identifier we send, and never been seen not to? */
  echoProven(sourceId: string): Promise<boolean>;
  recordEcho(sourceId: string, echoed: boolean): Promise<void>;
  /** How long reports of this type took to become ready. */
  readyTimes(sourceId: string, reportType: string): Promise<ReadyTimes | undefined>;
  recordReady(sourceId: string, reportType: string, seen: readonly SeenReady[]): Promise<void>;
}

/** The facts kept in a journal, one record a source. An echo that once differed is remembered for good. */
export function sourceFacts(journal: Journal): SourceFacts {
  /** Change a source's record, however often others write in between. `change` gives undefined to leave it. */
  async function update(sourceId: string, change: (facts: JsonObject) => JsonObject | undefined): Promise<void> {
    for (;;) {
      const record = await journal.read(recordName(sourceId));
      const changed = change(record?.value ?? { v: 1, source: sourceId });
      if (changed === undefined) return;
      if ((await journal.write(recordName(sourceId), changed, record?.revision ?? 0)) !== undefined) return;
    }
  }
  const read = async (sourceId: string): Promise<JsonObject> => (await journal.read(recordName(sourceId)))?.value ?? {};

  return {
    async echoProven(sourceId) {
      return (await read(sourceId))["echo"] === true;
    },
    recordEcho: (sourceId, echoed) =>
      update(sourceId, (facts) =>
        facts["echo"] === false || facts["echo"] === echoed ? undefined : { ...facts, echo: echoed },
      ),
    async readyTimes(sourceId, reportType) {
      return timesIn(await read(sourceId))[reportType];
    },
    recordReady: (sourceId, reportType, seen) =>
      update(sourceId, (facts) => {
        const times = timesIn(facts);
        const learned = { ...times, [reportType]: seen.reduce(learnReadyTime, times[reportType]) };
        return { ...facts, times: learned as unknown as JsonObject }; // an interface has no index signature, but it is JSON
      }),
  };
}

function timesIn(facts: JsonObject): Readonly<Record<string, ReadyTimes>> {
  const kept = Object.entries(typeof facts["times"] === "object" ? (facts["times"] ?? {}) : {}).flatMap(
    ([type, value]) => {
      const times = parseReadyTimes(value);
      return times === undefined ? [] : [[type, times] as const];
    },
  );
  return Object.fromEntries(kept);
}

function recordName(sourceId: string): string {
  const hash = sha256(new TextEncoder().encode(sourceId)).slice(0, 16);
  return `source-${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
