import type { Secret } from "@report-kit/http";
import { ReportRequestError } from "../errors.ts";
import type { KeptJob } from "../journal-admin/jobs-in-journal.ts";
import { listJobs } from "../journal-admin/jobs-in-journal.ts";
import type { ReportJob } from "../kit/report-job.ts";
import { checkOptions, refuse } from "../refuse.ts";
import type { MonatoNoticeOptions, NoticeContext, WebhookEvent } from "./act-on-notice.ts";
import { actOn, beginNoticed, noticeContext } from "./act-on-notice.ts";
import type { MonatoNotice } from "./monato-notice.ts";
import { parseNotice } from "./monato-notice.ts";
import { readBody } from "./read-body.ts";
import { sameSecret } from "./same-secret.ts";

/**
 * Decides whether a delivery comes from Monato, where you use another scheme than the registered token. The request's body
 * has been read already; `body` has its bytes.
 */
export type WebhookVerifier = (request: Request, body: Uint8Array) => boolean | Promise<boolean>;

/** How a webhook endpoint works. */
export type MonatoWebhookOptions = MonatoNoticeOptions & {
  /** The largest body that is accepted, in bytes. Default 65536; a notice has a few hundred. */
  readonly maximumBodyBytes?: number;
  /**
   * Keeps the platform from stopping the work once the answer was sent: `waitUntil` of `cloudflare:workers`, `after` of
   * `next/server`. Default: none. A server that stays up needs none.
   */
  readonly waitUntil?: (work: Promise<void>) => void;
} & (
    | {
        /** What was registered as the webhook's `token`: compared with the bearer token, in constant time. */
        readonly token: Secret;
        readonly verify?: never;
      }
    | { readonly verify: WebhookVerifier; readonly token?: never }
  );

const webhookOptions = {
  kit: "object",
  source: "object",
  clabeOf: "function",
  onReport: "function",
  onError: "function",
  onEvent: "function",
  maximumBodyBytes: "number",
  waitUntil: "function",
  // A secret, whose value no error may have: it is checked where it is compared.
  token: "string function object number boolean bigint symbol null array",
  verify: "function",
};

type Refusal = WebhookEvent & { readonly type: "refused" };

const defaultMaximumBodyBytes = 65_536;

/**
 * The endpoint for Monato's REPORT webhook (https://docs.monato.com/products/fincore/guides/reports, read 2026-11-20), for
 * any server that takes a web `Request` and gives a `Response`. docs/jobs/webhooks.md shows an adapter for `node:http`.
 *
 * A notice is only a hint: the API is the source of truth. A notice begins or wakes the job of the report that it names, and
 * passes that job to `onReport`. It is acknowledged as soon as the journal has the job; the work follows. A repeated notice is
 * acknowledged again; what makes the work happen once is `job.deliver`.
 *
 * | answer | when |
 * | --- | --- |
 * | 200 | accepted: acted on, repeated, or ignored (`onEvent` receives which) |
 * | 400 | the body is no report notice, or broke off |
 * | 401 | not Monato's token, or `verify` returned false |
 * | 403 | a notice for another client |
 * | 405, 413, 415 | not a POST; too long; not JSON, or with a Content-Encoding |
 * | 503 | the journal, the token, `verify` or `clabeOf` failed: `onError` receives the error |
 *
 * No answer has a body. Monato documents neither how often it repeats a delivery nor when it stops. Keep a nightly run that
 * polls for the reports as well.
 *
 * @returns the handler. It never rejects.
 * @throws ReportRequestError for an option that is missing or can't work.
 */
