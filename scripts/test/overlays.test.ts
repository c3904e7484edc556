import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkSpecs } from "../check-specs.ts";
import { generate } from "../generate.ts";
import { readDocument } from "../src/openapi-document.ts";
import { applyOverlays, overlayActions } from "../src/overlays.ts";
import { alter, copyOfRepository, repository, runOn } from "./altered-copy.ts";
import { providerNamed } from "../src/providers.ts";

const circle = providerNamed(repository, "circle");
const additions = "specs/circle/additions.overlay.yaml";

function problemsOf(root: string): readonly string[] {
  return applyOverlays(readDocument(root, circle.spec), overlayActions(root, circle)).problems;
}

test.each([
  ["points nowhere", "target: $.paths['/v1/reports'].post", "target: $.paths['/v1/report'].post", "matches nothing"],
  [
    "has a broken target",
    "target: $.paths['/v1/reports'].post",
    "target: $.paths['/v1/reports'",
    "its target is no JSONPath",
  ],
  [
    "has a misspelt update",
    "    update:\n      version: 1.0.0",
    "    updates:\n      version: 1.0.0",
    "must have a target and either",
  ],
  ["changes nothing", "      version: 1.0.0", "      version: ${version}", "changes nothing"],
  [
    "updates a value that is no object",
    "target: $.info\n",
    "target: $.info.title\n",
    "this check knows only updates of objects",
  ],
  ["has no description", /description: The bodies Circle's[^\n]*\n/, "description: ''\n", "has no description"],
])("the check of overlays names the overlay and the target of an action that %s", (_, from, to, problem) => {
  const root = copyOfRepository();
  alter(root, additions, from, to);
  expect(problemsOf(root)).toEqual([expect.stringMatching(new RegExp(`^${additions}, \\$.*: .*${problem}`))]);
});

test("the check of overlays finds a removal that matches nothing", () => {
  const root = copyOfRepository();
  alter(root, "specs/circle/repair.overlay.yaml", "discriminator.mapping", "discriminator.mappings");
  expect(problemsOf(root)).toEqual([expect.stringContaining("mappings: matches nothing")]);
});

test("the command check-specs fails on an overlay action that redocly ignores without a message", async () => {
  const root = copyOfRepository();
  writeFileSync(
    join(root, additions),
    `${readFileSync(join(root, additions), "utf8")}
  - target: $.components.schemas.ReportRecords
    description: A name that is not in the text.
    x-source: [S1]
    update:
      description: Never seen.
`,
  );
  expect((await runOn(root, generate, "circle")).exitCode).toBe(0);
  const { exitCode, output } = await runOn(root, checkSpecs, "circle");
  expect(exitCode).toBe(1);
  expect(output).toContain(`${additions}, $.components.schemas.ReportRecords: matches nothing`);
});

test("the check of overlays refuses an overlay that redocly.yaml does not list and one that does not exist", () => {
  const root = copyOfRepository();
  writeFileSync(join(root, "specs/circle/more.overlay.yaml"), "overlay: 1.0.0\n");
  expect(() => overlayActions(root, circle)).toThrow("specs/circle/more.overlay.yaml is not listed");
  const other = copyOfRepository();
  alter(other, "redocly.yaml", "circle/repair.overlay.yaml", "circle/repairs.overlay.yaml");
  expect(() => overlayActions(other, circle)).toThrow("specs/circle/repairs.overlay.yaml does not exist");
});
