import { parse } from "yaml";
import { greatestBump, isBump } from "./bump.ts";
import type { Bump } from "./bump.ts";
import type { FileTree } from "./file-tree.ts";
import { entries, isObject } from "./openapi-document.ts";

const folder = ".changeset";

/**
 * The bump of each package that the changesets ask for which are new since `base`, or were altered. Throws when one of them cannot be
 * read, so that a slip in it is not taken for a missing one.
 */
export function newChangesets(base: FileTree, head: FileTree): ReadonlyMap<string, Bump> {
  const bumps = new Map<string, Bump>();
  for (const name of head.list(folder)) {
    const path = `${folder}/${name}`;
    const text = head.read(path);
    if (!name.endsWith(".md") || name === "README.md" || text === undefined || text === base.read(path)) continue;
    for (const [packageName, bump] of readChangeset(path, text)) {
      const present = bumps.get(packageName);
      bumps.set(packageName, greatestBump(present === undefined ? [bump] : [bump, present]) ?? bump);
    }
  }
  return bumps;
}

function readChangeset(path: string, text: string): readonly (readonly [string, Bump])[] {
  const front = /^---\r?\n(?<yaml>[\s\S]*?)\r?\n?---\r?\n/.exec(text)?.groups?.["yaml"];
  const releases: unknown = front === undefined ? undefined : (parse(front) ?? {});
  if (!isObject(releases)) throw new Error(`${path}: does not begin with the packages and their bumps between ---.`);
  return entries(releases).flatMap(([name, bump]) => {
    // Changesets knows "none" too: a change that needs no release.
    if (bump === "none") return [];
    if (!isBump(bump)) throw new Error(`${path}: ${name} has the bump ${String(bump)}.`);
    return [[name, bump] as const];
  });
}

/** A changeset of one package, so that its changelog tells its own changes. */
export function changesetText(packageName: string, bump: Bump, summary: string): string {
  return `---\n${JSON.stringify(packageName)}: ${bump}\n---\n\n${summary}\n`;
}
