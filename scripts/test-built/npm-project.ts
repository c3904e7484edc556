import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entries, isObject } from "../src/openapi-document.ts";
import type { PackedPackage } from "../src/packed-packages.ts";
import { output } from "../src/run-program.ts";

/** What lies in a project's node_modules. */
export interface Installed {
  readonly packages: readonly string[];
  readonly bytes: number;
}

/**
 * Makes an empty project and installs some of our tarballs in it, as a user would with npm. Where they depend on others of ours, those come
 * out of their tarballs too.
 */
export async function installTarballs(
  folder: string,
  wanted: readonly string[],
  packed: readonly PackedPackage[],
): Promise<Installed> {
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const dependencies = Object.fromEntries(Object.entries(tarballs).filter(([name]) => wanted.includes(name)));
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "consumer", private: true, type: "module", dependencies, overrides: tarballs };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  await output("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"], folder);

  const modules = join(folder, "node_modules");
  const lock: unknown = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8"));
  return {
    packages: entries(isObject(lock) ? lock["packages"] : undefined).map(([path]) =>
      path.slice("node_modules/".length),
    ),
    bytes: sizeOf(modules),
  };
}

/** Bytes of all files below a folder, npm's own bookkeeping left out. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== ".package-lock.json")
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
