import type { IncomingMessage } from "node:http";
import type { Origin } from "./provider.ts";
import { findSecrets, redactBody, redactHeaders, redactQuery } from "./seen-request.ts";
import type { RecordedRequest, World } from "./world.ts";

const longestBody = 1024 * 1024;

/** A request read to its end, recorded in the world's list of requests. */
export interface Incoming {
  readonly url: URL;
  readonly text: string;
  readonly seen: RecordedRequest;
}

/** Reads the body (at most 1 MiB is kept) and records the request. */
export async function readIncoming(world: World, origin: Origin, request: IncomingMessage): Promise<Incoming> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.byteLength;
    if (length <= longestBody) parts.push(part);
  }
  const text = Buffer.concat(parts).toString("utf8");
  const target = request.url ?? "/";
  // The base only completes the target; the sandbox does not route by host.
  const url = new URL(target, "http://sandbox.invalid");
  const secrets = findSecrets({ url: target, headers: request.headers, body: text }, world.secrets);
  const seen: RecordedRequest = {
    origin,
    method: request.method ?? "GET",
    path: url.pathname,
    query: redactQuery(url),
    operationId: undefined,
    headers: redactHeaders(request.headers),
    body: redactBody(text),
    at: world.clock.now(),
    authorised: false,
    secrets,
    carriesSecret: secrets.length > 0,
    status: undefined,
  };
  world.requests.push(seen);
  return { url, text, seen };
}
