import type { Observation } from "../source/observation.ts";
import type { SourceCall } from "../source/report-source.ts";
import { createTimeoutMs } from "../source/timing.ts";
import { ask } from "./ask.ts";
import type { Answer } from "./ask.ts";
import { isEchoProven, recordEcho } from "./echo-record.ts";
import { eventsOf } from "./events-of-step.ts";
import { readJobRecord } from "./job-record.ts";
import type { JobState } from "./job-state.ts";
import { freshState, hasEnded, jobRecordName, parseState, stateToJson } from "./job-state.ts";
import type { HeldLease, Lease } from "./lease.ts";
import { holdLease, isSame, takeBack, writeAgain } from "./lease.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeOf } from "./outcome.ts";
import { afterOtherJobs, belongsToAnotherJob, claimReportsOfOlderJobs } from "./reports-of-other-jobs.ts";
import type { JobIdentity, StepEngine, StepOptions, StepResult } from "./step.ts";
import { leaseMs } from "./timing-premises.ts";
import type { Ask, NextLookOf, Reduced } from "./transitions.ts";
import { announce, decide, reduce, reopened } from "./transitions.ts";
import { withBookmark } from "./with-bookmark.ts";

/*
 * The invariants of a step; comments refer to them by their numbers.
 *
 * S1  Nothing is sent that the journal does not announce.
 * S2  Between the lease and the create nothing is awaited but S1's write, and the create carries the instant after which it
 *     must not leave: what is late is never sent (ADR 13).
 * S3  What protects other jobs is recorded before the job's own record: a claim, an identifier that was not kept. What only
 *     helps is recorded after it: an identifier that was kept, a ready time (ADR 14).
 * S4  Only our own lease is written over.
 */

/** A step that is announced. */
interface Begun {
  readonly action: Ask;
  readonly before: JobState;
  readonly announced: JobState;
  readonly revision: number;
  readonly lease: HeldLease;
  readonly call: SourceCall;
  /** What a shared list answers in place of the request. */
  readonly listed: (() => Observation) | undefined;
  readonly next: NextLookOf;
  /** Whether a search passed over a report of a job that has not decided. */
  readonly others: { readonly undecided: boolean };
}

/** What the answer made of the job, and the revision under which that is in the journal. */
type Kept = Reduced & { readonly observation: Observation; readonly revision: number };

/** After losing a race for a record: long enough not to spin, short enough not to be noticed. */
const afterConflictMs = 100;

/**
 * Take one step of a job: announce it in the journal, make at most one request, keep what the answer made of the job, report
 * it, and say when to come back.
 * @throws what the provider's client threw when the credentials are not accepted or the source itself is at fault;
 * JournalError; the signal's reason. The journal is written first in every case: nothing is lost.
 */
export async function takeStep(job: JobIdentity, how: StepOptions, engine: StepEngine): Promise<StepResult> {
  const begun = await begin(job, how, engine);
  if (!("lease" in begun)) return begun;
  const answer = await request(begun, job, how, engine);
  const kept = await keep(begun, answer, job, how, engine);
  if (kept === undefined) return lostRace(begun.before, begun.revision, engine);
  await report(begun, kept, job, engine);
  return result(begun, answer, kept, job, engine);
}

/** Read the record, decide, wait for the turn, announce. @returns a result where there is nothing to send. */
async function begin(job: JobIdentity, how: StepOptions, engine: StepEngine): Promise<Begun | StepResult> {
  const { journal, platform, timer } = engine;
  const { now } = platform;
  const { signal } = how;
  const { profile } = job.source;
  signal.throwIfAborted();
  const next = await engine.schedule.of(job, how.deadlineAt);
  const name = jobRecordName(job.key);
  const record = await readJobRecord(journal, job);
  const revision = record?.revision ?? 0;
  let before = record === undefined ? freshState(job, now()) : parseState(record.value, name);
  const unsent = engine.unsent.get(name);
  if (unsent !== undefined && isSame(before.lease, unsent.lease)) ({ before } = unsent);
  else engine.unsent.delete(name);
  if (how.reopen === true && before.phase === "indeterminate") before = reopened(before, now());

  const action = decide(before, profile, Math.max(now(), how.sleptUntil ?? 0), how.early);
  if (action.do === "nothing") return { outcome: ended(before, job) };
  if (action.do === "wait") {
    return { again: { at: action.until, why: action.why, asked: false, silent: true }, state: before, revision };
  }

  // What takes long comes before the lease (S2).
  if (action.do === "find" && profile.tier === "list") {
    await claimReportsOfOlderJobs(engine, job.source);
  }
  const reference = action.do === "look" ? before.reference : undefined;
  const listed = await engine.turns.waitForTurn(job.source, reference, signal);
  const echoProven = profile.tier === "client-id" && (await isEchoProven(journal, job.source));

  const leasedAt = now();
  const taken: Lease = { by: engine.worker(), until: leasedAt + leaseMs };
  const announced = announce(before, action.do, taken, leasedAt);
  const written = await journal.write(name, stateToJson(announced), revision).catch(async (error: unknown) => {
    // It may be written all the same; nothing was sent in either case.
    engine.unsent.set(name, { lease: taken, before });
    await takeBack(journal, name, taken, before).catch(() => undefined);
    throw error;
  });
  if (written === undefined) return lostRace(before, revision, engine);
  const lease = holdLease({ journal, timer, now }, name, taken, written);
  const notAfter = taken.until - createTimeoutMs;
  if (signal.aborted || (action.do === "create" && now() > notAfter)) {
    // This worker stood still, or was called off, while it wrote. Nothing was sent: take the announcement back.
    const restored = await lease.writeBack(before);
    signal.throwIfAborted();
    return lostRace(before, restored?.revision ?? written, engine);
  }
  const others = { undecided: false };
  const call: SourceCall = {
    key: job.key,
    epoch: job.epoch,
    request: job.prepared.request,
    reference: before.reference,
    fileName: before.fileName,
    intentAt: announced.intentAt,
    failures: before.failures,
    failingSince: before.failingSince,
    missed: before.missed,
    missedSince: before.missedSince,
    now: now(),
    notAfter: action.do === "create" ? notAfter : undefined,
    echoProven,
    belongsToAnotherJob: (reference) => belongsToAnotherJob(journal, job, reference, () => (others.undecided = true)),
    signal,
  };
  return { action: action.do, before, announced, revision: written, lease, call, listed, next, others };
}

