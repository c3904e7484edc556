/** Base64 of a text in UTF-8. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** How a secret may be written in an answer or an error: as it is, in a URL, a form or JSON, or within something in base64. */
export function spellingsOf(secret: string): readonly string[] {
  const inBase64 = [0, 1, 2].flatMap((before) => {
    // What comes before shifts the letters; the first and the last of them are made of other bytes too.
    const coded = base64("0".repeat(before) + secret);
    const bytes = before + new TextEncoder().encode(secret).length;
    const core = coded.slice(before && before + 1, Math.floor((bytes * 8) / 6));
    return core.length > 5 ? [core, core.replaceAll("+", "-").replaceAll("/", "_")] : [];
  });
  const inForm = String(new URLSearchParams({ x: secret })).slice(2);
  return [
    ...new Set([secret, inForm, inForm.replaceAll("+", "%20"), JSON.stringify(secret).slice(1, -1), ...inBase64]),
  ];
}

/** One escape of a URL, of JSON or of HTML; a quotation mark of JSON keeps its own, so that the JSON stays one. */
const escapes = /(?:%[\da-f]{2})+|\\u[\da-f]{4}|\\\/|&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);/gi;
const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** What is no UTF-8 becomes U+FFFD: a body full of it would take seconds if each piece threw. */
const utf8 = new TextDecoder();

function unescape(escape: string): string {
  if (escape.startsWith("%"))
    return utf8.decode(Uint8Array.from(escape.slice(1).split("%"), (hex) => Number(`0x${hex}`)));
  if (escape.startsWith("\\")) return JSON.parse(`"${escape}"`) as string; // an escape of JSON in quotes
  const name = escape.slice(1, -1).toLowerCase();
  const code = Number(name.replace("#x", "0x").replace("#", ""));
  // No character has a higher number.
  return named[name] ?? (code > 0x10ffff ? escape : String.fromCodePoint(code));
}

/**
 * The text, if no secret is found in it under up to three layers of escapes; else without the layers and without the secrets. A secret that
 * is cut at the end of the text is found as well.
 */
export function escapesWithout(text: string, spellings: readonly string[], redacted: string): string {
  let result = text;
  let bare = text;
  for (let layer = 0; layer < 3 && spellings.length > 0; layer += 1) {
    const before = bare;
    bare = bare.replace(escapes, unescape);
    if (bare === before) break;
    for (const spelling of spellings) {
      if (!bare.includes(spelling)) continue;
      bare = bare.replaceAll(spelling, redacted);
      result = bare;
    }
  }
  for (const spelling of spellings)
    for (let length = spelling.length - 1; length > 5; length -= 1)
      if (result.endsWith(spelling.slice(0, length))) result = result.slice(0, -length) + redacted;
  return result;
}
