import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkStructure } from "../src/check-structure.ts";

type Files = Readonly<Record<string, string>>;

const specFiles = [
  "openapi.yaml",
  "effective.gen.yaml",
  "examples.yaml",
  "sources.md",
  "workflow.arazzo.yaml",
  "fixtures/page.md",
];

function manifest(name: string, dependency: string): string {
  return JSON.stringify({
    name: `@report-kit/${name}`,
    description: `About ${name}`,
    exports: { ".": "./dist/index.js" },
    dependencies: { [dependency]: "workspace:^" },
  });
}

function provider(name: string, factory: string): Files {
  return {
    ...Object.fromEntries(specFiles.map((file) => [`specs/${name}/${file}`, ""])),
    [`packages/${name}/package.json`]: manifest(name, "@report-kit/http"),
    [`packages/${name}/src/index.ts`]: `export { ${factory} } from "./client.ts";`,
  };
}

const repositoryInOrder: Files = {
  ...Object.fromEntries(
    ["", "packages/alpha/", "packages/beta/"].flatMap((folder) => [
      [`${folder}LICENSE`, "Free."],
      [`${folder}NOTICE`, "By us."],
    ]),
  ),
  ...provider("alpha", "createAlphaClient"),
  ...provider("beta", "createBetaClient"),
};

function problemsOf(changes: Files, removed: readonly string[] = []): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), "report-kit-structure-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries({ ...repositoryInOrder, ...changes })) {
    if (removed.includes(path)) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkStructure(root);
}

test("the structure check finds nothing in a repository that is in order", () => {
  expect(problemsOf({})).toEqual([]);
});

test("the structure check lets a provider package have source files of its own that it does not export", () => {
  expect(problemsOf({ "packages/beta/src/token-exchange.ts": "export const exchange = 1;" })).toEqual([]);
});

test.each([
  ["one file more", { "packages/beta/NOTES": "" }, "its files differ"],
  ["another dependency", { "packages/beta/package.json": manifest("beta", "left-pad") }, "its fields of package.json"],
  [
    "no record of the spec that it was generated from",
    {
      "packages/alpha/package.json": JSON.stringify({
        ...JSON.parse(manifest("alpha", "@report-kit/http")),
        openapi: { source: "a", version: "1.0.0", sha256: "0" },
      }),
    },
    "its fields of package.json differ",
  ],
  ["a factory with another name", { "packages/beta/src/index.ts": "export { createBeta };" }, "its exports differ"],
])("the structure check finds a provider package with %s than its siblings", (_, changes, problem) => {
  expect(problemsOf(changes)).toEqual([expect.stringContaining(`packages/beta: ${problem}`)]);
});

test("the structure check finds a spec without its package", () => {
  expect(problemsOf({}, ["packages/beta/package.json"])).toEqual(["packages/beta: missing"]);
});

test("the structure check finds a missing file and a surplus file in a folder of specs/", () => {
  expect(problemsOf({}, ["specs/beta/sources.md"])).toEqual(["specs/beta/sources.md: missing"]);
  expect(problemsOf({ "specs/beta/notes.md": "" })).toEqual(["specs/beta/notes.md: has no place there"]);
});

test("the structure check finds a package without the licence, or with a notice that is not the root's", () => {
  const files = { "packages/gamma/package.json": "{}", "packages/gamma/NOTICE": "By them." };
  expect(problemsOf(files)).toEqual([
    "packages/gamma/LICENSE: is no copy of LICENSE at the root",
    "packages/gamma/NOTICE: is no copy of NOTICE at the root",
  ]);
});
