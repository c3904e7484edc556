import createClient from "openapi-fetch";
import type { Middleware } from "openapi-fetch";
import { describeError, readSuccess } from "./answer.ts";
import { parseBaseUrl } from "./base-url.ts";
import { namesItsOwnType, writeBody } from "./body.ts";
import type { CallSettings, ClientMethod, ParseAs, RetryOptions } from "./call-types.ts";
import type { Credentials } from "./credentials.ts";
import { RequestRefusedError } from "./errors.ts";
import { noteFailure } from "./or-throw.ts";
import { fillPath } from "./path.ts";
import { writeQuery } from "./query.ts";
import { parseRetry, parseTimeout } from "./retry-policy.ts";
import { createSender } from "./send.ts";
import type { Api } from "./send.ts";
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
 * An openapi-fetch client with one contract: any HTTP answer resolves to `{ data, error, response }`; whatever is no answer throws.
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
  /** Add middleware of openapi-fetch. It runs above the attempts and never sees the credentials. */
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

/** As much of openapi-fetch's client as is used here, without the types of an API. */
interface UntypedClient extends Pick<ProviderClient<object>, "use" | "eject"> {
  request(
    method: Method,
    path: string,
    options: object,
  ): Promise<{ readonly error?: unknown; readonly response: Response }>;
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
  // The paths are typed by the methods of ProviderClient; openapi-fetch is used without types.
  const core = createClient<object>({
    baseUrl,
    pathSerializer: fillPath,
    querySerializer: writeQuery,
    bodySerializer: writeBody,
  }) as unknown as UntypedClient;

  async function call(method: Method, path: string, options: UntypedOptions = {}): Promise<unknown> {
    const { params, body, parseAs = "json", signal } = options;
    const operation = operations[`${method} ${path}`];
    signal?.throwIfAborted();
    const sender = createSender(api, {
      operationId: operation?.operationId,
      repeatable: operation?.repeatable === true,
      streaming: parseAs === "stream",
      timeoutMs: options.timeoutMs === undefined ? defaultTimeoutMs : parseTimeout(options.timeoutMs),
      retry: options.retry === undefined ? defaultRetry : parseRetry(options.retry),
      signal,
    });
    try {
      const { error, response } = await core.request(method, path, {
        // Without a `path`, openapi-fetch would not look for values that are missing.
        params: { ...params, path: params?.path ?? {} },
        body,
        headers: requestHeaders(options.headers, params?.header, body, parseAs),
        parseAs: "stream",
        fetch: (request: Request) => sender.fetch(request),
      });
      if (!response.ok)
        return noteFailure(
          { error: describeError(error, response, sender.secrets()), response },
          { provider, operationId: operation?.operationId, now: api.now(), secrets: sender.secrets() },
        );
      try {
        return { data: await readSuccess(response, parseAs, bodiless), response };
      } catch (cause) {
        throw sender.unreadable(response, cause);
      }
    } finally {
      sender.end();
    }
  }

  const on =
    (method: Method) =>
    (path: string, options?: UntypedOptions): Promise<unknown> =>
      call(method, path, options);
  const client = {
    provider,
    baseUrl,
    origin,
    GET: on("GET"),
    PUT: on("PUT"),
    POST: on("POST"),
    PATCH: on("PATCH"),
    DELETE: on("DELETE"),
    use: (...middleware: Middleware[]) => core.use(...middleware),
    eject: (...middleware: Middleware[]) => core.eject(...middleware),
  };
  // One untyped function serves all operations; their types are those of the generated paths.
  return client as unknown as ProviderClient<Paths>;
}

/** The caller's headers over ours; the platform's own Content-Type for bodies that have one. */
function requestHeaders(
  own: CallSettings["headers"],
  parameters: object | undefined,
  body: unknown,
  parseAs: ParseAs,
): Record<string, string | null> {
  const headers: Record<string, string | null> = { accept: parseAs === "json" ? "application/json" : "*/*" };
  if (body !== undefined && namesItsOwnType(body)) headers["content-type"] = null;
  if (own === undefined && parameters === undefined) return headers;
  try {
    for (const part of [own, parameters])
      // Header parameters are typed by the operation; a value that is no header is refused by Headers.
      for (const [name, value] of new Headers(part as Record<string, string> | undefined)) headers[name] = value;
    return headers;
  } catch {
    // The platform's message quotes the value, which may be a secret.
    throw new RequestRefusedError({
      field: "headers",
      expected: "names and values of HTTP headers",
      received: "what can't be one",
    });
  }
}
