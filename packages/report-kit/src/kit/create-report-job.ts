import { isLoopbackHost } from "@report-kit/http";
import { ReportExpiredError, ReportFailedError, ReportIndeterminateError, ReportRequestError } from "../errors.ts";
import type { JobEvent, JobEventDetails } from "../job/job-event.ts";
import type { EventBus } from "./event-bus.ts";
import type { FileLocation, LinkLocation } from "../source/file-location.ts";
import type { ReadyReport, Target } from "../source/ready-report.ts";
import { describeValue } from "../source/request-fields.ts";
import type { ReportJob, WaitOptions } from "./report-job.ts";
import type { Journal } from "../journal/journal.ts";
import { outOfJob } from "../job/with-bookmark.ts";
import type { Outcome, ReadyOutcome } from "../job/outcome.ts";
import { pastEvents } from "./events-so-far.ts";
import type { Platform } from "../platform.ts";
import type { Pulse } from "../journal/journal-watch.ts";
import type { OnIndeterminate } from "../job/transitions.ts";
import type { JobState } from "../job/job-state.ts";
import { parseState } from "../job/job-state.ts";
import type { JobIdentity, StepResult } from "../job/step.ts";
import { expire, jobRecordName, reopen } from "../job/step.ts";
import type { Timer } from "../waiting/timer.ts";
import type { Wait, WaitEnd } from "./wait.ts";
import { startWait } from "./wait.ts";
import type { Waits } from "./wait-registry.ts";

const defaultDeadlineMs = 6 * 3_600_000;

/** What a job needs of its kit. */
export interface JobContext {
  readonly journal: Journal;
  readonly platform: Platform;
  readonly timer: Timer;
  readonly pulse: Pulse;
  readonly bus: EventBus;
  /** The waits under way in this process, by key: callers share them. */
  readonly waits: Waits;
  readonly onIndeterminate: OnIndeterminate;
  readonly emit: (event: JobEventDetails) => void;
  readonly step: (how: {
    readonly signal: AbortSignal;
    readonly onIndeterminate: OnIndeterminate;
    readonly deadlineAt: number;
    readonly early: boolean;
  }) => Promise<StepResult>;
  /** Milliseconds to the next look at a job in this state that is still pending. */
  readonly gapMs: (state: JobState) => number;
}

