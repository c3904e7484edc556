/// <reference types="node" />
import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, stat, unlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { DownloadError } from "../../download/download-error.ts";
import { fileErrorCode, syncDirectory } from "./durable-file.ts";
import { targetRefused } from "./file-error.ts";

/** Make the directory of a target, and those above it, durably. @throws DownloadError `target` */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await makeDurably(path);
  } catch (error) {
    throw targetRefused("make the directory", path, error);
  }
}

/**
 * Make a directory where there is none, and those above it, durably.
 * @throws the file system's own error: `mkdir` with `recursive` reports ENOENT for a disk that is mounted read-only.
 */
export async function makeDurably(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (await isDirectory(path)) return;
    const parent = dirname(path);
    if (fileErrorCode(error) !== "ENOENT" || parent === path) throw error;
    await makeDurably(parent);
    await mkdir(path).catch(async (again: unknown) => {
      if (!(await isDirectory(path))) throw again; // else another process made it
    });
  }
  await syncDirectory(dirname(path));
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  );
}

/**
 * See that files can be made and filled in a directory, by making one: what permissions say is not all (a full disk, a
 * read-only mount).
 * @throws DownloadError `target`, with the path, the reason and what to do
 */
export async function checkWritable(path: string): Promise<void> {
  await makeDirectory(path);
  const trial = join(path, `.report-kit-${randomUUID()}`);
  try {
    const file = await open(trial, "wx");
    try {
      await file.writeFile("trial\n");
    } finally {
      await file.close();
      await unlink(trial);
    }
  } catch (error) {
    throw targetRefused("write to the directory", path, error);
  }
}

/**
 * Below `root` the directories are report-kit's: a link among them that neither this user nor root made leads where somebody
 * else wants the file.
 * @throws DownloadError `target`
 */
export async function refuseForeignLinks(root: string, path: string): Promise<void> {
  if (process.geteuid === undefined) return;
  let at = root;
  for (const part of relative(root, path).split(sep)) {
    at = join(at, part);
    const there = await lstat(at);
    if (!there.isSymbolicLink() || there.uid === process.geteuid() || there.uid === 0) continue;
    throw new DownloadError(
      "target",
      `${at} is a link that another user made; it is not followed. Remove it, and keep the directory closed to other users.`,
    );
  }
}
