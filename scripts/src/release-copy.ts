import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { output } from "./run-program.ts";
import { workspacePackages } from "./workspace-packages.ts";

/**
 * Copies what a release is made of: every file that git knows or would add, and what is built of it. The copy has dependencies of its own: with
 * a link to the repository's, pnpm would install into those.
 * @param root a repository whose packages are built
 * @param pnpm as the root's package.json names it
 */
export async function copyForRelease(root: string, copy: string, pnpm: string): Promise<void> {
  const listed = await output("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"], root);
  const deleted = new Set((await output("git", ["ls-files", "--deleted"], root)).split("\n"));
  for (const path of listed.split("\n").filter((path) => path !== "" && !deleted.has(path))) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  for (const { folder } of workspacePackages(root))
    cpSync(join(root, folder, "dist"), join(copy, folder, "dist"), { recursive: true });
  await output("npx", ["-y", pnpm, "install", "--frozen-lockfile", "--prefer-offline"], copy);
}

/** Asks for a release of packages, as `pnpm changeset` would. */
export function writeChangeset(
  copy: string,
  bumps: Readonly<Record<string, "patch" | "minor" | "major">>,
  summary: string,
): void {
  const lines = Object.entries(bumps).map(([name, bump]) => `"${name}": ${bump}`);
  writeFileSync(join(copy, ".changeset/rehearsal.md"), `---\n${lines.join("\n")}\n---\n\n${summary}\n`);
}

/**
 * Gives the packages of a copy the versions that its changesets ask for; without any, they keep those that stand there.
 * @returns the version of each package
 */
export async function versionPackages(copy: string): Promise<Readonly<Record<string, string>>> {
  // Without a changeset there is nothing to raise, and `changeset version` fails.
  const open = readdirSync(join(copy, ".changeset")).filter((name) => name.endsWith(".md") && name !== "README.md");
  const changesets = join(copy, "node_modules/@changesets/cli/bin.js");
  if (open.length > 0) await output(process.execPath, [changesets, "version"], copy);
  return Object.fromEntries(
    workspacePackages(copy).map(({ manifest }) => [String(manifest["name"]), String(manifest["version"])]),
  );
}
