import type { RetryOptions } from "./call-types.ts";
import type { Authorization, Credentials } from "./credentials.ts";
import { TransportError } from "./errors.ts";
import { holdErrorBody } from "./error-body.ts";
import { redactError } from "./redact.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { isPassing, retryDelayMs } from "./retry-policy.ts";
import { startTimeLimit } from "./time-limit.ts";
import type { TimeLimit } from "./time-limit.ts";

/** What all calls of a client share. */
export interface Api {
  readonly provider: string;
  readonly origin: string;
  readonly credentials: Credentials;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

/** What is particular to one call. */
export interface Call {
  readonly operationId: string | undefined;
  readonly repeatable: boolean;
  readonly streaming: boolean;
  readonly timeoutMs: number;
  readonly retry: Required<RetryOptions>;
  readonly signal: AbortSignal | undefined;
}

/** The way of one call to the provider: it lies below the middleware of openapi-fetch. */
export interface Sender {
  /** Attempts until there is an answer to give back. */
  fetch(request: Request): Promise<Response>;
  /** The error for an answer that could not be read. */
  unreadable(response: Response, cause: unknown): unknown;
  /** The secrets that were used, for redaction. */
  secrets(): readonly string[];
  /** The call has ended: no timer and no listener stays behind. */
  end(): void;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;
/** How Node, Deno and Bun say that no connection was made: the request can't have left. */
const neverLeft: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

export function createSender(api: Api, call: Call): Sender {
  let limit: TimeLimit | undefined;
  let authorization: Authorization | undefined;
  let maybeSent = false;

  /** What a failed wait, read or request is to the caller. */
  function problem(code: "network" | "unreadable-answer", cause: unknown, response?: Response): unknown {
    if (call.signal?.aborted) return call.signal.reason;
    const timedOut = limit?.isOver() === true;
    const what = `${api.provider} ${call.operationId ?? "request"}`;
    const clean = redactError(cause, authorization?.secrets);
    const message = timedOut
      ? `${what}: no whole answer within ${call.timeoutMs} ms`
      : code === "network"
        ? `${what}: the network failed before an answer came`
        : `${what}: the answer (HTTP ${response?.status}) can't be read: ${clean.message}`;
    const advice = maybeSent
      ? "The request may have reached the provider; check before repeating one that makes something."
      : "The request did not reach the provider; try again later.";
    return new TransportError({
      code: timedOut ? "timeout" : code,
      message: `${message}. ${advice}`,
      provider: api.provider,
      operationId: call.operationId,
      maybeSent,
      status: response?.status,
      mediaType: response?.headers.get("content-type") ?? undefined,
      cause: clean,
    });
  }

  async function authorize(): Promise<Authorization> {
    const given = api.credentials.authorize(call.operationId);
    if (!(given instanceof Promise)) return given;
    const { signal } = limit ?? {};
    let stop = (): void => undefined;
    const interrupted = new Promise<never>((_, reject) => {
      // Only to end the wait: the error that the caller gets is made below.
      stop = () => reject(new Error("interrupted while waiting for the credentials"));
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop, { once: true });
    });
    try {
      return await Promise.race([given, interrupted]);
    } catch (error) {
      throw signal?.aborted ? problem("network", error) : error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async function attempt(request: Request, body: ArrayBuffer | null): Promise<Response> {
    limit = startTimeLimit(call.timeoutMs, call.signal, call.streaming);
    const { method } = request;
    const { signal } = limit;
    let { url } = request;
    authorization = url.startsWith(`${api.origin}/`) ? await authorize() : undefined;
    const headers = new Headers(request.headers);
    for (const [name, value] of Object.entries(authorization?.headers ?? {})) headers.set(name, value);
    let response: Response | undefined;
    try {
      for (let hops = 0; ; hops += 1) {
        maybeSent = true;
        response = await api.fetch(url, { method, headers, body, signal, redirect: "manual" });
        const next = hops < mostRedirects && method === "GET" ? redirectTarget(response, url, api.origin) : undefined;
        if (next === undefined) break;
        await response.body?.cancel();
        url = next;
      }
    } catch (error) {
      maybeSent = response !== undefined || earlierMaybeSent || !isNeverLeft(error);
      throw problem("network", error);
    }
    if (response.ok) return response;
    try {
      return await holdErrorBody(response);
    } catch (error) {
      throw problem("unreadable-answer", error, response);
    } finally {
      limit.stop();
    }
  }
  let earlierMaybeSent = false;

  return {
    async fetch(request) {
      const bytes = request.method === "GET" ? undefined : await request.arrayBuffer();
      const body = bytes?.byteLength ? bytes : null;
      let renewed = false;
      let waitedMs = 0;
      for (let failed = 0; ; failed += 1) {
        let response: Response | undefined;
        let error: unknown;
        try {
          response = await attempt(request, body);
        } catch (thrown) {
          error = thrown;
        }
        if (response === undefined) {
          limit?.stop();
          if (!TransportError.isInstance(error)) throw error;
        } else if (response.status === 401 && !renewed && authorization && api.credentials.renew?.(authorization)) {
          renewed = true;
          continue;
        } else if (!isPassing(response.status)) return response;
        earlierMaybeSent = maybeSent;
        const delayMs =
          call.repeatable && failed < call.retry.retries
            ? retryDelayMs({
                attempt: failed,
                retryAfterMs: response && retryAfterOf(response, api.now()),
                waitedMs,
                maxWaitMs: call.retry.maxWaitMs,
                random: api.random,
              })
            : undefined;
        if (delayMs === undefined) {
          if (response === undefined) throw error;
          return response;
        }
        await api.sleep(delayMs, call.signal);
        waitedMs += delayMs;
      }
    },
    unreadable: (response, cause) => problem("unreadable-answer", cause, response),
    secrets: () => authorization?.secrets ?? [],
    end: () => limit?.stop(),
  };
}

/** What the answer's Retry-After says, in milliseconds from its arrival. */
export function retryAfterOf(response: Response, now: number): number | undefined {
  const { headers } = response;
  return parseRetryAfter(headers.get("retry-after"), { now, date: headers.get("date") });
}

/** Where a redirect leads, if that is the API's own origin: its credentials must not leave it. */
function redirectTarget(response: Response, from: string, origin: string): string | undefined {
  const location = redirects.has(response.status) ? response.headers.get("location") : null;
  if (location === null || !URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  return target.origin === origin && target.username === "" && target.password === "" ? target.href : undefined;
}

function isNeverLeft(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if ("code" in cause && neverLeft.has(cause.code)) return true;
  }
  return false;
}
