// D1: a large download to a file with its SHA-256, beside the loop one would write by hand. The server is another process.
import { fork } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contenders } from "./contenders.ts";
import type { Measured } from "./contenders.ts";

const { values: options } = parseArgs({
  options: {
    bytes: { type: "string", default: "5000000000" },
    rounds: { type: "string", default: "3" },
    directory: { type: "string", default: tmpdir() },
    json: { type: "string", default: "results/download.json" },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`node download/main.ts
  --bytes      size of the file (5 000 000 000)
  --rounds     downloads by each, taking turns; medians are told (3)
  --directory  where to write: twice the size must be free (the system's temporary directory)
  --json       where to write the figures (results/download.json)`);
  process.exit(0);
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const totalBytes = Number(options.bytes);
const server = fork(path("server.ts"), [String(totalBytes)]);
const { port } = await new Promise<{ port: number }>((resolve) => void server.once("message", resolve));
const names = Object.keys(contenders);
const measured = new Map<string, Measured[]>(names.map((name) => [name, []]));

for (let round = 0; round < Number(options.rounds); round += 1) {
  // Who goes first changes: the disk remembers what it was last asked to do.
  for (const name of round % 2 === 0 ? names : names.toReversed()) {
    const directory = await mkdtemp(join(options.directory, "report-kit-bench-"));
    try {
      const child = fork(path("contenders.ts"), [name, `http://127.0.0.1:${port}/report.csv`, directory]);
      const figures = await new Promise<Measured>((resolve, reject) => {
        child.once("message", resolve);
        child.once("exit", (code) => reject(new Error(`${name} ended with ${code} and no figures`)));
      });
      if (figures.bytes !== totalBytes) throw new Error(`${name} brought ${figures.bytes} bytes of ${totalBytes}`);
      measured.get(name)?.push(figures);
      console.log(round, name, figures);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}
server.kill();

const hashes = new Set([...measured.values()].flat().map(({ sha256 }) => sha256));
if (hashes.size !== 1) throw new Error("the contenders do not agree on the SHA-256");
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const figures = Object.fromEntries(
  [...measured].map(([name, all]) => [
    name,
    {
      megabytesPerSecond: Math.round(median(all.map(({ seconds }) => totalBytes / seconds / 1e6))),
      processorSeconds: median(all.map(({ processorSeconds }) => processorSeconds)),
      rssGrowthMebibytes: median(all.map(({ rssAtStart, rssAtMost }) => rssAtMost - rssAtStart)),
      rssAtMostMebibytes: median(all.map(({ rssAtMost }) => rssAtMost)),
    },
  ]),
);
const [loop, kit] = [figures["hand-written loop"], figures["report-kit"]];
if (loop === undefined || kit === undefined) throw new Error("both must have run");
const ratios = {
  throughput: Math.round((kit.megabytesPerSecond / loop.megabytesPerSecond) * 100) / 100,
  rssGrowth: Math.round((kit.rssGrowthMebibytes / loop.rssGrowthMebibytes) * 100) / 100,
};
console.table(figures);
console.log("report-kit / hand-written loop:", ratios, "(to reach: throughput >= 0.9, growth <= 1.1 and <= 140 MiB)");
await mkdir(dirname(options.json), { recursive: true });
await writeFile(
  options.json,
  `${JSON.stringify({ totalBytes, rounds: Number(options.rounds), figures, ratios }, undefined, 2)}\n`,
);
