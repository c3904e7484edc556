import { writeQuery } from "./query.ts";

const redacted = "[redacted]";
const secretName = /secret|passw|token|auth|credential|signature|cookie|api[-_]?key|\b(?:sig|jwt)\b/i;
const userInfo = /\/\/[^/?#\s"'<>]*@/g;
const query = /([?&;#][\w.~%[\]-]+=)[^&;#\s"'<>\\]+/g;
const credential = /\b(?:Bearer|Basic)\s+[\w.~+/=-]+|\beyJ[\w.-]{5,}/gi;
const named = /("[^"\\]*"\s*:\s*)("(?:[^"\\]|\\.)*")/g;

/**
 * A URL, or a text with URLs in it, without what may be secret in them: user info, and the values of query and fragment (pre-signed links
 * keep their signature there). The names stay, so that one can see what kind of link it was.
 */
export function redactUrl(url: string | URL): string {
  return String(url).replace(userInfo, "//").replace(query, "$1…");
}

/**
 * A text without secrets: those that are given, wherever they stand; and what looks like one: queries of URLs, bearer and basic
 * credentials, JWTs, and JSON members with a name such as `client_secret`.
 *
 * @param secrets the secrets known to have been used; those shorter than 4 characters are left alone.
 */
export function redactText(text: string, secrets: readonly string[] = []): string {
  let result = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    const inUrl = writeQuery({ x: secret }).slice(3);
    for (const form of [secret, inUrl, JSON.stringify(secret).slice(1, -1)]) result = result.replaceAll(form, redacted);
  }
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
 * @param longest characters of JSON; a longer value becomes the begin of its JSON, as a text. Default 8192.
 * @returns undefined for what is no JSON.
 */
export function redactValue(value: unknown, secrets: readonly string[] = [], longest = 8192): unknown {
  try {
    const text = redactText(JSON.stringify(value), secrets);
    return text.length > longest ? `${text.slice(0, longest)}…` : JSON.parse(text);
  } catch {
    return undefined;
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
