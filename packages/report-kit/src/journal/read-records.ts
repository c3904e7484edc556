import { JournalError } from "../errors.ts";
import type { Journal, JournalRecord } from "./journal.ts";

/** A record by its name, or why it can't be read. Both absent: it was removed meanwhile. */
export interface NamedRecord {
  readonly name: string;
  readonly record?: JournalRecord | undefined;
  readonly error?: JournalError | undefined;
}

/** Reads under way at once: most of a read is waiting, for a disk or a database. */
const atOnce = 16;

/**
 * Read all records whose names begin with `prefix`. One that is damaged, foreign or of a newer version is given as its
 * error, and the others are read all the same.
 * @throws JournalError when the journal itself can't be read
 */
export async function* readRecords(journal: Journal, prefix: string): AsyncGenerator<NamedRecord> {
  const names: string[] = [];
  const readAll = (): Promise<NamedRecord[]> => Promise.all(names.splice(0).map((name) => read(journal, name)));
  for await (const name of journal.list(prefix)) {
    if (names.push(name) === atOnce) yield* await readAll();
  }
  yield* await readAll();
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
