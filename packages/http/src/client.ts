import { readError, readSuccess } from "./answer.ts";
import { parseBaseUrl } from "./base-url.ts";
import { writeBody } from "./body.ts";
import type { CallSettings, ClientMethod, ParseAs, RetryOptions } from "./call-types.ts";
import type { Credentials } from "./credentials.ts";
import { refuse } from "./errors.ts";
import { sendThrough } from "./middleware.ts";
import type { Middleware } from "./middleware.ts";
import { noteFailure } from "./or-throw.ts";
import { fillPath } from "./path.ts";
import { writeQuery } from "./query.ts";
import { parseRetry, parseTimeout } from "./retry-policy.ts";
import { createSender } from "./send.ts";
import type { Api, Message } from "./send.ts";
import { sleep } from "./sleep.ts";

/** What each provider's factory takes besides its credentials and address. */
export interface ClientOptions {
  /** Sends a request, called as `fetch(url, init)`. Default: `globalThis.fetch`, looked up at each request, so later patches work. */
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds for each attempt, until its answer has been read. Default 30,000. */
  readonly timeoutMs?: number;
  /** Repeats of operations that are safe to repeat. Default: twice, waiting 60 s at most in all. */
  readonly retry?: false | RetryOptions;
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /** Waits between attempts; rejects with the signal's reason. Default: `sleep`. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0 to 1, for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** The run-time table of an API's operations, as generated. */
export type OperationTable = Readonly<
  Record<string, { readonly operationId: string; readonly repeatable: boolean } | undefined>
>;

/** What a provider package makes its client from. */
export interface ProviderClientOptions extends ClientOptions {
  readonly provider: string;
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly operations: OperationTable;
  /** 2xx statuses that are documented without a body, besides 204 and 205. */
  readonly bodiless?: readonly number[];
}

/**
 * A client of openapi-fetch's shape with one contract: any HTTP answer resolves to `{ data, error, response }`; whatever is no answer throws.
 *
 * Each method throws TransportError (network, time-out, unreadable success), RequestRefusedError (bad input, nothing was sent), or the
 * signal's own reason.
 */
export interface ProviderClient<Paths> {
  /** `"circle"`, `"begateway"`, `"monato"`, `"mercadopago"`. */
  readonly provider: string;
  /** Where the API lies, without a trailing slash. */
  readonly baseUrl: string;
  /** Its origin: the only one that gets credentials. */
  readonly origin: string;
  readonly GET: ClientMethod<Paths, "get">;
  readonly PUT: ClientMethod<Paths, "put">;
  readonly POST: ClientMethod<Paths, "post">;
  readonly PATCH: ClientMethod<Paths, "patch">;
  readonly DELETE: ClientMethod<Paths, "delete">;
  /** Add middleware, as of openapi-fetch. It runs above the attempts and never sees the credentials. */
  use(...middleware: Middleware[]): void;
  /** Remove middleware. */
  eject(...middleware: Middleware[]): void;
}

/** A call's options without the types of its operation. */
interface UntypedOptions extends CallSettings {
  readonly params?: {
    readonly path?: Record<string, unknown>;
    readonly query?: Record<string, unknown>;
    readonly header?: object;
  };
  readonly body?: unknown;
  readonly parseAs?: ParseAs;
}

type Method = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";

/**
 * Make the client of one API.
 *
 * @throws RequestRefusedError for a base URL, credential or option that can't be used.
 */
export function createProviderClient<Paths>(options: ProviderClientOptions): ProviderClient<Paths> {
  const { provider, credentials, operations, bodiless = [] } = options;
  const { baseUrl, origin } = parseBaseUrl(options.baseUrl);
  const defaultTimeoutMs = parseTimeout(options.timeoutMs);
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
  let middleware: readonly Middleware[] = [];

  const on =
    (method: Method) =>
    async (path: string, options: UntypedOptions = {}): Promise<unknown> => {
      const { params = {}, parseAs = "json", signal } = options;
      const { operationId, repeatable = false } = operations[`${method} ${path}`] ?? {};
      signal?.throwIfAborted();
      const body = options.body === undefined ? null : writeBody(options.body);
      const sender = createSender(api, {
        operationId,
        repeatable,
        streaming: parseAs === "stream",
        timeoutMs: parseTimeout(options.timeoutMs ?? defaultTimeoutMs),
        retry: parseRetry(options.retry ?? defaultRetry),
        signal,
        body,
      });
      const message: Message = {
        method,
        url: baseUrl + fillPath(path, params.path) + writeQuery(params.query),
        headers: requestHeaders(options),
        body,
      };
      try {
        const response =
          middleware.length === 0
            ? await sender.send(message)
            : await sendThrough(
                middleware,
                { request: new Request(message.url, message), schemaPath: path, params },
                async (request) =>
                  sender.send({
                    method: request.method,
                    url: request.url,
                    headers: request.headers,
                    body: request.method === "GET" ? null : await request.arrayBuffer(),
                  }),
              );
        if (!response.ok) {
          const secrets = sender.secrets();
          const error = await readError(response, sender.race, signal, secrets);
          return noteFailure({ error, response }, { provider, operationId, at: api.now(), secrets });
        }
        try {
          return { data: await readSuccess(response, sender.race, parseAs, bodiless), response };
        } catch (cause) {
          throw sender.unreadable(cause, response);
        }
      } finally {
        sender.end();
      }
    };

  const client = {
    provider,
    baseUrl,
    origin,
    GET: on("GET"),
    PUT: on("PUT"),
    POST: on("POST"),
    PATCH: on("PATCH"),
    DELETE: on("DELETE"),
    use(...added: Middleware[]) {
      middleware = [...middleware, ...added];
    },
    eject(...removed: Middleware[]) {
      middleware = middleware.filter((layer) => !removed.includes(layer));
    },
  };
  // One untyped function serves all operations; their types are those of the generated paths.
  return client as unknown as ProviderClient<Paths>;
}

/** The caller's headers, ours for what we read and write: `Accept` may be changed, the body's type may not. */
function requestHeaders({ headers, params, body, parseAs = "json" }: UntypedOptions): Headers {
  try {
    // Header parameters are typed by the operation; a value that is no header is refused by Headers.
    const result = new Headers({ accept: parseAs === "json" ? "application/json" : "*/*" });
    for (const part of [headers, params?.header])
      for (const [name, value] of new Headers(part as Record<string, string> | undefined)) result.set(name, value);
    if (body !== undefined) result.set("content-type", "application/json");
    return result;
  } catch {
    // The platform's message quotes the value, which may be a secret.
    return refuse("headers", "valid headers", "others");
  }
}
