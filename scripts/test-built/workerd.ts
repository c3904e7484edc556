import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { inMatrix } from "./matrix.ts";

/** The newest behaviour that this workerd knows; it refuses a later date. */
const compatibilityDate = "2026-11-17";

/** Says that the worker may call this machine, where the sandboxes are; by default workerd lets it call public addresses alone. */
const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "checks", worker = (
      modules = [(name = "worker", esModule = embed "worker.bundle.mjs")],
      compatibilityDate = "${compatibilityDate}",
      globalOutbound = "this-machine"
    )),
    (name = "this-machine", network = (allow = ["private", "local"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "checks")]
);
`;

/**
 * Bundles a worker out of a project's node_modules, as Cloudflare's own tools do, and has workerd answer one request with it.
 * @param worker its file in the project
 * @param body of the request
 * @returns the answer's text
 */
export async function askWorker(project: string, worker: string, body: string): Promise<string> {
  // No Node compatibility: any import of a `node:` module fails here.
  const { warnings } = await build({
    entryPoints: [join(project, worker)],
    outfile: join(project, "worker.bundle.mjs"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    logLevel: "error",
  });
  if (warnings.length > 0) throw new Error(JSON.stringify(warnings));
  writeFileSync(join(project, "workerd.capnp"), config);

  const child = spawn(inMatrix("workerd/bin/workerd"), ["serve", "--control-fd=3", "workerd.capnp"], {
    cwd: project,
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  const closed = once(child, "close");
  try {
    const messages = child.stdio[3];
    if (messages === null || messages === undefined || !("read" in messages))
      throw new Error("workerd has no control pipe.");
    const port = await Promise.race([listeningPort(createInterface(messages)), closed.then(() => undefined)]);
    if (port === undefined) throw new Error(`workerd ended with ${child.exitCode} before it listened.`);
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
    return await response.text();
  } finally {
    child.kill();
    await closed;
  }
}

/** workerd writes a line of JSON for each socket: `{"event":"listen","socket":"http","port":43210}`. */
async function listeningPort(lines: AsyncIterable<string>): Promise<number | undefined> {
  for await (const line of lines) {
    const message: { readonly event: string; readonly port?: number } = JSON.parse(line);
    if (message.event === "listen") return message.port;
  }
  return undefined;
}
