/** What a download knows of the file it has a part of. */
export interface Known {
  /** Bytes it has. */
  readonly bytes: number;
  /** The strong ETag they belong to. */
  readonly validator: string | undefined;
  readonly totalBytes: number | undefined;
}

/** What an answer to a request for (the rest of) a file means. */
export type Answer =
  | {
      readonly is: "whole";
      readonly validator: string | undefined;
      readonly totalBytes: number | undefined;
    }
  | { readonly is: "rest" }
  /** A part that does not fit ours: request the whole file. */
  | { readonly is: "misfit" }
  /** The link is no longer good: request another. */
  | { readonly is: "expired" }
  /** Later. */
  | { readonly is: "later" }
  | { readonly is: "refused" };

/** Storage answers an expired or altered link with one of these; an API means what it says. */
const expiredLink: ReadonlySet<number> = new Set([400, 401, 403, 404, 410]);
/** And every 5xx. */
const tryLater: ReadonlySet<number> = new Set([202, 408, 409, 425, 429]);

/**
 * The headers of a request for what is missing. A part is only requested where a strong validator says that it belongs to
 * the same file (RFC 9110 section 13.1.5); the file is wanted as it is, not coded for transport.
 */
export function requestHeaders({ bytes, validator }: Known): Record<string, string> {
  const plain = { accept: "*/*", "accept-encoding": "identity" };
  return bytes === 0 || validator === undefined ? plain : { ...plain, range: `bytes=${bytes}-`, "if-range": validator };
}

export function readAnswer(status: number, headers: Headers, known: Known, viaLink: boolean): Answer {
  const asked = known.bytes > 0 && known.validator !== undefined;
  if (status === 200) {
    // The length of a coded body is not that of the file, and its ETag may be that of the coded one.
    const validator = isCoded(headers) ? undefined : strongTag(headers);
    return { is: "whole", validator, totalBytes: bodyLength(headers) };
  }
  if (status === 206) return !asked ? { is: "refused" } : fits(headers, known) ? { is: "rest" } : { is: "misfit" };
  if (status === 416) return asked ? { is: "misfit" } : { is: "refused" };
  if (viaLink && expiredLink.has(status)) return { is: "expired" };
  return { is: status >= 500 || tryLater.has(status) ? "later" : "refused" };
}

/**
 * Does a 206 hold exactly what is missing of the same file? It must say so by the ETag we sent: a server that answers
 * without one may have ignored If-Range.
 */
function fits(headers: Headers, { bytes, validator, totalBytes }: Known): boolean {
  const [, start, end, total] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(headers.get("content-range") ?? "") ?? [];
  if (start === undefined || isCoded(headers)) return false;
  if (Number(start) !== bytes || Number(end) !== Number(total) - 1) return false;
  if (totalBytes !== undefined && Number(total) !== totalBytes) return false;
  return strongTag(headers) === validator;
}

/** How many bytes a body says it has; undefined for one that is coded for transport, whose length is another. */
export function bodyLength(headers: Headers): number | undefined {
  const length = headers.get("content-length") ?? "";
  return !isCoded(headers) && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

/** Is the body coded for transport (Content-Encoding)? */
export function isCoded(headers: Headers): boolean {
  return !["", "identity"].includes(headers.get("content-encoding")?.trim().toLowerCase() ?? "");
}

/** Is it a strong ETag, in its quotes? */
export function isStrongTag(tag: string): boolean {
  return tag.length > 1 && tag.startsWith('"') && tag.indexOf('"', 1) === tag.length - 1;
}

function strongTag(headers: Headers): string | undefined {
  const tag = headers.get("etag")?.trim() ?? "";
  return isStrongTag(tag) ? tag : undefined;
}
