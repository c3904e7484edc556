import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { stringify } from "yaml";
import { entries } from "./openapi-document.ts";
import type { PackedPackage } from "./packed-packages.ts";
import { output } from "./run-program.ts";

/** An npm registry that is gone when the rehearsal is over. */
export interface LoopbackRegistry {
  /** `http://127.0.0.1:<port>/`. */
  readonly url: string;
  /** What npm, pnpm, yarn and bun are started with: no setting of the user's own leads them elsewhere. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  close(): Promise<void>;
}

/**
 * Starts verdaccio on this machine. Our packages are its own; all others come from `upstream`.
 * @param verdaccio its program
 * @param folder for what it keeps, and for the caches of the package managers
 * @param upstream a registry to read from
 */
export async function startLoopbackRegistry(
  verdaccio: string,
  folder: string,
  upstream: string,
): Promise<LoopbackRegistry> {
  const url = `http://127.0.0.1:${await freePort()}/`;
  const ours = { access: "$all", publish: "$all" };
  const config = {
    storage: join(folder, "storage"),
    auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: -1 } },
    uplinks: { upstream: { url: upstream, timeout: "60s" } },
    packages: { "@report-kit/*": ours, "report-kit": ours, "**": { access: "$all", proxy: "upstream" } },
    log: { type: "stdout", format: "pretty", level: "error" },
    web: { enable: false },
  };
  writeFileSync(join(folder, "verdaccio.yaml"), stringify(config));
  const args = [verdaccio, "--config", join(folder, "verdaccio.yaml"), "--listen", new URL(url).host];
  const server = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  const closed = once(server, "close");
  const isUp = async (): Promise<boolean> => {
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    return answer?.ok ?? false;
  };
  for (let tries = 0; !(await isUp()); tries += 1) {
    if (server.exitCode !== null || tries === 300) throw new Error("The registry did not start.");
    await pause(100);
  }
  // npm wants to see a token before it publishes; this registry asks for none.
  writeFileSync(join(folder, "npmrc"), `registry=${url}\n//${new URL(url).host}/:_authToken=rehearsal\n`);
  writeFileSync(join(folder, "no-npmrc"), "");
  return {
    url,
    environment: packageManagerEnvironment(url, folder),
    async close() {
      server.kill();
      await closed;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}

function packageManagerEnvironment(url: string, folder: string): Readonly<Record<string, string | undefined>> {
  const settings = Object.keys(process.env).filter((name) => /^(?:npm|pnpm|yarn|bun)_/i.test(name));
  return {
    ...Object.fromEntries(settings.map((name) => [name, undefined])),
    npm_config_userconfig: join(folder, "npmrc"),
    npm_config_globalconfig: join(folder, "no-npmrc"),
    npm_config_registry: url,
    npm_config_cache: join(folder, "npm-cache"),
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
    PNPM_CONFIG_REGISTRY: url,
    PNPM_CONFIG_STORE_DIR: join(folder, "pnpm-store"),
    PNPM_CONFIG_CACHE_DIR: join(folder, "pnpm-cache"),
    YARN_GLOBAL_FOLDER: join(folder, "yarn"),
    BUN_INSTALL_CACHE_DIR: join(folder, "bun-cache"),
    BUN_CONFIG_REGISTRY: url,
  };
}

/** @throws when a registry is anywhere but on this machine: a rehearsal publishes to no other */
export function refuseAllButLoopback(registry: string): void {
  const { hostname, protocol } = new URL(registry);
  if (protocol !== "http:" || !["127.0.0.1", "[::1]", "localhost"].includes(hostname))
    throw new Error(`A rehearsal publishes to this machine alone, not to ${registry}.`);
}

/**
 * Publishes packed packages.
 * @throws when the registry is anywhere but on this machine, when a package names a registry of its own, or when npm fails
 */
export async function publishTo(
  { url, environment }: Pick<LoopbackRegistry, "url" | "environment">,
  packages: readonly Pick<PackedPackage, "name" | "tarball" | "manifest">[],
  cwd: string,
): Promise<void> {
  refuseAllButLoopback(url);
  for (const { name, manifest } of packages)
    for (const [field, value] of entries(manifest["publishConfig"]))
      if (field.toLowerCase().endsWith("registry"))
        throw new Error(`${name}: publishConfig.${field} would publish to ${String(value)}.`);
  for (const { tarball } of packages) {
    // A registry for a scope, in whatever file, would win over --registry.
    const args = ["publish", tarball, "--registry", url, `--@report-kit:registry=${url}`, "--access", "public"];
    await output("npm", args, cwd, environment);
  }
}
