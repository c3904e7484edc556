import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { upstream } from "../upstream.ts";
import { readDocument } from "../src/openapi-document.ts";
import { applyUpstream, prepareUpstream } from "../src/upstream-change.ts";
import type { UpstreamChange } from "../src/upstream-change.ts";
import { openapiTextOf, parseForeignText } from "../src/upstream-text.ts";
import { copyOfRepository, repository, runOn } from "./altered-copy.ts";
import { providerNamed } from "../src/providers.ts";
import { statementKinds } from "./statement-kinds.ts";

const circle = providerNamed(repository, "circle");
const oldPage = String(readDocument(repository, "specs/circle/upstream.json")["page"]);
const page = readFileSync(join(repository, circle.folder, oldPage), "utf8");
const day = "2027-02-03";
const newPage = oldPage.replace("2026-11-20", day);

function altered(from: string | RegExp, to: string): string {
  const text = page.replace(from, () => to);
  if (text === page) throw new Error(`The page has no ${String(from)}.`);
  return text;
}

function prepare(published: string, root: string = repository): Promise<UpstreamChange | undefined> {
  return prepareUpstream(root, circle, published, day);
}

async function prepared(published: string, root?: string): Promise<UpstreamChange> {
  const change = await prepare(published, root);
  if (change === undefined) throw new Error("Nothing changed.");
  return change;
}

function textOf(change: UpstreamChange, path: string): string {
  return change.write.find((file) => file.path === path)?.text ?? "";
}

function floors(change: UpstreamChange): Readonly<Record<string, string>> {
  return Object.fromEntries(change.impacts.map(({ packageName, floor }) => [packageName, floor]));
}

test("an upstream check changes nothing when the page prints the text that we have", async () => {
  expect(openapiTextOf(page)).toBe(readFileSync(join(repository, circle.spec), "utf8"));
  expect(await prepare(page)).toBeUndefined();
  expect(await prepare(openapiTextOf(page))).toBeUndefined();
  expect(await prepare(altered("# Request a report", "# Ask for a report"))).toBeUndefined();
});

test("line ends of Windows, or of old Macs, and a byte order mark make no difference", async () => {
  for (const end of ["\r\n", "\r"]) {
    expect(await prepare(page.replaceAll("\n", end))).toBeUndefined();
    expect(openapiTextOf(`\uFEFF${openapiTextOf(page).replaceAll("\n", end)}`)).toBe(openapiTextOf(page));
  }
  const change = await prepared(altered(/^ {8}clientEntityId:/gm, "        clientEntity:").replaceAll("\n", "\r\n"));
  expect(change.write.filter(({ text }) => text.includes("\r"))).toEqual([]);
});

test("an upstream check of a new field makes text, pin, page, types and changesets, asks for a minor and for a source", async () => {
  const published = altered(
    /^ {8}clientEntityId:/gm,
    "        region:\n          type: string\n        clientEntityId:",
  );
  const change = await prepared(published);
  expect(change.write.map(({ path }) => path.replace(/[0-9a-f]{8}\.md$/, "*.md"))).toEqual([
    circle.spec,
    "specs/circle/upstream.json",
    `specs/circle/${newPage}`,
    "specs/circle/examples.yaml",
    circle.effective,
    "packages/circle/src/schema.gen.ts",
    "packages/circle/src/operations.gen.ts",
    "packages/circle/package.json",
    ".changeset/circle-spec-*.md",
    ".changeset/sandbox-spec-*.md",
  ]);
  expect(change.remove).toEqual([`specs/circle/${oldPage}`]);
  expect(textOf(change, circle.spec)).toBe(openapiTextOf(published));
  expect(textOf(change, `specs/circle/${newPage}`)).toBe(published);
  expect(textOf(change, "packages/circle/src/schema.gen.ts")).toContain("region?: string;");
  expect(textOf(change, "packages/circle/src/schema.gen.ts")).toContain("getReportContent");
  expect(floors(change)).toEqual({ "@report-kit/circle": "minor", "@report-kit/sandbox": "patch" });
  expect(change.left).toEqual(
    ["Payout", "PaymentWallet", "Payin"].map((kind) =>
      expect.stringMatching(
        new RegExp(`^specs/circle/sources.md: \`Managed${kind}\\w*Request.region\` has no source$`),
      ),
    ),
  );
  expect(existsSync(join(repository, circle.folder, newPage))).toBe(false);
});

