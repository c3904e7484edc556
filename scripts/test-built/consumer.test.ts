import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import budgets from "../budgets.json" with { type: "json" };
import { entries } from "../src/openapi-document.ts";
import type { JsonObject } from "../src/openapi-document.ts";
import { listProviders } from "../src/providers.ts";
import { repository } from "../test/altered-copy.ts";
import { bundleSize } from "./bundle-size.ts";
import { installTarballs } from "./npm-project.ts";
import type { Installed } from "./npm-project.ts";
import { packPackages } from "./packed-packages.ts";
import type { PackedPackage } from "./packed-packages.ts";
import { output, run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "report-kit-consumer-"));
/** A project with everything of ours, and one with report-kit and a single provider. */
const project = join(folder, "everything");
const smallProject = join(folder, "one-provider");
const providers = listProviders(repository).map(({ name }) => name);

let packed: readonly PackedPackage[] = [];
let smallest: Installed = { packages: [], bytes: 0 };

beforeAll(async () => {
  packed = await packPackages(folder);
  const names = packed.map(({ name }) => name);
  [, smallest] = await Promise.all([
    installTarballs(project, names, packed),
    installTarballs(smallProject, ["report-kit", `@report-kit/${providers[0]}`], packed),
  ]);
  cpSync(join(import.meta.dirname, "consumer"), project, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The `node` of a package that brings one, called by its path: what is on the PATH does not matter. */
function nodeOf(...path: readonly string[]): string {
  return join(repository, ...path, "bin", process.platform === "win32" ? "node.exe" : "node");
}

const runtimes = [
  ["20.20.2", nodeOf("scripts/runtimes/node_modules/node20")],
  ["24.21.0", nodeOf("node_modules/node")],
] as const;

test.each(runtimes)("on Node %s an installed report-kit fetches a report of each source", async (version, node) => {
  expect(JSON.parse(await output(node, ["fetch-reports.mjs"], project))).toEqual({
    runtime: `v${version}`,
    areVerified: [true, true, true, true, true],
    made: 4,
    violations: 0,
  });
});

test.each(runtimes)("on Node %s each entry can be had by require()", async (version, node) => {
  const specifiers = packed.flatMap((item) => item.specifiers);
  // Node 20.19 and later load ES modules by require(), and say on stderr that it is new there.
  expect(await output(node, ["require-all.cjs", ...specifiers], project)).toBe(`v${version}\n`);
});

// Only `report-kit/node` may need Node's types; TypeScript's users in browsers and workers have none.
const isForNode = (specifier: string): boolean => specifier.endsWith("/node");
const nodeTypes = { types: ["node"], typeRoots: [join(repository, "scripts/node_modules/@types")] };

test.each([
  ["nodenext", { module: "nodenext" }],
  ["bundler", { module: "esnext", moduleResolution: "bundler" }],
])(
  "the types of each entry compile in a project that resolves like %s, without skipLibCheck",
  async (name, options) => {
    const specifiers = packed.flatMap((item) => item.specifiers);
    const neutral = specifiers.filter((specifier) => !isForNode(specifier));
    expect(neutral.length).toBeLessThan(specifiers.length);
    expect(await compilerOutput(`${name}-neutral`, neutral, { ...options, types: [] })).toBe("");
    expect(await compilerOutput(`${name}-node`, specifiers, { ...options, ...nodeTypes })).toBe("");
  },
);

/** What the compiler says of a program of the project that uses all these entries: nothing, when all is well. */
async function compilerOutput(name: string, specifiers: readonly string[], options: JsonObject): Promise<string> {
  const source = [
    ...specifiers.map((specifier, index) => `import * as entry${index} from "${specifier}";`),
    `export const all: readonly object[] = [${specifiers.map((_, index) => `entry${index}`).join(", ")}];`,
  ].join("\n");
  const compilerOptions = { target: "es2023", strict: true, noEmit: true, skipLibCheck: false, ...options };
  writeFileSync(join(project, `${name}.ts`), source);
  writeFileSync(join(project, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const { stdout, stderr } = await run(process.execPath, [compiler, "-p", `${name}.json`], project);
  return stdout + stderr;
}

test("report-kit and one provider stay small when they are installed", () => {
  const { bytes, packages } = smallest;
  console.table(
    Object.fromEntries(packed.map(({ name, tarballBytes, files }) => [name, { tarballBytes, files: files.length }])),
  );
  console.log(`report-kit and one provider: ${bytes} bytes in ${packages.length} packages: ${packages.join(" ")}`);
  const budget = budgets["report-kit and one provider, installed"];
  expect(packages).toContain("report-kit");
  expect(bytes).toBeLessThanOrEqual(budget.bytes);
  expect(packages.length).toBeLessThanOrEqual(budget.packages);
});

test("what a program bundles of us stays small", async () => {
  const all = (specifier: string): string => `export * from "${specifier}";`;
  const optional = packed.flatMap(({ manifest }) => entries(manifest["peerDependenciesMeta"]).map(([name]) => name));
  const sizes = budgets.bundleBytes;
  // What needs Node, or a test, is no part of a bundle; and everything has its optional peers.
  const everything = packed
    .filter(({ name }) => name !== "@report-kit/sandbox")
    .flatMap(({ specifiers }) => specifiers)
    .filter((specifier) => !/\/(?:node|testing|schema)$/.test(specifier));
  const bundles = [
    ...providers.map((name) => {
      const specifier = `@report-kit/${name}`;
      return { what: specifier, ...sizes["provider package"], lines: [all(specifier)], external: [] };
    }),
    { what: "poll alone", ...sizes["poll alone"], lines: ['export { poll } from "report-kit";'], external: optional },
    ...providers.map((name) => {
      const lines = ["report-kit", `report-kit/${name}`].map(all);
      return { what: `with report-kit/${name}`, ...sizes["report-kit with one adapter"], lines, external: optional };
    }),
    {
      what: "everything",
      ...sizes.everything,
      lines: everything.map((specifier, index) => `export * as part${index} from "${specifier}";`),
      external: [],
    },
  ];
  const rows = await Promise.all(
    bundles.map(async ({ what, goal, budget, lines, external }) => {
      const bytes = await bundleSize(project, lines, external);
      return { what, bytes, budget, goal, isGoalReached: bytes <= goal };
    }),
  );
  console.table(rows);
  expect(rows.filter(({ bytes, budget }) => bytes > budget)).toEqual([]);
  // A bundle that holds nothing would be small, too.
  expect(Math.min(...rows.map(({ bytes }) => bytes))).toBeGreaterThan(1000);
});
