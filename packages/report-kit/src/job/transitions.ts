import { describeError } from "../source/explain-error.ts";
import type { Observation } from "../source/observation.ts";
import { defaultSearchForMs, settlesAt } from "./timing-premises.ts";
import { longestHintMs } from "../waiting/schedule.ts";
import type { SourceProfile } from "../source/report-source.ts";
import type { JobState } from "./job-state.ts";
import { hasEnded } from "./job-state.ts";

/**
 * What to do where it is not known whether a report was made.
 *
 * - `reconcile` (default): find out, where the source can be asked; ask again only if surely nothing was made;
 *   otherwise end `indeterminate`.
 * - `ask`: find out, but never send a second create.
 * - `recreate`: find out, and where that decides nothing create again, accepting a duplicate.
 */
export type OnIndeterminate = "reconcile" | "ask" | "recreate";

/** What the next step of a job is. */
export type Action =
  | { readonly do: "nothing" }
  | { readonly do: "wait"; readonly until: number; readonly why: string }
  | { readonly do: "create" | "look" | "find" };

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
  if (state.phase === "creating" && profile.tier !== "create-or-get") {
    const settledAt = settlesAt(state, profile);
    if (settledAt > now) {
      return { do: "wait", until: settledAt, why: "a create ended unclear: what it may have made is visible by then" };
    }
  }
  const due = early ? Math.min(state.nextAt, state.holdUntil ?? 0) : state.nextAt;
  if (due > now) return { do: "wait", until: due, why: state.why ?? "the schedule" };
  if (state.phase === "waiting") return { do: "look" };
  if (profile.tier === "lookup") return { do: "look" };
  if (state.phase === "creating" && profile.tier !== "create-or-get") return { do: "find" };
  return { do: "create" };
}

/** What the journal says while a step is under way. Its request is counted: a worker that dies can't count it later. */
export function announce(
  state: JobState,
  action: "create" | "look" | "find",
  lease: { readonly by: string; readonly until: number },
  now: number,
): JobState {
  const requests = state.requests + 1;
  if (action !== "create") return { ...state, requests, lease };
  const { found: _found, finding: _finding, ...rest } = state;
  return { ...rest, phase: "creating", intentAt: now, requests, lease };
}

/** What a step needs to know besides the state and the observation. */
export interface ReduceContext {
  readonly now: number;
  readonly profile: SourceProfile;
  readonly onIndeterminate: OnIndeterminate;
  /** Whether the request that was announced was sent: not when another job's list said it already. */
  readonly sent: boolean;
  /** The schedule: when to look next, and why. */
  readonly next: (input: {
    readonly ageMs: number;
    readonly hintMs?: number;
    readonly unknownStatus?: boolean;
    readonly failures?: number;
  }) => { readonly afterMs: number; readonly why: string };
}

/** What an observation makes of a job: its new state, and what the caller must be told now. */
export interface Reduced {
  readonly state: JobState;
  /** Nothing was made and nothing is recorded as an end; the wait ends here all the same. */
  readonly refused?: Extract<Observation, { is: "refused" }>;
  /** The credentials were not accepted. */
  readonly denied?: unknown;
}

