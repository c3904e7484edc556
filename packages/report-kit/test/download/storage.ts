import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What one answer of the storage does otherwise. */
export interface Fault {
  /** Break the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Send so many bytes of the body, and then nothing more. */
  readonly stallAfter?: number;
  /** Send the body a byte at a time, so many milliseconds apart. */
  readonly dripMs?: number;
  /** Never answer. */
  readonly silent?: boolean;
  /** Answer this instead. */
  readonly instead?: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
  /** Headers to send besides; an empty one is left out. */
  readonly headers?: Record<string, string>;
}

/** A file as the storage has it at one moment. */
export interface StoredFile {
  readonly body: Uint8Array;
  /** Absent = none; `W/"x"` is weak. */
  readonly etag?: string;
  /** Default true. */
  readonly ranges?: boolean;
  /** Send it without a length, in chunks. */
  readonly chunked?: boolean;
  readonly headers?: Record<string, string>;
}

export interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
}

export interface Storage {
  readonly origin: string;
  /** Replace it to change the file. */
  file: StoredFile;
  /** One for each answer from now on, in order; afterwards it behaves. */
  faults: Fault[];
  readonly seen: SeenRequest[];
  /** How many answers the client has broken off. */
  broken: number;
}

/** Storage on this machine that answers as S3 does: ranges, If-Range, strong ETags. Closed at the end of the test. */
export async function startStorage(file: StoredFile, faults: Fault[] = []): Promise<Storage> {
  const server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) storage.broken += 1;
    });
    storage.seen.push({ url: request.url ?? "", headers: request.headers });
    answer(storage.file, storage.faults.shift() ?? {}, request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  const storage: Storage = { origin: `http://127.0.0.1:${port}`, file, faults, seen: [], broken: 0 };
  return storage;
}

function answer(file: StoredFile, fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault.silent === true) return;
  if (fault.instead !== undefined) {
    response.writeHead(fault.instead.status, fault.instead.headers).end(fault.instead.body);
    return;
  }
  const { body, etag, ranges = true } = file;
  const headers: Record<string, string> = { "accept-ranges": ranges ? "bytes" : "none", ...file.headers };
  if (etag !== undefined) headers["etag"] = etag;
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const ifRange = request.headers["if-range"];
  const wanted = ranges && range !== null && (ifRange === undefined || ifRange === etag) ? Number(range[1]) : undefined;
  if (wanted !== undefined && wanted >= body.length) {
    response.writeHead(416, { ...headers, "content-range": `bytes */${body.length}` }).end();
    return;
  }
  const sent = wanted === undefined ? body : body.subarray(wanted);
  if (wanted !== undefined) headers["content-range"] = `bytes ${wanted}-${body.length - 1}/${body.length}`;
  if (file.chunked !== true) headers["content-length"] = String(sent.length);
  for (const [name, value] of Object.entries(fault.headers ?? {})) {
    if (value === "") delete headers[name];
    else headers[name] = value;
  }
  response.writeHead(wanted === undefined ? 200 : 206, headers);
  const { cutAfter, stallAfter, dripMs } = fault;
  if (cutAfter !== undefined) {
    response.write(sent.subarray(0, cutAfter), () => response.socket?.end(() => response.destroy()));
    if (cutAfter === 0) response.flushHeaders();
  } else if (stallAfter !== undefined) response.write(sent.subarray(0, stallAfter));
  else if (dripMs !== undefined) {
    let index = 0;
    const timer = setInterval(() => {
      if (response.destroyed || index === sent.length) clearInterval(timer);
      else response.write(sent.subarray(index, (index += 1)));
    }, dripMs);
  } else response.end(sent);
}
