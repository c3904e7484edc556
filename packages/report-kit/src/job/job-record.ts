import type { Journal, JournalRecord } from "../journal/journal.ts";
import { jobRecordName } from "./job-state.ts";
import { claimReport, namesIn } from "./reports-of-other-jobs.ts";
import type { Claimant } from "./reports-of-other-jobs.ts";

/**
 * A job's record. A record that an earlier version kept under another key moves to the job's own name first, unchanged: copied,
 * then removed, so that a crash in between loses nothing. A lease in it still holds, and its report is claimed under the new
 * key: a claim under the former one no longer counts.
 */
export async function readJobRecord(
  journal: Journal,
  job: Claimant & { readonly formerKeys?: readonly string[] | undefined },
): Promise<JournalRecord | undefined> {
  const { key, formerKeys = [] } = job;
  const name = jobRecordName(key);
  const record = await journal.read(name);
  if (record !== undefined) return record;
  for (const former of formerKeys) {
    const kept = await journal.read(jobRecordName(former));
    if (kept === undefined) continue;
    const revision = await journal.write(name, kept.value, 0);
    if (revision === undefined) break; // another process has begun it under its own name meanwhile
    await journal.remove(jobRecordName(former), kept.revision);
    for (const reference of namesIn(kept.value)) await claimReport(journal, job, reference);
    return { revision, value: kept.value };
  }
  return formerKeys.length === 0 ? undefined : journal.read(name);
}
