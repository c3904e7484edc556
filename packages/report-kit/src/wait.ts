import { ReportDeadlineError } from "./errors.ts";
import type { JobEventDetails } from "./event.ts";
import type { LinkLocation } from "./file-location.ts";
import type { Journal } from "./journal.ts";
import type { Outcome } from "./outcome.ts";
import type { JobIdentity, StepResult } from "./step.ts";
import { jobRecordName } from "./step.ts";
import type { Timer } from "./timer.ts";

/** How often a wait looks whether somebody else wrote: a wake or an end in another process is seen within this. */
const journalLookMs = 5_000;

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
}

/** What a wait works with. */
export interface WaitContext {
  readonly journal: Journal;
  readonly timer: Timer;
  readonly now: () => number;
  readonly step: (signal: AbortSignal, deadlineAt: number) => Promise<StepResult>;
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

  const latestDeadline = (): number => Math.max(...Array.from(callers, (caller) => caller.deadlineAt));

  async function run(): Promise<WaitEnd> {
    for (;;) {
      const result = await context.step(stop.signal, latestDeadline());
      if ("outcome" in result) return result;
      const { at, why, asked } = result.again;
      if (asked && at > latestDeadline()) throw askedTooLong(job, at, why);
      await sleepUntil(at, result.revision);
    }
  }

  /** Until the next look is due, or somebody else has written. */
  async function sleepUntil(at: number, revision: number): Promise<void> {
    while (now() < at) {
      sleeping = new AbortController();
      await timer.wait(Math.min(at, now() + journalLookMs), { signal: sleeping.signal }).catch(() => undefined);
      stop.signal.throwIfAborted();
      if (now() >= at) return;
      const record = await context.journal.read(jobRecordName(job.key));
      if ((record?.revision ?? 0) !== revision) return;
    }
  }

  async function join(caller: WaitCaller): Promise<WaitEnd> {
    callers.add(caller);
    const left = new AbortController();
    const deadline = timer.wait(caller.deadlineAt, { signal: left.signal }).then(() => {
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
        stop.abort();
        sleeping?.abort();
      }
    }
  }

  // The first caller joins in this turn, before the first step asks for the deadline.
  const end = Promise.resolve().then(run);
  end.catch(() => undefined); // callers see it through their own race; the last one may have left
  return { join, nudge: () => sleeping?.abort() };
}

/** Rejects with the signal's reason once it is aborted; leaves nothing behind when the caller has left. */
function abortOf(signal: AbortSignal | undefined, left: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal === undefined) return;
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: left });
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
