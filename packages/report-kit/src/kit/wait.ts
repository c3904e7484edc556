import { ReportDeadlineError } from "../errors.ts";
import type { JobEventDetails } from "../job/job-event.ts";
import type { LinkLocation } from "../source/file-location.ts";
import type { Journal } from "../journal/journal.ts";
import type { Observation } from "../source/observation.ts";
import type { Outcome } from "../job/outcome.ts";
import type { JobState } from "../job/job-state.ts";
import type { JobIdentity, StepResult } from "../job/step.ts";
import { jobRecordName } from "../job/job-record.ts";
import type { Pulse } from "../journal/journal-watch.ts";
import { onAbort } from "../waiting/on-abort.ts";
import type { Timer } from "../waiting/timer.ts";

/** How a wait ended. */
export interface WaitEnd {
  readonly outcome: Outcome;
  /** The link the provider gave with its last word, to save asking for one. */
  readonly link?: LinkLocation;
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
  /** As the caller said it, for the error. */
  readonly deadlineMs: number;
}

/** A wait for one job in this process, shared by all its callers. */
export interface Wait {
  /**
   * Wait along.
   * @throws the caller's abort reason, ReportDeadlineError at the caller's deadline, or what ended the wait.
   */
  join(caller: WaitCaller): Promise<WaitEnd>;
  /** Look at the journal now: something was written. */
  nudge(): void;
  /** Take what a list asked for by another job says of this one: look now, or later than planned. */
  serve(answer: (reference: string) => Observation | undefined): void;
}

/** What a wait works with. */
export interface WaitContext {
  readonly journal: Journal;
  readonly timer: Timer;
  readonly pulse: Pulse;
  readonly now: () => number;
  readonly step: (how: {
    readonly signal: AbortSignal;
    readonly deadlineAt: number;
    readonly early: boolean;
  }) => Promise<StepResult>;
  /** Milliseconds to the next look at a job in this state that is still pending. */
  readonly gapMs: (state: JobState) => number;
  readonly emit: (event: JobEventDetails) => void;
  /** The last caller left, or the wait ended. */
  readonly onEnd: () => void;
}

/** Start waiting for a job: step, sleep, step, until it ends or the last caller leaves. */
export function startWait(job: JobIdentity, context: WaitContext): Wait {
  const { timer, now } = context;
  const callers = new Set<WaitCaller>();
  const stop = new AbortController();
  let sleeping: AbortController | undefined;
  let state: JobState | undefined;
  let wakeAt = 0;
  let early = false;
  let postponed = false;

  const latestDeadline = (): number => Math.max(...Array.from(callers, (caller) => caller.deadlineAt));

  async function run(): Promise<WaitEnd> {
    for (;;) {
      const result = await context.step({ signal: stop.signal, deadlineAt: latestDeadline(), early });
      early = false;
      if ("outcome" in result) return result;
      ({ state } = result);
      const { at, why, asked } = result.again;
      if (asked && at > latestDeadline()) throw askedTooLong(job, at, why);
      wakeAt = at;
      await sleep(result.revision);
      sleeping = undefined;
    }
  }

  /** Until the next look is due, somebody else has written, or a shared list has news. */
  async function sleep(revision: number): Promise<void> {
    while (now() < wakeAt) {
      sleeping = new AbortController();
      const unref = Array.from(callers).every((caller) => caller.unref);
      await timer.wait(wakeAt, { signal: sleeping.signal, unref }).catch(() => undefined);
      stop.signal.throwIfAborted();
      if (now() >= wakeAt || early) return;
      if (postponed) {
        postponed = false;
        continue;
      }
      const record = await context.journal.read(jobRecordName(job.key));
      if ((record?.revision ?? 0) !== revision) return;
    }
  }

  async function join(caller: WaitCaller): Promise<WaitEnd> {
    callers.add(caller);
    const left = new AbortController();
    const deadline = timer.wait(caller.deadlineAt, { signal: left.signal, unref: caller.unref }).then(() => {
      context.emit({ type: "deadline", deadlineMs: caller.deadlineMs });
      throw deadlinePassed(job, caller.deadlineMs);
    });
    try {
      return await Promise.race([end, deadline, abortOf(caller.signal, left.signal)]);
    } finally {
      left.abort();
      deadline.catch(() => undefined);
      callers.delete(caller);
      if (callers.size === 0) {
        context.onEnd();
        unhear();
        stop.abort();
        sleeping?.abort();
      }
    }
  }

  const nudge = (): void => sleeping?.abort();
  const unhear = context.pulse.hear(nudge);
  // The first caller joins in this turn, before the first step asks for the deadline.
  const end = Promise.resolve().then(run);
  end.catch(() => undefined); // callers see it through their own race; the last one may have left
  return {
    join,
    nudge,
    serve(answer) {
      if (sleeping === undefined || state?.phase !== "waiting" || state.reference === undefined) return;
      const observation = answer(state.reference);
      if (observation === undefined) return;
      if (observation.is === "pending") {
        wakeAt = Math.max(wakeAt, now() + context.gapMs(state));
        postponed = true;
        sleeping.abort();
      } else {
        early = true;
        sleeping.abort();
      }
    },
  };
}

/** Rejects with the signal's reason once it is aborted; `left` takes its listener away. */
function abortOf(signal: AbortSignal | undefined, left: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal === undefined) return;
    left.addEventListener(
      "abort",
      onAbort(signal, () => reject(signal.reason)),
      { once: true },
    );
  });
}

function deadlinePassed(job: JobIdentity, deadlineMs: number): ReportDeadlineError {
  return new ReportDeadlineError({
    message: `The ${job.prepared.reportType} report of ${job.source.id} was not ready within ${Math.round(deadlineMs / 1000)} s. The job goes on at the provider: go on waiting with kit.resume(error.bookmark, sources), or run the same request again.`,
    bookmark: job.bookmark,
  });
}

function askedTooLong(job: JobIdentity, at: number, why: string): ReportDeadlineError {
  return new ReportDeadlineError({
    message: `${job.source.id} asked not to be looked at before ${new Date(at).toISOString()} (${why}), which is after the deadline. The job goes on at the provider: go on waiting with kit.resume(error.bookmark, sources) then.`,
    bookmark: job.bookmark,
  });
}
