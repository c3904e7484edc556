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

function manifest(name: string, entries: readonly string[], dependencies: readonly string[]): string {
  const fileOf = (entry: string): string => (entry === "." ? "index" : entry.slice(2));
  return JSON.stringify({
    name,
    description: `About ${name}`,
    exports: Object.fromEntries(
      entries.map((entry) => [entry, { types: `./dist/${fileOf(entry)}.d.ts`, default: `./dist/${fileOf(entry)}.js` }]),
    ),
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "workspace:^"])),
  });
}

function provider(name: string, factory: string): Files {
  return {
    ...Object.fromEntries(specFiles.map((file) => [`specs/${name}/${file}`, ""])),
    [`packages/${name}/README.md`]: "",
    [`packages/${name}/package.json`]: manifest(`@report-kit/${name}`, [".", "./schema"], ["@report-kit/http"]),
    [`packages/${name}/src/index.ts`]: `export { ${factory} } from "./client.ts"; export type { paths } from "./schema.ts";`,
    [`packages/${name}/src/client.ts`]: `import { make } from "@report-kit/http"; export const ${factory}: unknown = make();`,
    [`packages/${name}/src/schema.ts`]: "export interface paths {}",
  };
}

const packageFolders = ["alpha", "beta", "http", "report-kit"].map((name) => `packages/${name}`);

const house: Files = {
  ...Object.fromEntries(
    ["", ...packageFolders.map((folder) => `${folder}/`)].flatMap((folder) => [
      [`${folder}LICENSE`, "Free."],
      [`${folder}NOTICE`, "By us."],
    ]),
  ),
  ...provider("alpha", "createAlphaClient"),
  ...provider("beta", "createBetaClient"),
  "packages/http/package.json": manifest("@report-kit/http", ["."], ["openapi-fetch"]),
  "packages/http/src/index.ts": 'import createClient from "openapi-fetch"; export const make: unknown = createClient;',
  "packages/report-kit/package.json": manifest(
    "report-kit",
    [".", "./alpha", "./node"],
    ["@report-kit/http", "@report-kit/alpha", "@report-kit/beta"],
  ),
  "packages/report-kit/src/index.ts": 'export { core } from "./core.ts";',
  "packages/report-kit/src/core.ts":
    'import type { make } from "@report-kit/http"; export const core: typeof make = 1;',
  "packages/report-kit/src/alpha.ts":
    'import type { paths } from "@report-kit/alpha"; export { core } from "./core.ts"; export type P = paths;',
  "packages/report-kit/src/node.ts":
    'import { readFile } from "node:fs/promises"; export const read: unknown = readFile;',
};

function problemsOf(changes: Files, removed: readonly string[] = []): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), "report-kit-house-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries({ ...house, ...changes })) {
    if (removed.includes(path)) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkStructure(root);
}

test("a house in order has no problem", () => {
  expect(problemsOf({})).toEqual([]);
});

test.each([
  [
    "a provider imports another",
    "packages/alpha/src/client.ts",
    'export { createBetaClient as createAlphaClient } from "@report-kit/beta";',
    "imports @report-kit/beta, which the entry . of @report-kit/alpha",
  ],
  [
    "a provider imports another's type by import()",
    "packages/alpha/src/schema.ts",
    'export interface paths { a: import("@report-kit/beta").paths }',
    "imports @report-kit/beta, which the entry",
  ],
  [
    "the core imports a provider",
    "packages/report-kit/src/core.ts",
    'import { createAlphaClient } from "@report-kit/alpha"; export const core = createAlphaClient;',
    "imports @report-kit/alpha, which the entry . of report-kit",
  ],
  [
    "the core imports a provider's type alone",
    "packages/report-kit/src/core.ts",
    'import type { paths } from "@report-kit/alpha"; export const core: paths = {};',
    "imports @report-kit/alpha, which the entry . of report-kit",
  ],
  [
    "the core imports a provider late",
    "packages/report-kit/src/core.ts",
    'export const core = () => import("@report-kit/alpha");',
    "imports @report-kit/alpha, which the entry . of report-kit",
  ],
  [
    "the core imports an adapter",
    "packages/report-kit/src/core.ts",
    'export { core as other } from "./alpha.ts"; export const core = 1;',
    "alpha.ts: imports @report-kit/alpha, which the entry . of report-kit",
  ],
  [
    "an adapter imports another provider",
    "packages/report-kit/src/alpha.ts",
    'export type { paths } from "@report-kit/beta";',
    "imports @report-kit/beta, which the entry ./alpha of report-kit",
  ],
  [
    "the core imports node:",
    "packages/report-kit/src/core.ts",
    'import { join } from "node:path"; export const core = join;',
    "imports node:path, which the entry . of report-kit",
  ],
  [
    "the core imports a built-in without node:",
    "packages/report-kit/src/core.ts",
    'import { join } from "path"; export const core = join;',
    "imports path, which the entry . of report-kit",
  ],
  [
    "a provider imports openapi-fetch",
    "packages/beta/src/client.ts",
    'import type { Client } from "openapi-fetch"; export const createBetaClient: Client = 1;',
    "imports openapi-fetch, which the entry . of @report-kit/beta",
  ],
  [
    "http imports report-kit",
    "packages/http/src/index.ts",
    'export { core as make } from "report-kit";',
    "imports report-kit, which the entry . of @report-kit/http",
  ],
  [
    "a file imports what its package does not declare",
    "packages/http/src/index.ts",
    'export { a as make } from "left-pad";',
    "imports left-pad, which packages/http/package.json does not declare",
  ],
  [
    "a file imports out of its package",
    "packages/http/src/index.ts",
    'export { core as make } from "../../report-kit/src/core.ts";',
    "which is no file of packages/http/src",
  ],
  [
    "a file imports a computed name",
    "packages/http/src/index.ts",
    "export const make = (name: string) => import(name);",
    "imports a computed name",
  ],
  [
    "a file is reached from nowhere",
    "packages/http/src/left-over.ts",
    "export const leftOver = 1;",
    "is reached from no entry of its package",
  ],
])("%s: found", (_, path, text, problem) => {
  const problems = problemsOf({ [path]: text });
  expect(problems.length).toBeGreaterThan(0);
  expect(problems).toEqual(expect.arrayContaining([expect.stringContaining(problem)]));
});

