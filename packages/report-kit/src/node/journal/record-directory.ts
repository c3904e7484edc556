/// <reference types="node" />
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { JournalError } from "../../errors.ts";
import type { JournalRecord } from "../../journal/journal.ts";
import type { JsonObject } from "../../json.ts";
import { fileErrorCode, retryOnWindows, syncDirectory, writeDurably } from "../files/durable-file.ts";
import { parseRecord, recordText } from "./record-file.ts";

/*
 * How a record lies on the disk, and why no lock is needed
 *
 *   records/<name>/<revision>-<id>/<revision>-<id>.json
 *                  ^ the head: which revision is in force, and the file that holds it
 *
 * A head's name holds a random id, so a name that is gone never comes back. To write revision 8 over revision 7 is to
 * put the file `8-<new id>.json` into the head's directory, have it on the disk, and rename the directory from
 * `7-<id>` to `8-<new id>`. The rename is the compare-and-set: of all who try, in any process, one finds the old name;
 * the others find nothing to rename. Whoever dies before it leaves a file that nobody looks at and the next writer
 * removes; whoever dies after it has written. There is nothing to unlock.
 *
 * A record is created by renaming a whole directory into place, which fails where there is one, and removed by renaming
 * its head away. An empty `records/<name>` is the rest of a removal.
 *
 * A file is on the disk before the rename that brings it into force, and the rename before the write returns. That the
 * names of new directories are there no later than what is in them is the file system's own order (ext4, XFS, Btrfs,
 * APFS and NTFS keep it).
 */

/** Which revision of a record is in force: the name of its directory, taken apart. */
export interface Head {
  readonly revision: number;
  readonly id: string;
}

/** Looks at a record that others change at each of them, before we say that it is damaged. */
const looks = 1000;

const headName = (head: Head): string => `${head.revision}-${head.id}`;
const newHead = (revision: number): Head => ({ revision, id: randomUUID() });

function parseHead(entry: string): Head | undefined {
  const match = /^([1-9]\d{0,15})-([0-9a-f-]{36})$/.exec(entry);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { revision: Number(match[1]), id: match[2] };
}

/** The head in force; undefined when there is no such record. */
export async function findHead(record: string): Promise<Head | undefined> {
  for (let look = 0; look < looks; look += 1) {
    const entries = await unless(["ENOENT"], readdir(record));
    if (entries === undefined) return undefined;
    // A head that is renamed while we read the directory may show up under both names: the higher one is in force.
    const [head] = entries
      .map(parseHead)
      .filter((found) => found !== undefined)
      .sort((one, other) => other.revision - one.revision);
    if (head !== undefined) return head;
    // … or under neither, which looks like the rest of a removal. Removing the directory tells: it fails unless empty.
    if (await removeEmpty(record)) return undefined;
    await nextTurn();
  }
  throw damaged(record, "it has no revision in force");
}

/** The record in force, and its head; undefined when there is none. `known` saves looking for the head. */
export async function readRecord(
  record: string,
  known: Head | undefined,
): Promise<{ readonly head: Head; readonly record: JournalRecord } | undefined> {
  for (let look = 0; look < looks; look += 1) {
    const head = look === 0 && known !== undefined ? known : await findHead(record);
    if (head === undefined) return undefined;
    // No file there: the head was moved on since we looked. While its name stands, the file in it is the truth.
    const text = await unless(["ENOENT"], readFile(join(record, headName(head), `${headName(head)}.json`), "utf8"));
    if (text === undefined) continue;
    const parsed = parseRecord(text, head.revision);
    if (parsed === undefined) throw damaged(record, `its revision ${head.revision} does not match its checksum`);
    return { head, record: parsed };
  }
  throw damaged(record, "the file of its revision in force is missing");
}

/** Create a record at revision 1, out of `temporary` on the same file system. @returns undefined when there is one. */
export async function createRecord(
  records: string,
  name: string,
  temporary: string,
  value: JsonObject,
): Promise<Head | undefined> {
  const record = join(records, name);
  if ((await findHead(record)) !== undefined) return undefined;
  const head = newHead(1);
  const draft = join(temporary, head.id);
  try {
    await mkdir(join(draft, headName(head)), { recursive: true });
    await writeDurably(join(draft, headName(head), `${headName(head)}.json`), recordText(1, value));
    if (!(await moveInto(draft, record))) {
      await rm(draft, { recursive: true, force: true });
      return undefined;
    }
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined); // the first error is the one to tell
    throw error;
  }
  await syncDirectory(records);
  return head;
}

