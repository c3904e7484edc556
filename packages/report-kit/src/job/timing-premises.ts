import type { SourceProfile } from "../source/report-source.ts";
import { clockSkewMs } from "../source/timing.ts";
import type { JobState } from "./job-state.ts";

/** A step's lease, in milliseconds: held for the step alone, never across a wait. */
export const leaseMs = 60_000;
/** How long to go on looking for a report that may have been made where no visibility bound is known. */
export const defaultSearchForMs: number = 30 * 60_000;

/**
 * When an unclear create has certainly landed, if it ever will, and what it made can be seen, by every clock: its worker
 * had given it up when its lease was over, it may have landed a bound later, and have been listed yet a bound later.
 */
export function settlesAt(state: JobState, profile: SourceProfile): number {
  return (state.intentAt ?? state.startedAt) + leaseMs + clockSkewMs + 2 * (profile.visibilityBoundMs ?? 0);
}

/** Is no worker at the job, by every clock? */
export function isLeaseOver(state: JobState, now: number): boolean {
  return leaseOverAt(state) <= now;
}

/** When no worker will be at the job by any clock, unless the one that has the lease renews it. */
export function leaseOverAt({ lease }: JobState): number {
  return lease === undefined ? 0 : lease.until + clockSkewMs;
}
