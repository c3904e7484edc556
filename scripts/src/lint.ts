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

/** Lints one file: overlays are not applied. Throws when redocly gives no result. */
async function lint(root: string, target: string): Promise<LintResult> {
  const run = await runRedocly(root, ["lint", target, "--format=json", "--max-problems=10000"]);
  try {
    // The shape of redocly's JSON format (2.77.0); a change of it makes the destructuring throw.
    const result = JSON.parse(run.stdout) as {
      readonly totals: { readonly ignored: number };
      readonly problems: readonly {
        readonly ruleId: string;
        readonly location: readonly { readonly pointer?: string }[];
      }[];
    };
    const found = result.problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer ?? "#"}`);
    return { found, ignored: result.totals.ignored };
  } catch (error) {
    throw new Error(`redocly lint ${target} gave no result:\n${run.stdout}${run.stderr}`, { cause: error });
  }
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
  const reports = await Promise.all(
    providers.flatMap((provider) => [
      lintOurs(root, provider.effective),
      ...[`${provider.folder}/workflow.arazzo.yaml`, ...overlaysOf(root, provider)].map((path) => lintOurs(root, path)),
      ...(existsSync(join(root, provider.folder, "upstream.json")) ? [lintAsIs(root, provider)] : []),
    ]),
  );
  return { problems: reports.flatMap(({ problems }) => problems), faulty: reports.flatMap(({ faulty }) => faulty) };
}

async function lintOurs(root: string, path: string): Promise<LintReport> {
  const exceptions = exceptionsFor(root, path);
  const { found, ignored } = await lint(root, path);
  const stale =
    ignored === exceptions
      ? []
      : [`${ignoreFile}: has ${exceptions} exceptions for ${path}, of which ${ignored} are needed`];
  return {
    problems: [...found.map((fault) => `${path}: ${fault}`), ...stale],
    faulty: found.length > 0 ? [path] : [],
  };
}

function exceptionsFor(root: string, path: string): number {
  const rules = existsSync(join(root, ignoreFile)) ? readDocument(root, ignoreFile)[path] : undefined;
  return entries(rules).flatMap(([, pointers]) => (Array.isArray(pointers) ? pointers : [])).length;
}

async function lintAsIs(root: string, provider: Provider): Promise<LintReport> {
  const path = `${provider.folder}/known-faults.yaml`;
  const { faults } = readDocument(root, path);
  if (!Array.isArray(faults) || !faults.every((fault) => isObject(fault) && typeof fault["why"] === "string"))
    throw new Error(`${path}: \`faults\` must be a list of { rule, at, why }.`);
  const known = faults.filter(isObject).map((fault) => `${String(fault["rule"])} ${String(fault["at"])}`);
  const { found } = await lint(root, provider.spec);
  return {
    problems: [
      ...found.filter((fault) => !known.includes(fault)).map((fault) => `${provider.spec}: ${fault} is not in ${path}`),
      ...known.filter((fault) => !found.includes(fault)).map((fault) => `${path}: ${fault} is not a fault (any more)`),
    ],
    faulty: [],
  };
}
