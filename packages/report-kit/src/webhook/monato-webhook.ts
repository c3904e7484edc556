import type { Secret } from "@report-kit/http";
import { refuse } from "../source/request-fields.ts";
import type { MonatoNoticeOptions, NoticeContext, WebhookEvent } from "./act-on-notice.ts";
import { actOnNotice, noticeContext } from "./act-on-notice.ts";
import type { MonatoNotice } from "./monato-notice.ts";
import { parseNotice, reportOf } from "./monato-notice.ts";
import { claimLeftNotices, claimNotice } from "./notice-claim.ts";
import { readBody } from "./read-body.ts";
import { sameSecret } from "./same-secret.ts";

/**
 * Tells whether a delivery is Monato's, for another scheme than the registered token. The request's body has been read:
 * it is given as it came.
 */
export type WebhookVerifier = (request: Request, body: Uint8Array) => boolean | Promise<boolean>;

/** How a webhook endpoint works. */
export type MonatoWebhookOptions = MonatoNoticeOptions & {
  /** Largest body taken, in bytes. Default 65536; a notice has a few hundred. */
  readonly maximumBodyBytes?: number;
  /**
   * Keeps the platform from ending the work when the answer has gone: `waitUntil` of `cloudflare:workers`, `after` of
   * `next/server`. Default: nothing, a server that stays up needs none.
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

type Refusal = WebhookEvent & { readonly type: "refused" };

const defaultMaximumBodyBytes = 65_536;

/**
 * The endpoint for Monato's REPORT webhook (https://docs.monato.com/products/fincore/guides/reports, read 2026-11-20), for
 * any server with web requests; for `node:http` an adapter makes it a listener (docs/webhooks.md names one).
 *
 * A notice is only a hint. It wakes the job of the report it names, and hands that job to `onReport`; what is true is asked
 * of the API. A delivery is acknowledged as soon as the journal has it, and acted on after; a repeated one is acknowledged
 * again and acted on once.
 *
 * | answer | when |
 * | --- | --- |
 * | 200 | taken: acted on, repeated, or of a kind nothing follows from (`onEvent` says which) |
 * | 400 | the body is no report notice, or broke off |
 * | 401 | not Monato's token, or `verify` said no |
 * | 403 | a notice for another client |
 * | 405, 413, 415 | not a POST; too long; not JSON, or coded |
 * | 503 | the journal, the token or `verify` failed: the error is in `onError` |
 *
 * No answer has a body. Monato documents neither how it repeats a delivery nor what makes it stop: keep a schedule that
 * asks for the reports as well.
 *
 * @returns the handler. It never rejects.
 * @throws ReportRequestError for an option that is missing or can't work.
 */
export function monatoWebhook(options: MonatoWebhookOptions): (request: Request) => Promise<Response> {
  const { maximumBodyBytes = defaultMaximumBodyBytes, waitUntil } = options;
  const context = noticeContext(options);
  const authentic = authenticity(options);
  if (!Number.isSafeInteger(maximumBodyBytes) || maximumBodyBytes < 1) {
    refuse("maximumBodyBytes", "a whole number of bytes, from 1", maximumBodyBytes);
  }

  /** The notice in a delivery, or what to refuse it with. */
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

  /** Write down that a notice came, and have it acted on behind the answer. */
  async function take(notice: MonatoNotice): Promise<void> {
    const { fileName } = notice;
    const report = reportOf(notice);
    if (typeof report === "string") return context.tell({ type: "ignored", fileName, reason: report });
    const claim = await claimNotice(notice, context);
    if (claim === undefined) return context.tell({ type: "repeated", fileName });
    const work = actOnNotice(claim, context).then(() => undefined);
    try {
      waitUntil?.(work);
    } catch (error) {
      context.report(error); // the work goes on, for as long as the platform lets it
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
 * Act on the notices that were acknowledged and then not finished, because `onReport` or `clabeOf` failed or the process
 * died. For the start of a process, and for now and then after; it leaves alone what somebody is at.
 *
 * @returns how many came to an end; errors go to `onError`.
 * @throws ReportRequestError for an option that is missing or can't work; JournalError
 */
export async function resumeMonatoNotices(options: MonatoNoticeOptions): Promise<number> {
  const context = noticeContext(options);
  let ended = 0;
  for await (const claim of claimLeftNotices(context)) {
    if (await actOnNotice(claim, context)) ended += 1;
  }
  return ended;
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
        const verdict: unknown = await verify(request, body); // one without types could give anything: only true is a yes
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

/** An empty token would let everybody in. What is wrong with one is said without saying what it is. */
function checkToken(token: unknown): string {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  return refuse(
    "token",
    "the webhook's registered token, of printable characters without spaces",
    typeof token === "string" ? "another text" : token,
  );
}

/** A delivery that names no type is taken at its body's word. */
function isJson(headers: Headers): boolean {
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "application/json";
  return (coding === "identity" || coding === "") && /^application\/(?:[\w.!#$&^+-]+\+)?json$/.test(type);
}

function refusal(status: Refusal["status"], reason: Refusal["reason"]): Refusal {
  return { type: "refused", status, reason };
}

function answer(refused: Refusal, { tell }: NoticeContext): Response {
  const { status } = refused;
  tell(refused);
  const headers = { 405: { allow: "POST" }, 401: { "www-authenticate": "Bearer" } }[status as 401 | 405]; // undefined for others
  return new Response(null, { status, ...(headers === undefined ? {} : { headers }) });
}
