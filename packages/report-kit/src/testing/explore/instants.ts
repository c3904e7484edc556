import type { JobState } from "../../job/job-state.ts";
import { defaultSearchForMs, settlesAt } from "../../job/timing-premises.ts";
import { clockSkewMs, createTimeoutMs } from "../../source/timing.ts";
import { frameStart } from "./frame.ts";
import type { Setup } from "./setup.ts";
import type { World } from "./world.ts";

const aWhileMs = 5_000;

/**
 * The next instant at which anything can differ: a deadline that a worker compares its clock with, or the last at which a
 * premise lets something happen. Between two of them nothing changes, so time moves from one to the next. Workers need not
 * do anything when one comes: that they stand still is explored at each of them.
 * @returns undefined when there is none, or when something has to happen before time passes
 */
export function nextInstant(world: World, setup: Setup): number | undefined {
  const { now } = world;
  const last = lastInstant(world, setup);
  if (last <= now) return undefined;
  let next = last;
  const consider = (instant: number): void => {
    if (instant > now && instant < next) next = instant;
  };
  const skews = new Set<number>();
  for (const [worker, { step, done }] of world.actors.entries()) {
    if (done !== undefined) continue;
    skews.add(setup.scenario.workers[worker]?.skewMs ?? 0);
    if (step === undefined || world.left.renewals === 0) continue;
    for (const awaited of step.position.open.values()) {
      if (awaited.do === "timer" && awaited.renews) consider(step.beganAt + awaited.at - frameStart);
    }
  }
  for (const key of new Set(setup.keys)) {
    const state = world.records.get(`job-${key}`)?.value as JobState | undefined; // what the step wrote
    if (state === undefined) continue;
    const instants = instantsOf(state, setup);
    for (const skew of skews) for (const instant of instants) consider(instant - skew);
  }
  return next === Infinity ? firstToWake(world, setup) : next;
}

/** When nothing else is to come, time passes all the same where a worker sleeps, or goes to sleep when it gets its answer. */
function firstToWake({ now, actors }: World, { scenario }: Setup): number | undefined {
  if (!scenario.workers.some(({ does }) => does === "deliver")) return undefined; // a step alone never sleeps
  const isWaiting = actors.some(({ step }) => {
    if (step === undefined || step.isStill === true) return false;
    if (step.held !== undefined) return true;
    return [...step.position.open.values()].some((awaited) => awaited.do === "timer" && !awaited.renews);
  });
  return isWaiting ? now + aWhileMs : undefined;
}

/** The instants that the code compares a worker's clock with. */
function instantsOf(state: JobState, { profile }: Setup): readonly number[] {
  const { lease, phase, nextAt, holdUntil = 0 } = state;
  const instants = [nextAt, holdUntil];
  if (lease !== undefined) {
    instants.push(lease.until);
    // A delivery waits until the lease is over by every clock.
    if (phase === "ready") instants.push(lease.until + clockSkewMs);
    // The last instant at which a create may leave, and the first at which it may not.
    if (phase === "creating") instants.push(lease.until - createTimeoutMs, lease.until - createTimeoutMs + 1);
  }
  if (phase === "creating" && profile.tier !== "create-or-get") {
    const settled = settlesAt(state, profile);
    instants.push(settled, settled + (profile.searchForMs ?? defaultSearchForMs));
  }
  return instants;
}

/** By when something that the premises promise must have happened. */
function lastInstant(world: World, { scenario, profile }: Setup): number {
  const { flights, provider, left } = world;
  let last = Infinity;
  const { visibilityBoundMs = Infinity } = profile;
  const lateMs = left.lateLandings === 0 ? 0 : visibilityBoundMs;
  for (const { leftAt } of flights) {
    const isLate = world.now > leftAt + createTimeoutMs;
    last = Math.min(last, leftAt + createTimeoutMs + (isLate ? visibilityBoundMs : lateMs));
  }
  for (const { by = Infinity } of scenario.provider.changes?.(provider) ?? []) last = Math.min(last, by);
  return last;
}
