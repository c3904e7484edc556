/// <reference types="node" />
import { fsync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const fsyncDescriptor = promisify(fsync);

/** How file systems refuse to sync at all: network shares, FUSE, what Windows opens no handle for. */
const cannotSync: ReadonlySet<string | undefined> = new Set([
  "EINVAL",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EISDIR",
  "EPERM",
  "EACCES",
]);

/**
 * Write what was written to an open file, or the entries of an open directory, through to the disk. By its descriptor: the
 * handles that Yarn's Plug'n'Play puts in the place of Node's have no `sync` of their own.
 * @returns false when the file system has no such operation: then a loss of power may undo it.
 */
export async function syncOpened(file: FileHandle): Promise<boolean> {
  try {
    await fsyncDescriptor(file.fd);
    return true;
  } catch (error) {
    if (cannotSync.has(fileErrorCode(error))) return false;
    throw error;
  }
}

/**
 * Write a new file through to the disk: when this returns, the bytes survive a loss of power.
 * @returns false when the file system has no such operation.
 * @throws the file system's error; `EEXIST` when there is one of that name. What was begun may be left behind.
 */
export async function writeDurably(path: string, text: string): Promise<boolean> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    return await syncOpened(file);
  } finally {
    await file.close();
  }
}

/**
 * Write a directory's entries through to the disk: what was created in it or renamed into it keeps its name after a loss of
 * power. Windows opens no directories; there NTFS writes names to its own log.
 * @returns false when the file system has no such operation.
 */
export async function syncDirectory(path: string): Promise<boolean> {
  if (process.platform === "win32") return true;
  let directory: FileHandle;
  try {
    directory = await open(path, "r");
  } catch (error) {
    if (cannotSync.has(fileErrorCode(error))) return false;
    throw error;
  }
  try {
    return await syncOpened(directory);
  } finally {
    await directory.close();
  }
}

/**
 * `syncDirectory` of one directory for many callers at once: those that come while it is being synced share the next one.
 */
export function createGroupSync(path: string): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(async () => {
      next = undefined;
      const sync = syncDirectory(path);
      running = sync.catch(() => {}); // its callers get the error
      await sync;
    });
    return next;
  };
}

/** The code of a file system's error: `"ENOENT"`; undefined for any other error. */
export function fileErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Windows refuses to rename a directory while a file in it is being read, which is over in a moment. */
const busyOnWindows: ReadonlySet<string | undefined> = new Set(["EPERM", "EACCES", "EBUSY"]);

/** Run a rename, and repeat it on Windows while a file in it is being read (for 2 s at most). */
export async function retryOnWindows<T>(rename: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await rename();
    } catch (error) {
      if (process.platform !== "win32" || attempt === 200 || !busyOnWindows.has(fileErrorCode(error))) throw error;
      await sleep(10);
    }
  }
}
