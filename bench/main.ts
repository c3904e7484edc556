// Every bench, one after the other, and then one table of all figures beside their anchors.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { summarise } from "./src/summary.ts";
import type { Bench, Row } from "./src/summary.ts";
import { printTable } from "./src/table.ts";

/** Each bench's program, with what makes it quick, and what makes it whole. */
const benches: Readonly<Record<Bench, { readonly program: string; readonly quick: string; readonly full: string }>> = {
  waiting: { program: "src/waiting.ts", quick: "--draws 400 --anchor-draws 20 --sources 10", full: "" },
  journal: { program: "journal/main.ts", quick: "--rounds 3 --round-ms 500", full: "" },
  download: { program: "download/main.ts", quick: "--bytes 500000000 --rounds 1", full: "" },
  http: { program: "http/main.ts", quick: "--rounds 7 --calls 200", full: "" },
  cli: { program: "cli/main.ts", quick: "--rounds 5", full: "" },
  build: { program: "build/main.ts", quick: "--rounds 1", full: "--clone" },
};
const names = Object.keys(benches) as Bench[]; // the keys of the record above

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const wanted = positionals.length === 0 ? names : names.filter((name) => positionals.includes(name));

if (options.help || wanted.length < positionals.length) {
  console.log(`pnpm bench [${names.join("] [")}]
  --quick  fewer rounds and smaller files: minutes, not an hour, and figures that say less
  --json   where to write all figures (results/all.json)
Each program has more options: node bench/<program> --help`);
  process.exit(options.help ? 0 : 1);
}

const here = fileURLToPath(new URL(".", import.meta.url));
mkdirSync(`${here}results`, { recursive: true });
const rows: Row[] = [];
for (const name of wanted) {
  const { program, quick, full } = benches[name];
  const file = `${here}results/${name}.json`;
  // An old file must not pass for a new one. A bench may end with 1 because a figure is missed; without its file it has failed.
  rmSync(file, { force: true });
  const args = (options.quick ? quick : full).split(" ").filter((arg) => arg !== "");
  console.log(`\n### ${name}`);
  spawnSync(process.execPath, [program, ...args, "--json", file], { cwd: here, stdio: "inherit" });
  rows.push(...summarise(name, file));
}

const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
console.log("\n### All figures\n");
printTable(
  ["", "", "report-kit", "anchor", "", "ratio", "to reach", ""],
  rows.map(({ figure, what, value, unit, anchor, goal, isReached }) => [
    figure,
    what,
    `${shown(value)} ${unit}`,
    anchor?.name ?? "",
    anchor === undefined ? "" : shown(anchor.value),
    anchor === undefined ? "" : shown(value / anchor.value),
    shown(goal),
    isReached ? "reached" : "MISSED",
  ]),
);
const all = options.json ?? `${here}results/all.json`;
writeFileSync(all, `${JSON.stringify({ at: new Date().toISOString(), quick: options.quick, rows }, undefined, 2)}\n`);
console.log(`\n${rows.filter(({ isReached }) => isReached).length} of ${rows.length} reached; written to ${all}`);
