import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import { measure } from "./contents/file-contents.ts";
import type { FileContents } from "./contents/file-contents.ts";
import type { Fault } from "./faults.ts";

/** The part of a fault that spoils the way an answer travels, not the answer. */
export type Spoiling = Extract<Fault, { kind: "latency" | "truncate" | "drip" }>;

/** A slice of a file, both ends inclusive, in bytes. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Sends bytes with their true Content-Length, spoiled as asked. Ends the response; a client that hangs up ends it quietly. */
export async function sendBytes(
  response: ServerResponse,
  head: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  length: number,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  spoiling: Spoiling | undefined,
): Promise<void> {
  if (spoiling?.kind === "latency") await sleep(spoiling.milliseconds);
  if (response.destroyed) return;
  response.writeHead(head.status, { ...head.headers, "content-length": String(length) });
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  let left = spoiling?.kind === "truncate" ? spoiling.bytes : Number.POSITIVE_INFINITY;
  for await (const chunk of pieces(chunks, spoiling)) {
    if (response.destroyed) return;
    const part = chunk.subarray(0, left);
    left -= part.byteLength;
    if (!response.write(part)) await drained(response);
    if (left <= 0) break;
  }
  if (spoiling?.kind === "truncate") await cut(response);
  else response.end();
}

/** Sends an answer as it is: JSON, a file, or no body at all. */
export async function sendAnswer(response: ServerResponse, answer: Answer, spoiling?: Spoiling): Promise<void> {
  const { status, headers = {}, body } = answer;
  if (body !== undefined && "file" in body) {
    const { bytes } = await measure(body.file);
    const head = { status, headers: { "content-type": body.file.mediaType, ...headers } };
    return sendBytes(response, head, bytes, body.file.chunks(), spoiling);
  }
  const bytes = body === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(body.json));
  const head = { status, headers: body === undefined ? headers : { "content-type": "application/json", ...headers } };
  return sendBytes(response, head, bytes.byteLength, [bytes], spoiling);
}

/** The bytes of a file that lie within a range, made without holding the file. */
export async function* slice(file: FileContents, range: ByteRange): AsyncGenerator<Uint8Array, void> {
  let offset = 0;
  for await (const chunk of file.chunks()) {
    const start = Math.max(range.first - offset, 0);
    const end = Math.min(range.last + 1 - offset, chunk.byteLength);
    if (start < end) yield chunk.subarray(start, end);
    offset += chunk.byteLength;
    if (offset > range.last) return;
  }
}

async function* pieces(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  spoiling: Spoiling | undefined,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    if (spoiling?.kind !== "drip") {
      yield chunk;
      continue;
    }
    for (let start = 0; start < chunk.byteLength; start += spoiling.bytes) {
      yield chunk.subarray(start, start + spoiling.bytes);
      await sleep(spoiling.milliseconds);
    }
  }
}

/** Lets what was written leave before the socket is destroyed, so that the client really gets the announced part. */
async function cut(response: ServerResponse): Promise<void> {
  await sleep(5);
  response.destroy();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
