import { onAbort } from "@report-kit/http";
import { ReportDeadlineError } from "../errors.ts";
import { jobRecordName } from "../job/job-state.ts";
import type { JobState } from "../job/job-state.ts";
import type { Outcome } from "../job/outcome.ts";
import type { JobIdentity, StepEngine } from "../job/step.ts";
import type { JournalWatch } from "../journal/journal-watch.ts";
import { takeStep } from "../job/take-step.ts";
import { onIndeterminateWords } from "../job/outcome.ts";
import type { OnIndeterminate } from "../job/outcome.ts";
import type { LinkLocation } from "../source/file-location.ts";
import type { Observation } from "../source/observation.ts";
import type { IdempotencyTier } from "../source/report-source.ts";
import type { EventBus } from "./event-bus.ts";
import type { Waits } from "./wait-registry.ts";

/** What all jobs of one kit share. Made once, in create-report-kit.ts. */
export interface Engine extends StepEngine {
  readonly watch: JournalWatch;
  readonly bus: EventBus;
  readonly waits: Waits;
  readonly onIndeterminate: OnIndeterminate;
}

/** How a wait ended. */
export interface WaitEnd {
  readonly outcome: Outcome;
  /** The link that came with the provider's last answer; saves one request. */
  readonly link?: LinkLocation | undefined;
  /** What a refusal came as. */
  readonly error?: unknown;
}

/** One caller of a wait. */
export interface WaitCaller {
  readonly signal: AbortSignal | undefined;
  /** Don't keep the process alive for this caller. */
  readonly unref: boolean;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
  /** As the caller gave it, for the error. */
  readonly deadlineMs: number;
  readonly onIndeterminate: OnIndeterminate;
}

/** A wait for one job in this process, shared by all its callers. */
export interface Wait {
  /**
   * Wait along.
   * @throws the caller's abort reason, ReportDeadlineError at the caller's deadline, or what ended the wait.
   */
  join(caller: WaitCaller): Promise<WaitEnd>;
  /** Read the journal now: something was written. */
  wake(): void;
  /** Take what a list that another job asked for contains of this one: look now, or later than planned. */
  takeList(answer: (reference: string) => Observation | undefined): void;
}

/**
 * Start waiting for a job: step, sleep, step, until it ends or the last caller leaves.
 * @param onEnd called when the last caller has left, or the wait ended
 */
