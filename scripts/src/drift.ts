import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file as it should be; `path` is relative to the root. */
export interface WantedFile {
  readonly path: string;
  readonly text: string;
}

function textAt(root: string, path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
}

/** Says in a few lines how a file differs from what it should be; undefined when it does not. */
export function describeDrift(root: string, { path, text }: WantedFile): string | undefined {
  const present = textAt(root, path);
  if (present === text) return undefined;
  if (present === undefined) return `${path}: missing`;
  const has = present.split("\n");
  const wants = text.split("\n");
  const differing = Array.from({ length: Math.max(has.length, wants.length) }, (_, index) => index).filter(
    (index) => has[index] !== wants[index],
  );
  // The header's hashes change with every change: what changed below them says more.
  const at = differing.find((index) => !/^(?:#|\/\/) /.test(wants[index] ?? "")) ?? differing[0] ?? 0;
  return [
    `${path}: differs at line ${at + 1} (has ${has.length} lines, should have ${wants.length})`,
    `  - ${has[at] ?? "(end of file)"}`,
    `  + ${wants[at] ?? "(end of file)"}`,
  ].join("\n");
}

/** Writes a file only when it differs, through a temporary file, so that no reader ever sees half of it. Returns whether it wrote. */
export function writeIfDifferent(root: string, { path, text }: WantedFile): boolean {
  if (textAt(root, path) === text) return false;
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, target);
  return true;
}
