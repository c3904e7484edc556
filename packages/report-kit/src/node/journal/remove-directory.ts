/// <reference types="node" />
import { readdir, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { fileErrorCode } from "../files/durable-file.ts";
import { headName, parseHead } from "./record-head.ts";
import type { Head } from "./record-head.ts";

/** What operating systems and file servers leave in directories: no part of a record. */
const isLitter = (entry: string): boolean => entry.startsWith(".") || /^(?:thumbs\.db|desktop\.ini)$/i.test(entry);

/** Remove a record's directory if it is empty, but for litter. @returns whether it is gone. */
export async function removeEmpty(record: string): Promise<boolean> {
  if (await removeIfEmpty(record)) return true;
  const entries = await entriesOf(record);
  if (entries === undefined) return true;
  if (!entries.every(isLitter)) return false;
  for (const entry of entries) await rm(join(record, entry), { recursive: true, force: true });
  return removeIfEmpty(record);
}

/**
 * Remove a record's directory once its head is gone, with whatever else was put into it. Another writer may have created the
 * record again: that stays.
 * @returns whether it is gone.
 */
export async function removeForeign(record: string): Promise<boolean> {
  const entries = (await entriesOf(record)) ?? [];
  for (const entry of entries) {
    if (parseHead(entry) === undefined) await rm(join(record, entry), { recursive: true, force: true });
  }
  return removeIfEmpty(record);
}

async function removeIfEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === "ENOENT") return true;
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "EBUSY" || code === "EPERM") return false;
    throw error;
  }
}

/** Remove the directory of a head that is out of force: as a rule its one file is all there is. */
export async function removeHead(directory: string, head: Head): Promise<void> {
  try {
    await unlink(join(directory, `${headName(head)}.json`));
    await rmdir(directory);
  } catch {
    await rm(directory, { recursive: true, force: true });
  }
}

async function entriesOf(directory: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
