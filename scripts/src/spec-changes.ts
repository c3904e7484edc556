import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { isBump } from "./bump.ts";
import type { Bump } from "./bump.ts";
import { inertCode } from "./inert-text.ts";
import { entries, isObject, namedOperations, pointerOf } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import { runRedocly } from "./redocly.ts";
import { specNames } from "./spec-names.ts";

/** A change of what a package promises, and what it asks of the version, before the rule for versions below 1.0. */
export interface Change {
  readonly bump: Bump;
  /** One line of Markdown; what a provider wrote is code in it. */
  readonly what: string;
}

/** What is made of a spec, as it was and as it is. */
export interface GeneratedTexts {
  readonly effective: string;
  readonly schema: string;
  readonly operations: string;
}

const severityMap = join(import.meta.dirname, "../spec-impact.redocly.yaml");

/**
 * The changes between two effective texts: what `redocly diff` rates, and what it does not see (tried with 2.77.0): names that went or
 * came where a request is open, names of component schemas, `x-extensible-enum`, `x-repeatable`. Whatever else changes the generated
 * types is minor, and any other difference of the texts a patch. Throws with redocly's words when it cannot compare them.
 */
export async function specChanges(base: GeneratedTexts, head: GeneratedTexts): Promise<readonly Change[]> {
  if (base.effective === head.effective) return [];
  const before = parseDescription(base.effective);
  const after = parseDescription(head.effective);
  const unseen = [
    ...nameChanges(before, after),
    ...repeatabilityChanges(before, after),
    ...openEnumChanges(before, after),
  ];
  const { verdicts, additions } = await ratedChanges(base.effective, head.effective);
  // Most additions have a name, and are told by it already; one is as minor as the other.
  const changes = [...unseen, ...verdicts, ...(unseen.some(({ bump }) => bump === "minor") ? [] : additions)];
  if (changes.some(({ bump }) => bump !== "patch")) return changes;
  const sameCode = codeOf(base.schema) === codeOf(head.schema) && codeOf(base.operations) === codeOf(head.operations);
  return [
    ...changes,
    sameCode
      ? { bump: "patch", what: "Words of the description, or of what it is made of." }
      : { bump: "minor", what: "The generated types." },
  ];
}

function parseDescription(text: string): JsonObject {
  const description: unknown = parse(text);
  if (!isObject(description)) throw new Error("An effective text is no object.");
  return description;
}

/** Names are what callers write: one that went is a breaking change, wherever it stood. */
function nameChanges(before: JsonObject, after: JsonObject): readonly Change[] {
  const namesOf = (description: JsonObject): ReadonlySet<string> => {
    const components = isObject(description["components"]) ? description["components"] : {};
    return new Set([...specNames(description), ...entries(components["schemas"]).map(([name]) => `schema ${name}`)]);
  };
  const [had, has] = [namesOf(before), namesOf(after)];
  return [
    ...[...had]
      .filter((name) => !has.has(name))
      .map((name) => ({ bump: "major", what: `Gone: ${inertCode(name)}` }) as const),
    ...[...has]
      .filter((name) => !had.has(name))
      .map((name) => ({ bump: "minor", what: `New: ${inertCode(name)}` }) as const),
  ];
}

/** A call that is repeated by itself from now on, or no longer. */
function repeatabilityChanges(before: JsonObject, after: JsonObject): readonly Change[] {
  const declared = (description: JsonObject): ReadonlyMap<string, unknown> =>
    new Map(
      namedOperations(description).map(({ name, segments: [part = "", path = "", method = ""] }) => {
        const paths = description[part];
        const item = isObject(paths) ? paths[path] : undefined;
        const operation = isObject(item) ? item[method] : undefined;
        return [name, isObject(operation) ? operation["x-repeatable"] : undefined];
      }),
    );
  const [had, has] = [declared(before), declared(after)];
  return [...has]
    .filter(([name, value]) => had.has(name) && had.get(name) !== value)
    .map(([name, value]) => ({
      bump: "minor",
      what: `${inertCode(name)}: x-repeatable is ${inertCode(String(value))} now`,
    }));
}

