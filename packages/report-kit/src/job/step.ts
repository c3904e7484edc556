import { claimedByOthers } from "./reports-of-other-jobs.ts";
import type { JobEventDetails } from "./job-event.ts";
import { explainError } from "../source/explain-error.ts";
import type { LinkLocation } from "../source/file-location.ts";
import type { Journal } from "../journal/journal.ts";
import type { Observation } from "../source/observation.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeOf } from "./outcome.ts";
import { outOfJob } from "./with-bookmark.ts";
import { leaseMs } from "./timing-premises.ts";
import { createTimeoutMs } from "../source/timing.ts";
import type { ReduceContext, OnIndeterminate } from "./transitions.ts";
import { announce, decide, reduce } from "./transitions.ts";
import type { SeenReady } from "../learning/ready-times.ts";
import { scheduleAge } from "../waiting/schedule.ts";
import type { PreparedReport, ReportSource, SourceCall } from "../source/report-source.ts";
import type { SourceFacts } from "./source-record.ts";
import type { JobState } from "./job-state.ts";
import { hasEnded, parseState, stateToJson } from "./job-state.ts";
import { tell } from "./events-of-step.ts";
import { writeAgain, writeBack } from "./write-back.ts";

/** A report job, as the step knows it. */
export interface JobIdentity {
  readonly key: string;
  readonly epoch: number;
  readonly bookmark: string;
  readonly source: ReportSource;
  readonly prepared: PreparedReport;
}

