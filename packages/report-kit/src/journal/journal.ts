import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { JournalError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { refuse } from "../refuse.ts";

/** One record of a journal. */
export interface JournalRecord {
  /** Rises by one with each write. It is the fencing token: a write at an old revision is refused. */
  readonly revision: number;
  readonly value: JsonObject;
}

/**
 * Where jobs are kept: the truth that bookmarks and engines only point at. Two operations carry everything:
 * reading a record, and writing it if nobody else has since. A journal that can duplicate-proof a job must be durable
 * (a write that returned survives a crash) and linearisable per name.
 *
 * Names are `job-<key>`, `pulse`, and `claim-`, `claims-`, `echo-`, `ready-` and `source-<hash>`: 1 to 100
 * characters of `[a-z0-9-]`.
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

/**
 * A journal's names are file names, row keys and cache keys alike: 1 to 100 characters that mean the same to all of
 * them, on file systems that ignore case too.
 */
export function isJournalName(name: string): boolean {
  return /^[a-z0-9-]{1,100}$/.test(name);
}

/** @throws JournalError `invalid-name` */
export function checkJournalName(name: string): void {
  if (isJournalName(name)) return;
  throw new JournalError({
    code: "invalid-name",
    message: `${JSON.stringify(name)} can't name a journal record: a name is 1 to 100 characters of a-z, 0-9 and "-".`,
  });
}

/** The name of a record that is about something whose own name can be any text: `source-<32 hex digits>`. */
export function recordName(kind: string, ...about: readonly string[]): string {
  const hash = sha256(new TextEncoder().encode(about.join("\n")));
  return `${kind}-${bytesToHex(hash.subarray(0, 16))}`;
}

/** A record by its name, or why it can't be read. Both absent: it was removed meanwhile. */
export interface NamedRecord {
  readonly name: string;
  readonly record?: JournalRecord | undefined;
  readonly error?: JournalError | undefined;
}

/** Records that are read at once: a journal may read them together, as `postgresJournal` does. */
const together = 200;

/**
 * Read all records whose names begin with `prefix`. A record that is damaged, foreign or of a newer version is given as its
 * error, and the others are read all the same.
 * @throws JournalError when the journal itself can't be read
 */
export async function* readRecords(journal: Journal, prefix: string): AsyncGenerator<NamedRecord> {
  for await (const some of readRecordsTogether(journal, prefix)) yield* some;
}

/** The same, in the batches in which they are read: no more of them are in memory at a time. */
export async function* readRecordsTogether(journal: Journal, prefix: string): AsyncGenerator<readonly NamedRecord[]> {
  const names: string[] = [];
  const readAll = (): Promise<NamedRecord[]> => Promise.all(names.splice(0).map((name) => read(journal, name)));
  for await (const name of journal.list(prefix)) {
    if (names.push(name) === together) yield await readAll();
  }
  if (names.length > 0) yield await readAll();
}

async function read(journal: Journal, name: string): Promise<NamedRecord> {
  try {
    return { name, record: await journal.read(name) };
  } catch (error) {
    if (isAboutOneRecord(error)) return { name, error };
    throw error;
  }
}

/** Is an error about one record, and not about the whole journal? */
export function isAboutOneRecord(error: unknown): error is JournalError {
  return JournalError.isInstance(error) && ["unreadable", "newer-version", "invalid-name"].includes(error.code);
}

const journals =
  'a journal: fileJournal(directory) of "report-kit/node", postgresJournal(query) of "report-kit/postgres", or memoryJournal()';

/** @throws ReportRequestError for what is no journal. */
export function checkJournal(journal: Journal): void {
  if (typeof journal?.read !== "function") refuse("journal", journals, journal);
}
