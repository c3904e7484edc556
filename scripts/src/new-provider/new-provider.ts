import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { stringify } from "yaml";
import type { WantedFile } from "../drift.ts";
import { generatedFiles } from "../generated-files.ts";
import { entries, readDocument } from "../openapi-document.ts";
import { providerNamed, listProviders } from "../providers.ts";
import { run } from "../run-program.ts";
import { answersText } from "./answers-text.ts";
import { clientText, indexText } from "./client-text.ts";
import * as packageText from "./package-text.ts";
import { checkParameters } from "./parameters.ts";
import { planOf } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { readSpec, reportOperations } from "./read-spec.ts";
import { requestText } from "./request-text.ts";
import * as sourceText from "./source-text.ts";
import { sourceTestText } from "./source-test-text.ts";
import * as specFolder from "./spec-folder-text.ts";
import { workspaceEdits } from "./workspace-edits.ts";

export interface NewProvider {
  readonly name: string;
  /** The path of the spec. */
  readonly spec: string;
  /** The operation that asks for a report; needed where the spec has several that could. */
  readonly request?: string | undefined;
  /** YYYY-MM-DD */
  readonly today: string;
}

/**
 * Writes everything of a new provider that its name and its spec decide; what they do not decide is left as an open decision. All of it is made
 * in a folder of its own first: when anything fails, nothing has been written.
 * @returns the paths that were written
 */
export async function newProvider(
  root: string,
  { name, spec, request, today }: NewProvider,
): Promise<readonly string[]> {
  const siblings = listProviders(root).map((provider) => provider.name);
  checkName(root, name);
  if (!existsSync(spec)) throw new Error(`--spec: there is no file ${spec}.`);
  const text = readFileSync(spec, "utf8");
  const document = readSpec(text, spec);
  const operations = reportOperations(document, spec, request);
  checkParameters(document, spec, operations);
  const plan = planOf(name, document, operations, today);
  const draft = mkdtempSync(join(tmpdir(), "report-kit-new-"));
  try {
    const byHand = handWritten(root, plan, spec.endsWith(".json") ? stringify(document) : text, siblings[0] ?? "");
    write(draft, byHand);
    cpSync(join(root, "redocly.yaml"), join(draft, "redocly.yaml"));
    const generated = await generatedFiles(draft, providerNamed(draft, name));
    write(draft, generated);
    const provider = providerNamed(draft, name);
    const sources = {
      path: `${provider.folder}/sources.md`,
      text: specFolder.sourcesText(plan, readDocument(draft, provider.effective)),
    };
    write(draft, [sources]);
    const made = [...byHand, ...generated, sources].map(({ path }) => path);
    await format(root, draft, made);
    const files = [
      ...[...new Set(made)].map((path) => ({ path, text: readFileSync(join(draft, path), "utf8") })),
      ...workspaceEdits(root, name, siblings),
    ];
    write(root, files);
    return files.map(({ path }) => path);
  } finally {
    rmSync(draft, { recursive: true });
  }
}

const ownFolders = (name: string): readonly string[] => [
  `specs/${name}`,
  `packages/${name}`,
  `packages/report-kit/src/sources/${name}`,
  `packages/report-kit/src/sources/${name}.ts`,
  `packages/report-kit/test/sources/${name}.test.ts`,
  `.changeset/${name}.md`,
];

/** Throws unless the name is written as the others are, and free. */
function checkName(root: string, name: string): void {
  if (!/^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$/.test(name) || name.length > 40)
    throw new Error(
      `${JSON.stringify(name)} can't be a provider's name: expected lower-case letters and digits, with - between words, such as acme or acme-pay.`,
    );
  const taken = ownFolders(name).find((path) => existsSync(join(root, path)));
  if (taken !== undefined)
    throw new Error(`The name ${name} is taken: ${taken} exists. Choose another name, or delete what is there.`);
  const entry = entries(readDocument(root, "packages/report-kit/package.json")["exports"]).find(
    ([each]) => each === `./${name}`,
  );
  if (entry !== undefined) throw new Error(`The name ${name} is taken: report-kit has an entry report-kit/${name}.`);
}

function handWritten(root: string, plan: Plan, spec: string, sibling: string): readonly WantedFile[] {
  const { name } = plan;
  const specs = `specs/${name}`;
  const client = `packages/${name}`;
  const source = `packages/report-kit/src/sources/${name}`;
  const copied = ["LICENSE", "NOTICE"].map((file) => ({
    path: `${client}/${file}`,
    text: readFileSync(join(root, file), "utf8"),
  }));
  return [
    { path: `${specs}/openapi.yaml`, text: spec },
    { path: `${specs}/examples.yaml`, text: specFolder.examplesText },
    { path: `${specs}/workflow.arazzo.yaml`, text: specFolder.workflowText(plan) },
    { path: `${specs}/fixtures/DECIDE.md`, text: specFolder.fixtureText(plan) },
    ...copied,
    {
      path: `${client}/package.json`,
      text: packageText.manifestText(readDocument(root, `packages/${sibling}/package.json`), sibling, plan),
    },
    { path: `${client}/README.md`, text: packageText.readmeText(plan) },
    { path: `${client}/public-surface.md`, text: packageText.surfaceText },
    { path: `${client}/tsconfig.json`, text: packageText.packageTsconfig },
    { path: `${client}/src/client.ts`, text: clientText(plan) },
    { path: `${client}/src/index.ts`, text: indexText(plan) },
    { path: `${client}/test/client.test.ts`, text: packageText.clientTestText(plan) },
    {
      path: `${client}/test/tsconfig.json`,
      text: readFileSync(join(root, `packages/${sibling}/test/tsconfig.json`), "utf8"),
    },
    { path: `${source}/${name}.ts`, text: sourceText.sourceText(plan) },
    { path: `${source}/request.ts`, text: requestText(plan) },
    { path: `${source}/answers.ts`, text: answersText(plan) },
    { path: `${source}/undecided.ts`, text: sourceText.undecidedText },
    { path: `packages/report-kit/test/sources/${name}.test.ts`, text: sourceTestText(plan) },
    {
      path: `.changeset/${name}.md`,
      text: `---\n"@report-kit/${name}": minor\n"report-kit": minor\n---\n\nDECIDE: one sentence for users: which reports of which provider, and the entry \`report-kit/${name}\`.\n`,
    },
  ];
}

function write(root: string, files: readonly WantedFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Formats the code that was written, as `pnpm format` would. */
async function format(root: string, draft: string, paths: readonly string[]): Promise<void> {
  const code = paths.filter((path) => /\.(?:ts|json|yaml)$/.test(path) && !path.includes(".gen."));
  const config = relative(draft, join(root, ".oxfmtrc.json"));
  const bin = join(import.meta.dirname, "../../../node_modules/.bin/oxfmt");
  const { exitCode, stdout, stderr } = await run(bin, ["--config", config, ...code], draft);
  if (exitCode !== 0)
    throw new Error(`The written code can't be formatted, which is a fault of new-provider:\n${stdout}${stderr}`);
}
