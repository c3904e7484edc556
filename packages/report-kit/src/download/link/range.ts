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
  /** A part that does not fit ours: ask for the whole file. */
  | { readonly is: "misfit" }
  /** The link is no longer good: ask for another. */
  | { readonly is: "expired" }
  /** Later. */
  | { readonly is: "later" }
  | { readonly is: "refused" };

/**
 * The headers of a request for what is missing. A part is only asked for where a strong validator says that it belongs to
 * the same file (RFC 9110 section 13.1.5); the file is wanted as it is, not coded for the way.
 */
export function requestHeaders({ bytes, validator }: Known): Record<string, string> {
  const part = bytes === 0 || validator === undefined ? {} : { range: `bytes=${bytes}-`, "if-range": validator };
  return { accept: "*/*", "accept-encoding": "identity", ...part };
}

/** @param viaLink storage answers an expired or altered link with one of several statuses. */
export function readAnswer(status: number, headers: Headers, known: Known, viaLink: boolean): Answer {
  const asked = known.bytes > 0 && known.validator !== undefined;
  if (status === 200) {
    // The length of a coded body is not that of the file, and its ETag may be that of the coded one.
    return {
      is: "whole",
      validator: isCoded(headers) ? undefined : strongTag(headers),
      totalBytes: bodyLength(headers),
    };
  }
  if (status === 206) return !asked ? { is: "refused" } : fits(headers, known) ? { is: "rest" } : { is: "misfit" };
  if (status === 416) return asked ? { is: "misfit" } : { is: "refused" };
  if (viaLink && [400, 401, 403, 404, 410].includes(status)) return { is: "expired" };
  if (status >= 500 || [202, 408, 409, 425, 429].includes(status)) return { is: "later" };
  return { is: "refused" };
}

/** Does a 206 hold exactly what is missing of the same file? */
function fits(headers: Headers, { bytes, validator, totalBytes }: Known): boolean {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(headers.get("content-range")?.trim() ?? "") ?? [];
  if (start === undefined || end === undefined || total === undefined || isCoded(headers)) return false;
  if (Number(start) !== bytes || Number(end) !== Number(total) - 1) return false;
  if (totalBytes !== undefined && Number(total) !== totalBytes) return false;
  return !headers.has("etag") || strongTag(headers) === validator;
}

/** How many bytes a body says it has; undefined for one that is coded for the way, whose length is another. */
export function bodyLength(headers: Headers): number | undefined {
  return isCoded(headers) ? undefined : wholeNumber(headers.get("content-length"));
}

function isCoded(headers: Headers): boolean {
  return !/^(?:identity)?$/i.test(headers.get("content-encoding")?.trim() ?? "");
}

function strongTag(headers: Headers): string | undefined {
  const tag = headers.get("etag")?.trim() ?? "";
  return /^"[^"]*"$/.test(tag) ? tag : undefined;
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}
