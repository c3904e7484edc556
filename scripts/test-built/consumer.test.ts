import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import budgets from "../budgets.json" with { type: "json" };
import { entries } from "../src/openapi-document.ts";
import { listProviders } from "../src/providers.ts";
import { repository } from "../test/altered-copy.ts";
import { bundleSize } from "./bundle-size.ts";
import { installTarballs } from "./npm-project.ts";
import type { Installed } from "./npm-project.ts";
import { packPackages } from "./packed-packages.ts";
import type { PackedPackage } from "./packed-packages.ts";
import { output } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "report-kit-consumer-"));
/** A project with everything of ours, and one with report-kit and a single provider. */
const whole = join(folder, "whole");
const small = join(folder, "small");
const providers = listProviders(repository).map(({ name }) => name);

let packed: readonly PackedPackage[] = [];
let smallest: Installed = { packages: [], bytes: 0 };

beforeAll(async () => {
  packed = await packPackages(folder);
  const names = packed.map(({ name }) => name);
  [, smallest] = await Promise.all([
    installTarballs(whole, names, packed),
    installTarballs(small, ["report-kit", `@report-kit/${providers[0]}`], packed),
  ]);
  cpSync(join(import.meta.dirname, "consumer"), whole, { recursive: true });
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

test.each(runtimes)("on Node %s an installed report-kit fetches a report", async (version, node) => {
  expect(JSON.parse(await output(node, ["fetch-report.mjs"], whole))).toEqual({
    runtime: `v${version}`,
    isWhole: true,
    made: 1,
    violations: 0,
  });
});

test.each(runtimes)("on Node %s each entry can be had by require()", async (version, node) => {
  const specifiers = packed.flatMap((item) => item.specifiers);
  // Node 20.19 and later load ES modules by require(), and say on stderr that it is new there.
  expect(await output(node, ["require-all.cjs", ...specifiers], whole)).toBe(`v${version}\n`);
});

test.each([
  ["nodenext", { module: "nodenext" }],
  ["bundler", { module: "esnext", moduleResolution: "bundler" }],
])(
  "the types of each entry compile in a project that resolves like %s, without skipLibCheck",
  async (name, options) => {
    const imports = packed.flatMap((item) => item.specifiers).map((specifier, index) => [`entry${index}`, specifier]);
    const source = [
      ...imports.map(([entry, specifier]) => `import * as ${entry} from "${specifier}";`),
      `export const all: readonly object[] = [${imports.map(([entry]) => entry).join(", ")}];`,
    ].join("\n");
    const compilerOptions = {
      ...options,
      target: "es2023",
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: [],
    };
    writeFileSync(join(whole, `${name}.ts`), source);
    writeFileSync(join(whole, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    expect(await output(process.execPath, [compiler, "-p", `${name}.json`], whole)).toBe("");
  },
);

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
  const budget = budgets.bundleBytes;
  // What needs Node, a test, or a machine of its own is no part of a bundle.
  const everything = packed
    .filter(({ name }) => name !== "@report-kit/sandbox")
    .flatMap(({ specifiers }) => specifiers)
    .filter((specifier) => !/\/(?:node|testing|schema)$/.test(specifier));
  const rows = await Promise.all([
    ...providers.map((name) =>
      measure(`@report-kit/${name}`, budget["provider package"], [all(`@report-kit/${name}`)]),
    ),
    measure("poll alone", budget["poll alone"], ['export { poll } from "report-kit";']),
    ...providers.map((name) =>
      measure(`report-kit and report-kit/${name}`, budget["report-kit with one adapter"], [
        all("report-kit"),
        all(`report-kit/${name}`),
      ]),
    ),
    measure(
      "everything",
      budget.everything,
      everything.map((specifier, index) => `export * as e${index} from "${specifier}";`),
      [],
    ),
  ]);
  console.table(Object.fromEntries(rows.map(({ what, ...figures }) => [what, figures])));
  expect(rows.filter(({ bytes, budget: limit }) => bytes > limit)).toEqual([]);

  async function measure(what: string, limit: number, lines: readonly string[], external = optional) {
    return { what, bytes: await bundleSize(whole, lines, external), budget: limit };
  }
});
