import type { JsonObject } from "../json.ts";

/** One record of a journal. */
export interface JournalRecord {
  /** Rises by one with each write. It is the fencing token: who writes at an old revision is refused. */
  readonly revision: number;
  readonly value: JsonObject;
}

/**
 * Where jobs are kept: the truth that bookmarks and engines only point at. Two operations carry everything:
 * reading a record, and writing it if nobody else has since. A journal that can duplicate-proof a job must be durable
 * (a write that returned survives a crash) and linearisable per name.
 *
 * Names are `job-<key>`, `source-<hash>`, `webhook-<hash>` and `pulse`: 1 to 100 characters of `[a-z0-9-]`.
 */
export interface Journal {
  /** `process`: gone with this process. `durable`: survives it. A source that can duplicate refuses to resume over the first. */
  readonly keeps: "process" | "durable";
  /** @throws JournalError when the journal can't be read, or was written by a newer version. */
  read(name: string): Promise<JournalRecord | undefined>;
  /**
   * Write a record if its revision is still `expected` (0 = there is none yet).
   * @returns the new revision, or undefined when another writer came first (nothing was written).
   * @throws JournalError when it is not known to be durably written.
   */
  write(name: string, value: JsonObject, expected: number): Promise<number | undefined>;
  /** The names that begin with `prefix`, in no particular order. */
  list(prefix: string): AsyncIterable<string>;
  /** Remove a record if its revision is still `expected`. @returns whether it was removed. */
  remove(name: string, expected: number): Promise<boolean>;
}