/** An open enum takes any string before and after, so a value that comes or goes breaks no caller's code. */
function openEnumChanges(before: JsonObject, after: JsonObject): readonly Change[] {
  const [had, has] = [new Map(openEnums(before, [])), new Map(openEnums(after, []))];
  return [...has].flatMap(([place, values]) => {
    const old = had.get(place);
    if (old === undefined) return [];
    const told = [
      ...values.filter((value) => !old.includes(value)).map((value) => `gained ${inertCode(value)}`),
      ...old.filter((value) => !values.includes(value)).map((value) => `lost ${inertCode(value)}`),
    ];
    return told.map((what) => ({ bump: "minor", what: `The open enum at ${inertCode(place)} ${what}` }) as const);
  });
}

function* openEnums(node: unknown, segments: readonly string[]): Generator<readonly [string, readonly string[]]> {
  const members = Array.isArray(node) ? node.map((item, index) => [String(index), item] as const) : entries(node);
  for (const [name, value] of members) {
    if (name === "x-extensible-enum" && Array.isArray(value)) yield [pointerOf(segments), value.map(String)];
    else yield* openEnums(value, [...segments, name]);
  }
}

interface RatedChanges {
  /** What a rule of the severity map rates. */
  readonly verdicts: readonly Change[];
  /** What no rule rates, and is minor. */
  readonly additions: readonly Change[];
}

async function ratedChanges(base: string, head: string): Promise<RatedChanges> {
  const folder = mkdtempSync(join(tmpdir(), "report-kit-diff-"));
  try {
    writeFileSync(join(folder, "base.yaml"), base);
    writeFileSync(join(folder, "head.yaml"), head);
    const args = ["diff", "base.yaml", "head.yaml", `--config=${severityMap}`, "--format=json", "--fail-on=none"];
    const run = await runRedocly(folder, args);
    // A configuration that redocly does not understand is a warning to it, and every rule of it is without effect.
    if (run.exitCode !== 0 || run.stderr.includes("not expected"))
      throw new Error(`redocly diff gave no result:\n${run.stdout}${run.stderr}`);
    return readReport(run.stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reads redocly's report (format version 1). Changes without a verdict are additions (minor) and rewordings (patch). */
function readReport(json: string): RatedChanges {
  const report: unknown = JSON.parse(json);
  if (!isObject(report) || report["reportVersion"] !== "1" || !Array.isArray(report["changes"]))
    throw new Error(`redocly diff has another format than version 1:\n${json.slice(0, 500)}`);
  const changes = report["changes"].filter(isObject).map((change) => ({
    ...change,
    place: inertCode(String(change["path"])),
    verdicts: Array.isArray(change["verdicts"]) ? change["verdicts"].filter(isObject) : [],
    bump: bumpOf(change),
  }));
  return {
    verdicts: changes.flatMap(({ verdicts, place }) =>
      verdicts.map((verdict) => ({
        bump: bumpOf(verdict),
        what: `${inertCode(String(verdict["message"]))} at ${place}`,
      })),
    ),
    additions: changes
      .filter(({ verdicts, bump }) => verdicts.length === 0 && bump !== "patch")
      .map(({ bump, place }) => ({ bump, what: `New: ${place}` })),
  };
}

function bumpOf({ impact }: JsonObject): Bump {
  if (!isBump(impact)) throw new Error(`redocly diff rates a change as ${String(impact)}.`);
  return impact;
}

/** A TypeScript text without its comments, printed in one way. */
function codeOf(text: string): string {
  const file = ts.createSourceFile("generated.ts", text, ts.ScriptTarget.ES2023);
  return ts.createPrinter({ removeComments: true }).printFile(file);
}