test("a name in a comment or a string is no import", () => {
  const text =
    '// import { x } from "node:fs";\nexport const core = "import(\'@report-kit/alpha\')"; // @report-kit/beta';
  expect(problemsOf({ "packages/report-kit/src/core.ts": text })).toEqual([]);
});

test("an entry without its source, and a provider without its package, are found", () => {
  expect(problemsOf({}, ["packages/report-kit/src/node.ts"])).toEqual([
    expect.stringContaining("entry ./node comes from packages/report-kit/src/node.ts, which does not exist"),
  ]);
  expect(problemsOf({}, ["packages/beta/package.json"])).toEqual(["packages/beta: missing"]);
});

test("a file of client.ts alone is a provider's own business; any other file is shape", () => {
  const client = 'import { exchange } from "./token-exchange.ts"; export const createBetaClient = exchange;';
  const exchange = 'import { make } from "@report-kit/http"; export const exchange = make;';
  expect(
    problemsOf({ "packages/beta/src/client.ts": client, "packages/beta/src/token-exchange.ts": exchange }),
  ).toEqual([]);
});

test.each([
  ["a file more", { "packages/beta/NOTES": "" }, "its files differ"],
  [
    "a public source file more",
    {
      "packages/beta/src/extra.ts": "",
      "packages/beta/src/index.ts":
        'export { createBetaClient } from "./client.ts"; import "./extra.ts"; import "./schema.ts";',
    },
    "its source files differ",
  ],
  [
    "another field in package.json",
    { "packages/beta/package.json": manifest("@report-kit/beta", [".", "./schema"], ["@report-kit/http", "left-pad"]) },
    "its fields of package.json differ",
  ],
  [
    "no spec that it says it was made from",
    {
      "packages/alpha/package.json": JSON.stringify({
        ...JSON.parse(house["packages/alpha/package.json"] ?? ""),
        openapi: { source: "a", version: "1.0.0", sha256: "0" },
      }),
    },
    "its fields of package.json differ",
  ],
  [
    "another export",
    {
      "packages/beta/src/client.ts": "export const createBeta = 1;",
      "packages/beta/src/index.ts": 'export { createBeta } from "./client.ts"; import "./schema.ts";',
    },
    "its exported values differ",
  ],
])("a provider package with %s than the others: found", (_, changes, problem) => {
  expect(problemsOf(changes)).toEqual([expect.stringContaining(`packages/beta: ${problem} from packages/alpha`)]);
});

test("a folder of specs/ with a file too few or too many is found", () => {
  expect(problemsOf({}, ["specs/beta/sources.md"])).toEqual(["specs/beta/sources.md: missing"]);
  expect(problemsOf({ "specs/beta/notes.md": "" })).toEqual(["specs/beta/notes.md: has no place there"]);
});

test("a package without the licence, or with another notice than the root's, is found", () => {
  expect(problemsOf({ "packages/http/NOTICE": "By them." }, ["packages/report-kit/LICENSE"])).toEqual([
    "packages/http/NOTICE: is no copy of NOTICE at the root",
    "packages/report-kit/LICENSE: is no copy of LICENSE at the root",
  ]);
});
