import { ReportRequestError } from "../errors.ts";
import type { ReportJob } from "../kit/report-job.ts";
import type { Journal } from "../journal/journal.ts";
import type { MonatoReportRequest } from "../sources/monato.ts";
import type { Platform } from "../platform.ts";
import { platformWith } from "../platform.ts";
import type { ReportKit } from "../kit/report-kit.ts";
import { refuse } from "../source/request-fields.ts";
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
  /** Acknowledged, and nothing follows from it; a later delivery of the same is looked at again. */
  | { readonly type: "ignored"; readonly fileName: string; readonly reason: string }
  /** Acknowledged; it was acted on already, or that is under way. */
  | { readonly type: "repeated"; readonly fileName: string }
  /** The report's job was woken (if somebody waits for it), and `onReport` has resolved. */
  | { readonly type: "acted"; readonly fileName: string; readonly key: string; readonly woken: boolean };

/** What acting on a notice takes. */
export interface MonatoNoticeOptions {
  /** Whose jobs are woken. */
  readonly kit: Pick<ReportKit, "report" | "wake">;
  /** The kit's journal: it also keeps which notices were acted on. */
  readonly journal: Journal;
  /** `monatoReports(client)`: notices for other clients are refused. */
  readonly source: ReportSource<MonatoReportRequest>;
  /**
   * The CLABE of an account, by Monato's own number for it, which is all that a notice gives; undefined for an account that
   * is not yours. Without this, notices of account statements are ignored.
   */
  readonly clabeOf?: (accountId: string) => string | undefined | Promise<string | undefined>;
  /**
   * Hands over the report a notice is about, whether or not somebody waits for it already: download it here, or put its
   * bookmark into a queue. The notice counts as acted on once this resolves; when it throws, or the process dies, the next
   * delivery or `resumeMonatoNotices` calls it again. Default: nothing, the notice only wakes who waits.
   */
  readonly onReport?: (job: ReportJob) => void | Promise<void>;
  /** Hears what went wrong after the delivery was acknowledged, or kept it from being. What it throws is ignored. */
  readonly onError: (error: unknown) => void;
  /** Hears what became of each delivery. What it throws is ignored. */
  readonly onEvent?: (event: WebhookEvent) => void;
  /** The clock and timers. Default: the platform's. */
  readonly platform?: Partial<Pick<Platform, "now" | "setTimeout" | "clearTimeout">>;
}

/** Options that were looked at, with what is made of them. */
export interface NoticeContext extends MonatoNoticeOptions {
  readonly clock: TimerPlatform;
  /** `onEvent`, which can't throw. */
  readonly tell: (event: WebhookEvent) => void;
  /** `onError`, which can't throw. */
  readonly report: (error: unknown) => void;
}

/** @throws ReportRequestError for an option that is missing or can't work. */
export function noticeContext(options: MonatoNoticeOptions): NoticeContext {
  const { kit, journal, source, clabeOf, onReport, onError, onEvent } = options;
  if (typeof kit?.wake !== "function") refuse("kit", "what createReportKit returned", kit);
  if (typeof journal?.read !== "function") refuse("journal", "the kit's journal", journal);
  if (source?.provider !== "monato") refuse("source", "what monatoReports returned", source);
  if (typeof onError !== "function") refuse("onError", "a function that hears of errors", onError);
  for (const [name, given] of Object.entries({ clabeOf, onReport, onEvent })) {
    if (given !== undefined && typeof given !== "function") refuse(name, "a function, or nothing", given);
  }
  return {
    ...options,
    clock: platformWith(options.platform ?? {}),
    tell: unthrowing(onEvent),
    report: unthrowing(onError),
  };
}

/** Act on a claimed notice: wake the report's job and hand it over. Errors go to `onError`. @returns whether it came to an end. */
export async function actOnNotice(claim: NoticeClaim, context: NoticeContext): Promise<boolean> {
  try {
    await claim.run(async () => {
      const event = await act(claim.notice, context);
      context.tell(event);
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

/** What to ask the API for; or, as a text, why that can't be told. */
async function requestOf(notice: MonatoNotice, { clabeOf }: NoticeContext): Promise<MonatoReportRequest | string> {
  const report = reportOf(notice);
  if (typeof report === "string") return report;
  const { accountId, ...request } = report;
  if (accountId === undefined) return request as MonatoReportRequest; // the union's first member: rest loses that
  if (clabeOf === undefined) return "no-clabe-of";
  const clabe = await clabeOf(accountId);
  // The source refuses what is no CLABE, an account's number among it.
  return clabe === undefined ? "unknown-account" : ({ ...request, clabe_number: clabe } as MonatoReportRequest); // and this its second
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

function unthrowing<Value>(hear: ((value: Value) => void) | undefined): (value: Value) => void {
  return (value) => {
    try {
      hear?.(value);
    } catch {
      // An observer's fault is not the delivery's.
    }
  };
}
