import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDrift } from "../src/drift.ts";
import { namedOperations, readDocument } from "../src/openapi-document.ts";
import { providerPages } from "../src/provider-pages.ts";
import { listProviders } from "../src/providers.ts";
import { alter, copyOfRepository, repository } from "./altered-copy.ts";

function copyWithPages(): string {
  const root = copyOfRepository();
  cpSync(join(repository, "docs/providers"), join(root, "docs/providers"), { recursive: true });
  return root;
}

test("each provider's page has a row for each operation, with what it rests on, and each document", () => {
  for (const provider of listProviders(repository)) {
    const text = providerPages(repository, [provider])[0]?.text ?? "";
    for (const { name } of namedOperations(readDocument(repository, provider.effective)))
      expect(text).toMatch(
        new RegExp(`^\\| \`${name.replaceAll(".", "\\.")}\` \\| .* \\| (documented|seen|ours) \\| `, "m"),
      );
    expect(text).not.toContain("no source");
    expect(text).toMatch(/^\| S1 \| \[.*\]\(https:.*\) \| \d{4}-\d\d-\d\d \|$/m);
  }
});

test.each([
  [
    "another degree of surety",
    "specs/circle/sources.md",
    "| `getReport.200` | S1b | 2026-11-20 | documented |",
    "| `getReport.200` | S1b | 2026-11-20 | ours |",
  ],
  [
    "another day on which a document was read",
    "specs/monato/sources.md",
    /(\| S1 \| .*\| )2026-11-20 \|/,
    "| S1 | a | https://example.com | 2026-11-21 |",
  ],
  ["an open question less", "specs/circle/sources.md", "- Whether the sandbox makes report files.\n", ""],
  ["an edit between the marks", "docs/providers/circle.md", "| `getReport` |", "| `readReport` |"],
])("a provider's page is out of date after %s", (_, path, from, to) => {
  const root = copyWithPages();
  const drifts = (): readonly string[] =>
    providerPages(root, listProviders(root)).flatMap((file) => describeDrift(root, file) ?? []);
  expect(drifts()).toEqual([]);
  alter(root, path, from, to);
  expect(drifts()).toEqual([expect.stringMatching(/^docs\/providers\/[a-z]+\.md: differs at line/)]);
});

test("a provider's page without its marks is refused", () => {
  const root = copyWithPages();
  alter(root, "docs/providers/monato.md", "<!-- provider facts end -->", "");
  expect(() => providerPages(root, listProviders(root))).toThrow("docs/providers/monato.md: must have the lines");
});
