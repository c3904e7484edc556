import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequestListener } from "@remix-run/node-fetch-server";
import type { ReportKit } from "report-kit";
import { monatoWebhook, registerMonatoWebhook } from "report-kit/webhook";
import type { DemoSources } from "./wanted-reports.ts";

/** Monato's notices, on their way to the waits of a kit. */
export interface Notices {
  close(): Promise<void>;
}

/** Serve an endpoint for Monato's notices and register it: a notice ends a wait early. */
export async function listenForNotices(
  kit: ReportKit,
  { monato, monatoClient, clabeNumber }: DemoSources,
): Promise<Notices> {
  const token = randomBytes(24).toString("base64url");
  const handler = monatoWebhook({
    kit,
    source: monato,
    token,
    // A notice names an account by Monato's own number; a real one would be looked up.
    clabeOf: () => clabeNumber,
    onError: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
  });
  const server = createServer(createRequestListener(handler));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  await registerMonatoWebhook(monatoClient, { url: `http://127.0.0.1:${port}/monato`, token });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