/** At most one request. A create keeps to its lease; a look or a search may outlast it. */
async function request(
  begun: Begun,
  { source }: JobIdentity,
  { signal }: StepOptions,
  { platform }: StepEngine,
): Promise<Answer> {
  const { action, call, listed, lease } = begun;
  const place = begun.before.finding ?? 0;
  const { now } = platform;
  if (action === "create") return ask(source, action, call, place, listed, now);
  return lease.renewDuring(signal, (signal) => ask(source, action, { ...call, signal }, place, listed, now));
}

/** Write what the answer makes of the job. @returns undefined when another worker has taken it over. */
async function keep(
  { action, before, announced, lease, next, others }: Begun,
  { observation, sent }: Answer,
  job: JobIdentity,
  how: StepOptions,
  { journal, platform }: StepEngine,
): Promise<Kept | undefined> {
  const { source } = job;
  const reduced = (seen: Observation): Reduced =>
    reduce(announced, action, seen, {
      now: platform.now(),
      profile: source.profile,
      onIndeterminate: how.onIndeterminate(),
      phase: before.phase,
      sent,
      next,
    });
  let seen = observation;
  let after = reduced(seen);
  const echoed = "echoed" in seen ? seen.echoed : undefined;
  if (lease.isLost) return undefined;
  if (echoed === false) await recordEcho(journal, source, echoed); // S3
  seen = await afterOtherJobs(journal, job, {
    action,
    observation,
    before,
    after: after.state,
    isUndecided: others.undecided,
  });
  if (seen !== observation) after = reduced(seen);
  let written = await lease.writeBack(after.state);
  if (action === "create") written ??= await writeAgain(journal, jobRecordName(job.key), after.state);
  how.signal.throwIfAborted();
  if (written === undefined) return undefined;
  if (echoed === true) await recordEcho(journal, source, echoed); // S3
  return { ...after, ...written, observation: seen };
}

/** Emit the step's events, wake other processes, and let the schedule learn. */
async function report(
  { action, before, announced }: Begun,
  { state, observation }: Kept,
  job: JobIdentity,
  engine: StepEngine,
): Promise<void> {
  const now = engine.platform.now();
  if (action === "look" && state.phase === "ready") {
    const since = state.acceptedAt ?? state.startedAt;
    await engine.schedule.learn(job, { since, notReadyAt: before.lookedAt ?? since, readyAt: now });
  }
  const lateAt = action === "look" ? engine.schedule.lateAt(job, state) : undefined;
  for (const event of eventsOf(announced, action, observation, state, now, lateAt)) engine.emit(job, event);
  if (hasEnded(state)) await engine.announceEnd();
}

function result(
  { action }: Begun,
  { thrown }: Answer,
  { state, observation, refused, denied, revision }: Kept,
  job: JobIdentity,
  engine: StepEngine,
): StepResult {
  const error = thrown ?? denied;
  if (error !== undefined) throw withBookmark(error, job.bookmark, action === "look" ? "wait" : "create");
  if (refused !== undefined) {
    const { code, message, retryable = false } = refused;
    const { key, bookmark } = job;
    const { requests, startedAt } = state;
    const waitedMs = Math.max(0, engine.platform.now() - startedAt);
    // A report that is looked for was made, except where the provider makes its reports by itself.
    const made = action === "look" && job.source.profile.tier !== "lookup";
    return {
      outcome: { status: "failed", key, bookmark, requests, waitedMs, code, message, made, retryable },
      error: refused.error,
    };
  }
  if (hasEnded(state)) {
    return { outcome: ended(state, job), link: observation.is === "ready" ? observation.link : undefined };
  }
  const asked = "retryAfterMs" in observation && observation.retryAfterMs !== undefined;
  const noAnswer = "error" in observation ? observation.error : undefined;
  return { again: { at: state.nextAt, why: state.why ?? "the schedule", asked, error: noAnswer }, state, revision };
}

function ended(state: JobState, job: JobIdentity): Outcome {
  const outcome = outcomeOf(state, job.key, job.bookmark);
  if (outcome === undefined) throw new Error(`a job that has not ended has no outcome (${state.phase})`);
  return outcome;
}

function lostRace(state: JobState, revision: number, { platform }: StepEngine): StepResult {
  const at = platform.now() + afterConflictMs;
  return { state, again: { at, why: "another worker was first", asked: false }, revision };
}
