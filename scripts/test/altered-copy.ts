import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { listProviders } from "../src/providers.ts";
import { exitCodeOf } from "../src/run-command.ts";
import type { Command } from "../src/run-command.ts";

/** Whether the tests of the spec tools try every alteration, or one of each kind: each starts redocly, for about a second. */
export const soak: boolean = process.env["REPORT_KIT_SOAK"] === "1";

export const repository: string = join(import.meta.dirname, "../..");

/** A copy of specs/, what is generated of it, and redocly's configuration, which a test may break; gone when the test is over. */
export function copyOfRepository(): string {
  const root = mkdtempSync(join(tmpdir(), "report-kit-copy-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  copyRepository(root);
  return root;
}

/** The same into a folder of the caller's. */
export function copyRepository(root: string): void {
  for (const name of ["specs", "redocly.yaml", ".redocly.lint-ignore.yaml"])
    cpSync(join(repository, name), join(root, name), { recursive: true });
  for (const { packageFolder } of listProviders(repository))
    for (const file of ["src/schema.gen.ts", "src/operations.gen.ts", "package.json"])
      cpSync(join(repository, packageFolder, file), join(root, packageFolder, file));
  for (const file of ["package.json", "src/report-fields.gen.ts"])
    cpSync(join(repository, "packages/cli", file), join(root, "packages/cli", file));
}

/** Replaces text in a file of a copy. Throws when the text is not there, so that no test breaks nothing. */
export function alter(root: string, path: string, from: string | RegExp, to: string): void {
  const before = readFileSync(join(root, path), "utf8");
  const after = before.replace(from, () => to);
  if (after === before) throw new Error(`${path} has no ${String(from)}.`);
  writeFileSync(join(root, path), after);
}

/** Runs the command of one of the entry points of scripts/ on a copy, in this process: most of a process of its own is its start. */
export async function runOn(
  root: string,
  command: Command,
  ...args: readonly string[]
): Promise<{ exitCode: number; output: string }> {
  const lines: string[] = [];
  const print = (line: string): number => lines.push(`${line}\n`);
  const exitCode = await exitCodeOf(command, ["--root", root, ...args], { log: print, error: print });
  return { exitCode, output: lines.join("") };
}
