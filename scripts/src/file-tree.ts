import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The files of a folder, or of a commit. Paths are relative to its root. */
export interface FileTree {
  /** What an error calls it. */
  readonly name: string;
  /** The text of a file; undefined when there is none. */
  readonly read: (path: string) => string | undefined;
  /** The names in a folder, in order; none when there is no such folder. */
  readonly list: (folder: string) => readonly string[];
}

export function folderTree(root: string): FileTree {
  return {
    name: root,
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined),
    list: (folder) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).toSorted() : []),
  };
}

/**
 * The tree that a change set out from: a folder that has `specs/`, or the commit at which HEAD parted from a branch, tag or commit.
 * Throws when it is neither, or when git finds no common ancestor.
 */
export function baseTree(root: string, base: string): FileTree {
  if (existsSync(join(base, "specs"))) return folderTree(base);
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-C", root, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 2 ** 28,
    });
  let commit: string;
  try {
    commit = git("merge-base", "--end-of-options", base, "HEAD").trim();
  } catch (error) {
    throw new Error(`${base} is no folder with specs/, and no commit that HEAD has anything in common with.`, {
      cause: error,
    });
  }
  const paths = new Set(git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).split("\0"));
  return {
    name: commit,
    read: (path) => (paths.has(path) ? git("show", `${commit}:${path}`) : undefined),
    list: (folder) => {
      const below = [...paths].filter((path) => path.startsWith(`${folder}/`));
      return [...new Set(below.map((path) => path.slice(folder.length + 1).replace(/\/.*/s, "")))].toSorted();
    },
  };
}
