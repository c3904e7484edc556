import { onAbort } from "@report-kit/http";
import type { Journal } from "../journal/journal.ts";
import type { Timer } from "../waiting/timer.ts";
import type { JobState } from "./job-state.ts";
import { hasEnded, parseState, stateToJson } from "./job-state.ts";
import { leaseMs } from "./timing-premises.ts";

/** The right to take a step of a job: in the job's record, for one worker, until an instant. */
export interface Lease {
  readonly by: string;
  readonly until: number;
}

/** A lease while its step is under way. */
export interface HeldLease {
  /** Another worker has taken the job over. */
  readonly isLost: boolean;
  /** Renew the lease now. @returns whether it is still ours. */
  renew(): Promise<boolean>;
  /** Change the record as it is now, as long as the lease in it is ours. @returns undefined when it is lost. */
  update(change: (current: JobState) => JobState): Promise<Written | undefined>;
  /** Do work that may outlast the lease, and renew it meanwhile. The work's signal also aborts once the lease is lost. */
  renewDuring<Result>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /**
   * Write what the step came to, without a lease. A wake may have written in between: as long as the lease is ours, no
   * other worker has taken a step, and ours stands, due now.
   * @returns what is in the journal now; undefined when the lease is lost, and nothing was written (S4 of the step).
   */
  writeBack(after: JobState): Promise<Written | undefined>;
}

/** A job's record as it was written. */
export interface Written {
  readonly state: JobState;
  readonly revision: number;
}

/** @param announced the record as it is in the journal at this revision, with the lease in it */
export function holdLease(
  { journal, timer, now }: { readonly journal: Journal; readonly timer: Timer; readonly now: () => number },
  name: string,
  taken: Lease,
  announced: number,
): HeldLease {
  let lease = taken;
  let revision = announced;
  let isWoken = false;
  let isLost = false;
  /** A renewal whose write failed: it may be in the record all the same. */
  let tried: Lease | undefined;

  /** Write over the record as long as the lease in it is ours. */
  async function overwrite(change: (current: JobState) => JobState): Promise<Written | undefined> {
    for (;;) {
      const record = await journal.read(name);
      const current = record && parseState(record.value, name);
      if (record === undefined || current === undefined || !isOurs(current.lease)) return undefined;
      isWoken ||= record.revision !== revision;
      const state = change(current);
      tried = state.lease;
      const written = await journal.write(name, stateToJson(state), record.revision);
      if (written === undefined) continue;
      lease = state.lease ?? lease;
      revision = written;
      return { state, revision };
    }
  }

  function isOurs(found: Lease | undefined): boolean {
    return isSame(found, lease) || (tried !== undefined && isSame(found, tried));
  }

  async function renew(): Promise<boolean> {
    const until = now() + leaseMs;
    isLost ||= (await overwrite((current) => ({ ...current, lease: { by: lease.by, until } }))) === undefined;
    return !isLost;
  }

  async function keepRenewing(signal: AbortSignal): Promise<void> {
    do {
      await timer.wait(timer.now() + leaseMs / 3, { signal, unref: true });
      // A journal that is away may be back the next time. If not, writing back finds out whether the lease is ours.
    } while (await renew().catch(() => true));
  }

  return {
    get isLost() {
      return isLost;
    },
    renew,
    update: overwrite,
    async renewDuring(signal, work) {
      const over = new AbortController();
      const calledOff = new AbortController();
      const unfollow = onAbort(signal, () => calledOff.abort(signal.reason));
      const renewing = keepRenewing(over.signal).then(
        () => calledOff.abort(new Error("another worker has taken the job over")),
        () => undefined, // the work is over
      );
      try {
        return await work(calledOff.signal);
      } finally {
        over.abort();
        unfollow();
        await renewing;
      }
    },
    async writeBack(after) {
      const written = isWoken ? undefined : await journal.write(name, stateToJson(after), revision);
      if (written !== undefined) return { state: after, revision: written };
      return overwrite(() => {
        const due = Math.min(after.nextAt, Math.max(now(), after.holdUntil ?? 0));
        return hasEnded(after) ? after : { ...after, nextAt: due };
      });
    },
  };
}

export function isSame(one: Lease | undefined, other: Lease): boolean {
  return one?.by === other.by && one.until === other.until;
}

/** The job was forgotten while its create was under way, and nobody has begun it again: what was made is not forgotten. */
export async function writeAgain(journal: Journal, name: string, state: JobState): Promise<Written | undefined> {
  if ((await journal.read(name)) !== undefined) return undefined;
  const revision = await journal.write(name, stateToJson(state), 0);
  return revision === undefined ? undefined : { state, revision };
}

/** Put back what was in the record before an announcement whose request was not sent, if the record still has its lease. */
export async function takeBack(journal: Journal, name: string, lease: Lease, before: JobState): Promise<void> {
  const record = await journal.read(name);
  if (record === undefined || !isSame(parseState(record.value, name).lease, lease)) return;
  await journal.write(name, stateToJson(before), record.revision);
}
