/// <reference types="node" />
import { link, lstat, rename, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { DownloadError } from "../../download/download-error.ts";
import type { Overwrite } from "../../download/sink.ts";
import { fileErrorCode, insist, syncDirectory } from "./durable-file.ts";
import { hashFile } from "./read-file.ts";

/**
 * Give a finished file its final name, durably. It is moved, or linked and left behind for its directory to be deleted.
 * @returns whether a file with the same bytes was there already, and was left as it is
 * @throws DownloadError `exists` where `overwrite` does not allow it; the file system's error.
 */
export async function placeFile(
  from: string,
  to: string,
  file: { readonly bytes: number; readonly sha256: string; readonly overwrite: Overwrite },
): Promise<boolean> {
  if (file.overwrite === "always") await insist(() => rename(from, to));
  else {
    try {
      // Unlike a rename, it fails when the name is taken.
      await link(from, to);
    } catch (error) {
      const taken = await exists(to);
      if (!taken && !noLinks.has(fileErrorCode(error))) throw error;
      if (taken) {
        await acceptExisting(to, file);
        return true;
      }
      // A file system without links (FAT, some network shares): two workers could both get here.
      await insist(() => rename(from, to));
    }
  }
  await syncDirectory(dirname(to));
  return false;
}

const noLinks: ReadonlySet<string | undefined> = new Set([
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
  "EACCES",
]);

/** @throws DownloadError `exists` unless the file there holds the same bytes, and the caller is content with that. */
async function acceptExisting(
  path: string,
  file: { readonly bytes: number; readonly sha256: string; readonly overwrite: Overwrite },
): Promise<void> {
  if (file.overwrite === "never") throw nameTaken(path, 'overwrite is "never"');
  const there = await stat(path).catch(() => undefined);
  const same = there?.isFile() === true && there.size === file.bytes && (await hashFile(path)) === file.sha256;
  if (!same) throw nameTaken(path, "it holds something else");
}

/** Is the name taken, if only by a link that leads nowhere? */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** The error for a name that is taken. */
export function nameTaken(path: string, why: string): DownloadError {
  return new DownloadError(
    "exists",
    `There is a ${basename(path)} in ${dirname(path)} already, and ${why}. Move it away, download elsewhere, or pass overwrite: "always".`,
  );
}