export function createReportJob(job: JobIdentity, context: JobContext): ReportJob {
  const { key, bookmark, source, prepared } = job;
  const { journal, platform, waits } = context;

  async function waitFor(options: WaitOptions): Promise<WaitEnd> {
    options.signal?.throwIfAborted();
    const now = platform.now();
    const deadlineMs = options.deadlineMs ?? Math.max(defaultDeadlineMs, (prepared.deadlineAt ?? 0) - now);
    if (!(deadlineMs >= 0)) {
      throw new ReportRequestError({
        field: "deadlineMs",
        expected: "milliseconds to wait, 0 or more",
        received: String(options.deadlineMs),
        bookmark,
      });
    }
    const onIndeterminate = options.onIndeterminate ?? context.onIndeterminate;
    let wait = waits.get(key);
    if (wait === undefined) {
      let first = true;
      const started: Wait = startWait(job, {
        journal,
        timer: context.timer,
        pulse: context.pulse,
        now: platform.now,
        emit: context.emit,
        gapMs: context.gapMs,
        step: async (how) => {
          if (first) await reopen(job, journal, platform.now());
          first = false;
          return context.step({ ...how, onIndeterminate });
        },
        onEnd: () => waits.remove(job, started),
      });
      wait = started;
      waits.add(job, wait);
    }
    const { signal, unref = false } = options;
    try {
      return await wait.join({ signal, unref, deadlineAt: now + deadlineMs, deadlineMs });
    } catch (error) {
      throw signal?.aborted === true ? error : outOfJob(error, bookmark, "wait");
    }
  }

  /** @throws ReportRequestError for what is no target, and what the target itself refuses. Nothing was sent. */
  async function checkTarget<Options extends object>(
    target: Target<unknown, Options>,
    options: Partial<Options>,
  ): Promise<void> {
    if (typeof target?.receive !== "function") {
      throw new ReportRequestError({
        field: "target",
        expected:
          'a target: toDirectory(path) or toFile(path) of "report-kit/node", toStream(writable) or asStream() of "report-kit/download"',
        received: describeValue(target),
        bookmark,
      });
    }
    await target.check?.(options);
  }

  function readyReport({ fileName, reference }: ReadyOutcome, link: LinkLocation | undefined): ReadyReport {
    return {
      source: source.id,
      provider: source.provider,
      account: source.account,
      reportType: prepared.reportType,
      key,
      fileName,
      expects: prepared.expects,
      link,
      linkHosts: source.linkHosts,
      loopback: isLoopbackHost(new URL(source.origin).hostname),
      platform,
      locate: (signal) => locate(reference, fileName, signal),
      waitUntil: (untilMs, options) => context.timer.wait(untilMs, options),
      withBookmark: (error) => outOfJob(error, bookmark, "download"),
    };
  }

  /** Where the file lies now. That it is gone for good is written down. */
  async function locate(reference: string, fileName: string | undefined, signal: AbortSignal): Promise<FileLocation> {
    const location = await source.locate({
      key,
      epoch: job.epoch,
      request: prepared.request,
      reference,
      ...(fileName === undefined ? {} : { fileName }),
      now: platform.now(),
      echoProven: false,
      signal,
    });
    if (location.via === "none" && location.reason === "expired") {
      await expire(job, journal, location.message, platform.now());
      context.emit({ type: "expired", message: location.message });
      throw expired(location.message, job);
    }
    return location;
  }

  return {
    key,
    bookmark,
    source: source.id,
    async outcome(options = {}) {
      return (await waitFor(options)).outcome;
    },
    async download(target, options = {}) {
      await checkTarget(target, options).catch((error: unknown) => {
        throw outOfJob(error, bookmark, "download");
      });
      const { outcome, link, error } = await waitFor(options);
      if (outcome.status !== "ready") throw outcomeError(outcome, job, error);
      return target.receive(readyReport(outcome, link), options);
    },
    async *events(): AsyncGenerator<JobEvent> {
      const live = context.bus.follow(key);
      try {
        const record = await journal.read(jobRecordName(key));
        const past = record === undefined ? [] : pastEvents(parseState(record.value, jobRecordName(key)), key);
        yield* past;
        const last = past.at(-1);
        const over = last !== undefined && ["ready", "failed", "expired", "indeterminate"].includes(last.type);
        if (!over || waits.get(key) !== undefined) yield* live;
      } finally {
        await live.return?.();
      }
    },
  };
}

/** The error that a wait for a file ends with when there is none. */
function outcomeError(outcome: Exclude<Outcome, ReadyOutcome>, job: JobIdentity, cause: unknown): Error {
  const { bookmark, source, prepared } = job;
  const what = `The ${prepared.reportType} report of ${source.id}`;
  switch (outcome.status) {
    case "failed":
      return new ReportFailedError({
        code: outcome.code,
        made: outcome.made,
        message: outcome.made
          ? `${what} failed at the provider: ${outcome.message} Asking again gives the same answer. ${howToRemake(job)}`
          : `${what} was not made: ${outcome.message} Nothing was made, so running the same request again is safe.`,
        bookmark,
        ...(cause === undefined ? {} : { cause }),
      });
    case "expired":
      return expired(outcome.message, job);
    case "indeterminate":
      return new ReportIndeterminateError({
        message: `${what} may or may not have been made: ${outcome.message} ${
          outcome.found.length === 0
            ? "Nothing that could be it was found."
            : `Found: ${outcome.found.map((found) => found.reference).join(", ")}.`
        } Run it again to look once more, or with onIndeterminate: "recreate" to accept a possible duplicate.`,
        found: outcome.found,
        bookmark,
      });
  }
}

function expired(message: string, job: JobIdentity): ReportExpiredError {
  const { source, prepared, bookmark } = job;
  return new ReportExpiredError({
    message: `The ${prepared.reportType} report of ${source.id} is no longer there: ${message} ${howToRemake(job)}`,
    bookmark,
  });
}

/** What to do to have another report of the same request, where the provider makes one. */
function howToRemake({ source, epoch }: JobIdentity): string {
  return source.profile.remakes
    ? `To have it made anew, ask with { epoch: ${epoch + 1} }.`
    : "The provider makes it once only.";
}
