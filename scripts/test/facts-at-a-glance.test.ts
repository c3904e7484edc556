import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { specsReport } from "../specs-report.ts";
import { describeDrift } from "../src/drift.ts";
import { factsTable, openQuestions, pageWithFacts } from "../src/facts-at-a-glance.ts";
import { namedOperations, readDocument } from "../src/openapi-document.ts";
import { listProviders, providerNamed } from "../src/providers.ts";
import { specNames } from "../src/spec-names.ts";
import { alter, copyOfRepository, repository, runOn } from "./altered-copy.ts";

const page = "docs/project/specs.md";
const providers = listProviders(repository);

function copyWithPage(): string {
  const root = copyOfRepository();
  for (const path of [page, "docs/providers"]) cpSync(join(repository, path), join(root, path), { recursive: true });
  return root;
}

test("the table of facts has a row for each operation of each provider, with how sure it and its names are", () => {
  const rows = factsTable(repository, providers).split("\n");
  const operations = providers.flatMap((provider) =>
    namedOperations(readDocument(repository, provider.effective)).map(({ name }) => `${provider.name} | \`${name}\``),
  );
  expect(operations.length).toBeGreaterThan(25);
  for (const operation of operations) expect(rows.filter((row) => row.startsWith(`| ${operation} | `))).toHaveLength(1);
  expect(rows.filter((row) => row.includes("no source"))).toEqual([]);
});

test("the counts in a provider's rows of the table of facts add up to its names", () => {
  const circle = providerNamed(repository, "circle");
  const rows = factsTable(repository, [circle]).split("\n").slice(2);
  const counted = rows.flatMap((row) => [...row.matchAll(/(\d+) [a-z]/g)].map(([, count]) => Number(count)));
  // Each operation is a name of its own beside those that its row counts.
  const names = specNames(readDocument(repository, circle.effective));
  expect(counted.reduce((sum, count) => sum + count, 0) + rows.length - 1).toBe(names.size);
});

test("the page of facts has each open question whole, on one line", () => {
  const [questions = ""] = openQuestions(repository, providers).split("\n\n");
  expect(questions.split("\n").slice(0, 2)).toEqual([
    "begateway:",
    "- What a second request with the same `id` does: refusal, the same report, or another one.",
  ]);
  expect(openQuestions(repository, providers)).toContain(
    "(`Max number of reports`: neither number nor period is known).\n",
  );
});

test.each([
  [
    "another degree of surety",
    "specs/circle/sources.md",
    "| `listReports` | S3 | 2026-11-20 | documented |",
    "| `listReports` | S3 | 2026-11-20 | guess |",
  ],
  [
    "an open question more",
    "specs/circle/sources.md",
    "- Whether the sandbox makes report files.",
    "- Whether the sandbox makes report files.\n- Why.",
  ],
  [
    "another path",
    "specs/monato/effective.gen.yaml",
    "  /v1/clients/{client_id}/webhooks:",
    "  /v2/clients/{client_id}/webhooks:",
  ],
  ["an edit of the table", page, "| circle | `getReport` |", "| circle | `readReport` |"],
])("the page of facts is out of date after %s", (_, path, from, to) => {
  const root = copyWithPage();
  const drift = (): string | undefined => describeDrift(root, pageWithFacts(root, listProviders(root)));
  expect(drift()).toBeUndefined();
  alter(root, path, from, to);
  expect(drift()).toContain(`${page}: differs at line`);
});

test.each([
  ["without its first marker", /<!-- specs:report begin.*\n/, ""],
  ["without its last marker", "<!-- specs:report end -->", ""],
  ["with a marker twice", "<!-- specs:report end -->", "<!-- specs:report end -->\n<!-- specs:report end -->"],
])("the page of facts is refused %s", (_, from, to) => {
  const root = copyWithPage();
  alter(root, page, from, to);
  expect(() => pageWithFacts(root, listProviders(root))).toThrow(`${page}: must have the lines`);
});

test("the command specs-report prints, checks and writes the facts", async () => {
  const root = copyWithPage();
  alter(root, page, "| circle | `getReport` |", "| circle | `readReport` |");
  const checked = await runOn(root, specsReport, "--check");
  expect(checked.exitCode).toBe(1);
  expect(checked.output).toContain("run `pnpm specs:report --write`");
  expect(await runOn(root, specsReport, "--write")).toEqual({ exitCode: 0, output: `${page}: written\n` });
  expect(await runOn(root, specsReport, "--check")).toEqual({ exitCode: 0, output: "" });
  expect((await runOn(root, specsReport)).output).toContain("Open questions\n\nbegateway:\n- ");
});
