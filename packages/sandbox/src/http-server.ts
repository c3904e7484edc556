import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "./clock.ts";

/** Where a server listens; port 0 means any free one. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A listening server. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:40123`, without a trailing slash. */
  readonly origin: string;
  /** Stops listening and cuts open connections. */
  close(): Promise<void>;
}

/**
 * Starts a server. Its Date header follows the sandbox's clock, because a Retry-After is read against it. A handler that throws gets a loud
 * 500 with the reason, and never takes the process down.
 */
export function listen(
  clock: Clock,
  { host, port }: Address,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<RunningServer> {
  const server = createServer((request, response) => {
    response.setHeader("date", new Date(clock.now()).toUTCString());
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      response.writeHead(500, { "content-type": "text/plain; charset=utf-8", "x-sandbox-error": "true" });
      response.end(`report-kit sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // A server that listens on a TCP port always has an AddressInfo.
      const { port: given } = server.address() as AddressInfo;
      resolve({
        origin: `http://${host.includes(":") ? `[${host}]` : host}:${given}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
