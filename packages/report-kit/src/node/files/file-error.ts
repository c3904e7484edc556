/// <reference types="node" />
import { getSystemErrorMap } from "node:util";
import { DownloadError } from "../../download/download-error.ts";
import { fileErrorCode } from "./durable-file.ts";

/** What to do about a refusal of the file system, by its code. */
const advice: Readonly<Record<string, string>> = {
  EACCES: "Give this process's user the permission to write there, or name another directory.",
  EPERM: "Give this process's user the permission to write there, or name another directory.",
  EROFS: "It is mounted read-only: mount it writable, or name another directory.",
  ENOSPC: "The disk is full: make room, and run it again.",
  EDQUOT: "The user's quota is used up: make room, and run it again.",
  ENOTDIR: "A part of this path is a file, not a directory: move it away, or name another path.",
  EEXIST: "A part of this path is a file, not a directory: move it away, or name another path.",
  EISDIR: "It is a directory: move it away, or name another path.",
  ENOENT: "It is gone, or its disk is not mounted.",
  ENAMETOOLONG: "Name a shorter path.",
  EMFILE: "This process has too many files open: raise its limit (ulimit -n), or do less at once.",
  ENFILE: "This machine has too many files open: run it again later.",
  EIO: "The disk fails to read or write: look at the system's log.",
};

/** Refusals that pass by themselves, or once somebody makes room. */
const passing: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EAGAIN", "EBUSY"]);

/** Whether the same operation can succeed later without a change to the program or its permissions. */
export function isPassing(error: unknown): boolean {
  return passing.has(fileErrorCode(error) ?? "");
}

/** Why the file system refused, in words: `EACCES: permission denied`. */
export function fileErrorReason(error: unknown): string {
  const code = fileErrorCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const { errno } = error as NodeJS.ErrnoException; // it has a code
  const [, words] = getSystemErrorMap().get(errno ?? 0) ?? [];
  return words === undefined ? code : `${code}: ${words}`;
}

/** What to do about it. Empty where we know nothing better than the reason. */
export function fileErrorAdvice(error: unknown): string {
  return advice[fileErrorCode(error) ?? ""] ?? "";
}

/** The error of a target whose file or directory the file system refused. Names the path, the reason and what to do. */
export function targetRefused(doing: string, path: string, error: unknown): DownloadError {
  return new DownloadError(
    "target",
    [`Can't ${doing} ${path} (${fileErrorReason(error)}).`, fileErrorAdvice(error)].join(" ").trim(),
    {
      retryable: isPassing(error),
      cause: error,
    },
  );
}
