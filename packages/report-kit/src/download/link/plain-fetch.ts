import { redactError } from "@report-kit/http";
import { DownloadError } from "../download-error.ts";

/**
 * HTTP/1.1 by the runtime's own `node:http`, for answers whose end the platform's fetch does not show. It differs from fetch
 * in three things: the headers say how the body ends; a coding is decoded strictly, so that a cut one is an error; and a
 * connection that closes while a body waits to be read does no harm (fetch in Node 22 and 24 then throws where no caller can
 * catch it, nodejs/undici#5360, and does so for coded bodies however fast they are read).
 *
 * Found at run time, not imported: a platform without it (Workers) has no use for it.
 */
export type PlainFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** @returns undefined where the runtime has no `node:http`. */
export function findPlainFetch(): PlainFetch | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }; // Node, Bun and Deno have it
  const builtin = (id: string): unknown => process?.getBuiltinModule?.(id);
  const http = builtin("node:http") as ClientModule | undefined; // each is what its name says, or not there
  const https = builtin("node:https") as ClientModule | undefined;
  const zlib = builtin("node:zlib") as ZlibModule | undefined;
  const stream = builtin("node:stream") as StreamModule | undefined;
  if (http === undefined || https === undefined || zlib === undefined || stream === undefined) return undefined;

  return (input, init) =>
    new Promise((resolve, reject) => {
      const request = new Request(input, init);
      const client = request.url.startsWith("https:") ? https : http;
      const signal = init?.signal ?? request.signal;
      const sent = client.request(request.url, {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        signal,
      });
      sent.on("error", (error) => reject(redactError(error)));
      sent.on("response", (message) => {
        try {
          resolve(answer(message, zlib, stream));
        } catch (error) {
          message.destroy();
          reject(error);
        }
      });
      sent.end();
    });
}

function answer(message: Message, zlib: ZlibModule, stream: StreamModule): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    headers.append(message.rawHeaders[index] ?? "", message.rawHeaders[index + 1] ?? "");
  }
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  let body: object = message;
  if (coding !== "" && coding !== "identity") {
    const decoder = decoderOf(coding, zlib);
    stream.pipeline(message, decoder, () => {});
    body = decoder;
    // node:http holds the coded body to its length or its last chunk: what comes out of it is framed as if by chunks.
    const framed = headers.has("content-length") || headers.has("transfer-encoding");
    for (const name of ["content-encoding", "content-length", "transfer-encoding", "etag"]) headers.delete(name);
    if (framed) headers.set("transfer-encoding", "chunked");
  }
  // Says of a body that is not framed that it is not, over TLS as well.
  headers.set("connection", message.headers.connection ?? "close");
  const { statusCode: status } = message;
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : stream.Readable.toWeb(body), { status, headers });
}

function decoderOf(coding: string, zlib: ZlibModule): object {
  if (coding === "gzip" || coding === "x-gzip") return zlib.createGunzip();
  if (coding === "deflate") return zlib.createInflate();
  // Deno's takes a coding that was cut for a whole one.
  if (coding === "br" && !("Deno" in globalThis)) return zlib.createBrotliDecompress();
  throw new DownloadError(
    "unproven",
    `The answer is coded as ${coding.slice(0, 40)} although it was requested uncoded, and nothing here can check that such a coding is whole. Have the server send the file as it is.`,
  );
}

// The little of Node's modules that is used here: the packages' types are the web platform's alone.
interface Message {
  readonly statusCode: number;
  readonly headers: { readonly connection?: string };
  readonly rawHeaders: readonly string[];
  destroy(): void;
}
interface ClientRequest {
  on(event: "error", run: (error: unknown) => void): void;
  on(event: "response", run: (message: Message) => void): void;
  end(): void;
}
interface ClientModule {
  request(
    url: string,
    options: { readonly method: string; readonly headers: Record<string, string>; readonly signal: AbortSignal },
  ): ClientRequest;
}
interface ZlibModule {
  createGunzip(): object;
  createInflate(): object;
  createBrotliDecompress(): object;
}
interface StreamModule {
  pipeline(from: object, to: object, done: () => void): void;
  readonly Readable: { toWeb(stream: object): ReadableStream<Uint8Array> };
}
