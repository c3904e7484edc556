import { ReportRequestError } from "../errors.ts";
import { showJob } from "../journal-admin/jobs-in-journal.ts";
import type { ReportJob } from "../kit/report-job.ts";
import type { MonatoReportRequest } from "../sources/monato.ts";
import type { ReportKit } from "../kit/report-kit.ts";
import { refuse } from "../refuse.ts";
import type { ReportSource } from "../source/report-source.ts";
import type { MonatoNotice } from "./monato-notice.ts";
import { reportOf } from "./monato-notice.ts";

/** What became of a delivery. Holds no secret. */
export type WebhookEvent =
  /** Answered with an error status. For 503 the error went to `onError`. */
  | {
      readonly type: "refused";
      readonly status: 400 | 401 | 403 | 405 | 413 | 415 | 503;
      readonly reason:
        | "method"
        | "media-type"
        | "credentials"
        | "too-large"
        | "broken-off"
        | "no-report-notice"
        | "other-client"
        | "not-able";
    }
  /** Acknowledged, but nothing was done. A later delivery of the same notice is examined again. */
  | { readonly type: "ignored"; readonly fileName: string; readonly reason: string }
  /** Acknowledged. The report was delivered already. */
  | { readonly type: "repeated"; readonly fileName: string; readonly key: string }
  /** The report's job was woken (where a process waits for it), and `onReport` has resolved. */
  | { readonly type: "acted"; readonly fileName: string; readonly key: string; readonly woken: boolean };

/** What is needed to act on a notice. */
export interface MonatoNoticeOptions {
  /** The kit whose jobs are begun and woken. Its journal has what is wanted and what was delivered. */
  readonly kit: Pick<ReportKit, "report" | "resume" | "wake" | "journal">;
  /** `monatoReports(client)`: notices for other clients are refused. */
  readonly source: ReportSource<MonatoReportRequest>;
  /**
   * Returns the CLABE of an account for Monato's own account number, which is all that a notice contains; undefined for an
   * account that is not yours. Without this function, notices of account statements are ignored. It is called before the
   * delivery is acknowledged.
   */
  readonly clabeOf?: ((accountId: string) => string | undefined | Promise<string | undefined>) | undefined;
  /**
   * Receives the job of a report that was not delivered yet: call `job.deliver` here, which hands the file over once however
   * often the notice is repeated, or put the job's bookmark into a queue. Default: none; the notice then only begins the job
   * and wakes waiting processes.
   */
  readonly onReport?: ((job: ReportJob) => unknown) | undefined;
  /** Receives errors: of the work after a delivery was acknowledged, and of what prevented the acknowledgement. What it throws is ignored. */
  readonly onError: (error: unknown) => void;
  /** Receives the result of each delivery. What it throws is ignored. */
  readonly onEvent?: ((event: WebhookEvent) => void) | undefined;
}

/** Checked options, with what is made from them. */
export interface NoticeContext extends MonatoNoticeOptions {
  /** `onEvent`, which can't throw. */
  readonly emit: (event: WebhookEvent) => void;
  /** `onError`, which can't throw. */
  readonly report: (error: unknown) => void;
}

/** @throws ReportRequestError for an option that is missing or can't work. */
export function noticeContext(options: MonatoNoticeOptions): NoticeContext {
  const { kit, source, clabeOf, onReport, onError, onEvent } = options;
  if (typeof kit?.wake !== "function") refuse("kit", "what createReportKit returned", kit);
  if (source?.provider !== "monato") refuse("source", "what monatoReports returned", source);
  if (typeof onError !== "function") refuse("onError", "a function that receives errors", onError);
  for (const [name, given] of Object.entries({ clabeOf, onReport, onEvent })) {
    if (given !== undefined && typeof given !== "function") refuse(name, "a function, or nothing", given);
  }
  return {
    ...options,
    emit: unthrowing(onEvent),
    report: unthrowing(onError),
  };
}

/**
 * Write to the journal that the report of a notice is wanted: what is acknowledged is not forgotten.
 * @returns its job; undefined where there is nothing to do, which `onEvent` receives.
 */
export async function beginNoticed(notice: MonatoNotice, context: NoticeContext): Promise<ReportJob | undefined> {
  const { kit, source, emit } = context;
  const { fileName } = notice;
  const request = await requestOf(notice, context);
  const job = typeof request === "string" ? request : jobFor(request, kit, source);
  if (typeof job === "string") {
    emit({ type: "ignored", fileName, reason: job });
    return undefined;
  }
  await job.begin();
  const kept = await showJob(kit.journal, job.key);
  if (kept?.delivered === undefined) return job;
  emit({ type: "repeated", fileName, key: job.key });
  return undefined;
}

/** Wake a report's job and pass it to `onReport`. Errors go to `onError`. @returns whether it was finished. */
export async function actOn(job: ReportJob, fileName: string, context: NoticeContext): Promise<boolean> {
  const { kit, onReport, emit, report } = context;
  try {
    const woken = await kit.wake({ key: job.key });
    await onReport?.(job);
    emit({ type: "acted", fileName, key: job.key, woken: woken > 0 });
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

/** The report to ask the API for; or, as a text, why it can't be known. */
async function requestOf(notice: MonatoNotice, { clabeOf }: NoticeContext): Promise<MonatoReportRequest | string> {
  const report = reportOf(notice);
  if (typeof report === "string") return report;
  const { accountId, ...request } = report;
  if (accountId === undefined) return request as MonatoReportRequest; // the union's first member: rest loses that
  if (clabeOf === undefined) return "no-clabe-of";
  const clabe = await clabeOf(accountId);
  // The source refuses a text that is no CLABE, such as an account number.
  return clabe === undefined ? "unknown-account" : ({ ...request, clabe_number: clabe } as MonatoReportRequest); // and this is its second
}

function jobFor(
  request: MonatoReportRequest,
  kit: NoticeContext["kit"],
  source: NoticeContext["source"],
): ReportJob | string {
  try {
    return kit.report(source, request);
  } catch (error) {
    if (ReportRequestError.isInstance(error)) return `${error.field}: expected ${error.expected}`;
    throw error;
  }
}

function unthrowing<Value>(observer: ((value: Value) => void) | undefined): (value: Value) => void {
  return (value) => {
    try {
      observer?.(value);
    } catch {
      // An observer's fault is not the delivery's.
    }
  };
}
