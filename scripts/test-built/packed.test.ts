import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, Package } from "@arethetypeswrong/core";
import type { ResolutionKind } from "@arethetypeswrong/core";
import { problemAffectsResolutionKind } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { expect, inject, test } from "vitest";
import budgets from "../budgets.json" with { type: "json" };
import { isObject, readDocument } from "../src/openapi-document.ts";
import { repository } from "../test/altered-copy.ts";
import { packedPackages } from "../src/packed-packages.ts";
import type { PackedPackage } from "../src/packed-packages.ts";
import { fileProblems, manifestProblems } from "./tarball-problems.ts";

const { smallest, tarballs } = inject("packedProjects");
const packages = packedPackages(tarballs);

/** What the same check says of each package, by its name: `{}` when all is well. */
function problemsByPackage(check: (item: PackedPackage) => readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    packages.map((item) => [item.name, check(item)] as const).filter(([, problems]) => problems.length > 0),
  );
}

const repositoryField = readDocument(repository, "package.json")["repository"];
const rootRepository = isObject(repositoryField) ? repositoryField : {};

test("each tarball has its licence, notice, readme and what is built of today's sources, and nothing else", () => {
  expect(
    problemsByPackage((item) => fileProblems(item, (path) => existsSync(join(repository, item.folder, "src", path)))),
  ).toEqual({});
});

test("the check of tarballs finds a file that is missing, stale or of no use to a user", () => {
  const files = [
    "LICENSE",
    "README.md",
    "package.json",
    "dist/now.js",
    "dist/gone.d.ts",
    "src/now.ts",
    "dist/x.tsbuildinfo",
  ];
  expect(fileProblems({ name: "a", folder: "packages/a", files }, (path) => path === "now.ts")).toEqual([
    "lacks NOTICE",
    expect.stringMatching(/^dist\/gone\.d\.ts has no place/),
    expect.stringMatching(/^src\/now\.ts has no place/),
    expect.stringMatching(/^dist\/x\.tsbuildinfo has no place/),
  ]);
});

test("each packed package.json has ranges that npm knows and the fields that all our packages share", () => {
  expect(problemsByPackage((item) => manifestProblems(item, rootRepository))).toEqual({});
});

test("the check of tarballs finds a version range of the workspace and a field that differs", () => {
  const manifest = {
    license: "MIT",
    private: true,
    repository: { ...rootRepository, directory: "packages/a" },
    engines: { node: ">=20.19.0" },
    publishConfig: { access: "public" },
    dependencies: { one: "^1.2.3", two: "catalog:" },
    peerDependencies: { three: "workspace:^" },
  };
  expect(manifestProblems({ folder: "packages/a", manifest }, rootRepository)).toEqual([
    "two: catalog: is no range that npm knows",
    "three: workspace:^ is no range that npm knows",
    'license is "MIT"',
    "private is true",
  ]);
});

test("report-kit and one provider stay small when they are installed", () => {
  const { bytes, packages: names } = smallest;
  console.table(
    Object.fromEntries(packages.map(({ name, tarballBytes, files }) => [name, { tarballBytes, files: files.length }])),
  );
  console.log(`report-kit and one provider: ${bytes} bytes in ${names.length} packages: ${names.join(" ")}`);
  const budget = budgets["report-kit and one provider, installed"];
  expect(names).toContain("report-kit");
  expect(bytes).toBeLessThanOrEqual(budget.bytes);
  expect(names.length).toBeLessThanOrEqual(budget.packages);
});

test("publint reports nothing for any package", async () => {
  const said = await Promise.all(
    packages.map(async ({ name, tarball, manifest }) => {
      const { messages } = await publint({ pack: { tarball: arrayBuffer(tarball) }, strict: true });
      return [name, messages.map((message) => formatMessage(message, manifest, { color: false }))] as const;
    }),
  );
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(packages.map(({ name }) => [name, []])));
});

test("the types of each entry are what a user's TypeScript resolves, by import and by bundlers", async () => {
  const found = await Promise.all(packages.map(async ({ name, contents }) => [name, await typeProblems(contents)]));
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(packages.map(({ name }) => [name, []])));
});

test("publint and attw find an entry that leads nowhere and types that contradict the code", async () => {
  const manifest = {
    name: "a",
    version: "1.0.0",
    type: "module",
    exports: { ".": { types: "./index.d.cts", default: "./index.js" }, "./gone": "./gone.js" },
  };
  const files = { "package.json": JSON.stringify(manifest), "index.js": "export {};", "index.d.cts": "export {};" };
  const { messages } = await publint({
    pkgDir: "a",
    strict: true,
    pack: { files: Object.entries(files).map(([name, data]) => ({ name: `a/${name}`, data })) },
  });
  expect(messages.map(({ code, type }) => [code, type])).toContainEqual(["FILE_DOES_NOT_EXIST", "error"]);
  const inModules = Object.entries(files).map(([name, data]) => [`/node_modules/a/${name}`, data]);
  expect(await typeProblems(new Package(Object.fromEntries(inModules), "a", "1.0.0"))).toEqual(
    expect.arrayContaining([expect.stringContaining("FalseCJS"), expect.stringContaining("NoResolution")]),
  );
});

/** The profile `esm-only` of attw: what an old `require` would resolve is not looked at. */
async function typeProblems(contents: Package): Promise<readonly string[]> {
  const kinds: readonly ResolutionKind[] = ["node16-esm", "bundler"];
  const analysis = await checkPackage(contents);
  if (!analysis.types) return ["has no types"];
  return analysis.problems
    .filter((problem) => kinds.some((kind) => problemAffectsResolutionKind(problem, kind, analysis)))
    .map((problem) => JSON.stringify(problem));
}

function arrayBuffer(path: string): ArrayBuffer {
  const bytes = new Uint8Array(readFileSync(path));
  return bytes.buffer;
}
