import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { generate } from "../generate.ts";
import { checkProvider } from "../src/check-provider.ts";
import { checkStructure } from "../src/check-structure.ts";
import { describeDrift } from "../src/drift.ts";
import { generatedFiles } from "../src/generated-files.ts";
import { newProvider } from "../src/new-provider/new-provider.ts";
import { whatRemains } from "../src/new-provider/what-remains.ts";
import { lintSpecs } from "../src/lint.ts";
import { openDecisions } from "../src/open-decisions.ts";
import { readDocument } from "../src/openapi-document.ts";
import { providerNamed } from "../src/providers.ts";
import { workspacePackages } from "../src/workspace-packages.ts";
import { run } from "../src/run-program.ts";
import { alter, copyRepository, repository, runOn } from "./altered-copy.ts";
import { decideExports, decideKeyedExports } from "./decided-exports.ts";
import {
  bare,
  bodiless,
  demanding,
  exportsSpec,
  exportsText,
  keyInBody,
  keyInHeader,
  lookedUp,
} from "./exports-variants.ts";
import { linkDependencies, wholeCopy } from "./linked-copy.ts";

const spec = exportsSpec;
const today = "2026-11-29";

/** A copy with what the structure check looks at, too. What is refused writes nothing, so that one copy is enough for all of that. */
let clean: string;

beforeAll(() => {
  clean = mkdtempSync(join(tmpdir(), "report-kit-structure-"));
  copyRepository(clean);
  const files = workspacePackages(repository).flatMap(({ folder }) =>
    [
      "package.json",
      "LICENSE",
      "NOTICE",
      "README.md",
      "public-surface.md",
      "tsconfig.json",
      "src/index.ts",
      "test/tsconfig.json",
    ]
      .map((file) => `${folder}/${file}`)
      .filter((path) => existsSync(join(repository, path))),
  );
  for (const path of [...files, "LICENSE", "NOTICE", "scripts/package.json", "docs/package.json", ".oxfmtrc.json"])
    cpSync(join(repository, path), join(clean, path));
});

afterAll(() => rmSync(clean, { recursive: true }));

function copyOfStructure(): string {
  const root = mkdtempSync(join(tmpdir(), "report-kit-structure-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  cpSync(clean, root, { recursive: true });
  return root;
}

function filesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
}

/** A file with this text, gone when the test is over. */
function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "report-kit-spec-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "spec.yaml"), text);
  return join(folder, "spec.yaml");
}

test("a new provider passes every check of specs and structure once its decisions are made, and not before", async () => {
  const root = copyOfStructure();
  await newProvider(root, { name: "ledgerly", spec, today });
  const ledgerly = providerNamed(root, "ledgerly");
  expect(checkStructure(root)).toEqual([]);

  const open = openDecisions(root, ledgerly);
  expect(open.map(({ path, line }) => `${path}:${line}`)).toHaveLength(22);
  const remains = whatRemains(root, "ledgerly");
  const problems = checkProvider(root, ledgerly);
  for (const { path, line, what } of open) {
    expect(remains).toContain(`   ${path}:${line}: not decided: ${what}\n`);
    expect(problems).toContain(`${path}:${line}: not decided: ${what}`);
  }

  decideExports(root);
  expect(openDecisions(root, ledgerly)).toEqual([]);
  expect(checkProvider(root, ledgerly)).toEqual([]);
  expect(checkStructure(root)).toEqual([]);
  const generated = await generatedFiles(root, ledgerly);
  expect(generated.flatMap((file) => describeDrift(root, file) ?? [])).toEqual([]);
  expect(readDocument(root, "packages/report-kit/package.json")).toMatchObject({
    exports: { "./ledgerly": { default: "./dist/sources/ledgerly/ledgerly.js" } },
    peerDependencies: { "@report-kit/ledgerly": "workspace:^" },
    peerDependenciesMeta: { "@report-kit/ledgerly": { optional: true } },
  });
});

const text = exportsText;
const posts = text.replace("    get:\n      operationId: listExports", "    put:\n      operationId: listExports");

test.each([
  ["a name with a capital letter", { name: "Acme" }, "\"Acme\" can't be a provider's name"],
  ["a name that is a path", { name: "../acme" }, "can't be a provider's name"],
  ["the name of a provider that is there", { name: "circle" }, "The name circle is taken: specs/circle exists"],
  ["the name of another package", { name: "sandbox" }, "The name sandbox is taken: packages/sandbox exists"],
  ["the name of another entry", { name: "webhook" }, "report-kit has an entry report-kit/webhook"],
  ["a spec that is not there", { spec: "/nowhere/spec.yaml" }, "--spec: there is no file /nowhere/spec.yaml"],
  ["a spec that is no YAML", { text: "openapi: [3.1.0" }, "expected YAML or JSON."],
  ["a spec that is a list", { text: "- 1\n" }, "expected an OpenAPI document"],
  ["Swagger", { text: 'swagger: "2.0"\n' }, 'expected openapi: 3.0.x or 3.1.x, got swagger "2.0"'],
  [
    "a spec without operations",
    { text: text.replace(/^paths:[\s\S]*^components:/m, "components:") },
    "has no operation",
  ],
  ["an operation without a name", { text: text.replace("operationId: createExport", "x-no: 1") }, "has no operationId"],
  ["a path that is code", { text: text.replace("  /exports:", '  "/exports`;x()":') }, "the path "],
  ["a reference to nowhere", { text: text.replace("parameters/Id", "parameters/Nowhere") }, "cannot be bundled"],
  ["no POST", { text: text.replace("    post:", "    patch:") }, "expected one POST with a JSON body, got none"],
  ["an operation that is not there", { request: "makeExport" }, "has no operation makeExport. It has:\n  createExport"],
])("new-provider refuses %s, and writes nothing", async (_, given, problem) => {
  const root = clean;
  const before = filesIn(root);
  const asked = { name: "ledgerly", spec: "text" in given ? fileWith(given.text) : spec, today, ...given };
  await expect(newProvider(root, asked)).rejects.toThrow(problem);
  expect(filesIn(root)).toEqual(before);
});

