import { escapesWithout, spellingsOf } from "./secret-spellings.ts";

const redacted = "[redacted]";
const secretName = /secret|passw|token|auth|credential|signature|cookie|api[-_]?key|\b(?:sig|jwt)\b/i;
// No expression here can try a text twice from the same place: each has one way to match, or a bound.
const userInfo = /\/\/[^/?#\s"'<>]*@/g;
const query = /([?&;#][\w.~%[\]-]+=)[^&;#\s"'<>\\]+/g;
/** The same, where the text is escaped once more: `\u0026sig=…` as Go writes JSON, `%26sig%3D…` of a link in a link. */
const escapedQuery = /((?:\\u00(?:26|3f)|%(?:26|3f))[\w.~-]{1,64}(?:=|\\u003d|%3d))[^&;#\s"'<>\\%]+/gi;
const credential = /\b(?:Bearer|Basic)\s+[\w.~+/=-]+|\beyJ[\w.-]{5,}/gi;
/** A text may be cut within a member. */
const named = /("[^"\\]*"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|\\?$))/g;

/**
 * A URL, or a text with URLs in it, without what may be secret in them: user info, and the values of query and fragment (pre-signed links
 * keep their signature there). The names stay, so that one can see what kind of link it was.
 */
export function redactUrl(url: string | URL): string {
  return String(url).replace(userInfo, "//").replace(query, "$1…").replace(escapedQuery, "$1…");
}

/**
 * A text without secrets: those that are given, wherever they stand and however they are spelt (in URLs, JSON, HTML or base64; escaped
 * more than once; cut at the end of the text); and what looks like one: queries of URLs, bearer and basic credentials, JWTs, and JSON
 * members with a name such as `client_secret`. Takes time in proportion to the text.
 *
 * @param secrets the secrets known to have been used; those shorter than 4 characters are left alone.
 */
export function redactText(text: string, secrets: readonly string[] = []): string {
  const spellings = secrets.filter((secret) => secret.length >= 4).flatMap(spellingsOf);
  let result = text;
  for (const spelling of spellings) result = result.replaceAll(spelling, redacted);
  result = escapesWithout(result, spellings, redacted);
  return redactUrl(result)
    .replace(credential, redacted)
    .replace(named, (member, name: string) => (secretName.test(name) ? `${name}"${redacted}"` : member));
}

/** The texts in a JSON text that have a name such as `client_secret`: what a provider's answer to it must not show. */
export function secretsIn(json: string): readonly string[] {
  // What the expression matches is a JSON text.
  return [...json.matchAll(named)].flatMap(([, name, text]) =>
    secretName.test(String(name)) ? [JSON.parse(String(text)) as string] : [],
  );
}

/**
 * A JSON value without secrets, bounded: what `redactText` makes of its JSON.
 *
 * @param longest characters of JSON; a longer value becomes the beginning of its JSON, as a text. Default 8192.
 * @returns undefined for what is no JSON.
 */
export function redactValue(value: unknown, secrets: readonly string[] = [], longest = 8192): unknown {
  let text: string;
  try {
    text = redactText(JSON.stringify(value) ?? "", secrets);
  } catch {
    return undefined;
  }
  if (text.length > longest) return `${text.slice(0, longest)}…`;
  try {
    return JSON.parse(text);
  } catch {
    // A secret stood across the marks of the JSON.
    return text || undefined;
  }
}

/**
 * A copy of an error that is fit to be a cause: name, message, code and stack without secrets, its own causes likewise (four deep),
 * and none of its other properties, where HTTP libraries keep whole requests.
 */
export function redactError(error: unknown, secrets: readonly string[] = [], depth = 4): Error {
  const source = error instanceof Error ? error : new Error(String(error));
  const { name, message, stack = "", cause } = source;
  const clean = (text: string): string => redactText(text, secrets);
  return Object.assign(
    new Error(
      clean(message),
      cause === undefined || depth === 1 ? {} : { cause: redactError(cause, secrets, depth - 1) },
    ),
    "code" in source && { code: clean(String(source.code)) },
    { name, stack: clean(stack) },
  );
}
