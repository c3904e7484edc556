import { expect, inject, test } from "vitest";
import { packedPackages } from "../src/packed-packages.ts";
import { inMatrix, withMatrix } from "./matrix.ts";
import { behaviourProblems, nodeOf, runOn } from "./runtimes.ts";
import type { Runtime } from "./runtimes.ts";
import { askWorker } from "./workerd.ts";

const { project, tarballs } = inject("packedProjects");

const nodes: readonly Runtime[] = [
  nodeOf("20.20.2", "scripts/runtimes/node_modules/node20"),
  nodeOf("24.21.0", "node_modules/node"),
  ...(withMatrix
    ? [nodeOf("22.23.3", "scripts/matrix/node_modules/node22"), nodeOf("26.10.0", "scripts/matrix/node_modules/node26")]
    : []),
];
const others = (): readonly Runtime[] => [
  { name: "bun 1.4.5", command: [inMatrix("bun/bin/bun.exe")] },
  // By its own resolver, over the node_modules that npm made.
  {
    name: "deno 2.9.6",
    command: [inMatrix("deno/deno"), "run", "--allow-all", "--no-prompt", "--node-modules-dir=manual"],
  },
];
const runtimes = withMatrix ? [...nodes, ...others()] : nodes;

test.each(runtimes)("on $name installed packages behave as documented", async (runtime) => {
  const run = (control: string): Promise<string> => runOn(runtime, project, "run.mjs", control);
  expect(await behaviourProblems(runtime.name, run)).toEqual([]);
});

test("the runner of behaviour checks finds a check that fails, one that is lost, and a wrong runtime", async () => {
  const run = async (): Promise<string> =>
    JSON.stringify({ runtime: "node 1", lines: ["ok 1 - a", "not ok 2 - b: c"] });
  expect(await behaviourProblems("node 2", run)).toEqual([
    "not ok 2 - b: c",
    "ran on node 1, not on node 2",
    "2 checks, not 17",
    "only 0 requests with credentials",
  ]);
});

test.each(runtimes)("on $name an installed report-kit keeps its journal and its reports as files", async (runtime) => {
  expect(JSON.parse(await runOn(runtime, project, "fetch-reports.mjs"))).toEqual({
    areVerified: [true, true, true, true, true],
    made: 4,
    violations: 0,
  });
});

test.each(nodes)("on $name require() loads each entry", async (runtime) => {
  const specifiers = packedPackages(tarballs).flatMap((item) => item.specifiers);
  // Node 20.19 and later load ES modules by require(), and say on stderr that it is new there.
  expect(await runOn(runtime, project, "require-all.cjs", ...specifiers)).toBe(`${specifiers.length} entries\n`);
});

test.runIf(withMatrix)("on workerd installed packages behave as documented, without Node's modules", async () => {
  const run = (control: string): Promise<string> => askWorker(project, "worker.mjs", control);
  expect(await behaviourProblems("Cloudflare-Workers", run)).toEqual([]);
});
