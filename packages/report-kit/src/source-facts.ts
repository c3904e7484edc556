import { sha256 } from "@noble/hashes/sha2.js";
import type { Journal } from "./journal.ts";

/** What a journal knows of a report source as a whole, beyond its jobs. */
export interface SourceFacts {
  /** Has the provider been seen to keep the identifier we send, and never been seen not to? */
  echoProven(sourceId: string): Promise<boolean>;
  recordEcho(sourceId: string, echoed: boolean): Promise<void>;
}

/** The facts kept in a journal, one record a source. An echo that once differed is remembered for good. */
export function sourceFacts(journal: Journal): SourceFacts {
  const read = async (sourceId: string): Promise<{ revision: number; echo: boolean | undefined }> => {
    const record = await journal.read(recordName(sourceId));
    const echo = record?.value["echo"];
    return { revision: record?.revision ?? 0, echo: typeof echo === "boolean" ? echo : undefined };
  };
  return {
    async echoProven(sourceId) {
      return (await read(sourceId)).echo === true;
    },
    async recordEcho(sourceId, echoed) {
      for (;;) {
        const { revision, echo } = await read(sourceId);
        if (echo === false || echo === echoed) return;
        const written = await journal.write(recordName(sourceId), { v: 1, source: sourceId, echo: echoed }, revision);
        if (written !== undefined) return;
      }
    },
  };
}

function recordName(sourceId: string): string {
  const hash = sha256(new TextEncoder().encode(sourceId)).slice(0, 16);
  return `source-${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
