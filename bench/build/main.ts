// B1 and B2: how long a contributor and a user's compiler wait.
import { cpSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packPackages } from "../../scripts/src/packed-packages.ts";
import { output } from "../../scripts/src/run-program.ts";
import { compile, resolutions, writeEveryEntry } from "../../scripts/test-built/compile.ts";
import type { Resolution } from "../../scripts/test-built/compile.ts";
import { installTarballs } from "../../scripts/test-built/npm-project.ts";
import { printTable } from "../src/table.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    clone: { type: "boolean", default: false },
    json: { type: "string", default: "results/build.json" },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`node build/main.ts
  --rounds  times each short thing is done; the median is told (5)
  --clone   also clone the last commit, and time its whole test command, twice: minutes
  --json    where to write the figures (results/build.json)`);
  process.exit(0);
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const root = path("../..");
const pnpm = ["-y", "pnpm@12.21.0"];

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function median(work: () => Promise<number>): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) seconds.push(await work());
  return seconds.toSorted((a, b) => a - b)[seconds.length >> 1] ?? Number.NaN;
}

const figures: { readonly figure: string; readonly what: string; readonly seconds: number; readonly goal: number }[] =
  [];
const folder = await mkdtemp(join(tmpdir(), "report-kit-bench-build-"));
try {
  const generate = (): Promise<string> => output(process.execPath, ["scripts/generate.ts", "--check"], root);
  const generateSeconds = await median(() => secondsOf(generate));
  figures.push({ figure: "B1", what: "pnpm generate, all four specs", seconds: generateSeconds, goal: 10 });
  if (options.clone) {
    const clone = join(folder, "clone");
    await output("git", ["clone", "--quiet", root, clone], folder);
    // As from a shell: what pnpm tells the scripts that it runs would have this one install nothing.
    const told = Object.keys(process.env).filter((name) => /^(?:npm|pnpm)_/i.test(name));
    const shell = Object.fromEntries(told.map((name) => [name, undefined]));
    const test = (): Promise<number> => secondsOf(() => output("npx", [...pnpm, "test"], clone, shell));
    figures.push({ figure: "B1", what: "the whole test command on a fresh clone", seconds: await test(), goal: 300 });
    figures.push({ figure: "B1", what: "a build and test with nothing changed", seconds: await test(), goal: 2 });
  }

  const project = join(folder, "consumer");
  const packed = await packPackages(root, folder);
  const names = packed.map(({ name }) => name);
  await installTarballs(project, names, packed);
  cpSync(path("../../scripts/test-built/consumer"), project, { recursive: true });
  writeEveryEntry(
    project,
    packed.flatMap(({ specifiers }) => specifiers),
  );
  const compilers = [
    ["5.9.3", "typescript5", 4],
    ["6.0.3", "typescript6", 4],
    ["7.0.2", "typescript", 1],
  ] as const;
  for (const [version, name, goal] of compilers) {
    // the keys of a literal are what its type says
    for (const resolution of Object.keys(resolutions) as Resolution[]) {
      const seconds = await median(async () => {
        const compiled = await compile(path(`../node_modules/${name}`), project, resolution, false);
        if (compiled.complaints !== "") throw new Error(compiled.complaints);
        return compiled.seconds;
      });
      figures.push({ figure: "B2", what: `TypeScript ${version}, ${resolution}`, seconds, goal });
    }
  }
} finally {
  await rm(folder, { recursive: true });
}

console.log("\nWhat a contributor waits for (B1), and type-checking a consumer of all packages (B2)\n");
printTable(
  ["", "", "seconds", "goal"],
  figures.map(({ figure, what, seconds, goal }) => [figure, what, seconds.toFixed(2), String(goal)]),
);
await mkdir(dirname(options.json), { recursive: true });
await writeFile(options.json, `${JSON.stringify({ options, figures }, undefined, 2)}\n`);
console.log(`\nWritten to ${options.json}`);
