/// <reference types="node" />
import type { BigIntStats } from "node:fs";
import { link, lstat, rename, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { DownloadError } from "../../download/download-error.ts";
import type { Overwrite } from "../../download/sink.ts";
import { fileErrorCode, retryOnWindows, syncDirectory } from "./durable-file.ts";
import { hashFile } from "./read-file.ts";

/** The bytes that are to lie under the final name. */
export interface PlacedBytes {
  readonly bytes: number;
  readonly sha256: string;
  readonly overwrite: Overwrite;
}

/**
 * Give a finished file its final name, durably. It is moved, or linked and left behind for its directory to be deleted. When
 * this resolves, the bytes of that SHA-256 were seen under the final name; a worker with `overwrite: "always"` may replace them
 * from then on.
 * @returns whether a file with the same bytes was there already, and was left as it is
 * @param written the file as its writer's handle shows it after the last write; default: what lies at `from` now
 * @throws DownloadError `exists` where `overwrite` does not allow it, `target` when another worker took the file away or
 * exchanged it; the file system's error.
 */
export async function placeFile(from: string, to: string, file: PlacedBytes, written?: BigIntStats): Promise<boolean> {
  const placed = written ?? (await lstat(from, { bigint: true }));
  const moved = await giveName(from, to, file);
  if (moved === "taken") {
    await acceptExisting(to, file);
    return true;
  }
  await verifyPlaced(to, file, placed);
  try {
    await syncDirectory(dirname(to));
  } catch (error) {
    // The name may not survive a loss of power: after an error nothing lies under it.
    if (moved === "linked") await unlink(to).catch(() => {});
    throw error;
  }
  return false;
}

async function giveName(from: string, to: string, { overwrite }: PlacedBytes): Promise<"linked" | "moved" | "taken"> {
  try {
    if (overwrite === "always") {
      await retryOnWindows(() => rename(from, to));
      return "moved";
    }
    try {
      // Unlike a rename, it fails when the name is taken.
      await link(from, to);
      return "linked";
    } catch (error) {
      if (await exists(to)) return "taken";
      if (!noLinks.has(fileErrorCode(error))) throw error;
      // A file system without links (FAT, some network shares): two workers could both get here.
      await retryOnWindows(() => rename(from, to));
      return "moved";
    }
  } catch (error) {
    if (!(await exists(from))) throw takenOver(from, error);
    if (await isDirectory(to)) throw nameTaken(to, "it is a directory");
    throw error;
  }
}

const noLinks: ReadonlySet<string | undefined> = new Set([
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
  "EACCES",
  "EINVAL",
]);

/** Is it the file that was written, whole, that lies under the name now? */
async function verifyPlaced(path: string, file: PlacedBytes, written: BigIntStats): Promise<void> {
  const there = await lstat(path, { bigint: true }).catch(() => undefined);
  const same =
    there?.isFile() === true &&
    there.ino === written.ino &&
    there.dev === written.dev &&
    there.size === BigInt(file.bytes) &&
    there.mtimeNs === written.mtimeNs;
  // Some network shares number each name of a file for itself: then its bytes decide.
  if (same || (await holds(path, file))) return;
  throw new DownloadError(
    "target",
    `${path} was exchanged while it got its name: another process writes there, too. Run it again.`,
    { retryable: true },
  );
}

/** @throws DownloadError `exists` unless the file there holds the same bytes, and the caller is content with that. */
async function acceptExisting(path: string, file: PlacedBytes): Promise<void> {
  if (file.overwrite === "never") throw nameTaken(path, 'overwrite is "never"');
  if (await holds(path, file)) return;
  const there = await lstat(path).catch(() => undefined);
  throw nameTaken(
    path,
    there?.isSymbolicLink() === true ? "it is a link, which is not followed" : "it holds something else",
  );
}

/** Does a plain file, not a link to one, hold these bytes? */
async function holds(path: string, { bytes, sha256 }: PlacedBytes): Promise<boolean> {
  const there = await lstat(path).catch(() => undefined);
  return there?.isFile() === true && there.size === bytes && (await hashFile(path)) === sha256;
}

/** Is the name taken, if only by a link that leads nowhere? */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return lstat(path).then(
    (there) => there.isDirectory(),
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

/** The error of an owner whose part is another worker's by now. */
export function takenOver(path: string, cause?: unknown): DownloadError {
  return new DownloadError(
    "target",
    `Another process took over the partial file ${path}, because this one had stood still for minutes, or somebody deleted it. Nothing was lost: run it again.`,
    { retryable: true, cause },
  );
}
