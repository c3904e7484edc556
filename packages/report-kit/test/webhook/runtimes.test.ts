import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { endpoint } from "./endpoint.ts";
import type { EndpointState } from "./endpoint.ts";
import { statementNotice, token, transactionsNotice } from "./scene.ts";

/** Other runtimes weigh 350 MB: they are fetched for the full run alone. */
const soak = process.env["REPORT_KIT_SOAK"] === "1";
const runtimes = ["bun@1.4.5", "deno@2.9.6", "workerd@1.20261117.1"];

/** What is sent to each, and what comes back. */
const deliveries: readonly (readonly [
  status: number,
  init: { readonly method?: string; readonly body?: BodyInit; readonly headers?: Readonly<Record<string, string>> },
])[] = [
  [200, { body: JSON.stringify(transactionsNotice) }],
  [200, { body: JSON.stringify(transactionsNotice) }],
  [200, { body: JSON.stringify({ payload: statementNotice, webhook_type: "REPORT" }) }],
  [200, { body: JSON.stringify({ ...statementNotice, account_id: "7" }) }],
  [405, { method: "PUT", body: "{}" }],
  [405, { method: "GET" }],
  [415, { body: "{}", headers: { "content-type": "text/plain" } }],
  [401, { body: "{}", headers: { authorization: `Bearer ${token}x` } }],
  [401, { body: "{}", headers: { authorization: "" } }],
  [400, { body: "{" }],
  [400, { body: "[".repeat(60_000) }],
  [400, { body: new Uint8Array([0xff, 0xfe, 0x00]) }],
  [403, { body: JSON.stringify({ ...transactionsNotice, client_id: "somebody-else" }) }],
  [413, { body: JSON.stringify({ ...transactionsNotice, more: "x".repeat(66_000) }) }],
];

/** What a right endpoint makes of them. */
const expected = {
  answers: deliveries.map(([status]) => ({ status, text: "", allow: status === 405 ? "POST" : null })),
  // A repeated notice finds its report delivered, or waits for that.
  acknowledged: 3,
  ignored: 1,
  refused: 10,
  handedOver: 2,
  looks: 2,
  errors: [],
};

/** Send everything to an endpoint, and tell what came of it. */
async function sendAll(origin: string): Promise<unknown> {
  const answers: unknown[] = [];
  for (const [, init] of deliveries) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers };
    const response = await fetch(`${origin}/monato`, { method: "POST", ...init, headers });
    answers.push({ status: response.status, text: await response.text(), allow: response.headers.get("allow") });
  }
  const state = async (): Promise<EndpointState> => (await (await fetch(`${origin}/state`)).json()) as EndpointState; // our own endpoint's
  await expect.poll(async () => (await state()).events.length, { timeout: 10_000 }).toBe(deliveries.length);
  const { events, errors, looks, handedOver } = await state();
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  return {
    answers,
    acknowledged: count("acted") + count("repeated"),
    ignored: count("ignored"),
    refused: count("refused"),
    handedOver: handedOver.length,
    looks,
    errors,
  };
}

describe("the webhook's handler", () => {
  it("does on Node what it says", async () => {
    const server = createServer(createRequestListener(endpoint())).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { port } = server.address() as AddressInfo; // of a TCP server that listens
      expect(await sendAll(`http://127.0.0.1:${port}`)).toEqual(expected);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe.runIf(soak)("the same handler, bundled", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "report-kit-runtimes-"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "runtimes", private: true }));
    await promisify(execFile)("npm", ["install", "--no-audit", "--no-fund", ...runtimes], { cwd: folder });
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ["Bun", "bun", ["bun.js"], "Bun.serve({ port: PORT, hostname: '127.0.0.1', fetch: endpoint() });"],
    [
      "Deno",
      "deno",
      ["run", "--no-config", "--allow-net=127.0.0.1", "deno.js"],
      "Deno.serve({ port: PORT, hostname: '127.0.0.1' }, endpoint());",
    ],
    [
      "workerd",
      "workerd",
      ["serve", "workerd.capnp"],
      "import { waitUntil } from 'cloudflare:workers'; export default { fetch: endpoint(waitUntil) };",
    ],
  ])(
    "does the same on %s",
    async (_, name, args, lines) => {
      const port = await freePort();
      await bundle(join(folder, `${name}.js`), lines.replace("PORT", String(port)));
      if (name === "workerd") await writeFile(join(folder, "workerd.capnp"), workerdConfig(port));
      const runtime = spawn(join(folder, "node_modules", ".bin", name), args, { cwd: folder });
      const output: string[] = [];
      for (const stream of [runtime.stdout, runtime.stderr]) stream.on("data", (data) => output.push(String(data)));
      try {
        const origin = `http://127.0.0.1:${port}`;
        await expect
          .poll(
            () =>
              fetch(`${origin}/state`).then(
                ({ status }) => status,
                () => output.join(""),
              ),
            { timeout: 20_000 },
          )
          .toBe(200);
        expect(await sendAll(origin)).toEqual(expected);
      } finally {
        await stop(runtime);
      }
    },
    60_000,
  );
});

async function bundle(outfile: string, lines: string): Promise<void> {
  await build({
    stdin: {
      contents: `import { endpoint } from "./endpoint.ts";\n${lines}`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["cloudflare:workers"], // nothing of Node's: an import of it would fail the build
    outfile,
    logLevel: "error",
  });
}

function workerdConfig(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "workerd.js", esModule = embed "workerd.js")],
    compatibilityDate = "2026-11-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;
}

async function stop(runtime: ChildProcess): Promise<void> {
  if (runtime.exitCode !== null) return;
  runtime.kill("SIGKILL");
  await once(runtime, "exit");
}
