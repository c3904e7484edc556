import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** A Restate server of one's own. */
export interface RestateServer {
  readonly ingress: string;
  readonly admin: string;
  stop(): Promise<void>;
}

const directory = new URL("../restate/", import.meta.url);

/** Install Restate where it lies outside the workspace. */
export async function installRestate(): Promise<void> {
  await promisify(execFile)("pnpm", ["install", "--frozen-lockfile"], { cwd: directory });
}

/** Start a server on loopback, with nothing in it. */
export async function startRestate(): Promise<RestateServer> {
  const [ingress, admin, node] = await Promise.all([freePort(), freePort(), freePort()]);
  const base = await mkdtemp(join(tmpdir(), "restate-"));
  const child = spawn(serverBinary(), ["--base-dir", base, "--node-name", "test"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_DISABLE_TELEMETRY: "true",
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += String(data)));
  const closed = new Promise((resolve) => child.on("close", resolve));
  const healthy = async (port: number, path: string): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await healthy(admin, "/health")) || !(await healthy(ingress, "/restate/health"))) {
    if (child.exitCode !== null) throw new Error(`Restate did not start: ${said}`);
    await sleep(50);
  }
  return {
    ingress: `http://127.0.0.1:${ingress}`,
    admin: `http://127.0.0.1:${admin}`,
    stop: async () => {
      child.kill("SIGKILL");
      await closed;
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** The program itself, not its wrapper, which would leave it running when it is killed. */
function serverBinary(): string {
  const fromDirectory = createRequire(new URL("package.json", directory));
  const fromServer = createRequire(fromDirectory.resolve("@restatedev/restate-server/package.json"));
  return fromServer.resolve(`@restatedev/restate-server-${platform()}-${arch()}/bin/restate-server`);
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("no port"));
      });
    });
  });
}
