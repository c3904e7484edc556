/**
 * The file name a Content-Disposition header gives (RFC 6266; `filename*` as RFC 8187 has it wins). Untrusted.
 * @returns undefined without a header, or one without a name that can be read.
 */
export function dispositionName(header: string | null): string | undefined {
  if (header === null) return undefined;
  let plain: string | undefined;
  const parameter = /;\s*([\w!#$%&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/gs;
  for (const [, name = "", quoted, token = ""] of header.matchAll(parameter)) {
    const value = quoted === undefined ? token : quoted.replace(/\\(.)/gs, "$1");
    if (name.toLowerCase() === "filename*") {
      const extended = decodeExtended(value);
      if (extended !== undefined) return extended;
    } else if (name.toLowerCase() === "filename") plain ??= asUtf8(value);
  }
  return plain;
}

/** `UTF-8''na%C3%AFve.csv`. */
function decodeExtended(value: string): string | undefined {
  const [, charset = "", encoded = ""] = /^([^']*)'[^']*'(.*)$/s.exec(value) ?? [];
  try {
    if (/^utf-8$/i.test(charset)) return decodeURIComponent(encoded) || undefined;
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