/** Fold what one look said into the job's state. Pure; the lease is given back. */
export function reduce(
  before: JobState,
  action: "create" | "look" | "find",
  observation: Observation,
  context: ReduceContext,
): Reduced {
  const { now } = context;
  const {
    lease: _lease,
    why: _why,
    failures: _failures,
    failingSince: _since,
    missed: _missed,
    missedSince: _missedSince,
    finding: _finding,
    found: _found,
    holdUntil: _hold,
    ...rest
  } = before;
  const state: JobState = { ...rest, requests: before.requests - (context.sent ? 0 : 1) };
  const failures = (before.failures ?? 0) + 1;

  /** Go on waiting in `phase`, until the schedule's next look. */
  const again = (
    phase: JobState["phase"],
    hints: {
      readonly hintMs?: number | undefined;
      readonly unknownStatus?: boolean;
      readonly failed?: boolean;
      readonly missed?: boolean;
      readonly why?: string | undefined;
    },
    more: Partial<JobState>,
  ): Reduced => {
    const next = { ...state, ...more, phase };
    const look = context.next({
      ageMs: Math.max(0, now - (next.acceptedAt ?? next.startedAt)),
      ...(hints.hintMs === undefined ? {} : { hintMs: hints.hintMs }),
      ...(hints.unknownStatus === true ? { unknownStatus: true } : {}),
      ...(hints.failed === true ? { failures } : {}),
    });
    return {
      state: {
        ...next,
        ...(hints.failed === true ? { failures, failingSince: before.failingSince ?? now } : {}),
        ...(hints.missed === true ? { missed: (before.missed ?? 0) + 1, missedSince: before.missedSince ?? now } : {}),
        ...(hints.hintMs === undefined ? {} : { holdUntil: now + Math.min(hints.hintMs, longestHintMs) }),
        nextAt: now + look.afterMs,
        why: hints.why ?? look.why,
      },
    };
  };
  const existed = "existed" in observation && observation.existed === true;
  const found = action === "find" || (existed && action === "look");
  /** The provider has it: it was acknowledged, or found after a create that was unclear or came too late. */
  const accepted =
    existed && action === "create"
      ? {}
      : {
          ...(found ? { adopted: true as const } : {}),
          ...(state.acceptedAt === undefined && (found || action === "create") ? { acceptedAt: now } : {}),
        };
  const referenced = (reference: string | undefined): { reference?: string } =>
    reference === undefined ? {} : { reference };

  switch (observation.is) {
    case "pending": {
      const waiting = again(
        "waiting",
        { hintMs: observation.retryAfterMs },
        {
          ...accepted,
          ...referenced(observation.reference),
          status: observation.status,
          ...(action === "look" ? { lookedAt: now } : {}),
        },
      );
      if (!existed || action !== "create") return waiting;
      return { state: { ...waiting.state, nextAt: now, why: "it is there already: looking at once" } };
    }
    case "ready":
      return {
        state: {
          ...state,
          ...accepted,
          phase: "ready",
          status: "ready",
          reference: observation.reference,
          ...(observation.fileName === undefined ? {} : { fileName: observation.fileName }),
          nextAt: now,
          endedAt: now,
        },
      };
    case "failed":
      return {
        state: {
          ...state,
          phase: "failed",
          status: "failed",
          code: observation.code,
          message: observation.message,
          ...referenced(observation.reference),
          nextAt: now,
          endedAt: now,
        },
      };
    case "expired":
      return {
        state: {
          ...state,
          phase: "expired",
          status: "expired",
          message: observation.message,
          nextAt: now,
          endedAt: now,
        },
      };
    case "absent":
      if (action === "find") return notMade(state, context);
      return again(
        action === "create" ? "new" : "waiting",
        { hintMs: observation.retryAfterMs, missed: true, why: observation.why },
        { ...referenced(observation.reference), status: observation.status ?? "absent", lookedAt: now },
      );
    case "searching":
      return searched(before, state, observation, context);
    case "unknown":
      // An unknown answer that names no report leaves open whether one was made.
      if (action !== "look" && observation.reference === undefined) {
        return again(
          "creating",
          { hintMs: observation.retryAfterMs, unknownStatus: true, missed: true },
          { status: observation.status },
        );
      }
      return again(
        "waiting",
        { hintMs: observation.retryAfterMs, unknownStatus: true, missed: observation.reference === undefined },
        { ...accepted, ...referenced(observation.reference), status: observation.status },
      );
    case "refused":
      // A search that is refused says nothing about the create it searches for.
      if (action === "find") return again(before.phase, { failed: true }, { status: `refused: ${observation.code}` });
      return {
        state: {
          ...state,
          phase: action === "create" ? "new" : before.phase,
          status: `refused: ${observation.code}`,
          nextAt: now,
        },
        refused: observation,
      };
    case "unclear":
      return again(
        "creating",
        { hintMs: observation.retryAfterMs, failed: true },
        { status: `unclear: ${describeError(observation.error)}` },
      );
    case "unreachable":
      // A create that surely made nothing leaves the job where it can be asked for again.
      return again(
        action === "create" ? "new" : before.phase,
        { hintMs: observation.retryAfterMs, failed: true },
        { status: `unreachable: ${describeError(observation.error)}` },
      );
    case "denied":
      return {
        state: { ...state, phase: action === "create" ? "new" : before.phase, status: "denied", nextAt: now },
        denied: observation.error,
      };
  }
}

/** `find` proved that nothing was made. */
function notMade(state: JobState, context: ReduceContext): Reduced {
  const { now } = context;
  if (context.onIndeterminate === "ask") {
    return {
      state: {
        ...state,
        phase: "indeterminate",
        message: "An earlier create ended unclear and left no report; you asked for no second create.",
        nextAt: now,
        endedAt: now,
      },
    };
  }
  return { state: { ...state, phase: "new", status: "not made", nextAt: now, why: "nothing was made: asking again" } };
}

/** `find` has not decided: look in the next place now, start over by the schedule, or give up. */
function searched(
  before: JobState,
  state: JobState,
  observation: Extract<Observation, { is: "searching" }>,
  context: ReduceContext,
): Reduced {
  const { now, profile } = context;
  const seen = observation.found.length > 0 ? observation.found.slice(0, 5) : before.found;
  const found = seen === undefined ? {} : { found: seen };
  if (observation.more) {
    return {
      state: { ...state, ...found, finding: (before.finding ?? 0) + 1, nextAt: now, why: "looking in the next place" },
    };
  }
  const searchedMs = now - settlesAt(state, profile);
  if (searchedMs < (profile.searchForMs ?? defaultSearchForMs)) {
    const look = context.next({ ageMs: Math.max(0, searchedMs) });
    return {
      state: {
        ...state,
        ...found,
        nextAt: now + look.afterMs,
        why: "a create ended unclear: looking for what it may have made",
      },
    };
  }
  if (context.onIndeterminate === "recreate") {
    return { state: { ...state, phase: "new", nextAt: now, why: "not found: creating again, as asked" } };
  }
  return {
    state: {
      ...state,
      ...found,
      phase: "indeterminate",
      message:
        "A create ended without a clear answer, and the provider's lists neither show the report nor prove that it was not made.",
      nextAt: now,
      endedAt: now,
    },
  };
}