/** What a step works with. */
export interface StepContext {
  readonly journal: Journal;
  readonly facts: SourceFacts;
  readonly now: () => number;
  readonly next: ReduceContext["next"];
  readonly onIndeterminate: OnIndeterminate;
  /** Names this worker in leases. */
  readonly worker: string;
  readonly emit: (event: JobEventDetails) => void;
  /** Look before the schedule's time: something is known already. */
  readonly early: boolean;
  /**
   * Wait for this source's next request within its budget, or for a list that answers instead. Before the lease: a line
   * of jobs may be long.
   */
  readonly turn: (action: "create" | "look" | "find", signal: AbortSignal) => Promise<void>;
  /** What a list shared with other jobs says already. */
  readonly seen: (reference: string) => Observation | undefined;
  /** The job has ended, and that is written: other processes may be waiting for it. */
  readonly ended: () => Promise<void>;
  /** The report became ready: the schedule may learn from it. */
  readonly learn: (seen: SeenReady) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What a step came to. */
export type StepResult =
  | { readonly outcome: Outcome; readonly link?: LinkLocation; readonly error?: unknown }
  | {
      readonly again: { readonly at: number; readonly why: string; readonly asked: boolean };
      readonly state: JobState;
      /** The journal's revision: a higher one means that somebody else wrote. */
      readonly revision: number;
    };

/** After losing a race for a record: long enough not to spin, short enough not to be seen. */
const afterConflictMs = 100;

/** The name of a job's journal record. */
export function jobRecordName(key: string): string {
  return `job-${key}`;
}

/**
 * Take one step of a job: read the journal, announce, make at most one call to the provider, write down what it said,
 * say when to come back.
 * @throws what the provider's client threw when the credentials are not accepted or the source itself is at fault;
 * JournalError; the signal's reason. The journal is written first in every case: nothing is lost.
 */
export async function takeStep(job: JobIdentity, context: StepContext): Promise<StepResult> {
  const { journal, signal } = context;
  signal.throwIfAborted();
  const name = jobRecordName(job.key);
  const record = await journal.read(name);
  const state = record === undefined ? freshState(job, context.now()) : parseState(record.value, name);
  const revision = record?.revision ?? 0;

  const action = decide(state, job.source.profile, context.now(), context.early);
  if (action.do === "nothing") return { outcome: ended(state, job) };
  if (action.do === "wait") return { again: { at: action.until, why: action.why, asked: false }, state, revision };

  await context.turn(action.do, signal);
  // Before the lease: from there to the create nothing is waited for but the announcement.
  const echoProven = job.source.profile.tier === "client-id" && (await context.facts.echoProven(job.source.id));
  const leasedAt = context.now();
  const lease = { by: context.worker, until: leasedAt + leaseMs };
  const underWay = announce(state, action.do, lease, leasedAt);
  const announced = await journal.write(name, stateToJson(underWay), revision);
  if (announced === undefined) return lostRace(context, state, revision);
  if (signal.aborted || (action.do === "create" && context.now() + createTimeoutMs > lease.until)) {
    // Nothing was sent: take the announcement back. (This worker was paused, or called off, while it wrote.)
    const taken = await writeBack(journal, name, state, announced, lease, context.now);
    signal.throwIfAborted();
    return lostRace(context, state, taken ?? announced);
  }

  const call = describeCall(job, underWay, echoProven, context);
  const seen = await observe(job.source, action.do, call, state.finding ?? 0, context.seen);
  const reduced = reduce(underWay, action.do, seen.observation, {
    now: context.now(),
    profile: job.source.profile,
    onIndeterminate: context.onIndeterminate,
    sent: seen.sent,
    next: context.next,
  });
  const after = reduced.state;
  const echoed = "echoed" in seen.observation ? seen.observation.echoed : undefined;
  // That an id is not kept must not be forgotten by dying here; that it is will be seen again.
  if (echoed === false) await context.facts.recordEcho(job.source.id, echoed);
  let written = await writeBack(journal, name, after, announced, lease, context.now);
  if (written === undefined && action.do === "create") written = await writeAgain(journal, name, after);
  signal.throwIfAborted();
  if (written === undefined) return lostRace(context, state, announced);
  if (echoed === true) await context.facts.recordEcho(job.source.id, echoed);

  if (action.do === "look" && after.phase === "ready") {
    const age = (at: number): number =>
      scheduleAge({ ageMs: at - (after.acceptedAt ?? after.startedAt), ...readyAge(job, at) });
    await context.learn({
      afterMs: Math.max(0, age(state.lookedAt ?? state.acceptedAt ?? state.startedAt)),
      byMs: age(context.now()),
    });
  }

  tell(state, action.do, seen.observation, after, context);
  const thrown = seen.thrown ?? reduced.denied;
  if (thrown !== undefined) throw outOfJob(thrown, job.bookmark, action.do === "look" ? "wait" : "create");
  if (reduced.refused !== undefined) {
    const { code, message, error } = reduced.refused;
    return {
      outcome: {
        status: "failed",
        key: job.key,
        bookmark: job.bookmark,
        requests: after.requests,
        waitedMs: Math.max(0, context.now() - after.startedAt),
        code,
        message,
        made: false,
      },
      ...(error === undefined ? {} : { error }),
    };
  }
  if (hasEnded(after)) {
    await context.ended();
    const link = seen.observation.is === "ready" ? seen.observation.link : undefined;
    return { outcome: ended(after, job), ...(link === undefined ? {} : { link }) };
  }
  const asked = "retryAfterMs" in seen.observation && seen.observation.retryAfterMs !== undefined;
  return { again: { at: after.nextAt, why: after.why ?? "the schedule", asked }, state: after, revision: written };
}

/** Let an `indeterminate` job be looked for once more: a caller asks again. */
export async function reopen(job: JobIdentity, journal: Journal, now: number): Promise<void> {
  const name = jobRecordName(job.key);
  const record = await journal.read(name);
  if (record === undefined) return;
  const state = parseState(record.value, name);
  if (state.phase !== "indeterminate") return;
  const { endedAt: _endedAt, message: _message, code: _code, ...rest } = state;
  await journal.write(name, stateToJson({ ...rest, phase: "creating", nextAt: now }), record.revision);
}

function freshState(job: JobIdentity, now: number): JobState {
  return {
    v: 1,
    source: job.source.id,
    reportType: job.prepared.reportType,
    request: job.prepared.request,
    epoch: job.epoch,
    phase: "new",
    startedAt: now,
    requests: 0,
    nextAt: now,
  };
}

function ended(state: JobState, job: JobIdentity): Outcome {
  const outcome = outcomeOf(state, job.key, job.bookmark);
  if (outcome === undefined) throw new Error(`a job that has not ended has no outcome (${state.phase})`);
  return outcome;
}

function lostRace(context: StepContext, state: JobState, revision: number): StepResult {
  return {
    state,
    again: { at: context.now() + afterConflictMs, why: "another worker was first", asked: false },
    revision,
  };
}

function describeCall(job: JobIdentity, state: JobState, echoProven: boolean, context: StepContext): SourceCall {
  return {
    key: job.key,
    epoch: job.epoch,
    request: job.prepared.request,
    ...(state.reference === undefined ? {} : { reference: state.reference }),
    ...(state.fileName === undefined ? {} : { fileName: state.fileName }),
    ...(state.intentAt === undefined ? {} : { intentAt: state.intentAt }),
    ...(state.failures === undefined ? {} : { failures: state.failures }),
    ...(state.failingSince === undefined ? {} : { failingSince: state.failingSince }),
    now: context.now(),
    echoProven,
    claimedByOthers: () => claimedByOthers(context.journal, job.source.id, jobRecordName(job.key)),
    signal: context.signal,
  };
}

function readyAge(job: JobIdentity, at: number): { readyAtMs?: number } {
  return job.prepared.readyAt === undefined ? {} : { readyAtMs: job.prepared.readyAt - at };
}

/** Make the one call, unless a shared list answers already, and turn whatever comes of it into an observation. */
async function observe(
  source: ReportSource,
  action: "create" | "look" | "find",
  call: SourceCall,
  place: number,
  listed: (reference: string) => Observation | undefined,
): Promise<{ readonly observation: Observation; readonly sent: boolean; readonly thrown?: unknown }> {
  let sent = false;
  try {
    if (action === "look" && call.reference !== undefined) {
      const observation = listed(call.reference);
      if (observation !== undefined) return { observation, sent };
    }
    sent = true;
    if (action === "create" && source.create !== undefined) return { observation: await source.create(call), sent };
    if (action === "find" && source.find !== undefined) return { observation: await source.find(call, place), sent };
    return { observation: await source.look(call), sent };
  } catch (error) {
    const unsure: Observation = action === "create" ? { is: "unclear", error } : { is: "unreachable", error };
    if (call.signal.aborted) return { observation: unsure, sent, thrown: call.signal.reason };
    const meaning = source.explain?.(error, action) ?? explainError(error, action);
    return meaning === undefined ? { observation: unsure, sent, thrown: error } : { observation: meaning, sent };
  }
}

/** Write down that a ready report is no longer there. */
export async function expire(job: JobIdentity, journal: Journal, message: string, now: number): Promise<void> {
  const name = jobRecordName(job.key);
  const record = await journal.read(name);
  if (record === undefined) return;
  const state = parseState(record.value, name);
  if (state.phase !== "ready") return;
  await journal.write(
    name,
    stateToJson({ ...state, phase: "expired", status: "expired", message, endedAt: now }),
    record.revision,
  );
}
