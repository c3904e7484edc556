import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alter } from "./altered-copy.ts";

const source = "packages/report-kit/src/sources/ledgerly";
const sourceTest = "packages/report-kit/test/sources/ledgerly.test.ts";

/** A call of `undecided` whose text begins with these words. */
const undecided = (words: string): RegExp =>
  new RegExp(`undecided\\(\\s*(["'])${words.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}[^\\n]*\\1,?\\s*\\)`);

/** Decides what `pnpm new:provider ledgerly` left open about the invented API of fixtures/exports, as docs/project/add-a-provider.md goes through it. */
export function decideExports(root: string): void {
  decideSpec(root);
  decideSource(root);
  decideTest(root);
  alter(root, ".changeset/ledgerly.md", /DECIDE: .*/, "Exports of Ledgerly: the entry `report-kit/ledgerly`.");
  writeFileSync(join(root, "packages/ledgerly/public-surface.md"), "Written by `pnpm surface`.\n");
}

function decideSpec(root: string): void {
  const folder = "specs/ledgerly";
  alter(root, `${folder}/sources.md`, /<!-- DECIDE: .* -->\n\n/, "");
  alter(
    root,
    `${folder}/sources.md`,
    /DECIDE: the title [^|]* \| DECIDE: [^|]* \|/,
    "Exports | https://ledgerly.example |",
  );
  alter(root, `${folder}/sources.md`, /\| DECIDE \|/g, "| documented |");
  alter(root, `${folder}/sources.md`, /1\. DECIDE: .*/, "1. None was found.");
  alter(root, `${folder}/sources.md`, /- DECIDE: .*/, "- How long a file is kept.");
  alter(root, `${folder}/workflow.arazzo.yaml`, /DECIDE: the status of a report that is ready/, "done");
  rmSync(join(root, folder, "fixtures/DECIDE.md"));
  writeFileSync(join(root, folder, "fixtures/2026-11-20-exports.md"), '{ "id": "ex_1", "status": "done" }\n');
  const [page, validates] = [
    "fixtures/2026-11-20-exports.md",
    '{ operation: getExport, part: response, status: "200" }',
  ];
  writeFileSync(
    join(root, folder, "examples.yaml"),
    `- { page: ${page}, line: 1, what: An export that is ready, validates: ${validates}, faults: [] }\n`,
  );
}

function decideSource(root: string): void {
  const answers = `${source}/answers.ts`;
  alter(root, answers, undecided('what the status "queued" means'), '{ is: "pending", status, reference }');
  alter(root, answers, undecided('what the status "done" means'), '{ is: "ready", reference }');
  alter(root, answers, undecided('what the status "failed" means'), failed);
  alter(root, answers, undecided("what it proves that no listed report"), '{ is: "absent" }');
  alter(root, answers, "_report: Untrusted, _call: SourceCall", "report: Untrusted, call: SourceCall");
  const ofRequest =
    'report["day"] === call.request["day"] && Date.parse(String(report["created_at"])) >= (call.intentAt ?? 0) - clockSkewMs';
  alter(root, answers, undecided("whether a listed report"), ofRequest);
  alter(root, answers, "{ identifierIn, untrusted }", "{ clockSkewMs, identifierIn, untrusted }");
  const profile = '{ tier: "list", remakes: true, visibilityBoundMs: 60_000, reportsDeparture: true }';
  alter(root, `${source}/ledgerly.ts`, undecided("the tier"), profile);
  const request = `${source}/request.ts`;
  alter(root, request, undecided("the report type"), '"export"');
  alter(root, request, undecided("identity"), "request");
  alter(root, request, undecided("the time zone of day"), '"UTC"');
  alter(root, request, undecided("the days"), "periodOf(day)");
  alter(root, request, 'day: endedDay("request.day", fields["day"], whole)', "day");
  alter(
    root,
    request,
    "const request = ",
    'const day = endedDay("request.day", fields["day"], whole);\n  const request = ',
  );
  alter(root, request, "oneOf, ", "oneOf, periodOf, ");
  for (const file of ["answers", "ledgerly", "request"])
    alter(root, `${source}/${file}.ts`, 'import { undecided } from "./undecided.ts";\n', "");
  rmSync(join(root, source, "undecided.ts"));
}

const failed = '{ is: "failed", code: "failed", message: "Ledgerly made the export, and it failed.", reference }';

function decideTest(root: string): void {
  alter(root, sourceTest, undecided("the provider's answer that shows"), '{ id: "ex_1", status: "done" }');
  alter(root, sourceTest, undecided("the server of the kill test"), server);
  const made = "const made: { id: string; status: string; day: unknown; created_at: string }[] = [];";
  alter(root, sourceTest, "  return {\n    made:", `  ${made}\n  return {\n    made:`);
  alter(root, sourceTest, 'import { undecided } from "../../src/sources/ledgerly/undecided.ts";\n', "");
}

const server = `{
    made: () => made.map(({ id }) => id),
    answer({ method, path, body: { day } }, now) {
      if (method === "POST") {
        const id = \`ex_\${made.length + 1}\`;
        made.push({ id, status: "done", day, created_at: new Date(now).toISOString() });
        return Response.json(made.at(-1), { status: 201 });
      }
      const id = path.split("/")[2];
      return Response.json(id === undefined ? made : made.find((each) => each.id === id));
    },
  }`;
