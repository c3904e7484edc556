import { isLoopbackHost } from "@report-kit/http";
import type { OptionTable } from "@report-kit/http";
import type { JobEvent } from "../job/job-event.ts";
import { readJobRecord } from "../job/job-record.ts";
import { freshState, hasEnded, jobRecordName, parseState, stateToJson } from "../job/job-state.ts";
import { onIndeterminateWords } from "../job/outcome.ts";
import type { ReadyOutcome } from "../job/outcome.ts";
import type { JobIdentity } from "../job/step.ts";
import { expired } from "../job/transitions.ts";
import { withBookmark } from "../job/with-bookmark.ts";
import type { FileLocation, LinkLocation } from "../source/file-location.ts";
import type { ReadyReport, ReportIdentity, Target } from "../source/ready-report.ts";
import { checkOptions, refuse } from "../refuse.ts";
import { deliverReport } from "../delivery/deliver.ts";
import { expiredError, outcomeError } from "./outcome-error.ts";
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

const deliverOptions = { again: "boolean", corrects: "object" };

export function createReportJob(job: JobIdentity, engine: Engine): ReportJob {
  const { key, bookmark, source, prepared } = job;
  const { journal, platform, waits, timer } = engine;

  const identity: ReportIdentity = {
    source: source.id,
    provider: source.provider,
    account: source.account,
    reportType: prepared.reportType,
    key,
    request: prepared.request,
    period: prepared.period,
  };

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

  /** @throws ReportRequestError */
  function check(owner: string, options: object, table: OptionTable, more?: () => OptionTable | undefined): void {
    try {
      checkOptions(owner, options, { ...table, ...more?.() });
    } catch (error) {
      throw withBookmark(error, bookmark, "wait");
    }
  }

  /** @throws ReportRequestError for what is no target, and what the target itself refuses. Nothing was sent. */
  async function checkTarget<Options extends object>(
    target: Target<unknown, Options>,
    options: Partial<Options>,
    delivery?: ReportIdentity["delivery"],
  ): Promise<void> {
    try {
      await target.check?.(options, { ...identity, delivery });
    } catch (error) {
      throw withBookmark(error, bookmark, "download");
    }
  }

  /** @throws when the report will not come, or is no longer there. */
  async function ready(options: WaitOptions): Promise<ReadyReport> {
    const { outcome, link, error } = await waitFor(options);
    if (outcome.status !== "ready") throw outcomeError(outcome, job, error);
    return readyReport(outcome, link);
  }

  function readyReport(outcome: ReadyOutcome, link: LinkLocation | undefined): ReadyReport {
    const { fileName, reference, requests, waitedMs } = outcome;
    return {
      ...identity,
      reference,
      requestsSent: requests,
      waitedMs,
      fileName,
      expects: prepared.expects,
      link,
      linkHosts: source.linkHosts,
      loopback: isLoopbackHost(new URL(source.origin).hostname),
      platform,
      emit: (event) => engine.emit(job, event),
      keepDelivery: async () => undefined,
      locate: (signal) => locate(reference, fileName, signal),
      waitUntil: (untilMs, options) => timer.wait(untilMs, options),
      withBookmark: (error) => withBookmark(error, bookmark, "download"),
    };
  }

  /** Keep the job's followers while something happens to it here. */
  async function during<Result>(run: () => Promise<Result>): Promise<Result> {
    const end = engine.bus.begin(key);
    try {
      return await run();
    } finally {
      end();
    }
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
    period: prepared.period,
    async begin() {
      try {
        if ((await readJobRecord(journal, job)) !== undefined) return;
        // Another process may have begun it meanwhile: then nothing is written.
        await journal.write(jobRecordName(key), stateToJson(freshState(job, platform.now())), 0);
      } catch (error) {
        throw withBookmark(error, bookmark, "create");
      }
    },
    async outcome(options = {}) {
      check("job.outcome", options, waitOptions);
      return (await waitFor(options)).outcome;
    },
    async download(target, options = {}) {
      check("job.download", options, waitOptions, () => optionsOf(target));
      await checkTarget(target, options);
      return during(async () => target.receive(await ready(options), options));
    },
    async deliver(target, options = {}) {
      check("job.deliver", options, { ...waitOptions, ...deliverOptions }, () => optionsOf(target));
      const parts = {
        job,
        engine,
        check: (delivery: ReportIdentity["delivery"]) => checkTarget(target, options, delivery),
        ready: (deadlineMs: number | undefined) => ready({ ...options, deadlineMs }),
      };
      return during(() => deliverReport(parts, target, options)).catch((error: unknown) => {
        throw options.signal?.aborted === true ? error : withBookmark(error, bookmark, "download");
      });
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

/** @throws ReportRequestError for what is no target. */
function optionsOf(target: Target<unknown>): OptionTable | undefined {
  return typeof target?.receive === "function" ? target.options : refuse("target", targets, target);
}
