import createClient from "openapi-fetch";
import type { Client } from "openapi-fetch";
import { describeFailure, readSuccess } from "./answer.ts";
import { parseBaseUrl } from "./base-url.ts";
import { writeBody } from "./body.ts";
import { checkCall, parseAsOf, requestHeaders } from "./call.ts";
import type { UntypedCall } from "./call.ts";
import type { SharedSettings } from "./call-types.ts";
import type { Credentials } from "./credentials.ts";
import { checkNames } from "./options.ts";
import { noteFailure } from "./or-throw.ts";
import { fillPath } from "./path.ts";
import { writeQuery } from "./query.ts";
import { parseLimits, parseRetry } from "./retry-policy.ts";
import { createSender } from "./send.ts";
import type { Api } from "./send.ts";
import { sleep } from "./sleep.ts";

/** What each provider's factory takes besides its credentials and address. */
export interface ClientOptions extends SharedSettings {
  /** Sends a request, called as `fetch(url, init)`. Default: `globalThis.fetch`, looked up at each request, so later patches work. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Waits between attempts; rejects with the signal's reason. Default: `sleep`. */
  readonly sleep?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
  /** 0 to 1, for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** What a client must know of an operation at run time. */
export interface OperationFacts {
  readonly operationId: string;
  /** Is it safe to send it twice? */
  readonly repeatable: boolean;
  /** Does it answer with files alone? Then `parseAs` must say how to read them. */
  readonly file?: boolean | undefined;
  /** The names that its query may have. Not known: not checked. */
  readonly query?: readonly string[] | undefined;
  /** The names that its body may have, at its top. Not known: not checked. */
  readonly body?: readonly string[] | undefined;
}

/** The run-time table of an API's operations, as generated: by method and path, `"GET /v1/reports"`. */
export type OperationTable = Readonly<Record<string, OperationFacts | undefined>>;

/** What a provider package makes its client from. */
export interface ProviderClientOptions extends ClientOptions {
  readonly provider: string;
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly operations: OperationTable;
  /** 2xx statuses that are documented without a body, besides 204 and 205. */
  readonly bodiless?: readonly number[] | undefined;
}

/**
 * openapi-fetch's client with one contract: any HTTP answer resolves to `{ data, error, response }`; whatever is no answer throws.
 *
 * Each method throws TransportError (network, time-out, unreadable success), RequestRefusedError (bad input, nothing was sent), or the
 * signal's own reason.
 */
export interface ProviderClient<Paths extends object> extends Client<Paths> {
  /** `"circle"`, `"begateway"`, `"monato"`, `"mercadopago"`. */
  readonly provider: string;
  /** Where the API lies, without a trailing slash. */
  readonly baseUrl: string;
  /** Its origin: the only one that gets credentials. */
  readonly origin: string;
}

/**
 * Make the client of one API.
 *
 * @throws RequestRefusedError for a base URL, credential or option that can't be used.
 */
export function createProviderClient<Paths extends object>(options: ProviderClientOptions): ProviderClient<Paths> {
  const { provider, credentials, operations, bodiless = [] } = options;
  const { baseUrl, origin } = parseBaseUrl(options.baseUrl);
  const defaultLimits = parseLimits(options);
  const defaultRetry = parseRetry(options.retry);
  const api: Api = {
    provider,
    origin,
    credentials,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    now: options.now ?? Date.now,
    sleep: options.sleep ?? sleep,
    random: options.random ?? Math.random,
  };
  const inner = createClient<Paths>({ baseUrl, pathSerializer: fillPath, querySerializer: writeQuery });
  // One untyped function serves all operations; their types are those of the generated paths.
  const ask = inner.request as unknown as (method: string, path: string, init: object) => Promise<Untyped>;

  async function request(method: string, path: string, given?: UntypedCall): Promise<unknown> {
    const name = `${method.toUpperCase()} ${path}`;
    const facts = operations[name];
    const call = checkCall(name, facts, given ?? {});
    const { params, body, middleware, fetch, onDeparture } = call;
    const signal = call.signal ?? undefined;
    const parseAs = parseAsOf(call);
    signal?.throwIfAborted();
    const text = body === undefined ? undefined : writeBody(body);
    if (facts?.body && text) checkNames(name, body as object, facts.body, "body."); // an object, now that it is written
    const limits = parseLimits(call, defaultLimits);
    const sender = createSender(fetch ? { ...api, fetch: (url, init) => fetch(new Request(url, init)) } : api, {
      operationId: facts?.operationId,
      repeatable: facts?.repeatable ?? false,
      streaming: parseAs === "stream",
      ...limits,
      onDeparture,
      retry: parseRetry(call.retry ?? defaultRetry),
      signal,
      body: text,
    });
    try {
      const { response, error } = await ask(method, path, {
        // openapi-fetch leaves a path as it is when there are no values.
        params: { ...params, path: params?.path ?? {}, header: undefined },
        headers: requestHeaders(call),
        body: text,
        bodySerializer: String,
        middleware,
        // It gives the body as it is then: reading it, within a time and a size, is ours.
        parseAs: "stream",
        fetch: sender.send,
      });
      if (!response.ok) {
        const secrets = sender.secrets();
        const failure = { error: describeFailure(error, response, secrets), response };
        return noteFailure(failure, { provider, operationId: facts?.operationId, at: api.now(), secrets });
      }
      try {
        const isEmpty = method === "HEAD" || [204, 205, ...bodiless].includes(response.status);
        return {
          data: await readSuccess(response, sender.race, isEmpty ? undefined : parseAs, limits.maxBodyBytes),
          response,
        };
      } catch (cause) {
        throw sender.unreadable(cause, response);
      }
    } catch (error) {
      // openapi-fetch throws what is thrown to it, unless that is falsy, as a reason for an abort may be.
      throw signal?.aborted && !signal.reason ? signal.reason : error;
    } finally {
      sender.end();
    }
  }

  const methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"].map((method) => [
    method,
    (path: string, call?: UntypedCall) => request(method, path, call),
  ]);
  return { ...inner, ...Object.fromEntries(methods), request, provider, baseUrl, origin } as ProviderClient<Paths>; // see ask
}

interface Untyped {
  readonly response: Response;
  readonly error?: unknown;
}
