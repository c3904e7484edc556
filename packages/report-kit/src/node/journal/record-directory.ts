/// <reference types="node" />
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { JournalError } from "../../errors.ts";
import type { JournalRecord } from "../../journal/journal.ts";
import type { JsonObject } from "../../json.ts";
import { fileErrorCode, retryOnWindows, syncDirectory, writeDurably } from "../files/durable-file.ts";
import { giveWay } from "./give-way.ts";
import { parseRecord, recordText } from "./record-file.ts";
import { headName, newHead, parseHead } from "./record-head.ts";
import type { Head } from "./record-head.ts";
import { removeEmpty, removeForeign, removeHead } from "./remove-directory.ts";

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

/** What a record's directory needs of its journal. */
export interface RecordRoom {
  /** The directory of all records. */
  readonly records: string;
  /** On the same file system: what is being made, and what is being removed. */
  readonly temporary: string;
  /** Have the entries of `records` on the disk. */
  syncRecords(): Promise<void>;
}

/** Looks at a record that others change at each of them, before we say that it is damaged. */
const looks = 1000;

/** The head in force; undefined when there is no such record. */
export async function findHead(record: string): Promise<Head | undefined> {
  for (let look = 0; look < looks; look += 1) {
    await giveWay();
    const entries = entriesOf(record);
    if (entries === undefined) return undefined;
    // A head that is renamed while we read the directory may show up under both names: the higher one is in force.
    const [head] = entries
      .map(parseHead)
      .filter((found) => found !== undefined)
      .sort((one, other) => other.revision - one.revision);
    if (head !== undefined) return head;
    // … or under neither, which looks like the rest of a removal. Removing the directory decides: it fails unless empty.
    if (await removeEmpty(record)) return undefined;
    await nextTurn();
  }
  throw damaged(record, "it has no revision in force");
}

function entriesOf(record: string): readonly string[] | undefined {
  try {
    return readdirSync(record);
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return undefined;
    if (fileErrorCode(error) === "ENOTDIR") throw damaged(record, "it is a file, where a directory should be");
    throw error;
  }
}

/** The record in force, and its head; undefined when there is none. `known` saves looking for the head. */
export async function readRecord(
  record: string,
  known: Head | undefined,
): Promise<{ readonly head: Head; readonly record: JournalRecord } | undefined> {
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await nextTurn(); // the writer that moved it on may be of this process
    const head = look === 0 && known !== undefined ? known : await findHead(record);
    if (head === undefined) return undefined;
    // No file there: the head was moved on since we looked. While its name stands, the file in it is the truth.
    await giveWay();
    const text = readText(`${record}/${headName(head)}/${headName(head)}.json`);
    if (text === undefined) continue;
    const parsed = parseRecord(text, head.revision);
    if (parsed === undefined) throw damaged(record, `its revision ${head.revision} does not match its checksum`);
    return { head, record: parsed };
  }
  throw damaged(record, "the file of its revision in force is missing");
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = fileErrorCode(error);
    // A directory in the place of the file, or a file in the place of the head's directory: its text is no record.
    if (code === "EISDIR" || code === "ENOTDIR") return "";
    if (code === "ENOENT") return undefined;
    throw error;
  }
}

/** Create a record at revision 1. @returns undefined when there is one. */
export async function createRecord(room: RecordRoom, name: string, value: JsonObject): Promise<Head | undefined> {
  const record = join(room.records, name);
  if ((await findHead(record)) !== undefined) return undefined;
  const head = newHead(1);
  const draft = join(room.temporary, head.id);
  try {
    await mkdir(join(draft, headName(head)), { recursive: true });
    await writeDurably(join(draft, headName(head), `${headName(head)}.json`), recordText(1, value));
    if (!(await moveInto(draft, record))) {
      await rm(draft, { recursive: true, force: true });
      return undefined;
    }
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined); // the first error is the one to report
    throw error;
  }
  await room.syncRecords();
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
export async function replaceRecord(
  room: RecordRoom,
  name: string,
  head: Head,
  value: JsonObject,
): Promise<Head | undefined> {
  const record = join(room.records, name);
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
    await unlink(draft).catch(() => undefined); // the first error is the one to report
    throw error;
  }
  await syncRecord(record, room);
  await tidy(join(record, headName(next)), next);
  return next;
}

/** Remove a record at the revision of `head`. @returns false when it is no longer in force. */
export async function removeRecord(room: RecordRoom, name: string, head: Head): Promise<boolean> {
  const record = join(room.records, name);
  const rest = join(room.temporary, randomUUID());
  if (!(await moveHead(record, head, rest))) return false;
  if ((await removeEmpty(record)) || (await removeForeign(record))) await room.syncRecords();
  else await syncRecord(record, room);
  await removeHead(rest, head);
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
async function syncRecord(record: string, room: RecordRoom): Promise<void> {
  const synced = await unless(
    ["ENOENT"],
    syncDirectory(record).then(() => true),
  );
  if (synced !== true) await room.syncRecords();
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
