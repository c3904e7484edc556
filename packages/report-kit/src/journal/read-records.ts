import { JournalError } from "../errors.ts";
import type { Journal, JournalRecord } from "./journal.ts";

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
