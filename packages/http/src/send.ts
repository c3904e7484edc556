import { discard, readFailure, TooLarge } from "./answer.ts";
import type { Authorization, Credentials } from "./credentials.ts";
import { TransportError } from "./errors.ts";
import { hasNeverLeft, networkWords } from "./network-words.ts";
import { redactError, redactText, secretsIn } from "./redact.ts";
import { retryAfterOf } from "./retry-after.ts";
import { isPassing, retryDelayMs } from "./retry-policy.ts";
import type { RetryPolicy } from "./retry-policy.ts";
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
  readonly retry: RetryPolicy;
  readonly onDeparture: (() => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** As the caller gave it: middleware may send another. */
  readonly body: string | undefined;
}

/** The way of one call to the provider. */
export interface Sender {
  /**
   * Attempts until there is an answer to give back. The body of a success is not read yet, and the time for that runs; that of a failure
   * is read and bounded.
   */
  readonly send: (request: Request) => Promise<Response>;
  /** Reading of the answer, given up when its time is over or the caller aborts. */
  readonly race: <T>(work: Promise<T>) => Promise<T>;
  /** The error for an answer whose reading failed. */
  unreadable(cause: unknown, response: Response): unknown;
  /** The secrets that were sent, as credentials or in the body, for redaction. */
  secrets(): readonly string[];
  /** The call has ended: no timer and no listener stays behind. */
  end(): void;
}

const redirect = /^30[12378]$/;
const mostRedirects = 5;

export function createSender(api: Api, call: Call): Sender {
  let limit: TimeLimit | undefined;
  let authorization: Authorization | undefined;
  let maybeSent = false;
  let host = "";
  const used = new Set(secretsIn(call.body ?? ""));

  function transportError(
    code: TransportError["code"],
    what: string,
    more: { readonly advice?: string; readonly cause?: Error; readonly response?: Response | undefined } = {},
  ): TransportError {
    const { advice = "try again later", cause, response } = more;
    return new TransportError({
      code,
      message: `${api.provider} ${call.operationId}: ${code} (${what}). ${maybeSent ? "It may have reached the provider" : "Nothing was sent"}; ${advice}.`,
      retryable: code !== "too-large",
      provider: api.provider,
      operationId: call.operationId,
      maybeSent,
      status: response?.status,
      mediaType: redactText(response?.headers.get("content-type") ?? "", [...used]) || undefined,
      cause,
    });
  }

  /** What a failed wait, request or read is to the caller. */
  function problem(thrown: unknown, response?: Response): unknown {
    if (call.signal?.aborted) return call.signal.reason;
    const cause = redactError(thrown, [...used]);
    if (limit?.isOver()) return transportError("timeout", `${call.timeoutMs} ms`, { cause, response });
    if (thrown instanceof TooLarge)
      return transportError("too-large", cause.message, { advice: "the same again will be as long", cause, response });
    if (response) return transportError("unreadable-answer", cause.message, { cause, response });
    const [what, advice] = networkWords(cause);
    return transportError("network", `${host}: ${what}`, { advice, cause });
  }

  /** Gets the credentials for a request to the API's own origin. What was sent for that, such as an exchange of tokens, is not this call. */
  async function authorize(race: TimeLimit["race"]): Promise<void> {
    try {
      const given = api.credentials.authorize(call.operationId);
      authorization = given instanceof Promise ? await race(given) : given;
      for (const secret of authorization.secrets) used.add(secret);
    } catch (error) {
      throw limit?.signal.aborted ? problem(error) : ofThisCall(error);
    }
  }

  /** An error that comes from elsewhere knows nothing of this call's requests: whether one may have left is added here. */
  function ofThisCall(error: unknown): unknown {
    if (!TransportError.isInstance(error) || error.maybeSent === maybeSent) return error;
    return new TransportError(Object.assign({}, error, { message: error.message, cause: error, maybeSent }));
  }

  /** The last step before a request is handed to the platform. */
  function depart(url: string): void {
    try {
      call.onDeparture?.();
    } catch (error) {
      throw ofThisCall(error);
    }
    ({ host } = new URL(url));
    maybeSent = true;
  }

  async function attempt({ method, headers: given, url: first }: Request, body: ArrayBuffer | null): Promise<Response> {
    limit = startTimeLimit(call.timeoutMs, call.signal, call.streaming);
    const { signal, race } = limit;
    const sentBefore = maybeSent;
    let url = first;
    authorization = undefined;
    if (url.startsWith(`${api.origin}/`)) await authorize(race);
    const headers = new Headers(given);
    if (authorization) headers.set(...(authorization as Authorization).header); // set in authorize
    for (let hops = 0; ; hops += 1) {
      depart(url);
      let response: Response;
      try {
        response = await race(api.fetch(url, { method, headers, body, signal, redirect: "manual" }));
      } catch (error) {
        maybeSent = sentBefore || hops > 0 || !hasNeverLeft(error);
        throw problem(error);
      }
      const next = hops < mostRedirects && method === "GET" ? redirectTarget(response, url, api.origin) : undefined;
      if (next === undefined) return response;
      discard(response);
      url = next;
    }
  }

  async function attempts(request: Request): Promise<Response> {
    const body = request.method === "GET" || request.method === "HEAD" ? null : await request.arrayBuffer();
    let renewed = false;
    let waitedMs = 0;
    for (let failed = 0; ; failed += 1) {
      let response: Response | undefined;
      let error: unknown;
      try {
        response = await attempt(request, body?.byteLength ? body : null);
        if (response.status === 401 && !renewed && authorization && api.credentials.renew?.(authorization)) {
          renewed = true;
          // It was not let in: the provider can't have acted on it.
          maybeSent = failed > 0;
          discard(response);
          limit?.stop();
          continue;
        }
        if (!isPassing(response.status)) return response;
      } catch (thrown) {
        if (!TransportError.isInstance(thrown) || thrown.code === "too-late") throw thrown;
        error = thrown;
      }
      const delayMs =
        call.repeatable && failed < call.retry.retries
          ? retryDelayMs(failed, response && retryAfterOf(response, api.now()), api.random)
          : Infinity;
      waitedMs += delayMs;
      if (!(waitedMs <= call.retry.maxWaitMs)) {
        if (response) return response;
        throw error;
      }
      limit?.stop();
      if (response) discard(response);
      await api.sleep(delayMs, call.signal);
    }
  }

  const race: Sender["race"] = (work) => limit?.race(work) ?? work;
  return {
    async send(request) {
      const response = await attempts(request);
      return response.ok ? response : readFailure(response, race, call.signal);
    },
    race,
    unreadable: problem,
    secrets: () => [...used],
    end: () => limit?.stop(),
  };
}

/** Where a redirect leads, if that is the API's own origin: its credentials must not leave it. */
function redirectTarget(response: Response, from: string, origin: string): string | undefined {
  const location = redirect.test(`${response.status}`) && response.headers.get("location");
  if (!location || !URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  return target.origin === origin && target.username + target.password === "" ? target.href : undefined;
}
