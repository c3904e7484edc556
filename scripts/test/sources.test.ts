import { expect, test } from "vitest";
import { checkSpecs } from "../check-specs.ts";
import { checkSources } from "../src/check-sources.ts";
import { alter, copyOfRepository, repository, runOn } from "./altered-copy.ts";
import { providerNamed } from "../src/providers.ts";

const circle = providerNamed(repository, "circle");
const sources = "specs/circle/sources.md";

test.each([
  [
    "a row that is dropped",
    /^\| `ReportRecord\.downloadUrl` .*\n/m,
    "",
    ["`ReportRecord.downloadUrl` has no source", "`ReportRecord.expiresAt` has no source"],
  ],
  [
    "a name that is misspelt",
    "`getReport.path.id`",
    "`getReport.path.ids`",
    ["`getReport.path.ids` is not in the description", "`getReport.path.id` has no source"],
  ],
  ["a name that is there twice", "`server.0` ", "`server.0` `server.1` ", ["`server.1` is already on line"]],
  [
    "a wildcard",
    "`server.0` `server.1`",
    "`server.*`",
    ["must be names in backticks", "`server.*` is not in", "`server.0` has no", "`server.1` has no"],
  ],
  [
    "a source that is not listed",
    "`security.bearerAuth` | S1 S12",
    "`security.bearerAuth` | S1 S99",
    ["there is no source S99"],
  ],
  ["an unknown degree of surety", "| 2026-11-20 | example |", "| 2026-11-20 | sample |", ['"sample" must be one of']],
  ["a day that does not exist", "| S1 S2 | 2026-11-20 |", "| S1 S2 | 2026-11-31 |", ['"2026-11-31" is no date']],
  [
    "a table with other columns",
    "| what | source | read on | sure | note |",
    "| what | source | date | sure | note |",
    ["the columns must be"],
  ],
  [
    "a section that is missing",
    "## Open questions",
    "## Questions",
    ["its sections must be", '"Open questions" lists nothing'],
  ],
  ["a contradiction out of its number", "\n3. Report types", "\n4. Report types", ["this one is 3"]],
  ["a source that only an overlay cites", /^\| S15 .*\n/m, "", ["there is no source S15", "there is no source S15"]],
])("the check of sources.md finds %s", (_, from, to, problems) => {
  const root = copyOfRepository();
  alter(root, sources, from, to);
  expect(checkSources(root, circle)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
});

test.each([
  [
    "property",
    "reportDate:\n",
    "reportDay:\n",
    ["`ListedReport.reportDate` is not in", "`ListedReport.reportDay` has no source"],
  ],
  [
    "response header",
    " Content-Disposition:\n",
    " Content-Name:\n",
    ["header.Content-Disposition` is not in", "header.Content-Name` has no source"],
  ],
  ["server", "  - url: https://api.circle.com\n", "", ["`server.1` is not in"]],
  ["parameter", "name: pageSize", "name: pageLength", ["query.pageSize` is not in", "query.pageLength` has no source"]],
  [
    "operation",
    "operationId: getReport\n",
    "operationId: readReport\n",
    ["`getReport` is not in", "`readReport` has no source"],
  ],
  [
    "status",
    "'409':",
    "'410':",
    [
      ...["`", ".header.X-Request-Id`", ".code`", ".message`"].map((end) => `getReportContent.409${end} is not in`),
      ...["`", ".header.X-Request-Id`", ".code`", ".message`"].map((end) => `getReportContent.410${end} has no source`),
    ],
  ],
])(
  "the check of sources.md finds the old and the new name of a changed %s of the description",
  (_, from, to, problems) => {
    const root = copyOfRepository();
    alter(root, circle.effective, from, to);
    const found = checkSources(root, circle);
    expect(found).toEqual(expect.arrayContaining(problems.map((problem) => expect.stringContaining(problem))));
    expect(found.every((problem) => /is not in the description|has no source/.test(problem))).toBe(true);
  },
);

test("the check of sources.md finds an overlay action without x-source", () => {
  const root = copyOfRepository();
  alter(root, "specs/circle/additions.overlay.yaml", "    x-source: [S3]\n", "");
  expect(checkSources(root, circle)).toEqual([expect.stringContaining("$.paths['/v1/reports']: has no x-source")]);
});

test("the command check-specs fails on a fault in sources.md", async () => {
  const root = copyOfRepository();
  alter(root, sources, "`server.0` ", "");
  const { exitCode, output } = await runOn(root, checkSpecs, "circle");
  expect(exitCode).toBe(1);
  expect(output).toContain(`${sources}: \`server.0\` has no source`);
});
