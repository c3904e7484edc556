import { expect, test } from "vitest";
import { lintSpecsCommand } from "../lint-specs.ts";
import { lintSpecs } from "../src/lint.ts";
import type { LintReport } from "../src/lint.ts";
import { alter, copyOfRepository, runOn, soak } from "./altered-copy.ts";
import { providerNamed } from "../src/providers.ts";

function lintOne(root: string, name: string): Promise<LintReport> {
  return lintSpecs(root, [providerNamed(root, name)]);
}

const faults = [
  ["an error", /^ +summary: .*\n/m, "", "operation-summary"],
  ["an example that does not satisfy its schema", "status: ready", "status: unready", "no-invalid-media-type-examples"],
  [
    "a reference to nowhere",
    "$ref: '#/components/responses/Conflict'",
    "$ref: '#/components/responses/Conflicts'",
    "no-unresolved-refs",
  ],
] as const;

test.each(soak ? faults : faults.slice(1, 2))(
  "the lint of specs finds %s in an effective description",
  async (_, from, to, rule) => {
    const root = copyOfRepository();
    alter(root, "specs/circle/effective.gen.yaml", from, to);
    const { problems, faulty } = await lintOne(root, "circle");
    expect(problems).toEqual(
      expect.arrayContaining([expect.stringContaining(`specs/circle/effective.gen.yaml: ${rule}`)]),
    );
    expect(faulty).toEqual(["specs/circle/effective.gen.yaml"]);
  },
);

test("the lint of specs fails on a warning as on an error", async () => {
  const root = copyOfRepository();
  alter(root, "redocly.yaml", "extends:\n", "rules:\n  tags-alphabetical: warn\nextends:\n");
  expect((await lintOne(root, "circle")).problems).toEqual(
    expect.arrayContaining([expect.stringContaining("effective.gen.yaml: tags-alphabetical")]),
  );
});

test("the lint of specs finds an exception that is not needed", async () => {
  const root = copyOfRepository();
  alter(root, ".redocly.lint-ignore.yaml", "info-license:\n", "info-license:\n    - '#/paths'\n");
  expect((await lintOne(root, "circle")).problems).toEqual([
    ".redocly.lint-ignore.yaml: has 2 exceptions for specs/circle/effective.gen.yaml, of which 1 are needed",
  ]);
});

test("the lint of specs finds a new fault of Circle's text and a known one that is gone", async () => {
  const root = copyOfRepository();
  alter(root, "specs/circle/openapi.yaml", "      operationId: requestReport\n", "");
  alter(
    root,
    "specs/circle/openapi.yaml",
    /camt053:\n +\$ref: '#\/components\/schemas\/Camt053StatementRequest'/,
    "camt053: '#/components/schemas/Camt053StatementRequest'",
  );
  expect((await lintOne(root, "circle")).problems).toEqual([
    expect.stringMatching(
      /^specs\/circle\/openapi\.yaml: operation-operationId .* is not in specs\/circle\/known-faults\.yaml$/,
    ),
    expect.stringMatching(/known-faults\.yaml: struct .*mapping\/camt053 is not a fault/),
  ]);
});

test("the lint of specs finds a workflow that is no Arazzo document", async () => {
  const root = copyOfRepository();
  alter(root, "specs/monato/workflow.arazzo.yaml", "workflows:", "workflow:");
  expect((await lintOne(root, "monato")).problems).toEqual(
    expect.arrayContaining([expect.stringContaining("specs/monato/workflow.arazzo.yaml: struct")]),
  );
});

test("the lint of specs finds an overlay that is no Overlay 1.0.0 document", async () => {
  const root = copyOfRepository();
  alter(root, "specs/circle/repair.overlay.yaml", "overlay: 1.0.0", "overlay: 1.0.0\nactionz: []");
  expect((await lintOne(root, "circle")).problems).toEqual([
    expect.stringContaining("specs/circle/repair.overlay.yaml: struct"),
  ]);
});

test("the command lint-specs prints each fault in the requested format and exits with 1", async () => {
  const root = copyOfRepository();
  alter(root, "specs/monato/effective.gen.yaml", /^ +operationId: .*\n/m, "");
  const { exitCode, output } = await runOn(root, lintSpecsCommand, "--format=github-actions");
  expect(exitCode).toBe(1);
  expect(output).toMatch(/^::error title=operation-operationId,file=specs\/monato\/effective\.gen\.yaml,line=\d+/m);
});
