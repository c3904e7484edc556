import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import budgets from "../budgets.json" with { type: "json" };
import { repository } from "../test/altered-copy.ts";
import { compile, writeEveryEntry } from "./compile.ts";
import type { Resolution } from "./compile.ts";
import { inMatrix, withMatrix } from "./matrix.ts";
import { packedPackages } from "../src/packed-packages.ts";

const { project, tarballs } = inject("packedProjects");
const newest = join(repository, "node_modules/typescript");
/** The generator's own. */
const oldest = join(repository, "scripts/node_modules/typescript");
const matrix = (): readonly [string, Resolution, boolean, string][] => {
  const between = inMatrix("typescript6");
  return [
    ["7.0.2", "nodenext", true, newest],
    ["7.0.2", "bundler", false, newest],
    ["5.9.3", "nodenext", true, oldest],
    ["5.9.3", "bundler", false, oldest],
    ["5.9.3", "bundler", true, oldest],
    ["6.0.3", "nodenext", false, between],
    ["6.0.3", "nodenext", true, between],
    ["6.0.3", "bundler", false, between],
    ["6.0.3", "bundler", true, between],
  ];
};
const budget = budgets["instantiations of a program with every package"];

writeEveryEntry(
  project,
  packedPackages(tarballs).flatMap(({ specifiers }) => specifiers),
);

test.each<[string, Resolution, boolean, string]>([
  ["7.0.2", "nodenext", false, newest],
  ["7.0.2", "bundler", true, newest],
  ["5.9.3", "nodenext", false, oldest],
  ...(withMatrix ? matrix() : []),
])(
  "TypeScript %s compiles a program with every package, without skipLibCheck (resolution %s, Node's types: %s)",
  async (...of) => {
    const [, resolution, withNode, compiler] = of;
    const { complaints, instantiations } = await compile(compiler, project, resolution, withNode);
    expect(complaints).toBe("");
    if (!withNode) expect(instantiations).toBeLessThanOrEqual(budget);
  },
);

test("TypeScript refuses a program that does not fit the packages' types", async () => {
  const broken = join(project, "../wrong-program");
  cpSync(project, broken, { recursive: true });
  writeFileSync(join(broken, "program.ts"), 'import { poll } from "report-kit";\npoll(1);\n');
  const { complaints } = await compile(newest, broken, "nodenext", false);
  expect(complaints).toMatch(/^program\.ts\(2,6\): error TS2345: /);
});
