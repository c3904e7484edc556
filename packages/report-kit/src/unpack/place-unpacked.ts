/// <reference types="node" />
import { lstat, readdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Overwrite } from "../download/sink.ts";
import { fileErrorCode, retryOnWindows, syncDirectory } from "../node/files/durable-file.ts";
import { nameTaken, placeFile } from "../node/files/place-file.ts";
import { hashFile } from "../node/files/read-file.ts";
import type { UnpackedFile } from "./unpacked.ts";
import type { Unzipped } from "./unpack-zip.ts";
import type { Written } from "./write-file.ts";

/** Where something unpacked goes. */
interface Place {
  /** Where it is: a path that no other process uses. */
  readonly from: string;
  readonly to: string;
  /** Where what is replaced is moved to, to be deleted. */
  readonly aside: string;
  readonly overwrite: Overwrite;
}

/** Workers that replace one directory at the same time get in each other's way only so often. */
const mostMoves = 20;

/**
 * Give what was unpacked its final name, at once: the one file of a gzip, or the directory of a zip by one rename. Two workers
 * can't mix their files: one of them finds the directory of the other.
 * @throws DownloadError `exists` where `overwrite` does not allow it.
 */
export async function placeUnpacked(
  held: Written | readonly Unzipped[],
  place: Place,
): Promise<readonly UnpackedFile[]> {
  const { from, to, overwrite } = place;
  if (!isList(held)) {
    await placeFile(from, to, { ...held, overwrite });
    return [{ path: to, name: basename(to), ...held }];
  }
  await syncTree(from);
  for (let move = 0; !(await placeDirectory(held, place)); move += 1) {
    if (move === mostMoves) throw nameTaken(to, "other processes replace it at the same time");
  }
  await syncDirectory(dirname(to));
  return held.map(({ to: name, bytes, sha256 }) => ({ path: join(to, name), name: basename(name), bytes, sha256 }));
}

function isList(held: Written | readonly Unzipped[]): held is readonly Unzipped[] {
  return Array.isArray(held);
}

/** @returns false when another worker was in the way: try again. */
async function placeDirectory(files: readonly Unzipped[], { from, to, aside, overwrite }: Place): Promise<boolean> {
  const there = await lstat(to).catch(() => undefined);
  if (there !== undefined) {
    if (overwrite === "never") throw nameTaken(to, 'overwrite is "never"');
    if (there.isDirectory() && (await holds(to, files))) return true;
    if (overwrite === "same") throw nameTaken(to, "it holds something else");
    try {
      await retryOnWindows(() => rename(to, join(dirname(aside), `${basename(aside)}-${crypto.randomUUID()}`)));
    } catch (error) {
      if (fileErrorCode(error) === "ENOENT") return false;
      throw error;
    }
  }
  try {
    await retryOnWindows(() => rename(from, to));
    return true;
  } catch (error) {
    if (taken.has(fileErrorCode(error)) && (await lstat(to).catch(() => undefined)) !== undefined) return false;
    throw error;
  }
}

const taken: ReadonlySet<string | undefined> = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR", "EPERM", "EACCES"]);

/** Does the directory hold each of the files, with its bytes? What else is in it does not matter. */
async function holds(directory: string, files: readonly Unzipped[]): Promise<boolean> {
  for (const { to, bytes, sha256 } of files) {
    const path = join(directory, to);
    const there = await lstat(path).catch(() => undefined);
    if (there?.isFile() !== true || there.size !== bytes || (await hashFile(path)) !== sha256) return false;
  }
  return true;
}

/** Have the names within a directory on the disk. */
async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncTree(join(directory, entry.name));
  }
  await syncDirectory(directory);
}
