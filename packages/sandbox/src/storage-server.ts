import type { IncomingMessage, ServerResponse } from "node:http";
import { measure } from "./contents/file-contents.ts";
import type { FileContents } from "./contents/file-contents.ts";
import { sendBytes, slice } from "./delivery.ts";
import type { ByteRange, Spoiling } from "./delivery.ts";
import { listen } from "./http-server.ts";
import type { Address, RunningServer } from "./http-server.ts";
import { readIncoming } from "./incoming.ts";
import { replacesAnswer, sendReplacement, spoilsAnswer } from "./replaced-answer.ts";
import type { Page } from "./replaced-answer.ts";
import type { RecordedRequest, World } from "./world.ts";

/**
 * Starts the storage the links point to, on an origin of its own. It answers as S3 does: 400 to a request that also brings an Authorization
 * header, 403 to an expired or altered link, Range with If-Range, ETag, HEAD, Content-Disposition.
 */
export function startStorageServer(world: World, address: Address): Promise<RunningServer> {
  return listen(world.clock, address, async (request, response) => {
    const { url, seen } = await readIncoming(world, "storage", request);
    const fault = world.faults.take(seen);
    if (fault !== undefined && replacesAnswer(fault)) {
      await sendReplacement(response, fault, plainError, {}, (status) => (seen.status = status));
      return;
    }
    const spoiling = fault !== undefined && spoilsAnswer(fault) ? fault : undefined;
    const found = find(world, request, url);
    if ("file" in found) await sendFile(request, response, seen, found.file, spoiling);
    else await sendPage(response, seen, found.status, found.page, spoiling);
  });
}

interface Refusal {
  readonly status: number;
  readonly page: Page;
}

function find(world: World, request: IncomingMessage, url: URL): Refusal | { readonly file: FileContents } {
  if (request.headers.authorization !== undefined) {
    const message =
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified";
    return refuse(400, "InvalidArgument", message, "<ArgumentName>Authorization</ArgumentName>");
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
  }
  if (!url.searchParams.has("X-Amz-Signature")) return refuse(403, "AccessDenied", "Access Denied");
  const opened = world.links.open(url);
  if ("file" in opened) return opened;
  if (opened.refusal === "NoSuchKey") return refuse(404, "NoSuchKey", "The specified key does not exist.");
  if (opened.refusal === "Expired") {
    const expires = new Date(opened.expiresAt).toISOString();
    const now = new Date(world.clock.now()).toISOString();
    const details = `<Expires>${expires}</Expires><ServerTime>${now}</ServerTime>`;
    return refuse(403, "AccessDenied", "Request has expired", details);
  }
  const message =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
  return refuse(403, "SignatureDoesNotMatch", message);
}

function refuse(status: number, code: string, message: string, details = ""): Refusal {
  return { status, page: errorPage(code, message, details) };
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  seen: RecordedRequest,
  file: FileContents,
  spoiling: Spoiling | undefined,
): Promise<void> {
  const { bytes, sha256 } = await measure(file);
  const etag = `"${sha256.slice(0, 32)}"`;
  const headers = {
    "accept-ranges": "bytes",
    "content-type": file.mediaType,
    "content-disposition": `attachment; filename="${file.name}"`,
    etag,
    "last-modified": lastModified,
  };
  if (request.headers["if-match"] !== undefined && request.headers["if-match"] !== etag) {
    const page = errorPage("PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    return sendPage(response, seen, 412, page, spoiling);
  }
  if (request.headers["if-none-match"] === etag) {
    seen.status = 304;
    response.writeHead(304, { etag }).end();
    return;
  }
  const ifRange = request.headers["if-range"];
  const asked =
    ifRange === undefined || ifRange === etag || ifRange === lastModified ? request.headers.range : undefined;
  const range = parseRange(asked, bytes);
  if (range === "unsatisfiable") {
    response.setHeader("content-range", `bytes */${bytes}`);
    const page = errorPage("InvalidRange", "The requested range is not satisfiable");
    return sendPage(response, seen, 416, page, spoiling);
  }
  if (range === undefined) {
    seen.status = 200;
    return sendBytes(response, { status: 200, headers }, bytes, file.chunks(), spoiling);
  }
  seen.status = 206;
  const partial = { ...headers, "content-range": `bytes ${range.first}-${range.last}/${bytes}` };
  const length = range.last - range.first + 1;
  return sendBytes(response, { status: 206, headers: partial }, length, slice(file, range), spoiling);
}

/** Files never change, so one date is as true as another; a fixed one keeps answers the same from run to run. */
const lastModified = "Thu, 01 Jan 2026 00:00:00 GMT";

/** One range of RFC 9110 section 14; several ranges or another unit are ignored, as S3 does. */
function parseRange(header: string | undefined, bytes: number): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const [, from = "", to = ""] = match;
  const first = from === "" ? Math.max(bytes - Number(to), 0) : Number(from);
  const last = from === "" || to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  return first >= bytes || first > last ? "unsatisfiable" : { first, last };
}

function sendPage(
  response: ServerResponse,
  seen: RecordedRequest,
  status: number,
  page: Page,
  spoiling: Spoiling | undefined,
): Promise<void> {
  seen.status = status;
  const bytes = new TextEncoder().encode(page.text);
  return sendBytes(
    response,
    { status, headers: { "content-type": page.mediaType } },
    bytes.byteLength,
    [bytes],
    spoiling,
  );
}

function errorPage(code: string, message: string, details = ""): Page {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${details}</Error>`;
  return { text, mediaType: "application/xml" };
}

function plainError(status: number): Page {
  return status === 503 || status === 429
    ? errorPage("SlowDown", "Please reduce your request rate.")
    : errorPage("InternalError", "We encountered an internal error. Please try again.");
}
