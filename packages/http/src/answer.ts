import type { ParseAs, UndescribedError } from "./call-types.ts";
import { redactText } from "./redact.ts";
import { discard } from "./send.ts";
import type { Sender } from "./send.ts";

/**
 * Read a success.
 *
 * @param bodiless the 2xx statuses that the description says have no body, besides 204 and 205.
 * @returns what `parseAs` asks for; undefined for an answer that is documented to have no body.
 * @throws an Error that says in words what is wrong with the answer.
 */
export async function readSuccess(
  response: Response,
  race: Sender["race"],
  parseAs: ParseAs,
  bodiless: readonly number[],
): Promise<unknown> {
  const { status } = response;
  if ([204, 205, ...bodiless].includes(status)) {
    discard(response);
    return undefined;
  }
  if (parseAs === "stream") return response.body ?? new Blob().stream();
  if (parseAs !== "json") return race<unknown>(response[parseAs]());
  const mediaType = response.headers.get("content-type") ?? "";
  // No type, and text/plain, can be JSON that is badly labelled; anything else is taken at its word, before it is read.
  if (!/[/+]json\b|^text\/plain\b|^$/i.test(mediaType)) {
    discard(response);
    throw new Error(`it is ${mediaType}, not JSON: pass parseAs: "stream"`);
  }
  const text = await race(response.text());
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
 * The `error` of an answer that is no success: its JSON where it has some, else an object that says what came. Never undefined, a bare
 * text, or empty. A body that breaks off is left out, with "…" in its place (the status is what counts), one beyond 1 MiB is cut there.
 *
 * @throws the caller's own reason when the signal is aborted.
 */
export async function readError(
  response: Response,
  race: Sender["race"],
  signal: AbortSignal | undefined,
  secrets: readonly string[],
): Promise<object> {
  const text = (await beginningOf(response, race)).trim();
  signal?.throwIfAborted();
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body) && Object.keys(body).length > 0) return body;
  } catch {
    // HTML, plain text, half a JSON: described below.
  }
  const { status, headers } = response;
  const location = headers.get("location");
  const what = location
    ? `a redirect to ${location} that was not followed`
    : text === ""
      ? "an empty body"
      : `a body of ${headers.get("content-type") ?? "no type"}`;
  const said = (words: string): string => redactText(words, secrets).slice(0, 500);
  const error: UndescribedError = { message: said(`HTTP ${status} with ${what}`) };
  return text === "" ? error : { ...error, excerpt: said(text) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

async function beginningOf({ body }: Response, race: Sender["race"]): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  try {
    while (text.length < 1_048_576) {
      const { done, value } = await race(reader.read());
      if (done) return text;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // Broken off, or out of time: what has come may end within a secret, which nothing would know again.
    text = "…";
  }
  reader.cancel().catch(() => undefined);
  return text;
}
