import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { publicSurfaceCommand } from "../public-surface.ts";
import { publicSurface } from "../src/public-surface.ts";
import { runOn } from "./altered-copy.ts";

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A clone with one built package, alpha, that has two entries, a generated file and a dependency. */
function clone(changes: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "report-kit-surface-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  write(root, {
    "packages/alpha/package.json": JSON.stringify({
      name: "@report-kit/alpha",
      type: "module",
      exports: {
        ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
        "./more": { types: "./dist/more.d.ts", default: "./dist/more.js" },
        "./package.json": "./package.json",
      },
    }),
    "packages/alpha/src/index.ts": "",
    "packages/alpha/src/more.ts": "",
    "packages/alpha/dist/index.d.ts": `
      import type { Options } from "./options.ts";
      /** Makes one. */
      export declare function make(options: Options): Thing;
      export { type Thing } from "./thing.ts";
      import type { Thing } from "./thing.ts";
      export type { paths } from "./schema.gen.ts";
      export { foreign as ours } from "foreign";`,
    "packages/alpha/dist/options.d.ts":
      "export interface Options { /** Why. */ readonly depth?: Depth; }\ntype Depth = 1 | 2;\ntype Unused = 3;\nexport {};",
    "packages/alpha/dist/thing.d.ts": "export interface Thing { readonly id: string; }",
    "packages/alpha/dist/schema.gen.d.ts": "export interface paths { a: 1 }",
    "packages/alpha/dist/more.d.ts": `export { type Thing } from "./thing.ts"; export declare const count: number;`,
    "packages/alpha/node_modules/foreign/package.json": JSON.stringify({ name: "foreign", types: "./index.d.ts" }),
    "packages/alpha/node_modules/foreign/index.d.ts": "export declare const foreign: 1;",
    ...changes,
  });
  return root;
}

const expected = `# Public surface of \`@report-kit/alpha\`

What a caller's types can see, made of the built package by \`pnpm surface\`: a change here is a change of what is promised.

## \`@report-kit/alpha\`

\`\`\`ts
// Thing
interface Thing {
    readonly id: string;
}

// make
function make(options: Options): Thing;

// ours: from foreign

// paths: generated
\`\`\`

## \`@report-kit/alpha/more\`

\`\`\`ts
// Thing: as in @report-kit/alpha

// count
const count: number;
\`\`\`

## Not exported, but referred to

\`\`\`ts
// Depth
type Depth = 1 | 2;

// Options
interface Options {
    readonly depth?: Depth;
}
\`\`\`
`;

test("a public surface has each export once with the types behind it, and no comments, generated types or invisible declarations", () => {
  expect(publicSurface(clone(), "packages/alpha")).toEqual({
    path: "packages/alpha/public-surface.md",
    text: expected,
  });
});

test("a public surface changes with a member of a type that is not exported, and not with comments or the order of declarations", () => {
  const options = (depth: string): string =>
    `type Depth = ${depth}; export interface Options { readonly depth?: Depth; } /** Another word. */ export {};`;
  const path = "packages/alpha/dist/options.d.ts";
  expect(publicSurface(clone({ [path]: options("1 | 2") }), "packages/alpha").text).toBe(expected);
  expect(publicSurface(clone({ [path]: options("1") }), "packages/alpha").text).toBe(expected.replace("1 | 2", "1"));
});

test("a public surface has both of two types that have the same name in two modules", () => {
  const root = clone({
    "packages/alpha/dist/index.d.ts": `import type { Options } from "./options.ts"; export declare const one: Options; export { two } from "./other.ts";`,
    "packages/alpha/dist/other.d.ts": `interface Options { readonly other: true; } export declare const two: Options;`,
  });
  expect(publicSurface(root, "packages/alpha").text).toContain(
    "// Options\ninterface Options {\n    readonly depth?: Depth;\n}\ninterface Options {\n    readonly other: true;\n}",
  );
});

test("a public surface is not made of a package that is not built or lacks a dependency", () => {
  const unbuilt = clone();
  rmSync(join(unbuilt, "packages/alpha/dist/more.d.ts"));
  expect(() => publicSurface(unbuilt, "packages/alpha")).toThrow(
    "packages/alpha/dist/more.d.ts: missing; run `pnpm build`.",
  );
  const alone = clone();
  rmSync(join(alone, "packages/alpha/node_modules"), { recursive: true });
  expect(() => publicSurface(alone, "packages/alpha")).toThrow("declared nowhere");
});

test("the command public-surface --check fails after a change of the types or of the file, until the surface is written again", async () => {
  const root = clone();
  expect(await runOn(root, publicSurfaceCommand)).toEqual({
    exitCode: 0,
    output: "packages/alpha/public-surface.md: written\n",
  });
  expect(await runOn(root, publicSurfaceCommand, "--check")).toEqual({ exitCode: 0, output: "" });
  write(root, { "packages/alpha/dist/thing.d.ts": "export interface Thing { readonly id: number; }" });
  const { exitCode, output } = await runOn(root, publicSurfaceCommand, "--check");
  expect(exitCode).toBe(1);
  expect(output).toContain("-     readonly id: string;\n  +     readonly id: number;");
  expect(readFileSync(join(root, "packages/alpha/public-surface.md"), "utf8")).toBe(expected);
});
