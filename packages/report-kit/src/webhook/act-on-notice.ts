import { ReportRequestError } from "../errors.ts";
import type { ReportJob } from "../kit/report-job.ts";
import type { Journal } from "../journal/journal.ts";
import type { MonatoReportRequest } from "../sources/monato.ts";
import type { Platform } from "../platform.ts";
import { platformWith } from "../platform.ts";
import type { ReportKit } from "../kit/report-kit.ts";
import { refuse } from "../refuse.ts";
import type { ReportSource } from "../source/report-source.ts";
import type { TimerPlatform } from "../waiting/timer.ts";
import type { MonatoNotice } from "./monato-notice.ts";
import { reportOf } from "./monato-notice.ts";
import type { NoticeClaim } from "./notice-claim.ts";

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
  /** Acknowledged. The work was done already, or another worker is doing it. */
  | { readonly type: "repeated"; readonly fileName: string }
  /** The report's job was woken (where a process waits for it), and `onReport` has resolved. */
  | { readonly type: "acted"; readonly fileName: string; readonly key: string; readonly woken: boolean };

/** What is needed to act on a notice. */
export interface MonatoNoticeOptions {
  /** The kit whose jobs are woken. */
  readonly kit: Pick<ReportKit, "report" | "wake">;
  /** The kit's journal. It also records which notices were acted on. */
  readonly journal: Journal;
  /** `monatoReports(client)`: notices for other clients are refused. */
  readonly source: ReportSource<MonatoReportRequest>;
  /**
   * Returns the CLABE of an account for Monato's own account number, which is all that a notice contains; undefined for an
   * account that is not yours. Without this function, notices of account statements are ignored.
   */
  readonly clabeOf?: (accountId: string) => string | undefined | Promise<string | undefined>;
  /**
   * Receives the job of the report, whether or not a process waits for it already: download it here, or put its bookmark
   * into a queue. The notice is done once this resolves. When it throws, or the process dies, the next delivery or
   * `resumeMonatoNotices` calls it again. Default: none; the notice then only wakes waiting processes.
   */
  readonly onReport?: (job: ReportJob) => void | Promise<void>;
  /** Receives errors: of the work after a delivery was acknowledged, and of what prevented the acknowledgement. What it throws is ignored. */
  readonly onError: (error: unknown) => void;
  /** Receives the result of each delivery. What it throws is ignored. */
  readonly onEvent?: (event: WebhookEvent) => void;
  /** The clock and timers. Default: the platform's. */
  readonly platform?: Partial<Pick<Platform, "now" | "setTimeout" | "clearTimeout">>;
}

/** Checked options, with what is made from them. */
export interface NoticeContext extends MonatoNoticeOptions {
  readonly clock: TimerPlatform;
  /** `onEvent`, which can't throw. */
  readonly emit: (event: WebhookEvent) => void;
  /** `onError`, which can't throw. */
  readonly report: (error: unknown) => void;
}

/** @throws ReportRequestError for an option that is missing or can't work. */
export function noticeContext(options: MonatoNoticeOptions): NoticeContext {
  const { kit, journal, source, clabeOf, onReport, onError, onEvent } = options;
  if (typeof kit?.wake !== "function") refuse("kit", "what createReportKit returned", kit);
  if (typeof journal?.read !== "function") refuse("journal", "the kit's journal", journal);
  if (source?.provider !== "monato") refuse("source", "what monatoReports returned", source);
  if (typeof onError !== "function") refuse("onError", "a function that receives errors", onError);
  for (const [name, given] of Object.entries({ clabeOf, onReport, onEvent })) {
    if (given !== undefined && typeof given !== "function") refuse(name, "a function, or nothing", given);
  }
  return {
    ...options,
    clock: platformWith(options.platform ?? {}),
    emit: unthrowing(onEvent),
    report: unthrowing(onError),
  };
}

/** Act on a claimed notice: wake the report's job and pass it to `onReport`. Errors go to `onError`. @returns whether it was finished. */
export async function actOnNotice(claim: NoticeClaim, context: NoticeContext): Promise<boolean> {
  try {
    await claim.run(async () => {
      const event = await act(claim.notice, context);
      context.emit(event);
      return event.type === "acted" ? "done" : "forget";
    });
    return true;
  } catch (error) {
    context.report(error);
    return false;
  }
}

async function act(
  notice: MonatoNotice,
  context: NoticeContext,
): Promise<WebhookEvent & { readonly type: "acted" | "ignored" }> {
  const { kit, source, onReport } = context;
  const { fileName } = notice;
  const request = await requestOf(notice, context);
  const job = typeof request === "string" ? request : jobFor(request, kit, source);
  if (typeof job === "string") return { type: "ignored", fileName, reason: job };
  const woken = await kit.wake({ key: job.key });
  await onReport?.(job);
  return { type: "acted", fileName, key: job.key, woken: woken > 0 };
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
