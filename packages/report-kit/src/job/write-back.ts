import type { Journal } from "../journal/journal.ts";
import type { JobState } from "./job-state.ts";
import { hasEnded, parseState, stateToJson } from "./job-state.ts";

/**
 * Write what a step came to. A wake may have written in between: as long as the lease is still ours, nobody else has
 * taken a step, and ours stands, due now.
 */
export async function writeBack(
  journal: Journal,
  name: string,
  after: JobState,
  announced: number,
  lease: { readonly by: string; readonly until: number },
  now: () => number,
): Promise<number | undefined> {
  const written = await journal.write(name, stateToJson(after), announced);
  if (written !== undefined) return written;
  for (;;) {
    const record = await journal.read(name);
    if (record === undefined) return undefined;
    const other = parseState(record.value, name);
    if (other.lease?.by !== lease.by || other.lease.until !== lease.until) return undefined;
    const due = Math.min(after.nextAt, Math.max(now(), after.holdUntil ?? 0));
    const woken = hasEnded(after) ? after : { ...after, nextAt: due };
    const rewritten = await journal.write(name, stateToJson(woken), record.revision);
    if (rewritten !== undefined) return rewritten;
  }
}

/** The job was forgotten while its create was under way, and nobody has begun it anew: what was made is not forgotten. */
export async function writeAgain(journal: Journal, name: string, after: JobState): Promise<number | undefined> {
  return (await journal.read(name)) === undefined ? journal.write(name, stateToJson(after), 0) : undefined;
}
