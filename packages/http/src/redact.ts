const redacted = "[redacted]";
const secretName =
  /secret|password|passwd|token|authorization|credential|signature|cookie|api[-_]?key|private[-_]?key|\b(?:sig|jwt)\b/i;
const url = /\bhttps?:\/\/[^\s"'<>\\^`{|}]+/gi;
const query = /([?&;][\w.~%-]+=)[^&#\s"'<>\\]+/g;
const scheme = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
const jwt = /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g;
const named = /("[^"\\]*"\s*:\s*)"(?:[^"\\]|\\.)*"/g;

/**
 * A URL without what may be secret in it: the values of its query (pre-signed links keep their signature there), user info and fragment.
 * The names in the query stay, so that one can see what kind of link it was.
 */
export function redactUrl(text: string | URL): string {
  if (!URL.canParse(text)) return "[unreadable URL]";
  const link = new URL(text);
  const names = [...link.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=…`);
  const host = link.host === "" ? link.protocol : `${link.protocol}//${link.host}`;
  return `${host}${link.pathname}${names.length === 0 ? "" : `?${names.join("&")}`}`;
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
    const inUrl = new URLSearchParams([["", secret]]).toString().slice(1);
    for (const form of [secret, inUrl, inUrl.replaceAll("+", "%20"), JSON.stringify(secret).slice(1, -1)])
      result = result.replaceAll(form, redacted);
  }
  return result
    .replaceAll(url, redactUrl)
    .replaceAll(query, "$1…")
    .replaceAll(scheme, `$1 ${redacted}`)
    .replaceAll(jwt, redacted)
    .replaceAll(named, (member, name: string) => (secretName.test(name) ? `${name}"${redacted}"` : member));
}

/**
 * A JSON value without secrets, bounded: every text in it goes through `redactText`, and a text under a name such as `token` or
 * `client_secret` goes altogether.
 *
 * @param longest characters of JSON; a longer value becomes the begin of its JSON, as a text. Default 8192.
 * @returns undefined for what is no JSON.
 */
export function redactValue(value: unknown, secrets: readonly string[] = [], longest = 8192): unknown {
  try {
    const text = JSON.stringify(value, (name, member: unknown) => {
      if (typeof member === "string") return secretName.test(name) ? redacted : redactText(member, secrets);
      return member;
    });
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
  const copy = new Error(redactText(source.message, secrets));
  if (source.cause !== undefined && depth > 1) copy.cause = redactError(source.cause, secrets, depth - 1);
  const { name, stack } = source;
  const code = "code" in source && typeof source.code === "string" ? { code: redactText(source.code, secrets) } : {};
  return Object.assign(copy, code, { name, ...(stack === undefined ? {} : { stack: redactText(stack, secrets) }) });
}
