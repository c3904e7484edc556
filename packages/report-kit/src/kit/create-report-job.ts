import { isLoopbackHost } from "@report-kit/http";
import type { OptionTable } from "@report-kit/http";
import { ReportExpiredError, ReportFailedError, ReportIndeterminateError } from "../errors.ts";
import type { JobEvent } from "../job/job-event.ts";
import { hasEnded, jobRecordName, parseState, stateToJson } from "../job/job-state.ts";
import { onIndeterminateWords } from "../job/outcome.ts";
import type { Outcome, ReadyOutcome } from "../job/outcome.ts";
import type { JobIdentity } from "../job/step.ts";
import { expired } from "../job/transitions.ts";
import { withBookmark } from "../job/with-bookmark.ts";
import type { FileLocation, LinkLocation } from "../source/file-location.ts";
import type { ReadyReport, Target } from "../source/ready-report.ts";
import { checkOptions, refuse } from "../refuse.ts";
import type { ReportJob, WaitOptions } from "./report-job.ts";
import type { Engine, Wait, WaitEnd } from "./wait.ts";
import { startWait } from "./wait.ts";

const defaultDeadlineMs = 6 * 3_600_000;
const targets =
  'a target: toDirectory(path) or toFile(path) of "report-kit/node", toStream(writable) or asStream() of "report-kit/download"';

const waitOptions = {
  signal: "object",
  deadlineMs: "number",
  unref: "boolean",
  onIndeterminate: onIndeterminateWords,
} satisfies Record<keyof WaitOptions, unknown>;

export function createReportJob(job: JobIdentity, engine: Engine): ReportJob {
  const { key, bookmark, source, prepared } = job;
  const { journal, platform, waits, timer } = engine;

  async function waitFor(options: WaitOptions): Promise<WaitEnd> {
    const { signal, unref = false, onIndeterminate = engine.onIndeterminate } = options;
    signal?.throwIfAborted();
    const now = platform.now();
    const deadlineMs = options.deadlineMs ?? Math.max(defaultDeadlineMs, (prepared.deadlineAt ?? 0) - now);
    try {
      if (!(deadlineMs >= 0)) refuse("deadlineMs", "milliseconds to wait, 0 or more", options.deadlineMs);
      const wait = waits.get(key) ?? beginWait();
      return await wait.join({ signal, unref, deadlineAt: now + deadlineMs, deadlineMs, onIndeterminate });
    } catch (error) {
      throw signal?.aborted === true ? error : withBookmark(error, bookmark, "wait");
    }
  }

  function beginWait(): Wait {
    const end = engine.bus.begin(key);
    const wait = startWait(job, engine, () => {
      waits.remove(job, wait);
      end();
    });
    waits.add(job, wait);
    return wait;
  }

  function check(owner: string, options: object, table: OptionTable): void {
    try {
      checkOptions(owner, options, table);
    } catch (error) {
      throw withBookmark(error, bookmark, "wait");
    }
  }

  /** @throws ReportRequestError for what is no target, and what the target itself refuses. Nothing was sent. */
  async function checkTarget<Options extends object>(
    target: Target<unknown, Options>,
    options: Partial<Options>,
  ): Promise<void> {
    try {
      if (typeof target?.receive !== "function") refuse("target", targets, target);
      checkOptions("job.download", options, { ...waitOptions, ...target.options });
      await target.check?.(options);
    } catch (error) {
      throw withBookmark(error, bookmark, "download");
    }
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
      emit: (event) => engine.emit(job, event),
      locate: (signal) => locate(reference, fileName, signal),
      waitUntil: (untilMs, options) => timer.wait(untilMs, options),
      withBookmark: (error) => withBookmark(error, bookmark, "download"),
    };
  }

  /** Where the file lies now. That it is gone for good is recorded. */
  async function locate(reference: string, fileName: string | undefined, signal: AbortSignal): Promise<FileLocation> {
    const location = await source.locate({
      key,
      epoch: job.epoch,
      request: prepared.request,
      reference,
      fileName,
      now: platform.now(),
      echoProven: false,
      signal,
    });
    if (location.via !== "none" || location.reason !== "expired") return location;
    const name = jobRecordName(key);
    const record = await journal.read(name);
    const state = record && parseState(record.value, name);
    if (state?.phase === "ready") {
      await journal.write(name, stateToJson(expired(state, location.message, platform.now())), record?.revision ?? 0);
    }
    engine.emit(job, { type: "expired", message: location.message });
    throw expiredError(location.message, job);
  }

  return {
    key,
    bookmark,
    source: source.id,
    async outcome(options = {}) {
      check("job.outcome", options, waitOptions);
      return (await waitFor(options)).outcome;
    },
    async download(target, options = {}) {
      await checkTarget(target, options);
      const end = engine.bus.begin(key);
      try {
        const { outcome, link, error } = await waitFor(options);
        if (outcome.status !== "ready") throw outcomeError(outcome, job, error);
        return await target.receive(readyReport(outcome, link), options);
      } finally {
        end();
      }
    },
    async *events(): AsyncGenerator<JobEvent> {
      const follower = engine.bus.follow(key);
      try {
        const name = jobRecordName(key);
        const record = await journal.read(name);
        if (record !== undefined && hasEnded(parseState(record.value, name)) && !engine.bus.isActive(key)) return;
        for (let event = await follower.next(); event !== undefined; event = await follower.next()) yield event;
      } finally {
        follower.leave();
      }
    },
  };
}

/** The error that a wait for a file ends with when there is none. */
function outcomeError(outcome: Exclude<Outcome, ReadyOutcome>, job: JobIdentity, cause: unknown): Error {
  const { bookmark } = job;
  const what = nameOf(job);
  const { message } = outcome;
  switch (outcome.status) {
    case "failed":
      return new ReportFailedError({
        code: outcome.code,
        made: outcome.made,
        retryable: outcome.retryable,
        message: outcome.made
          ? `${what} failed at the provider: ${message} Asking again gives the same answer. ${howToRemake(job)}`
          : `${what} was not made: ${message} Nothing was made, so running the same request again ${outcome.retryable ? "later" : "once that is mended"} is safe.`,
        bookmark,
        cause,
      });
    case "expired":
      return expiredError(message, job);
    case "indeterminate": {
      const references = outcome.found.map(({ reference }) => reference).join(", ");
      const found = references === "" ? "Nothing that could be it was found." : `Found: ${references}.`;
      return new ReportIndeterminateError({
        message: `${what} may or may not have been made: ${message} ${found} Run it again to look once more, or with onIndeterminate: "recreate" to accept a possible duplicate.`,
        found: outcome.found,
        bookmark,
      });
    }
  }
}

function expiredError(message: string, job: JobIdentity): ReportExpiredError {
  return new ReportExpiredError({
    message: `${nameOf(job)} is no longer there: ${message} ${howToRemake(job)}`,
    bookmark: job.bookmark,
  });
}

function nameOf({ prepared, source }: JobIdentity): string {
  return `The ${prepared.reportType} report of ${source.id}`;
}

/** What to do to have another report of the same request, where the provider makes one. */
function howToRemake({ source, epoch }: JobIdentity): string {
  return source.profile.remakes
    ? `To have it made again, ask with { epoch: ${epoch + 1} }.`
    : "The provider makes it once only.";
}
