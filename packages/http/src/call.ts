import type { Middleware } from "openapi-fetch";
import type { CallSettings, ParseAs } from "./call-types.ts";
import type { OperationFacts } from "./client.ts";
import { refuse } from "./errors.ts";
import { checkNames, checkOptions } from "./options.ts";
import type { OptionTable } from "./options.ts";
import { scalarText } from "./query.ts";

/** A call's options without the types of its operation. */
export interface UntypedCall extends CallSettings {
  readonly params?: { readonly path?: object; readonly query?: object; readonly header?: object } | undefined;
  readonly body?: unknown;
  readonly parseAs?: ParseAs | undefined;
  readonly headers?: object | undefined;
  readonly signal?: AbortSignal | null | undefined;
  readonly middleware?: readonly Middleware[] | undefined;
  /** Sends the requests of this call, as openapi-fetch calls it; the rules for credentials and redirects are the client's all the same. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** The settings of a client that a call may have as well. */
const sharedSettings = { timeoutMs: "number", retry: "boolean object", maxBodyBytes: "number" };

const callOptions = {
  ...sharedSettings,
  onDeparture: "function",
  params: "object",
  body: "object array",
  parseAs: ["json", "text", "blob", "arrayBuffer", "stream"],
  headers: "object array",
  signal: "object null",
  middleware: "array",
  fetch: "function",
};
/** The options of every client; a provider package adds its own. */
export const clientOptions: OptionTable = {
  ...sharedSettings,
  fetch: "function",
  now: "function",
  sleep: "function",
  random: "function",
};

const params = { path: "object", query: "object", header: "object" };

/** What the types of openapi-fetch let through is refused here, by name: unknown options, unknown parameters, a file without `parseAs`. */
export function checkCall(name: string, facts: OperationFacts | undefined, call: UntypedCall): UntypedCall {
  checkOptions(name, call, callOptions);
  if (!/ \//.test(name)) refuse("path", "a path that begins with a slash", "another");
  if (call.params) {
    checkOptions(name, call.params, params, "params");
    if (facts?.query) checkNames(name, call.params.query ?? {}, facts.query, "params.query.");
  }
  if (call.body !== undefined && /^(GET|HEAD) /.test(name)) refuse("body", `none for ${name}`, typeof call.body);
  if (facts?.file && parseAsOf(call) === "json")
    refuse(
      "parseAs",
      '"stream", "text", "blob" or "arrayBuffer": this operation answers with a file',
      '"json", the default',
    );
  return call;
}

export function parseAsOf({ parseAs = "json" }: UntypedCall): ParseAs {
  return parseAs;
}

/** The caller's headers, ours for what we read and write: `Accept` may be changed, the body's type may not. */
export function requestHeaders(call: UntypedCall): Headers {
  const result = new Headers({ accept: parseAsOf(call) === "json" ? "application/json" : "*/*" });
  for (const part of [call.headers, call.params?.header]) {
    const pairs = part && Symbol.iterator in part ? (part as Iterable<[string, unknown]>) : Object.entries(part ?? {}); // Headers, or pairs
    for (const [name, value] of pairs) {
      if (value === undefined || value === null) continue;
      const text = [value]
        .flat()
        .map((item) => scalarText(`headers.${name}`, item))
        .join(", ");
      try {
        result.set(name, text);
      } catch {
        // The platform's message quotes the value, which may be a secret.
        refuse("headers", "valid headers", "others");
      }
    }
  }
  if (call.body !== undefined) result.set("content-type", "application/json");
  return result;
}
