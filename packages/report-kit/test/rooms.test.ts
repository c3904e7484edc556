import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const repository = join(import.meta.dirname, "../../..");

/** As much of the linter's report as is looked at. */
interface Report {
  readonly number_of_files: number;
  readonly diagnostics: readonly { readonly code?: string; readonly filename: string; readonly message: string }[];
}

// The table, and the proof that the linter holds each row of it, are in `scripts/`.
test("no source file of report-kit imports against the table of rooms (S3)", () => {
  const oxlint = join(repository, "node_modules/oxlint/bin/oxlint");
  const args = [oxlint, "--format=json", "packages/report-kit/src"];
  const { stdout } = spawnSync(process.execPath, args, { cwd: repository, encoding: "utf8" });
  const { number_of_files, diagnostics }: Report = JSON.parse(stdout);
  expect(number_of_files).toBeGreaterThan(50);
  const rules = /no-restricted-imports|no-dynamic-require|consistent-type-imports/;
  const refused = diagnostics.filter(({ code }) => rules.test(String(code)));
  process.stdout.write(`S3: ${refused.length} imports against the table of rooms (to reach: 0)\n`);
  expect(refused.map(({ filename, message }) => `${filename}: ${message}`).toSorted()).toEqual([]);
});
