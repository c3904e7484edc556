/**
 * The file name a Content-Disposition header gives (RFC 6266; `filename*` as RFC 8187 has it wins). Untrusted. More lenient
 * than the RFC where servers are: a name without quotes reaches to the next semicolon, and single quotes around one are
 * taken off.
 * @returns undefined without a header, or one without a name that can be read.
 */
export function dispositionName(header: string | null): string | undefined {
  if (header === null || header.length > longestHeader) return undefined;
  let plain: string | undefined;
  for (const [name, value] of parameters(header)) {
    if (name === "filename*") {
      const extended = decodeExtended(value);
      if (extended !== undefined) return extended;
    } else if (name === "filename") plain ??= asUtf8(value) || undefined;
  }
  return plain;
}

/** A header with a longer one is no header for a name. */
const longestHeader = 16_384;

/** The parameters behind the disposition's type, their names in lower case, in one pass. */
function* parameters(header: string): Generator<readonly [name: string, value: string]> {
  for (let at = header.indexOf(";"); at !== -1 && at < header.length; at = header.indexOf(";", at)) {
    const next = header.indexOf(";", at + 1);
    const equals = header.indexOf("=", at + 1);
    // Without a value: the parameter after it may have one.
    if (equals === -1) return;
    if (next !== -1 && next < equals) {
      at = next;
      continue;
    }
    const name = header
      .slice(at + 1, equals)
      .trim()
      .toLowerCase();
    let begin = equals + 1;
    while (header[begin] === " " || header[begin] === "\t") begin += 1;
    const { value, end } = header[begin] === '"' ? quoted(header, begin + 1) : unquoted(header, begin);
    yield [name, value];
    at = end;
  }
}

/** A value in double quotes, where a backslash makes the next character what it is. */
function quoted(header: string, from: number): { readonly value: string; readonly end: number } {
  const parts: string[] = [];
  let at = from;
  for (; at < header.length && header[at] !== '"'; at += 1) {
    if (header[at] === "\\" && at + 1 < header.length) at += 1;
    parts.push(header[at] ?? "");
  }
  return { value: parts.join(""), end: at + 1 };
}

function unquoted(header: string, from: number): { readonly value: string; readonly end: number } {
  const semicolon = header.indexOf(";", from);
  const end = semicolon === -1 ? header.length : semicolon;
  const value = header.slice(from, end).trim();
  const inSingles = value.length > 1 && value.startsWith("'") && value.endsWith("'");
  return { value: inSingles ? value.slice(1, -1) : value, end };
}

/** `UTF-8''na%C3%AFve.csv`. */
function decodeExtended(value: string): string | undefined {
  const [charset = "", , ...encoded] = value.split("'");
  try {
    if (charset.toLowerCase() === "utf-8") return decodeURIComponent(encoded.join("'")) || undefined;
  } catch {
    // Not what it claims to be: the plain name is left.
  }
  return undefined;
}

/** Headers come as one character per byte; many servers send UTF-8 in them. */
function asUtf8(value: string): string {
  // oxlint-disable-next-line no-control-regex -- the range of bytes
  if (!/[^\u0000-\u007f]/.test(value) || /[^\u0000-\u00ff]/.test(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(value, (byte) => byte.charCodeAt(0)));
  } catch {
    return value;
  }
}
