import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * The program of a worker process in one file, which lasts as long as this process: what has nothing to resolve and to strip
 * starts in a fifth of the time.
 * @param format `esm` for a program that awaits at its top
 */
export async function bundledWorker(program: URL, format: "cjs" | "esm" = "cjs"): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "report-kit-worker-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const outfile = join(directory, format === "esm" ? "worker.mjs" : "worker.cjs");
  await build({
    entryPoints: [fileURLToPath(program)],
    outfile,
    bundle: true,
    platform: "node",
    format,
    // Optional packages that no worker uses.
    external: ["pg-native", "@zip.js/zip.js"],
    logLevel: "error",
  });
  return outfile;
}
