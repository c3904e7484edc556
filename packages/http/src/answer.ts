import type { ParseAs, UndescribedError } from "./call-types.ts";
import { readBytes } from "./read-bytes.ts";
import { redactText } from "./redact.ts";
import type { TimeLimit } from "./time-limit.ts";

/** More of an answer that is no success is not read. */
const mostErrorBytes = 1_048_576;

/** An answer that is longer than it may be. */
export class TooLarge extends Error {}

/**
 * Read a success.
 *
 * @param parseAs how; undefined for an answer that is documented to have no body.
 * @returns what `parseAs` asks for.
 * @throws an Error that says in words what is wrong with the answer.
 */
export async function readSuccess(
  response: Response,
  race: TimeLimit["race"],
  parseAs: ParseAs | undefined,
  maxBodyBytes: number,
): Promise<unknown> {
  if (parseAs === undefined) return discard(response);
  if (parseAs === "stream") return response.body ?? new Blob().stream();
  const mediaType = response.headers.get("content-type") ?? "";
  // No type, and text/plain, can be JSON that is badly labelled; anything else is taken at its word, before it is read.
  if (parseAs === "json" && !/[/+]json\b|^text\/plain\b|^$/i.test(mediaType)) {
    discard(response);
    const isPage = /^text\/html\b/i.test(mediaType);
    throw new Error(`it is ${mediaType}, not JSON: ${isPage ? "a page, maybe of a proxy" : 'pass parseAs: "stream"'}`);
  }
  const { bytes, isWhole } = await readBytes(response, race, maxBodyBytes);
  if (!isWhole)
    throw new TooLarge(`it has more than ${maxBodyBytes} bytes: raise maxBodyBytes, or pass parseAs: "stream"`);
  if (parseAs === "blob") return new Blob([bytes], { type: mediaType });
  if (parseAs === "arrayBuffer") return bytes.buffer;
  const text = new TextDecoder().decode(bytes);
  if (parseAs === "text") return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The platform's message quotes the body, which may hold anything.
  }
  if (isObject(value)) return value;
  throw new Error(`its ${text.length} characters are no JSON object or array`);
}

/**
 * The same answer, which is no success, with its body read: openapi-fetch would read on without end, and for as long as it takes. A body
 * that breaks off is left out, with "…" in its place (the status is what counts), one beyond 1 MiB is cut there.
 *
 * @throws the caller's own reason when the signal is aborted.
 */
export async function readFailure(
  response: Response,
  race: TimeLimit["race"],
  signal: AbortSignal | undefined,
): Promise<Response> {
  let body: Uint8Array<ArrayBuffer>;
  try {
    ({ bytes: body } = await readBytes(response, race, mostErrorBytes));
  } catch {
    signal?.throwIfAborted();
    // Broken off, or out of time: what has come may end within a secret, which nothing would recognise.
    body = new TextEncoder().encode("…");
  }
  const { status, statusText, url } = response;
  const headers = new Headers(response.headers);
  // It was the length on the wire; openapi-fetch would take a wrong 0 at its word.
  headers.delete("content-length");
  // Statuses that a Response can't be made with do come (999, or 0 of a redirect in browsers).
  const init = { status: status < 300 || status > 599 ? 500 : status, statusText, headers };
  const read = new Response(body.length === 0 ? null : body, init);
  return Object.defineProperties(read, { status: { value: status }, url: { value: url } });
}

/**
 * The `error` of an answer that is no success: its JSON where it has some, else an object that says what came. Never undefined, a bare
 * text, or empty.
 *
 * @param body what openapi-fetch made of it: JSON, or a text that is none.
 */
export function describeFailure(body: unknown, response: Response, secrets: readonly string[]): object {
  if (isObject(body) && Object.keys(body).length > 0) return body;
  const text = (typeof body === "string" ? body : (JSON.stringify(body) ?? "")).trim();
  const { status, headers } = response;
  const location = headers.get("location");
  const what = location
    ? `a redirect to ${location} that was not followed`
    : text === ""
      ? "an empty body"
      : `a body of ${headers.get("content-type") ?? "no type"}`;
  const clean = (words: string): string => redactText(words, secrets).slice(0, 500);
  const error: UndescribedError = { message: clean(`HTTP ${status} with ${what}`) };
  return text === "" ? error : { ...error, excerpt: clean(text) };
}

/** Give up an answer's body, so that its connection is free; a failure to do so changes nothing. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
