import { checkJournalName } from "./journal.ts";
import type { Journal, JournalRecord } from "./journal.ts";
import type { JsonObject } from "../json.ts";

/**
 * A journal in this process's memory: gone when the process ends, and says so (`keeps: "process"`). For tests, scripts
 * that are watched, and sources that can't make a report twice.
 */
export function memoryJournal(): Journal {
  // Text, not objects: what was written can't be changed afterwards through a reference to it.
  const records = new Map<string, { readonly revision: number; readonly text: string }>();

  return {
    keeps: "process",
    async read(name: string): Promise<JournalRecord | undefined> {
      checkJournalName(name);
      const record = records.get(name);
      return record && { revision: record.revision, value: JSON.parse(record.text) };
    },
    async write(name: string, value: JsonObject, expected: number): Promise<number | undefined> {
      checkJournalName(name);
      if ((records.get(name)?.revision ?? 0) !== expected) return undefined;
      records.set(name, { revision: expected + 1, text: JSON.stringify(value) });
      return expected + 1;
    },
    async *list(prefix: string): AsyncIterable<string> {
      const names = [...records.keys()].filter((name) => name.startsWith(prefix));
      yield* names;
    },
    async remove(name: string, expected: number): Promise<boolean> {
      checkJournalName(name);
      return records.get(name)?.revision === expected && records.delete(name);
    },
  };
}
