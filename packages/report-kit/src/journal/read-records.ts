import { JournalError } from "../errors.ts";
import type { Journal, JournalRecord } from "./journal.ts";

/** What a journal has under a name: the record, undefined when it was removed since; or why that one record can't be read. */
export interface NamedRecord {
  readonly name: string;
  readonly record: JournalRecord | JournalError | undefined;
}

/** Records that are read at once: a journal may take them together, as `postgresJournal` does. */
const together = 200;

/**
 * Read all records whose names begin with a prefix, many at once and no more in memory than those. A record that is damaged
 * or of a newer version is an error in its place, and keeps nothing from the others.
 * @throws JournalError when the journal itself can't be read
 */
export async function* readRecords(journal: Journal, prefix: string): AsyncGenerator<readonly NamedRecord[]> {
  let names: string[] = [];
  for await (const name of journal.list(prefix)) {
    names.push(name);
    if (names.length < together) continue;
    yield await readAll(journal, names);
    names = [];
  }
  if (names.length > 0) yield await readAll(journal, names);
}

function readAll(journal: Journal, names: readonly string[]): Promise<NamedRecord[]> {
  return Promise.all(names.map(async (name) => ({ name, record: await readOne(journal, name) })));
}

async function readOne(journal: Journal, name: string): Promise<NamedRecord["record"]> {
  try {
    return await journal.read(name);
  } catch (error) {
    if (isOfOneRecord(error)) return error;
    throw error;
  }
}

/** These two codes are about one record; any other is about the journal. */
export function isOfOneRecord(error: unknown): error is JournalError {
  return JournalError.isInstance(error) && (error.code === "unreadable" || error.code === "newer-version");
}
