import { existsSync } from "node:fs";
import { join } from "node:path";
import { entries, isObject, readDocument } from "./openapi-document.ts";
import { overlaysOf } from "./overlays.ts";
import type { Provider } from "./providers.ts";
import { runRedocly } from "./redocly.ts";

const ignoreFile = ".redocly.lint-ignore.yaml";

interface LintResult {
  /** Errors and warnings alike, as `rule pointer`. */
  readonly found: readonly string[];
  readonly ignored: number;
}

/** Lints files, in one run of redocly: most of a run is its start. Overlays are not applied. Throws when redocly gives no result. */
async function lint(root: string, targets: readonly string[]): Promise<ReadonlyMap<string, LintResult>> {
  const run = await runRedocly(root, ["lint", ...targets, "--format=json", "--max-problems=10000"]);
  try {
    // redocly 2.77.0 prints an object a file, one at the heels of the other; another shape makes the parser or the destructuring throw.
    const results = run.stdout.split(/(?<=^\})(?=\{$)/m).map((text) => resultOf(JSON.parse(text)));
    if (results.length !== targets.length) throw new Error(`It gave ${results.length} results.`);
    return new Map(results.map((result, index) => [targets[index] ?? "", result]));
  } catch (error) {
    throw new Error(`redocly lint ${targets.join(" ")} gave no result:\n${run.stdout}${run.stderr}`, { cause: error });
  }
}

function resultOf(json: unknown): LintResult {
  const { problems, totals } = json as {
    readonly totals: { readonly ignored: number };
    readonly problems: readonly {
      readonly ruleId: string;
      readonly location: readonly { readonly pointer?: string }[];
    }[];
  };
  const found = problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer ?? "#"}`);
  return { found, ignored: totals.ignored };
}

/** What `pnpm lint:specs` found, and the targets to lint again in a format made for readers. */
export interface LintReport {
  readonly problems: readonly string[];
  readonly faulty: readonly string[];
}

/**
 * Lints the effective description, the workflow and the overlays of each provider (no error, no warning; every exception needed), and
 * a provider's own text, as it is, against the list of its known faults: one more or one less is a problem.
 */
export async function lintSpecs(root: string, providers: readonly Provider[]): Promise<LintReport> {
  const ours = providers.flatMap((provider) => [
    provider.effective,
    `${provider.folder}/workflow.arazzo.yaml`,
    ...overlaysOf(root, provider),
  ]);
  const foreign = providers.filter(({ folder }) => existsSync(join(root, folder, "upstream.json")));
  const results = await lint(root, [...ours, ...foreign.map(({ spec }) => spec)]);
  const resultFor = (path: string): LintResult => {
    const result = results.get(path);
    if (result === undefined) throw new Error(`${path}: redocly gave no result.`);
    return result;
  };
  return {
    problems: [
      ...ours.flatMap((path) => problemsOfOurs(root, path, resultFor(path))),
      ...foreign.flatMap((provider) => problemsOfForeign(root, provider, resultFor(provider.spec))),
    ],
    faulty: ours.filter((path) => resultFor(path).found.length > 0),
  };
}

function problemsOfOurs(root: string, path: string, { found, ignored }: LintResult): readonly string[] {
  const exceptions = exceptionsFor(root, path);
  const stale = `${ignoreFile}: has ${exceptions} exceptions for ${path}, of which ${ignored} are needed`;
  return [...found.map((fault) => `${path}: ${fault}`), ...(ignored === exceptions ? [] : [stale])];
}

function exceptionsFor(root: string, path: string): number {
  const rules = existsSync(join(root, ignoreFile)) ? readDocument(root, ignoreFile)[path] : undefined;
  return entries(rules).flatMap(([, pointers]) => (Array.isArray(pointers) ? pointers : [])).length;
}

function problemsOfForeign(root: string, provider: Provider, { found }: LintResult): readonly string[] {
  const path = `${provider.folder}/known-faults.yaml`;
  const { faults } = readDocument(root, path);
  if (!Array.isArray(faults) || !faults.every((fault) => isObject(fault) && typeof fault["why"] === "string"))
    throw new Error(`${path}: \`faults\` must be a list of { rule, at, why }.`);
  const known = faults.filter(isObject).map((fault) => `${String(fault["rule"])} ${String(fault["at"])}`);
  return [
    ...found.filter((fault) => !known.includes(fault)).map((fault) => `${provider.spec}: ${fault} is not in ${path}`),
    ...known.filter((fault) => !found.includes(fault)).map((fault) => `${path}: ${fault} is not a fault (any more)`),
  ];
}
