/// <reference types="node" />
import { fsync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const fsyncDescriptor = promisify(fsync);

/**
 * Have what was written to an open file, or the entries of an open directory, on the disk. By its descriptor: the handles
 * that Yarn's Plug'n'Play puts in the place of Node's have no `sync` of their own.
 */
export async function syncOpened(file: FileHandle): Promise<void> {
  await fsyncDescriptor(file.fd);
}

/**
 * Write a new file and have it on the disk: when this returns, the bytes survive a loss of power.
 * @throws the file system's error; `EEXIST` when there is one of that name. What was begun may be left behind.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await syncOpened(file);
  } finally {
    await file.close();
  }
}

/**
 * Have a directory's entries on the disk: what was created in it or renamed into it keeps its name after a loss of
 * power. Does nothing on Windows, which opens no directories and where NTFS writes names to its own log.
 */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await syncOpened(directory);
  } finally {
    await directory.close();
  }
}

/** The code of a file system's error: `"ENOENT"`; undefined for any other error. */
export function fileErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Windows refuses to rename a directory while anybody reads a file in it, which is over in a moment. */
const busyOnWindows: ReadonlySet<string | undefined> = new Set(["EPERM", "EACCES", "EBUSY"]);

/** Run a rename, and on Windows again while somebody is in the way (for 2 s at most). */
export async function insist<T>(rename: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await rename();
    } catch (error) {
      if (process.platform !== "win32" || attempt === 200 || !busyOnWindows.has(fileErrorCode(error))) throw error;
      await sleep(10);
    }
  }
}
