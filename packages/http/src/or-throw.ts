import type { FetchResponse } from "openapi-fetch";
import type { ParseAs, Success } from "./call-types.ts";
import { ProviderError } from "./errors.ts";
import { retryAfterOf } from "./retry-after.ts";
import { redactText, redactValue } from "./redact.ts";
import { isPassing } from "./retry-policy.ts";

/** What a failed result knows besides its answer. Shared through the symbol by all copies of the package. */
export interface FailureContext {
  readonly provider: string;
  readonly operationId: string | undefined;
  /** Epoch milliseconds of the answer's arrival. */
  readonly at: number;
  readonly secrets: readonly string[];
}

const failure: unique symbol = Symbol.for("report-kit.failure");

/** Note on a failed result what `orThrow` needs: behind a function and not enumerable, so that it neither prints nor serialises. */
export function noteFailure<Result extends object>(result: Result, context: FailureContext): Result {
  return Object.defineProperty(result, failure, { value: () => context });
}

/**
 * The success of a call, or its failure thrown.
 *
 * The result is told apart by its `status`, on the documented 2xx statuses: for Circle's `POST /v1/reports`, 200 (ready) and 202 (pending).
 * A status of 2xx that the provider does not document comes through with its number, so give a `switch` a `default`.
 *
 * @throws ProviderError when the status is not 2xx.
 */
export function orThrow<
  // oxlint-disable-next-line typescript/no-explicit-any -- the constraint is openapi-fetch's own
  Operation extends Record<string | number, any>,
  Options,
  Media extends `${string}/${string}`,
>(result: FetchResponse<Operation, Options, Media>): Success<Operation, ParseAsOf<Options>> {
  const { response, data } = result;
  // The generated type says which statuses there are; an answer's own number can't be checked against a type.
  if (response.ok)
    return { status: response.status, data, response } as unknown as Success<Operation, ParseAsOf<Options>>;
  // Hidden on results of ours alone (noteFailure).
  const { [failure]: context } = result as { readonly [failure]?: () => FailureContext };
  throw providerError(result.error, response, context?.() ?? {});
}

/** The `parseAs` of a call's options; JSON where they have none. */
type ParseAsOf<Options> = Options extends { parseAs: infer As extends ParseAs } ? As : "json";

function providerError(error: unknown, response: Response, context: Partial<FailureContext>): ProviderError {
  const { status, headers } = response;
  const { provider = "the provider", operationId, secrets, at = Date.now() } = context;
  const retryAfterMs = retryAfterOf(response, at);
  const said = find(error, ["friendly_message", "message", "detail", "error_description", "title", "error"]);
  const code = find(error, ["code", "error"]);
  return new ProviderError({
    code: `http-${status}`,
    providerCode: code && redactText(code, secrets).slice(0, 100),
    message: `${provider} answered HTTP ${status} to ${operationId}: ${redactText(
      said ?? (error ? "no reason that is known, see `body`" : "no reason"),
      secrets,
    )
      .slice(0, 300)
      .replace(/\.?$/, ".")} ${advice(status, retryAfterMs)}`,
    retryable: isPassing(status),
    provider,
    operationId,
    status,
    requestId: redactText(headers.get("x-request-id") ?? "", secrets) || undefined,
    retryAfterMs,
    body: redactValue(error, secrets),
  });
}

/**
 * The first of these members that an error body has as a text or a number: in its `error` (beGateway), at its top (RFC 9457
 * and most others), or in another object or the first one of a list there.
 */
function find(body: unknown, names: readonly string[]): string | undefined {
  const top = membersOf(body);
  const places = [membersOf(top["error"]), top, ...Object.values(top).map(membersOf)];
  for (const name of names) {
    for (const { [name]: value } of places) {
      if ((typeof value === "string" && value !== "") || typeof value === "number") return String(value);
    }
  }
  return undefined;
}

/** Of a list, those of its first. A value that is no object has none. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "object" && one !== null ? (one as Readonly<Record<string, unknown>>) : {}; // what is read is checked
}

function advice(status: number, retryAfterMs: number | undefined): string {
  if (retryAfterMs !== undefined) return `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
  if (isPassing(status)) return "Try again later.";
  if (status === 403) return "Check what the credentials may do, and that they are of this environment.";
  return status === 401 ? "Check the credentials, and that they are of this environment." : "Check the request.";
}
