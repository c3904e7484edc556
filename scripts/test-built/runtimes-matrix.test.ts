import { expect, inject, test } from "vitest";
import { inMatrix } from "./matrix.ts";
import { packedPackages } from "../src/packed-packages.ts";
import { behaviourProblems, nodeOf, runOn } from "./runtimes.ts";
import type { Runtime } from "./runtimes.ts";
import { askWorker } from "./workerd.ts";

const { project, tarballs } = inject("packedProjects");

const nodes: readonly Runtime[] = [
  nodeOf("22.23.3", "scripts/matrix/node_modules/node22"),
  nodeOf("26.10.0", "scripts/matrix/node_modules/node26"),
];
const runtimes: readonly Runtime[] = [
  ...nodes,
  { name: "bun 1.4.5", command: [inMatrix("bun/bin/bun.exe")] },
  // By its own resolver, over the node_modules that npm made.
  {
    name: "deno 2.9.6",
    command: [inMatrix("deno/deno"), "run", "--allow-all", "--no-prompt", "--node-modules-dir=manual"],
  },
];

test.each(runtimes)("on $name installed packages behave as they are said to", async (runtime) => {
  const run = (control: string): Promise<string> => runOn(runtime, project, "run.mjs", control);
  expect(await behaviourProblems(runtime.name, run)).toEqual([]);
});

test.each(runtimes)("on $name an installed report-kit keeps its journal and its reports as files", async (runtime) => {
  expect(JSON.parse(await runOn(runtime, project, "fetch-reports.mjs"))).toEqual({
    areVerified: [true, true, true, true, true],
    made: 4,
    violations: 0,
  });
});

test.each(nodes)("on $name each entry can be had by require()", async (runtime) => {
  const specifiers = packedPackages(tarballs).flatMap((item) => item.specifiers);
  expect(await runOn(runtime, project, "require-all.cjs", ...specifiers)).toBe(`${specifiers.length} entries\n`);
});

test("on workerd installed packages behave as they are said to, without Node's modules", async () => {
  const run = (control: string): Promise<string> => askWorker(project, "worker.mjs", control);
  expect(await behaviourProblems("Cloudflare-Workers", run)).toEqual([]);
});
