import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alter } from "./altered-copy.ts";

/** A call of `undecided` whose text begins with these words. */
const undecided = (words: string): RegExp =>
  new RegExp(`undecided\\(\\s*(["'])${words.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}[^\\n]*\\1,?\\s*\\)`);

/** Decides what `pnpm new:provider ledgerly` left open about the invented API of fixtures/exports, as docs/project/add-a-provider.md goes through it. */
export function decideExports(root: string): void {
  decideSpec(root);
  decideSource(root, "ledgerly", '{ tier: "list", remakes: true, visibilityBoundMs: 60_000, reportsDeparture: true }');
  alter(root, ".changeset/ledgerly.md", /DECIDE: .*/, "Exports of Ledgerly: the entry `report-kit/ledgerly`.");
  writeFileSync(join(root, "packages/ledgerly/public-surface.md"), "Written by `pnpm surface`.\n");
}

/** Decides the source and its test, of the same API that answers a repeated idempotency key with the first export. */
export function decideKeyedExports(root: string, name: string): void {
  decideSource(root, name, '{ tier: "create-or-get", remakes: true, reportsDeparture: true }');
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

function decideSource(root: string, name: string, profile: string): void {
  const source = `packages/report-kit/src/sources/${name}`;
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
  alter(root, `${source}/${name}.ts`, undecided("the tier"), profile);
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
  for (const file of ["answers", name, "request"])
    alter(root, `${source}/${file}.ts`, 'import { undecided } from "./undecided.ts";\n', "");
  rmSync(join(root, source, "undecided.ts"));
  decideTest(root, name);
}

const failed = '{ is: "failed", code: "failed", message: "Ledgerly made the export, and it failed.", reference }';

function decideTest(root: string, name: string): void {
  const sourceTest = `packages/report-kit/test/sources/${name}.test.ts`;
  alter(root, sourceTest, undecided("the provider's answer that shows"), '{ id: "ex_1", status: "done" }');
  const text = undecided("the server of the kill test").source;
  alter(root, sourceTest, new RegExp(`\\{\\s*return ${text};\\s*\\}`), server);
  alter(root, sourceTest, "_simulation: Simulation", "simulation: Simulation");
  alter(root, sourceTest, `import { undecided } from "../../src/sources/${name}/undecided.ts";\n`, "");
}

/** It takes an idempotency key in a header or in the body, where one comes. */
const server = `{
  const made: { id: string; status: string; day: string; created_at: string; key: string | undefined }[] = [];
  return {
    made: () => made.map(({ id }) => id),
    answer({ method, url, headers, body }) {
      if (method === "POST") {
        const { day, idempotencyKey } = JSON.parse(body) as { day: string; idempotencyKey?: string };
        const key = headers.get("idempotency-key") ?? idempotencyKey;
        const known = key === undefined ? undefined : made.find((each) => each.key === key);
        if (known !== undefined) return Response.json(known);
        const created_at = new Date(simulation.now()).toISOString();
        made.push({ id: \`ex_\${made.length + 1}\`, status: "done", day, created_at, key });
        return Response.json(made.at(-1), { status: 201 });
      }
      const id = url.pathname.split("/")[2];
      return Response.json(id === undefined ? made : made.find((each) => each.id === id));
    },
  };
}`;
