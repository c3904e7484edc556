/** Path separators and what Windows forbids, control characters, and what hides the order or end of a name from a reader. */
// oxlint-disable-next-line no-control-regex -- control characters are what it removes
const unsafe = /[\u0000-\u001f\u007f-\u009f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/g;
/** Device names of Windows, whatever follows the first dot. */
const device = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$) {0,200}(?:\.|$)/i;
/** File systems take 255; the rest is for what is added to a name. */
const longestBytes = 200;
/** Of a longer name only the end is looked at: it has the extension. No name that means something is as long. */
const longestName = 4096;

/**
 * Make a base name that means the same on Linux, macOS and Windows out of a name that came from outside: what follows the
 * last separator, composed (NFC), without characters that are special anywhere, without leading dots (hidden files) and dashes (options),
 * no device name, at most 200 bytes with its extension. Idempotent.
 * @returns undefined when nothing is left.
 */
export function safeName(name: string): string | undefined {
  // Through UTF-8 and back: half a surrogate pair becomes U+FFFD.
  const wellFormed = new TextDecoder().decode(new TextEncoder().encode(lastPart(name)));
  const cleaned = trimStart(wellFormed.normalize("NFC").replace(unsafe, "_"));
  const trimmed = trimEnd(shorten(device.test(cleaned) ? `_${cleaned}` : cleaned));
  return trimmed.replaceAll("_", "") === "" ? undefined : trimmed;
}

/** What follows the last separator, but for separators at the end. */
function lastPart(name: string): string {
  let end = name.length;
  while (end > 0 && isSeparator(name, end - 1)) end -= 1;
  let begin = end;
  while (begin > 0 && end - begin < longestName && !isSeparator(name, begin - 1)) begin -= 1;
  return name.slice(begin, end);
}

function isSeparator(name: string, at: number): boolean {
  return name[at] === "/" || name[at] === "\\";
}

/** Without blanks, dots and dashes at the beginning. */
function trimStart(name: string): string {
  let begin = 0;
  while (begin < name.length && (".-".includes(name.charAt(begin)) || isBlank(name.charAt(begin)))) begin += 1;
  return name.slice(begin);
}

/** Without blanks and dots at the end. */
function trimEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === "." || isBlank(name.charAt(end - 1)))) end -= 1;
  return name.slice(0, end);
}

function isBlank(character: string): boolean {
  return character.trim() === "";
}

/** The same name in at most 200 bytes: the end of the stem goes, a short extension stays. */
function shorten(name: string): string {
  const dot = name.lastIndexOf(".");
  const ending = dot === -1 ? "" : name.slice(dot);
  const extension = ending.length < 2 || ending.length > 17 || /\s/.test(ending) ? "" : ending;
  let stem = name.slice(0, name.length - extension.length);
  const room = longestBytes - utf8Length(extension);
  if (utf8Length(stem) <= room) return name;
  stem = new TextDecoder().decode(new TextEncoder().encode(stem).subarray(0, room));
  // The last character may have been cut in the middle.
  while (stem.endsWith("\ufffd")) stem = stem.slice(0, -1);
  return stem + extension;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
