import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** The root of the repository. */
export const repository: string = join(import.meta.dirname, "../..");

/** A Markdown file, and where its code begins and ends. */
export interface Page {
  /** Relative to the root: `docs/reference/errors.md`. */
  readonly path: string;
  readonly lines: readonly string[];
  readonly fences: readonly Fence[];
}

/** A fenced block. Lines count from 0. */
export interface Fence {
  /** What follows the opening fence: `ts`. */
  readonly info: string;
  /** The line of the opening fence. */
  readonly opensAt: number;
  /** Without the indentation of the fence. */
  readonly body: readonly string[];
  /** The HTML comments right above, in order. */
  readonly comments: readonly Comment[];
}

/** An HTML comment, without its marks. */
export interface Comment {
  readonly opensAt: number;
  readonly lines: readonly string[];
}

const notOurs = new Set([
  "node_modules",
  "dist",
  "fixtures",
  ".git",
  ".turbo",
  ".changeset",
  ".blocks",
  ".pages",
  "out",
]);

/** Every Markdown file of the repository but those of others. */
export function listPages(): readonly Page[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (notOurs.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.name.endsWith(".md")) found.push(relative(repository, path).replaceAll("\\", "/"));
    }
  };
  visit(repository);
  return found.toSorted().map((path) => readPage(path, readFileSync(join(repository, path), "utf8")));
}

/** @throws Error for a fence that is not closed: everything after it would go unread. */
export function readPage(path: string, text: string): Page {
  const lines = text.split("\n");
  const fences: Fence[] = [];
  for (let line = 0; line < lines.length; line += 1) {
    const opening = /^(?<indent> *)(?<marks>`{3,})(?<info>[^`]*)$/.exec(lines[line] ?? "");
    if (opening === null) continue;
    const { indent = "", marks = "", info = "" } = opening.groups ?? {};
    const end = lines.findIndex((text, at) => at > line && text.trim() === marks);
    if (end < 0) throw new Error(`${path}:${line + 1} opens a block that is not closed`);
    fences.push({
      info: info.trim(),
      opensAt: line,
      body: lines.slice(line + 1, end).map((text) => (text.startsWith(indent) ? text.slice(indent.length) : text)),
      comments: commentsAbove(lines, line),
    });
    line = end;
  }
  return { path, lines, fences };
}

function commentsAbove(lines: readonly string[], line: number): readonly Comment[] {
  const comments: Comment[] = [];
  for (let at = line - 1; at >= 0; at -= 1) {
    const text = (lines[at] ?? "").trim();
    if (text === "") continue;
    if (!text.endsWith("-->")) break;
    const closesAt = at;
    while (at > 0 && !(lines[at] ?? "").includes("<!--")) at -= 1;
    const words = lines.slice(at, closesAt + 1).map((part) => part.replace(/<!--/, "").replace(/-->/, "").trim());
    comments.unshift({ opensAt: at, lines: words });
  }
  return comments;
}

/** Whether a page's path leads to a file or folder that exists. */
export function exists(path: string): boolean {
  return existsSync(join(repository, path));
}