test("new-provider leaves open what a spec does not show: how to sign in, where the file is, what the status is", async () => {
  const root = copyOfStructure();
  const bare = posts
    .replace("type: http\n      scheme: bearer", "type: apiKey\n      in: query\n      name: key")
    .replace(/^ {2}\/exports\/\{id\}\/file:[\s\S]*^components:/m, "components:")
    .replaceAll("status:", "phase:")
    .replaceAll("status]", "phase]")
    .replace("- url: https://api.ledgerly.example", "- url: https://{host}\n    variables: { host: { default: x } }");
  await newProvider(root, { name: "ledger-pay", spec: fileWith(bare), today });
  const open = openDecisions(root, providerNamed(root, "ledger-pay")).map(({ what }) => what);
  for (const what of [
    "how a caller signs in",
    "where the file of a ready report lies",
    "which member of the answer",
    "how a lost create",
  ])
    expect(open).toContainEqual(expect.stringContaining(what));
  expect(readFileSync(join(root, "packages/ledger-pay/src/client.ts"), "utf8")).toContain("readonly baseUrl: string;");
  expect(checkStructure(root)).toEqual([]);
});

function textOf(fixture: string): string {
  return readFileSync(join(import.meta.dirname, `fixtures/${fixture}/openapi.yaml`), "utf8");
}

/** Providers of the invented API, and of variants of it. The decisions of the first three are made. */
const providers: readonly (readonly [name: string, text: string, request?: string])[] = [
  ["ledgerly", exportsText],
  ["key-in-header", keyInHeader],
  ["key-in-body", keyInBody],
  ["demanding", demanding],
  ["looked-up", lookedUp, "listExports"],
  ["bodiless", bodiless, "createExport"],
  ["bare", bare, "createExport"],
  ["keyed", textOf("keyed")],
  ["listed", textOf("listed")],
];

test.runIf(process.env["REPORT_KIT_SOAK"])(
  "new providers compile before their decisions are made; after them a provider's own tests pass, and its kill test finds a source that makes reports twice",
  { timeout: 600_000 },
  async () => {
    const root = await wholeCopy();
    for (const [name, variant, request] of providers)
      await newProvider(root, { name, spec: fileWith(variant), request, today });
    linkDependencies(root, "packages/circle");
    const inPackage = async (folder: string, program: string, ...args: readonly string[]) => {
      const { exitCode, stdout, stderr } = await run(
        join(root, "node_modules/.bin", program),
        args,
        join(root, folder),
      );
      return { exitCode, output: stdout + stderr };
    };
    const compile = async (...folders: readonly string[]): Promise<void> => {
      for (const folder of folders)
        for (const project of ["tsconfig.json", "test/tsconfig.json"])
          expect({ folder, ...(await inPackage(folder, "tsc", "-p", project)) }).toEqual({
            folder,
            exitCode: 0,
            output: "",
          });
    };
    const sourceTest = (name: string) =>
      inPackage("packages/report-kit", "vitest", "run", `test/sources/${name}.test.ts`);
    const clients = providers.map(([name]) => `packages/${name}`);
    await compile(...clients, "packages/report-kit");
    for (const folder of clients) expect(await inPackage(folder, "vitest", "run")).toMatchObject({ exitCode: 0 });
    const before = await sourceTest("ledgerly");
    expect(before.exitCode).toBe(1);
    expect(before.output).toContain("Not decided: the tier");

    decideExports(root);
    for (const name of ["key-in-header", "key-in-body"]) decideKeyedExports(root, name);
    await compile("packages/ledgerly", "packages/report-kit");
    const sources = "packages/report-kit/src/sources";
    for (const [name, file, right, wrong] of [
      ["ledgerly", "answers.ts", "Array.isArray(listed) ? listed.map(untrusted) : []", "[]"],
      ["key-in-header", "key-in-header.ts", '"Idempotency-Key": call.key', '"Idempotency-Key": crypto.randomUUID()'],
      ["key-in-body", "request.ts", "idempotencyKey: call.key", "idempotencyKey: crypto.randomUUID()"],
    ] as const) {
      const after = await sourceTest(name);
      expect(after.output).toContain("5 passed");
      expect(after.exitCode).toBe(0);
      alter(root, `${sources}/${name}/${file}`, right, wrong);
      const broken = await sourceTest(name);
      expect(broken.output).toContain("the provider made 2 reports: ex_1, ex_2");
      expect(broken.exitCode).toBe(1);
      alter(root, `${sources}/${name}/${file}`, wrong, right);
    }
    const made = providers.map(([name]) => providerNamed(root, name));
    const { problems } = await lintSpecs(root, made);
    expect(problems.filter((problem) => problem.includes("workflow.arazzo.yaml"))).toEqual([]);
    expect(await runOn(root, generate, "--check")).toEqual({ exitCode: 0, output: "" });
  },
);
