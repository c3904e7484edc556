import type { Answer } from "./answer.ts";
import type { Provider } from "./provider.ts";
import type { HeaderValues } from "./seen-request.ts";
import type { Problem } from "./specification.ts";

/** A valid, authorised call of one operation. */
export interface Call {
  readonly operationId: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** A report made by this call is scripted to fail. */
  readonly reportFails: boolean;
  /** This call is scripted to be accepted without making anything. */
  readonly nothingMade: boolean;
}

/** A call that the spec finds fault with. */
export interface InvalidCall extends Pick<Call, "operationId" | "path" | "query" | "body"> {
  readonly problems: readonly Problem[];
}

/** What a provider does: everything but HTTP, routing and validation. */
export interface ProviderApi {
  readonly provider: Provider;
  /** By operationId; each operation of the spec must be here. */
  readonly handlers: Readonly<Record<string, (call: Call) => Answer | Promise<Answer>>>;
  /** Whether these headers satisfy a security scheme of the spec, for this path. */
  authorised(scheme: string, headers: HeaderValues, path: Readonly<Record<string, string>>): boolean;
  /** The provider's own answer to wrong credentials. */
  unauthorised(): Answer;
  /** The provider's own answer to a call its spec finds fault with. */
  invalid(call: InvalidCall): Answer;
  /** The provider's own error body for a status that has no better one. */
  errorBody(status: number): unknown;
  /** Headers of every answer, such as a request id. */
  commonHeaders?(): Readonly<Record<string, string>>;
}
