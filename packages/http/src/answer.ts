import type { ParseAs, UndescribedError } from "./call-types.ts";
import { redactText, redactUrl } from "./redact.ts";

/**
 * Read a success.
 *
 * @param bodiless the 2xx statuses that the description says have no body, besides 204 and 205.
 * @returns what `parseAs` asks for; undefined for an answer that is documented to have no body.
 * @throws an Error that says in words what is wrong with the answer.
 */
export async function readSuccess(response: Response, parseAs: ParseAs, bodiless: readonly number[]): Promise<unknown> {
  const { status } = response;
  if (status === 204 || status === 205 || bodiless.includes(status)) {
    await response.body?.cancel();
    return undefined;
  }
  if (parseAs === "stream") return response.body ?? new Blob().stream();
  if (parseAs !== "json") return response[parseAs]();
  const mediaType = response.headers.get("content-type") ?? "";
  // No type, and text/plain, can be JSON that is badly labelled; anything else is taken at its word, before it is read.
  if (!/[/+]json\b|^text\/plain\b|^$/i.test(mediaType)) {
    await response.body?.cancel();
    throw new Error(`it is ${mediaType}, not JSON; pass parseAs: "stream", "text", "blob" or "arrayBuffer"`);
  }
  const text = await response.text();
  if (text.trim() === "") throw new Error("its body is empty");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The platform's message quotes the body, which may hold anything.
    throw new Error(`it is no JSON${mediaType === "" ? "" : `, whatever its media type (${mediaType}) says`}`);
  }
  if (typeof value !== "object" || value === null) throw new Error("it is neither an object nor an array");
  return value;
}

/**
 * The `error` of an answer that is no success: its JSON where it has some, else an object that says what came. Never undefined, a bare
 * text, or empty.
 *
 * @param body the answer's body as openapi-fetch gives it: parsed JSON, or a text.
 */
export function describeError(body: unknown, response: Response, secrets: readonly string[]): object {
  if (typeof body === "object" && body !== null && Object.keys(body).length > 0) return body;
  const { status, headers } = response;
  const location = headers.get("location");
  const text = typeof body === "string" ? body.trim() : body === undefined ? "" : JSON.stringify(body);
  const what =
    status >= 300 && status < 400 && location !== null
      ? `a redirect to ${URL.canParse(location) ? redactUrl(location) : location.split(/[?#]/, 1)[0]}, which was not followed`
      : text === ""
        ? "an empty body"
        : `${headers.get("content-type") ?? "a body without media type"} that describes no error`;
  const error: UndescribedError = { message: `HTTP ${status} with ${what}` };
  return text === "" ? error : { ...error, excerpt: redactText(text.slice(0, 2000), secrets).slice(0, 500) };
}