export function monatoWebhook(options: MonatoWebhookOptions): (request: Request) => Promise<Response> {
  checkOptions("monatoWebhook", options, webhookOptions);
  const { maximumBodyBytes = defaultMaximumBodyBytes, waitUntil } = options;
  const context = noticeContext(options);
  const authentic = authenticity(options);
  if (!Number.isSafeInteger(maximumBodyBytes) || maximumBodyBytes < 1) {
    refuse("maximumBodyBytes", "a whole number of bytes, from 1", maximumBodyBytes);
  }

  /** The notice in a delivery, or the refusal to answer with. */
  async function accept(request: Request): Promise<MonatoNotice | Refusal> {
    if (request.method !== "POST") return refusal(405, "method");
    if (!isJson(request.headers)) return refusal(415, "media-type");
    if (!(await authentic.byHeaders(request))) return refusal(401, "credentials");
    if (request.bodyUsed) {
      throw new TypeError("The request's body was read before monatoWebhook got it: mount it before any body parser.");
    }
    const body = await readBody(request, maximumBodyBytes).catch(() => "broken-off" as const);
    if (body === undefined) return refusal(413, "too-large");
    if (body === "broken-off") return refusal(400, body);
    if (!(await authentic.byBody(request, body))) return refusal(401, "credentials");
    const found = parseNotice(body);
    if (found === undefined) return refusal(400, "no-report-notice");
    return found.clientId === context.source.account ? found.notice : refusal(403, "other-client");
  }

  /** Begin the report's job, then act on it after the answer was sent. */
  async function take(notice: MonatoNotice): Promise<void> {
    const job = await beginNoticed(notice, context);
    if (job === undefined) return;
    const work = actOn(job, notice.fileName, context).then(() => undefined);
    try {
      waitUntil?.(work);
    } catch (error) {
      context.report(error); // the work continues for as long as the platform lets it
    }
  }

  return async (request) => {
    try {
      const accepted = await accept(request);
      if ("status" in accepted) return answer(accepted, context);
      await take(accepted);
      return new Response(null, { status: 200 });
    } catch (error) {
      context.report(error);
      return answer(refusal(503, "not-able"), context);
    }
  };
}

/**
 * Pass the reports to `onReport` that the journal has of this source and that were not delivered: those of notices whose
 * `onReport` failed, or whose process died. Call it when a process starts, and from time to time. A report that a run of a
 * series waits for is among them: `job.deliver` hands it over once all the same.
 *
 * @returns how many were finished; errors go to `onError`.
 * @throws ReportRequestError for an option that is missing or can't work; JournalError
 */
export async function resumeMonatoNotices(options: MonatoNoticeOptions): Promise<number> {
  const context = noticeContext(options);
  const { kit, source } = context;
  let ended = 0;
  for await (const kept of listJobs(kit.journal, { source: source.id })) {
    if ("unreadable" in kept || kept.delivered !== undefined || !isOpen(kept.phase)) continue;
    const job = resumed(kept, context);
    if (job !== undefined && (await actOn(job, kept.fileName ?? "", context))) ended += 1;
  }
  return ended;
}

/** Undefined for a job of the same source at another origin, such as a staging API's. */
function resumed({ bookmark }: KeptJob, { kit, source }: NoticeContext): ReportJob | undefined {
  try {
    return kit.resume(bookmark, [source]);
  } catch (error) {
    if (ReportRequestError.isInstance(error)) return undefined;
    throw error;
  }
}

/** Whether a job may still be delivered: one that failed or expired stays so. */
function isOpen(phase: KeptJob["phase"]): boolean {
  return phase !== "failed" && phase !== "expired";
}

function authenticity({ token, verify }: MonatoWebhookOptions): {
  readonly byHeaders: (request: Request) => Promise<boolean>;
  readonly byBody: WebhookVerifier;
} {
  if (verify !== undefined) {
    if (typeof verify !== "function") refuse("verify", "a function", verify);
    if (token !== undefined) refuse("token", "nothing beside verify", "a token");
    return {
      byHeaders: async () => true,
      async byBody(request, body) {
        const verdict: unknown = await verify(request, body); // plain JavaScript can return anything: only true means yes
        return verdict === true;
      },
    };
  }
  if (typeof token !== "function") checkToken(token);
  return {
    async byHeaders(request) {
      const expected = checkToken(typeof token === "function" ? await token() : token);
      const given = /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
      return given !== undefined && sameSecret(given, expected);
    },
    byBody: () => true,
  };
}

/** An empty token would accept every delivery. The error never quotes the token. */
function checkToken(token: unknown): string {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  return refuse(
    "token",
    "the webhook's registered token, of printable characters without spaces",
    typeof token === "string" ? "another text" : token,
  );
}

/** A delivery without a Content-Type is decided by its body. */
function isJson(headers: Headers): boolean {
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "application/json";
  return (coding === "identity" || coding === "") && /^application\/(?:[\w.!#$&^+-]+\+)?json$/.test(type);
}

function refusal(status: Refusal["status"], reason: Refusal["reason"]): Refusal {
  return { type: "refused", status, reason };
}

function answer(refused: Refusal, { emit }: NoticeContext): Response {
  const { status } = refused;
  emit(refused);
  const headers = { 405: { allow: "POST" }, 401: { "www-authenticate": "Bearer" } }[status as 401 | 405]; // undefined for others
  return new Response(null, { status, ...(headers === undefined ? {} : { headers }) });
}
