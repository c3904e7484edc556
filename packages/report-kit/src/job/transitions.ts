import { describeError } from "../source/explain-error.ts";
import type { Observation } from "../source/observation.ts";
import type { SourceProfile } from "../source/report-source.ts";
import { longestHintMs } from "../waiting/schedule.ts";
import type { JobState } from "./job-state.ts";
import { hasEnded } from "./job-state.ts";
import type { OnIndeterminate } from "./outcome.ts";
import { defaultSearchForMs, settlesAt } from "./timing-premises.ts";

/** Why a job waits after a create without a clear answer. */
const unsettled = "a create ended unclear: what it may have made is visible by then";

/** What a step does at the provider. */
export type Ask = "create" | "look" | "find";

/** What the next step of a job is. */
export type Action =
  | { readonly do: "nothing" }
  | { readonly do: "wait"; readonly until: number; readonly why: string }
  | { readonly do: Ask };

/**
 * Decide what a job's next step is. Pure.
 * @param early look before the schedule's time: something is known already. A provider's Retry-After still holds.
 */
export function decide(state: JobState, profile: SourceProfile, now: number, early = false): Action {
  if (hasEnded(state)) return { do: "nothing" };
  if (state.lease !== undefined && state.lease.until > now) {
    return {
      do: "wait",
      until: Math.min(state.lease.until, now + 1_000),
      why: "another worker is taking a step of this job",
    };
  }
  const unclear = state.phase === "creating" && profile.tier !== "create-or-get";
  const settledAt = settlesAt(state, profile);
  if (unclear && settledAt > now) {
    return { do: "wait", until: settledAt, why: unsettled };
  }
  const due = early ? Math.min(state.nextAt, state.holdUntil ?? 0) : state.nextAt;
  if (due > now) return { do: "wait", until: due, why: state.why ?? "the schedule" };
  if (state.phase === "waiting" || profile.tier === "lookup") return { do: "look" };
  return { do: unclear ? "find" : "create" };
}

/** What the journal contains while a step is under way. Its request is counted: a worker that dies can't count it later. */
export function announce(state: JobState, action: Ask, lease: NonNullable<JobState["lease"]>, now: number): JobState {
  const announced = { ...state, requests: state.requests + 1, lease };
  if (action !== "create") return announced;
  return { ...announced, phase: "creating", intentAt: now, found: undefined, finding: undefined };
}

/** An `indeterminate` job that is looked for once more, because a caller asks again. */
export function reopened(state: JobState, now: number): JobState {
  return { ...state, phase: "creating", nextAt: now, endedAt: undefined, message: undefined, code: undefined };
}

/** A ready report that is no longer there. */
export function expired(state: JobState, message: string, now: number): JobState {
  return { ...state, phase: "expired", status: "expired", message, endedAt: now };
}

/** When to look next, and why, by the schedule. */
export type NextLookOf = (input: {
  readonly ageMs: number;
  readonly hintMs?: number | undefined;
  readonly unknownStatus?: boolean | undefined;
  readonly failures?: number | undefined;
  /** The provider has the job. Only then does it matter when earlier reports were ready. */
  readonly isWaiting?: boolean | undefined;
}) => { readonly afterMs: number; readonly why: string };

/** What a step needs to know besides the state and the observation. */
export interface ReduceContext {
  readonly now: number;
  readonly profile: SourceProfile;
  readonly onIndeterminate: OnIndeterminate;
  /** The job's phase before the step was announced. */
  readonly phase: JobState["phase"];
  /** Whether the request that was announced was sent: not when a list that jobs share answered already. */
  readonly sent: boolean;
  readonly next: NextLookOf;
}

/** What an observation makes of a job: its new state, and what the caller gets now. */
export interface Reduced {
  readonly state: JobState;
  /** Nothing was made and nothing is recorded as an end; the wait ends here all the same. */
  readonly refused?: Extract<Observation, { is: "refused" }> | undefined;
  /** The credentials were not accepted. */
  readonly denied?: unknown;
}

interface AgainHints {
  readonly unknownStatus?: boolean;
  readonly failed?: boolean;
  /** The answer did not show the report. */
  readonly missed?: boolean;
}

