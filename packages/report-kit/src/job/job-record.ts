import type { Journal, JournalRecord } from "../journal/journal.ts";
import { jobRecordName } from "./job-state.ts";

/**
 * A job's record. A record that an earlier version kept under another key moves to the job's own name first, unchanged: copied,
 * then removed, so that a crash in between loses nothing. A lease in it still holds.
 */
export async function readJobRecord(
  journal: Journal,
  { key, formerKeys = [] }: { readonly key: string; readonly formerKeys?: readonly string[] | undefined },
): Promise<JournalRecord | undefined> {
  const name = jobRecordName(key);
  const record = await journal.read(name);
  if (record !== undefined) return record;
  for (const former of formerKeys) {
    const kept = await journal.read(jobRecordName(former));
    if (kept === undefined) continue;
    const revision = await journal.write(name, kept.value, 0);
    if (revision === undefined) break; // another process has begun it under its own name meanwhile
    await journal.remove(jobRecordName(former), kept.revision);
    return { revision, value: kept.value };
  }
  return formerKeys.length === 0 ? undefined : journal.read(name);
}