export function startWait(job: JobIdentity, engine: Engine, onEnd: () => void): Wait {
  const { timer, journal, schedule } = engine;
  const { now } = engine.platform;
  const callers = new Set<WaitCaller>();
  const stop = new AbortController();
  let sleeping: AbortController | undefined;
  let state: JobState | undefined;
  /** Why the last request gave no usable answer. */
  let lastError: unknown;
  let last = { at: 0, why: "" };
  let wakeAt = 0;
  let early = false;
  let postponed = false;

  function latestDeadline(): number {
    let latest = 0;
    for (const { deadlineAt } of callers) latest = Math.max(latest, deadlineAt);
    return latest;
  }

  function onIndeterminate(): OnIndeterminate {
    const wanted = new Set<OnIndeterminate>();
    for (const caller of callers) wanted.add(caller.onIndeterminate);
    return onIndeterminateWords.find((one) => wanted.has(one)) ?? "ask";
  }

  async function run(): Promise<WaitEnd> {
    for (let [reopen, sleptUntil] = [true, 0]; ; reopen = false) {
      const deadlineAt = latestDeadline();
      const how = { signal: stop.signal, onIndeterminate, deadlineAt, early, reopen, sleptUntil };
      early = false;
      const result = await takeStep(job, how, engine);
      if ("outcome" in result) return result;
      ({ state } = result);
      const { at, why, asked, error, silent } = result.again;
      // While another worker takes a step, its end is looked for each second: that is one wait, to the end of its lease.
      if (silent === true && (why !== last.why || at > last.at + 1_500))
        announceWait(Math.max(at, state.lease?.until ?? 0), why);
      last = { at, why };
      lastError = error;
      if (asked && at > latestDeadline()) throw deadlineError(job, askedNotBefore(job, at, why), { state, lastError });
      wakeAt = at;
      sleptUntil = (await sleep(result.revision)) ? wakeAt : 0;
      sleeping = undefined;
    }
  }

  /** A wait that no step of this process began: an earlier process left the job waiting, or another worker is at it. */
  function announceWait(at: number, why: string): void {
    const afterMs = Math.max(0, at - now());
    engine.emit(job, { type: "waiting", until: new Date(at).toISOString(), afterMs, why });
  }

  /**
   * Until the next look is due, another process has written, or a shared list has news.
   * @returns whether it slept to the end. By a clock that was set back meanwhile, the end may still be to come.
   */
  async function sleep(revision: number): Promise<boolean> {
    while (now() < wakeAt) {
      sleeping = new AbortController();
      const unref = Array.from(callers).every((caller) => caller.unref);
      const untilWoken = { signal: sleeping.signal, unref };
      const isWhole = await timer.wait(wakeAt, untilWoken).then(
        () => true,
        () => false,
      );
      stop.signal.throwIfAborted();
      if (isWhole || now() >= wakeAt || early) return isWhole;
      if (postponed) {
        postponed = false;
        continue;
      }
      const record = await journal.read(jobRecordName(job.key));
      if ((record?.revision ?? 0) !== revision) return false;
    }
    return true;
  }

  async function join(caller: WaitCaller): Promise<WaitEnd> {
    callers.add(caller);
    const left = new AbortController();
    const deadline = timer.wait(caller.deadlineAt, { signal: left.signal, unref: caller.unref }).then(() => {
      engine.emit(job, { type: "deadline", deadlineMs: caller.deadlineMs });
      const { deadlineMs } = caller;
      const what = `was not ready within ${Math.round(deadlineMs / 1000)} s`;
      throw deadlineError(job, what, { state, lastError });
    });
    try {
      return await Promise.race([end, deadline, abortOf(caller.signal, left.signal)]);
    } finally {
      left.abort();
      deadline.catch(() => undefined);
      callers.delete(caller);
      if (callers.size === 0) {
        onEnd();
        unsubscribe();
        stop.abort();
        sleeping?.abort();
      }
    }
  }

  const wake = (): void => sleeping?.abort();
  const unsubscribe = engine.watch.subscribe(wake);
  // The first caller joins in this turn, before the first step asks for the deadline.
  const end = Promise.resolve().then(run);
  end.catch(() => undefined); // callers get it through their own race; the last one may have left
  return {
    join,
    wake,
    takeList(answer) {
      if (sleeping === undefined || state?.phase !== "waiting" || state.reference === undefined) return;
      const observation = answer(state.reference);
      if (observation === undefined) return;
      if (observation.is === "pending") {
        wakeAt = Math.max(wakeAt, now() + schedule.gapMs(job, state));
        postponed = true;
      } else early = true;
      sleeping.abort();
    },
  };
}

/** Rejects with the signal's reason once it is aborted; `left` takes its listener away. */
function abortOf(signal: AbortSignal | undefined, left: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal === undefined) return;
    const unfollow = onAbort(signal, () => reject(signal.reason));
    left.addEventListener("abort", unfollow, { once: true });
  });
}

function askedNotBefore({ source }: JobIdentity, at: number, why: string): string {
  return `can't be ready in time: ${source.provider} asked for no request before ${new Date(at).toISOString()} (${why}), which is after the deadline`;
}

/** The error says what was seen last, and whether a report is being made: nothing that is not known. */
function deadlineError(
  { prepared, source, bookmark }: JobIdentity,
  what: string,
  { state, lastError }: { readonly state: JobState | undefined; readonly lastError: unknown },
): ReportDeadlineError {
  const accepted = acceptedIn(state, source.profile.tier);
  const lastStatus = state?.status;
  const nextLookAt = state === undefined ? undefined : new Date(state.nextAt).toISOString();
  const seen = lastError instanceof Error ? lastError.message : lastStatus === undefined ? "" : `${lastStatus}.`;
  const last = seen === "" ? "" : ` Last answer: ${seen}`;
  const next = nextLookAt === undefined ? "" : ` The next look would be at ${nextLookAt}.`;
  return new ReportDeadlineError({
    message: `The ${prepared.reportType} report of ${source.id} ${what}. ${words[accepted]}${last}${next} To continue, run the same request again, or call kit.resume(error.bookmark, sources).`,
    bookmark,
    accepted: accepted === "byItself" ? undefined : accepted,
    lastStatus,
    nextLookAt,
    cause: lastError,
  });
}

const words = {
  yes: "The provider has accepted it, and the job continues there.",
  no: "Nothing was accepted: no report is being made.",
  unclear: "It is not known whether a create was carried out: the next run looks for the report first.",
  byItself: "The provider makes it by itself, and does not show it yet.",
};

function acceptedIn(state: JobState | undefined, tier: IdempotencyTier): keyof typeof words {
  if (tier === "lookup") return "byItself";
  if (state?.phase === "creating") return "unclear";
  return state?.acceptedAt === undefined ? "no" : "yes";
}
