/// <reference types="node" />
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * A handler of web requests (that of `report-kit/webhook`, for one) as a listener for `node:http`, and for frameworks built
 * on it: `createServer(toNodeHandler(handler))`, `app.post(path, toNodeHandler(handler))`. Mount it before any body parser:
 * it reads the body itself.
 *
 * What can't be a web request is answered 400 (a broken Host) or 501 (TRACE, CONNECT). Should the handler throw, the answer
 * is a 500 without detail, and the error a warning of the process (`process.on("warning")`): no process dies of a delivery.
 */
export function toNodeHandler(
  handler: (request: Request) => Promise<Response>,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  return (incoming, outgoing) => {
    respond(handler, incoming, outgoing).catch((error: unknown) => {
      const isHangUp = error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
      if (!isHangUp) process.emitWarning(error instanceof Error ? error : String(error));
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500, { "content-length": "0", connection: "close" }).end();
    });
  };
}

async function respond(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = toRequest(incoming);
  const response = typeof request === "number" ? new Response(null, { status: request }) : await handler(request);
  await send(response, incoming, outgoing);
}

/** Or the status to refuse it with. */
function toRequest(incoming: IncomingMessage): Request | number {
  const { method = "GET", headers, url: path = "/" } = incoming;
  if (method === "TRACE" || method === "TRACK" || method === "CONNECT") return 501;
  const isEncrypted = "encrypted" in incoming.socket && incoming.socket.encrypted === true;
  // Express strips the mount path from `url` and keeps the whole in `originalUrl`.
  const whole = "originalUrl" in incoming && typeof incoming.originalUrl === "string" ? incoming.originalUrl : path;
  const address = `${isEncrypted ? "https" : "http"}://${headers.host ?? "localhost"}${whole.startsWith("/") ? whole : "/"}`;
  try {
    const copied = new Headers();
    for (const [name, value] of Object.entries(headers)) {
      if (name.startsWith(":")) continue; // HTTP/2's own
      for (const one of [value ?? []].flat()) copied.append(name, one);
    }
    const hasBody = method !== "GET" && method !== "HEAD";
    // Node wants `duplex` for a streamed body; the web's types do not know it.
    const body = hasBody ? { body: bodyOf(incoming), duplex: "half" } : {};
    return new Request(address, { method, headers: copied, ...body });
  } catch {
    return 400; // a Host or a header that the web's types refuse
  }
}

/** Read as it is asked for. Breaking off leaves the connection standing, for the answer (`Readable.toWeb` destroys it). */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

async function send(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  // What is left of a body nobody wants is not waited for.
  if (!incoming.complete) outgoing.setHeader("connection", "close");
  if (response.body === null) {
    if (response.status !== 204 && response.status !== 304) outgoing.setHeader("content-length", "0");
    outgoing.end();
  } else {
    await pipeline(Readable.from(response.body), outgoing);
  }
  incoming.resume();
}
