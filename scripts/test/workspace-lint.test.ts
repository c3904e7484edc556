import { cpSync, existsSync, globSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../src/run-program.ts";
import type { Run } from "../src/run-program.ts";
import { alter, repository } from "./altered-copy.ts";

/** The repository but what is built, with links to what is installed; gone when the test is over. */
function copyOfWorkspace(): string {
  const root = mkdtempSync(join(tmpdir(), "report-kit-workspace-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const left = /(?:^|[/\\])(?:node_modules|dist|results|\.git|\.turbo)(?:[/\\]|$)/;
  cpSync(repository, root, { recursive: true, filter: (path) => !left.test(relative(repository, path)) });
  for (const file of globSync(
    ["package.json", "{docs,scripts,examples}/package.json", "{packages,scripts,examples}/*/package.json"],
    { cwd: root },
  )) {
    const modules = join(file, "../node_modules");
    if (existsSync(join(repository, modules))) symlinkSync(join(repository, modules), join(root, modules));
  }
  return root;
}

/** That they find nothing in the repository as it is, is a task of its own. */
function lint(root: string, tool: "knip" | "sherif", ...args: readonly string[]): Promise<Run> {
  return run(join(repository, "node_modules/.bin", tool), args, root);
}

test("a file, an export, a dependency and a version in the catalog that nothing uses are found", async () => {
  const root = copyOfWorkspace();
  writeFileSync(join(root, "packages/http/src/stale.ts"), "export const stale = 1;\n");
  alter(root, "packages/http/src/sleep.ts", /$/, "\nexport const idle = 1;\n");
  alter(root, "packages/circle/package.json", '"vitest": "catalog:"', '"vitest": "catalog:",\n    "yaml": "catalog:"');
  alter(root, "pnpm-workspace.yaml", "catalog:\n", "catalog:\n  left-pad: 1.3.0\n");
  const { exitCode, stdout } = await lint(root, "knip", "--no-config-hints");
  expect(exitCode).toBe(1);
  for (const found of ["packages/http/src/stale.ts", "idle", "yaml", "left-pad"]) expect(stdout).toContain(found);
});

test("two versions of one dependency, and a manifest out of order, are found", async () => {
  const root = copyOfWorkspace();
  alter(root, "packages/http/package.json", '"vitest": "catalog:"', '"vitest": "5.0.0"');
  alter(root, "packages/circle/package.json", '"vitest": "catalog:"', '"vitest": "5.1.0",\n    "ajv": "8.0.0"');
  const { exitCode, stdout } = await lint(root, "sherif");
  expect(exitCode).toBe(1);
  for (const found of ["multiple-dependency-versions", "unordered-dependencies"]) expect(stdout).toContain(found);
});