test("an upstream check calls an operation that is gone breaking when no overlay depends on it", async () => {
  const root = copyOfRepository();
  cpSync(join(repository, "packages/sandbox/package.json"), join(root, "packages/sandbox/package.json"), {
    recursive: true,
  });
  const ping =
    "paths:\n  /ping:\n    get:\n      operationId: ping\n      security: []\n      responses:\n        '200':\n          description: There.\n  /v1/reports:\n";
  const added = await prepared(altered("paths:\n  /v1/reports:\n", ping), root);
  expect(floors(added)).toMatchObject({ "@report-kit/circle": "minor" });
  applyUpstream(root, added);
  expect(readdirSync(join(root, circle.folder, "fixtures"))).toContain(newPage.replace("fixtures/", ""));
  const manifest = join(root, "packages/circle/package.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace(/"version": "0\.\d+\.\d+"/, '"version": "1.0.0"'));
  const gone = await prepared(page, root);
  expect(floors(gone)).toEqual({ "@report-kit/circle": "major", "@report-kit/sandbox": "patch" });
  expect(gone.impacts[0]?.changes.map(({ what }) => what)).toContain("Gone: `ping`");
});

test.each([
  [
    "whose operation is gone",
    "  /v1/reports:\n    post:\n",
    "  /v1/reports:\n    put:\n",
    "additions.overlay.yaml, $.paths['/v1/reports'].post: matches nothing",
  ],
  ["whose schema has another name", /\bReportRequest\b/g, "ReportOrder", "repair.overlay.yaml"],
  ["that no longer needs the repair", /^ {8}mapping:\n(?: {10}.*\n)+/m, "", "matches nothing"],
])(
  "a text %s, to which an overlay does not fit any more, is refused with the overlay's action",
  async (_, from, to, problem) => {
    await expect(prepare(altered(from, to))).rejects.toThrow(/^The overlays do not fit the new text:\n/);
    await expect(prepare(altered(from, to))).rejects.toThrow(problem);
  },
);

test("an upstream check leaves to a person what the new text has and an overlay overwrites", async () => {
  const own =
    "  /v1/reports:\n    get:\n      operationId: findReports\n      responses:\n        '200':\n          description: Found.\n    post:\n";
  const { left } = await prepared(altered("  /v1/reports:\n    post:\n", own));
  expect(left).toContain(
    "specs/circle/openapi.yaml: says something at /paths/~1v1~1reports/get/operationId that an overlay overwrites",
  );
});

test.each([
  ["no OpenAPI", "<html>Down for maintenance</html>", "There is no OpenAPI text"],
  ["two fragments", `${page}\n${page}`, "There are 2 OpenAPI fragments"],
  ["a fragment that does not end", page.slice(0, page.lastIndexOf("````")), "There is no OpenAPI text"],
  ["no paths", "openapi: 3.0.2\ninfo: {}\n", "it must be an object with `openapi` and `paths`"],
  ["broken YAML", "openapi: 3.0.2\npaths: [\n", "Flow sequence"],
  ["an alias", "openapi: 3.0.2\npaths: &a {}\nx: *a\n", "Alias resolution is disabled"],
])("an upstream check refuses a text with %s", async (_, published, problem) => {
  await expect(prepare(published)).rejects.toThrow(problem);
});

test.each([
  ["a file by $ref", "{ $ref: ../../../.git/config }"],
  ["an address by $ref", "{ $ref: 'http://169.254.169.254/latest/meta-data' }"],
  ["a file by a mapping", "{ discriminator: { propertyName: a, mapping: { a: /etc/passwd } } }"],
  ["a file by externalValue", "{ examples: { a: { externalValue: file:///etc/passwd } } }"],
  ["an address by operationRef", "{ links: { a: { operationRef: 'https://example.com/#/paths' } } }"],
])("an upstream check refuses a text that refers to %s before anything follows the reference", (_, value) => {
  expect(() => parseForeignText(`openapi: 3.1.0\npaths: {}\ncomponents: { schemas: { A: ${value} } }\n`)).toThrow(
    "refers to what is outside of it: `",
  );
});

test("an upstream check accepts a property that has the name of a reference and is none", () => {
  const text =
    "openapi: 3.1.0\npaths: {}\ncomponents: { schemas: { A: { properties: { mapping: { type: string }, $ref: { type: string } } } } }\n";
  expect(() => parseForeignText(text)).not.toThrow();
});

test("an upstream check makes inert types, tables, pins and reports of hostile text", async () => {
  const hostile = "*/ export const stolen = process.env; /* `${1}` ```\u2028 <script> @everyone";
  const quoted = JSON.stringify(hostile);
  const published = altered(
    "  /v1/reports:\n    post:\n",
    `  ? ${JSON.stringify(`/${hostile}`)}\n  : get:\n      operationId: ${quoted}\n      description: ${quoted}\n      responses: { "200": { description: ${quoted} } }\n  /v1/reports:\n    post:\n`,
  ).replace(
    "    ReportRecord:\n",
    () =>
      `    Hostile:\n      description: ${quoted}\n      type: object\n      properties:\n        ${quoted}: { type: string, enum: [${quoted}], default: ${quoted}, description: "*/" }\n        __proto__: { type: string }\n        constructor: { type: string }\n    ReportRecord:\n`,
  );
  const change = await prepared(published);
  expect(new Set(statementKinds(textOf(change, "packages/circle/src/schema.gen.ts")))).toEqual(
    new Set(["InterfaceDeclaration", "TypeAliasDeclaration"]),
  );
  expect(statementKinds(textOf(change, "packages/circle/src/operations.gen.ts"))).toEqual(["FirstStatement"]);
  expect(textOf(change, "packages/circle/src/operations.gen.ts")).toContain(JSON.stringify(`GET /${hostile}`));
  expect(textOf(change, "packages/circle/package.json")).not.toContain("stolen");
  const changesets = change.write.filter(({ path }) => path.startsWith(".changeset/"));
  expect(changesets.map(({ text }) => text).join()).toContain("stolen");
  for (const { text } of changesets) expect(text.replaceAll(/`[^`\n]+`/g, "")).not.toMatch(/stolen|<|@everyone|\u2028/);
});

test("the command upstream prepares a change in a clone, prints its impact, and prints nothing when there is none", async () => {
  const root = copyOfRepository();
  const file = join(root, "page.md");
  writeFileSync(file, altered("Pre-signed URL to download the report.", "Pre-signed URL of the report."));
  const { exitCode, output } = await runOn(root, upstream, "circle", "--file", file, "--date", day);
  expect(exitCode).toBe(0);
  expect(output).toContain("## @report-kit/circle: at least patch");
  expect(output).toMatch(/## Left for a person\n\nNothing\.\n$/);
  expect(readDocument(root, "specs/circle/upstream.json")).toMatchObject({ page: newPage, readOn: day });
  expect(readdirSync(join(root, "specs/circle/fixtures"))).toEqual([newPage.replace("fixtures/", "")]);
  expect(await runOn(root, upstream, "circle", "--file", file)).toEqual({ exitCode: 0, output: "" });
});
