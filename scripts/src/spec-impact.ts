import { bumpBelowOne, greatestBump, isBelow } from "./bump.ts";
import type { Bump } from "./bump.ts";
import { changesetText, newChangesets } from "./changesets.ts";
import type { WantedFile } from "./drift.ts";
import type { FileTree } from "./file-tree.ts";
import { isObject } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import { sha256 } from "./sha256.ts";
import { specChanges } from "./spec-changes.ts";
import type { Change, GeneratedTexts } from "./spec-changes.ts";
import { surfaceChanges } from "./surface-changes.ts";

/** What changed in a published package since the base, and the least that its next version must rise by. */
export interface PackageImpact {
  readonly packageName: string;
  readonly floor: Bump;
  /** What the new changesets ask for; undefined when none of them names the package. */
  readonly changeset: Bump | undefined;
  readonly changes: readonly Change[];
}

/** It answers with the specs themselves, so every change of one is a change of what it publishes. */
const embedsSpecs = "packages/sandbox";

/** The impact of what lies between two trees on each published package: changes of its spec, and of its public surface. */
export async function specImpact(base: FileTree, head: FileTree): Promise<readonly PackageImpact[]> {
  const changesets = newChangesets(base, head);
  const changed = new Map<string, Change[]>();
  const add = (folder: string, changes: readonly Change[]): void => {
    if (changes.length > 0) changed.set(folder, [...(changed.get(folder) ?? []), ...changes]);
  };
  for (const name of new Set([...base.list("specs"), ...head.list("specs")])) {
    const changes = await providerChanges(base, head, name);
    add(`packages/${name}`, changes);
    if (changes.length > 0) add(embedsSpecs, [{ bump: "patch", what: `The spec of ${name}, to which it is held.` }]);
  }
  for (const name of head.list("packages")) {
    const path = `packages/${name}/public-surface.md`;
    add(`packages/${name}`, surfaceChanges(base.read(path), head.read(path)));
  }
  return [...changed].flatMap(([folder, changes]) => {
    const manifest = manifestAt(head, folder);
    // A package that is no longer there has no next version.
    if (manifest === undefined) return [];
    const version = String((manifestAt(base, folder) ?? manifest)["version"]);
    const packageName = String(manifest["name"]);
    const floor = greatestBump(changes.map(({ bump }) => bumpBelowOne(bump, version)));
    return floor === undefined ? [] : [{ packageName, floor, changeset: changesets.get(packageName), changes }];
  });
}

async function providerChanges(base: FileTree, head: FileTree, name: string): Promise<readonly Change[]> {
  const [before, after] = [generatedTexts(base, name), generatedTexts(head, name)];
  if (after === undefined) return before === undefined ? [] : [{ bump: "major", what: "The spec is gone." }];
  return before === undefined ? [{ bump: "minor", what: "A new provider." }] : specChanges(before, after);
}

function generatedTexts(tree: FileTree, name: string): GeneratedTexts | undefined {
  const effective = tree.read(`specs/${name}/effective.gen.yaml`);
  if (effective === undefined) return undefined;
  const source = `packages/${name}/src`;
  return {
    effective,
    schema: tree.read(`${source}/schema.gen.ts`) ?? "",
    operations: tree.read(`${source}/operations.gen.ts`) ?? "",
  };
}

function manifestAt(tree: FileTree, folder: string): JsonObject | undefined {
  const text = tree.read(`${folder}/package.json`);
  const manifest: unknown = text === undefined ? undefined : JSON.parse(text);
  return isObject(manifest) ? manifest : undefined;
}

/** Whether a package's changesets ask for less than its floor, or none names it. */
export function isShort({ changeset, floor }: PackageImpact): boolean {
  return changeset === undefined || isBelow(changeset, floor);
}

const mostLines = 40;

/** What changed, a line each, what matters most first. */
export function changeLines({ changes }: PackageImpact): readonly string[] {
  const lines = (["major", "minor", "patch"] as const).flatMap((bump) =>
    changes
      .filter((change) => change.bump === bump)
      .map(({ what }) => `- ${bump === "major" ? "**Breaking.** " : ""}${what}`),
  );
  const distinct = [...new Set(lines)];
  const more = distinct.length - mostLines;
  return more > 0 ? [...distinct.slice(0, mostLines), `- and ${more} more`] : distinct;
}

/** The changesets that are missing: one for each package whose floor no changeset reaches. */
export function missingChangesets(impacts: readonly PackageImpact[]): readonly WantedFile[] {
  return impacts.filter(isShort).map((impact) => {
    const { packageName, floor } = impact;
    const text = changesetText(packageName, floor, `What changed for callers:\n\n${changeLines(impact).join("\n")}`);
    const name = packageName.replace(/^@[^/]+\//, "");
    return { path: `.changeset/${name}-spec-${sha256(text).slice(0, 8)}.md`, text };
  });
}