/** Rename a draft to a record's name. @returns false when there is a record. */
async function moveInto(draft: string, record: string): Promise<boolean> {
  for (let look = 0; look < looks; look += 1) {
    try {
      await rename(draft, record);
      return true;
    } catch (error) {
      // Taken. POSIX says so only where there is a record; Windows also says so of the empty rest of a removal.
      const code = fileErrorCode(error);
      const taken = code === "ENOTEMPTY" || code === "EEXIST" || (process.platform === "win32" && code === "EPERM");
      if (!taken) throw error;
      if ((await findHead(record)) !== undefined) return false;
    }
  }
  throw damaged(record, "it can be neither read nor created");
}

/** Write over the revision of `head`. @returns undefined when it is no longer in force. */
export async function replaceRecord(record: string, head: Head, value: JsonObject): Promise<Head | undefined> {
  const next = newHead(head.revision + 1);
  const draft = join(record, headName(head), `${headName(next)}.json`);
  try {
    const written = await unless(
      ["ENOENT"],
      writeDurably(draft, recordText(next.revision, value)).then(() => true),
    );
    if (written !== true || !(await moveHead(record, head, join(record, headName(next))))) {
      return undefined; // our draft lies in a directory that was moved on: its next writer removes it
    }
  } catch (error) {
    await unlink(draft).catch(() => undefined); // the first error is the one to tell
    throw error;
  }
  await syncRecord(record);
  await tidy(join(record, headName(next)), next);
  return next;
}

/** Remove a record at the revision of `head`. @returns false when it is no longer in force. */
export async function removeRecord(record: string, head: Head, temporary: string): Promise<boolean> {
  const rest = join(temporary, randomUUID());
  if (!(await moveHead(record, head, rest))) return false;
  await syncRecord(record);
  await removeEmpty(record);
  await rm(rest, { recursive: true, force: true });
  return true;
}

/** The compare-and-set: move a head to another name, if it still has its own. */
async function moveHead(record: string, head: Head, to: string): Promise<boolean> {
  const moved = await unless(
    ["ENOENT"],
    retryOnWindows(() => rename(join(record, headName(head)), to)).then(() => true),
  );
  return moved === true;
}

/** Have a head's new name, or the removal of its record that came right after, on the disk. */
async function syncRecord(record: string): Promise<void> {
  const synced = await unless(
    ["ENOENT"],
    syncDirectory(record).then(() => true),
  );
  if (synced !== true) await syncDirectory(dirname(record));
}

/**
 * Remove the files of revisions up to the one in force: the one we wrote over, and those of writers who lost or died.
 * Nobody can bring them into force any more, because the heads they would have to rename are gone.
 */
async function tidy(directory: string, head: Head): Promise<void> {
  try {
    const entries = await readdir(directory);
    const old = entries.filter((entry) => {
      const draft = parseHead(entry.replace(/\.json$/, ""));
      return draft !== undefined && draft.revision <= head.revision && draft.id !== head.id;
    });
    await Promise.all(old.map((entry) => unlink(join(directory, entry))));
  } catch {
    // The next writer tidies up what we could not: it may have moved the directory on already.
  }
}

/** Remove a directory if it is empty. @returns whether it is gone. */
async function removeEmpty(directory: string): Promise<boolean> {
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

/** A promise's value, or undefined when the file system refuses with one of these codes. */
async function unless<T>(codes: readonly string[], operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    const code = fileErrorCode(error);
    if (code !== undefined && codes.includes(code)) return undefined;
    throw error;
  }
}

function damaged(record: string, how: string): JournalError {
  return new JournalError({
    code: "unreadable",
    message: `The journal record in ${record} is damaged: ${how}. Nothing was sent. Restore the directory from a backup, or move it away to start the job anew after a look at what the provider has made.`,
  });
}
