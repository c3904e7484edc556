import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { startSandbox } from "@report-kit/sandbox";
import type { Fault, FaultTarget, Sandbox, SandboxOptions } from "@report-kit/sandbox";

/** Sandboxes for programs in other processes, on whatever runtime: behaviour/scene.mjs asks for them over HTTP. */
export interface SandboxControl {
  readonly origin: string;
  /** Every sandbox that was asked for, in order. */
  readonly sandboxes: readonly Sandbox[];
  close(): Promise<void>;
}

/** What scene.mjs sends. */
interface Ask {
  readonly id: number;
  readonly target: FaultTarget;
  readonly fault: Fault;
  readonly times: number;
}

export async function startSandboxControl(): Promise<SandboxControl> {
  const sandboxes: Sandbox[] = [];
  const answerTo = async (call: string, body: string): Promise<unknown> => {
    if (call === "/start") {
      const options: SandboxOptions = JSON.parse(body);
      const sandbox = await startSandbox(options);
      const { circle, begateway, monato, mercadopago } = sandbox;
      return { id: sandboxes.push(sandbox) - 1, circle, begateway, monato, mercadopago };
    }
    const { id, target, fault, times }: Ask = JSON.parse(body);
    const sandbox = sandboxes[id];
    if (call === "/requests") return sandbox?.requests;
    if (call === "/made") return sandbox?.made();
    if (call !== "/fail") throw new Error(`There is no call ${call}.`);
    sandbox?.fail(target, fault, times);
    return {};
  };
  const server = createServer((request: IncomingMessage, response) => {
    const answer = async (): Promise<string> =>
      JSON.stringify(await answerTo(request.url ?? "", await text(request))) ?? "null";
    answer().then(
      (json) => response.setHeader("content-type", "application/json").end(json),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    sandboxes,
    async close() {
      server.closeAllConnections();
      server.close();
      await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
    },
  };
}