/** Fold what one call observed into the job's state. Pure; the lease is given back. */
export function reduce(before: JobState, action: Ask, observation: Observation, context: ReduceContext): Reduced {
  const { now } = context;
  const { lease: _lease, why: _why, failures: _failures, failingSince: _since, ...kept } = before;
  const {
    finding: _finding,
    found: _found,
    holdUntil: _hold,
    missed: _missed,
    missedSince: _missedSince,
    ...rest
  } = kept;
  const state: JobState = { ...rest, requests: before.requests - (context.sent ? 0 : 1) };
  const failures = (before.failures ?? 0) + 1;
  const reference = ("reference" in observation ? observation.reference : undefined) ?? state.reference;
  const hintMs = "retryAfterMs" in observation ? observation.retryAfterMs : undefined;

  /** The end, as the provider reports it. */
  const end = (phase: "ready" | "failed" | "expired", more: Partial<JobState>): Reduced => ({
    state: { ...state, ...more, phase, status: phase, nextAt: now, endedAt: now },
  });
  /** Stay in `phase` or go there, until the schedule's next look. */
  const again = (
    phase: JobState["phase"],
    more: Partial<JobState>,
    { unknownStatus, failed = false, missed = false }: AgainHints = {},
  ): Reduced => {
    const next = { ...state, ...more, phase };
    const look = context.next({
      ageMs: Math.max(0, now - (next.acceptedAt ?? next.startedAt)),
      hintMs,
      unknownStatus,
      failures: failed ? failures : undefined,
      isWaiting: phase === "waiting",
    });
    const lookAt = now + look.afterMs;
    const isUnclear = phase === "creating" && context.profile.tier !== "create-or-get";
    const settledAt = isUnclear ? settlesAt(next, context.profile) : 0;
    return {
      state: {
        ...next,
        failures: failed ? failures : undefined,
        failingSince: failed ? (before.failingSince ?? now) : undefined,
        missed: missed ? (before.missed ?? 0) + 1 : undefined,
        missedSince: missed ? (before.missedSince ?? now) : undefined,
        holdUntil: hintMs === undefined ? undefined : now + Math.min(hintMs, longestHintMs),
        nextAt: Math.max(lookAt, settledAt),
        why: settledAt > lookAt ? unsettled : look.why,
      },
    };
  };
  const existed = "existed" in observation && observation.existed === true;
  const isFound = action === "find" || (existed && action === "look");
  const isAccepted = isFound || (action === "create" && !existed);
  /** The provider has it: it was acknowledged, or found after a create that was unclear or came too late. */
  const accepted: Partial<JobState> = {
    adopted: isFound ? true : state.adopted,
    acceptedAt: isAccepted ? (state.acceptedAt ?? now) : state.acceptedAt,
    reference,
  };
  /** Where a job is that this request made nothing for. An earlier create that ended unclear is as unclear as before. */
  const unmade = context.phase;

  switch (observation.is) {
    case "pending": {
      const lookedAt = action === "look" ? now : state.lookedAt;
      const pending = again("waiting", { ...accepted, status: observation.status, lookedAt });
      if (!existed || action !== "create") return pending;
      return { state: { ...pending.state, nextAt: now, why: "the report existed before: looking at once" } };
    }
    case "ready":
      return end("ready", { ...accepted, fileName: observation.fileName ?? state.fileName });
    case "failed":
      return end("failed", { code: observation.code, message: observation.message, reference });
    case "expired":
      return end("expired", { message: observation.message });
    case "absent": {
      if (action === "find") return notMade(state, context);
      const { status = "absent", why } = observation;
      const absent = again(
        action === "create" ? "new" : "waiting",
        { reference, status, lookedAt: now },
        { missed: true },
      );
      return { state: { ...absent.state, why: why ?? absent.state.why } };
    }
    case "searching":
      return searched(before, state, observation, context);
    case "unknown": {
      const { status } = observation;
      // An unknown answer that names no report leaves open whether one was made.
      const isOpen = action !== "look" && observation.reference === undefined;
      return isOpen
        ? again("creating", { status }, { unknownStatus: true, missed: true })
        : again(
            "waiting",
            { ...accepted, status },
            { unknownStatus: true, missed: observation.reference === undefined },
          );
    }
    case "refused": {
      const status = `refused: ${observation.code}`;
      // A search that is refused proves nothing about the create it searches for.
      if (action === "find") return again(before.phase, { status }, { failed: true });
      return { state: { ...state, phase: unmade, status, nextAt: now }, refused: observation };
    }
    case "unclear":
      return again("creating", { status: `unclear: ${describeError(observation.error)}` }, { failed: true });
    case "unreachable":
      return again(unmade, { status: `unreachable: ${describeError(observation.error)}` }, { failed: true });
    case "denied":
      return { state: { ...state, phase: unmade, status: "denied", nextAt: now }, denied: observation.error };
  }
}

/** `find` proved that nothing was made. */
function notMade(state: JobState, { now, onIndeterminate }: ReduceContext): Reduced {
  if (onIndeterminate === "ask") {
    const message = "An earlier create ended unclear and left no report; you asked for no second create.";
    return { state: { ...state, phase: "indeterminate", message, nextAt: now, endedAt: now } };
  }
  return { state: { ...state, phase: "new", status: "not made", nextAt: now, why: "nothing was made: asking again" } };
}

/** `find` has not decided: look in the next place now, start over by the schedule, or give up. */
function searched(
  before: JobState,
  state: JobState,
  observation: Extract<Observation, { is: "searching" }>,
  { now, profile, onIndeterminate, next }: ReduceContext,
): Reduced {
  const found = observation.found.length > 0 ? observation.found.slice(0, 5) : before.found;
  if (observation.more) {
    const finding = (before.finding ?? 0) + 1;
    return { state: { ...state, found, finding, nextAt: now, why: "looking in the next place" } };
  }
  const searchedMs = now - settlesAt(state, profile);
  if (searchedMs < (profile.searchForMs ?? defaultSearchForMs)) {
    const nextAt = now + next({ ageMs: Math.max(0, searchedMs) }).afterMs;
    return { state: { ...state, found, nextAt, why: "a create ended unclear: looking for what it may have made" } };
  }
  if (onIndeterminate === "recreate") {
    return { state: { ...state, phase: "new", nextAt: now, why: "not found: creating again, as asked" } };
  }
  const message =
    "A create ended without a clear answer, and the provider's lists neither show the report nor prove that it was not made.";
  return { state: { ...state, found, phase: "indeterminate", message, nextAt: now, endedAt: now } };
}
