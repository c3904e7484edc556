import { DownloadError } from "../download-error.ts";
import { bodyLength, isCoded } from "./answer.ts";

/**
 * How an answer marks the end of its body, and so what a cut looks like. docs/concepts/downloads.md has the table.
 *
 * - `length`: Content-Length, counted here. `chunks`: a last chunk; a fetch fails without it.
 * - `coded`: it is coded for transport although we asked for `identity`, and a fetch decodes it on the way: Node's does not
 *   notice a coding that was cut, Deno's leaves it coded.
 * - `hidden`: neither is to be seen, as in HTTP/2 and 3, which mark the end themselves; an old server may look the same.
 * - `none`: the end of the connection is the end of the body.
 */
export type Framing = "length" | "chunks" | "coded" | "hidden" | "none";

/** @param url where the answer came from; undefined for one that a program made. */
export function framingOf(headers: Headers, url: URL | undefined): Framing {
  const chunked = (headers.get("transfer-encoding") ?? "").toLowerCase().includes("chunked");
  if (isCoded(headers)) return isCheckedByWorkers(headers) ? "chunks" : "coded";
  if (bodyLength(headers) !== undefined) return "length";
  if (chunked) return "chunks";
  // HTTP/2 forbids the header Connection, and is spoken over TLS alone.
  return url?.protocol === "http:" || headers.has("connection") ? "none" : "hidden";
}

/** Cloudflare's runtime, which has no `node:http`, is strict about these two itself, and leaves others coded. */
function isCheckedByWorkers(headers: Headers): boolean {
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  return globalThis.navigator?.userAgent === "Cloudflare-Workers" && ["gzip", "br"].includes(coding);
}

/** The error for a file that nothing proves to be whole. */
export function unproven(framing: "coded" | "none"): DownloadError {
  const why =
    framing === "none"
      ? "The answer has neither a length nor chunks, so that a cut connection looks like the end of the file"
      : "The answer is coded for transport although it was requested uncoded, and a cut coding may look like the end of the file";
  return new DownloadError(
    "unproven",
    `${why}. Nothing proves that the file is whole. Have the server send a Content-Length, or pass acceptUnproven: true and check the file yourself.`,
  );
}
