/** Path separators and what Windows forbids, control characters, and what hides the order or end of a name from a reader. */
// oxlint-disable-next-line no-control-regex -- control characters are what it removes
const unsafe = /[\u0000-\u001f\u007f-\u009f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/g;
/** Device names of Windows, whatever follows the first dot. */
const device = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$) *(?:\.|$)/i;
/** File systems take 255; the rest is for what is added to a name. */
const longestBytes = 200;

/**
 * Make a base name that means the same on Linux, macOS and Windows out of a name that came from outside: what follows the
 * last separator, composed (NFC), without characters that are special anywhere, without leading dots (hidden files) and dashes (options),
 * no device name, at most 200 bytes with its extension. Idempotent.
 * @returns undefined when nothing is left.
 */
export function safeName(name: string): string | undefined {
  // Through UTF-8 and back: half a surrogate pair becomes U+FFFD.
  const wellFormed = new TextDecoder().decode(new TextEncoder().encode(name));
  const cleaned = wellFormed
    .replace(/[/\\]+$/, "")
    .replace(/^.*[/\\]/s, "")
    .normalize("NFC")
    .replace(unsafe, "_")
    .replace(/^[\s.-]+/, "");
  const trimmed = shorten(device.test(cleaned) ? `_${cleaned}` : cleaned).replace(/[\s.]+$/, "");
  return /^_*$/.test(trimmed) ? undefined : trimmed;
}

/** The same name in at most 200 bytes: the end of the stem goes, a short extension stays. */
function shorten(name: string): string {
  const extension = /\.[^.\s]{1,16}$/u.exec(name)?.[0] ?? "";
  let stem = name.slice(0, name.length - extension.length);
  const room = longestBytes - utf8Length(extension);
  if (utf8Length(stem) <= room) return name;
  stem = new TextDecoder().decode(new TextEncoder().encode(stem).subarray(0, room)).replace(/\ufffd+$/, "");
  return stem + extension;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
