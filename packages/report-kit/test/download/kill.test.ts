import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { ReportFile } from "../../src/download/index.ts";
import { seededRandom } from "../../src/testing/virtual-clock.ts";
import { csvOf, filesBelow, key, linkTo, sha256, temporaryDirectory } from "./ready-report.ts";
import { startStorage } from "./storage.ts";

const worker = fileURLToPath(new URL("worker.ts", import.meta.url));
const body = csvOf(12_000_000);
/** A note is written at least every 256 KiB, after the chunk that completes them. */
const mostLost = 256 * 1024 + 64 * 1024;

/** Run the worker until it has told of so many bytes, then kill it. @returns what it told last. */
async function run(url: string, directory: string, killAt: number): Promise<{ bytes: number; file?: ReportFile }> {
  const child = spawn(process.execPath, [worker, url, directory, key], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  let bytes = 0;
  let file: ReportFile | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("{")) file = JSON.parse(line) as ReportFile; // the worker's own words
    else bytes = Number(line);
    if (bytes >= killAt) child.kill("SIGKILL");
  }
  await exited;
  return file === undefined ? { bytes } : { bytes, file };
}

describe("a process killed in the middle of a download", () => {
  const rounds = process.env["REPORT_KIT_SOAK"] === "1" ? 34 : 2;
  const seed = 20_261_121;
  it.each(Array.from({ length: rounds }, (_, round) => [round]))(
    `leaves nothing under the final name, and is gone on from by the next (seed ${seed}, round %i)`,
    { timeout: 60_000 },
    async (round) => {
      const random = seededRandom(seed + round);
      const directory = await temporaryDirectory();
      const storage = await startStorage({ body, etag: '"e"' });
      const { url = "" } = linkTo(storage) as { url?: string }; // linkTo makes links
      const offsets = [random(), random(), random()]
        .map((share) => Math.floor(share * body.length))
        .sort((a, b) => a - b);
      let told = 0;
      for (const offset of offsets) {
        const before = storage.seen.length;
        const { bytes, file } = await run(url, directory, offset);
        expect(storage.seen.length - before).toBeLessThanOrEqual(1);
        // Told to die at the last moment, it may have been done.
        if (file !== undefined) return expect(file.sha256).toBe(sha256(body));
        expect((await filesBelow(directory)).filter((path) => !path.includes(".part/"))).toEqual([]);
        const from = Number(/\d+/.exec(storage.seen[before]?.headers.range ?? "0")?.[0]);
        expect(bytes).toBeGreaterThanOrEqual(from);
        told = bytes;
      }
      const { file } = await run(url, directory, Infinity);
      expect(file).toMatchObject({ sha256: sha256(body), bytes: body.length, resumed: told > mostLost });
      expect(sha256(await readFile(file?.path ?? ""))).toBe(sha256(body));
      const from = Number(/\d+/.exec(storage.seen.at(-1)?.headers.range ?? "0")?.[0]);
      expect(from).toBeGreaterThanOrEqual(told - mostLost);
      expect(await filesBelow(directory)).toEqual([join("circle", "treasury", "camt053-5f0c8a52.csv")]);
    },
  );
});
