/// <reference types="node" />
import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rm, stat, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { JournalError } from "../../errors.ts";
import { checkJournalName } from "../../journal/journal.ts";
import type { Journal, JournalRecord } from "../../journal/journal.ts";
import type { JsonObject } from "../../json.ts";
import { refuse } from "../../refuse.ts";
import { makeDurably } from "../files/directory.ts";
import { createGroupSync, fileErrorCode, syncDirectory, writeDurably } from "../files/durable-file.ts";
import { fileErrorAdvice, fileErrorReason, isPassing } from "../files/file-error.ts";
import { listRecords } from "./list-records.ts";
import { createRecord, findHead, readRecord, removeRecord, replaceRecord } from "./record-directory.ts";
import type { RecordRoom } from "./record-directory.ts";
import type { Head } from "./record-head.ts";

/** How the files of a journal are laid out. A directory of a higher format was made by a newer report-kit. */
const format = 1;
/** Drafts older than this were left by a process that died. */
const draftsLastMs = 3_600_000;
/** Records whose head is remembered, to save looking for it. */
const remembered = 10_000;

/**
 * A journal in a directory of a local disk: durable, and safe for any number of processes on one machine, without locks
 * that a killed process could leave behind. The directory is made when it is first used.
 *
 * A write that returned is on the disk (file and directory `fsync`ed); a write that a crash cut off has not happened, and the
 * revision before it is in force. It needs a file system with atomic renames that all its users see at once: a local
 * one. On NFS or SMB two machines can both believe that they wrote; use `postgresJournal` there.
 *
 * On Windows a directory can't be `fsync`ed: there a write relies on NTFS keeping its log in order.
 *
 * @param directory its path; relative to the working directory of this moment
 * @returns a journal whose methods throw JournalError: `unusable-directory`, `newer-version`, `unreadable` (damaged),
 * `unavailable` (the file system refused; the error is the `cause`), `invalid-name`.
 */
export function fileJournal(directory: string): Journal {
  if (typeof directory !== "string" || directory === "")
    refuse("directory", "the path of the journal's directory", directory);
  const root = resolve(directory);
  const records = join(root, "records");
  const temporary = join(root, "temporary");
  const room: RecordRoom = { records, temporary, syncRecords: createGroupSync(records) };
  const heads = new Map<string, Head>();
  let prepared: Promise<void> | undefined;

  async function ready(name?: string): Promise<void> {
    if (name !== undefined) checkJournalName(name);
    prepared ??= prepare(root, room);
    try {
      await prepared;
    } catch (error) {
      prepared = undefined; // after room was made or permissions were corrected, the process need not be started again
      throw error;
    }
  }

  function remember(name: string, head: Head | undefined): void {
    heads.delete(name);
    if (head === undefined) return;
    heads.set(name, head);
    const [oldest] = heads.keys();
    if (heads.size > remembered && oldest !== undefined) heads.delete(oldest);
  }

  /**
   * The head a caller means by a revision: the one it read, where we remember that, even if another record of the same
   * revision was made since. Whether it is in force is for the rename to find out.
   */
  async function headAt(name: string, revision: number): Promise<Head | undefined> {
    const known = heads.get(name);
    const head = known?.revision === revision ? known : await findHead(join(records, name));
    return head?.revision === revision ? head : undefined;
  }

  return {
    keeps: "durable",
    async read(name: string): Promise<JournalRecord | undefined> {
      await ready(name);
      return reporting(`read ${name} in`, root, async () => {
        const found = await readRecord(join(records, name), heads.get(name));
        remember(name, found?.head);
        return found?.record;
      });
    },
    async write(name: string, value: JsonObject, expected: number): Promise<number | undefined> {
      await ready(name);
      return reporting(`write ${name} to`, root, async () => {
        const before = expected === 0 ? undefined : await headAt(name, expected);
        let head: Head | undefined;
        if (expected === 0) head = await createRecord(room, name, value);
        else if (before !== undefined) head = await replaceRecord(room, name, before, value);
        remember(name, head);
        return head?.revision;
      });
    },
    async *list(prefix: string): AsyncIterable<string> {
      await ready();
      const names = await reporting("list", root, () => listRecords(records, prefix));
      yield* names;
    },
    async remove(name: string, expected: number): Promise<boolean> {
      await ready(name);
      return reporting(`remove ${name} from`, root, async () => {
        const head = await headAt(name, expected);
        const removed = head !== undefined && (await removeRecord(room, name, head));
        remember(name, undefined);
        return removed;
      });
    },
  };
}

/** Make the directory, or see that it is a journal this version can use, and sweep out what killed processes left. */
async function prepare(root: string, { records, temporary }: RecordRoom): Promise<void> {
  try {
    await makeDurably(records);
    await makeDurably(temporary);
    checkFormat(root, (await readFormat(root)) ?? (await writeFormat(root, temporary)));
    if (!(await syncDirectory(root))) throw notDurable(root);
    await sweep(temporary);
  } catch (error) {
    if (JournalError.isInstance(error)) throw error;
    throw new JournalError({
      code: "unusable-directory",
      message: `${root} can't be used as a journal (${fileErrorReason(error)}). ${fileErrorAdvice(error) || "Name a directory of a local disk that this process may write to."}`,
      retryable: isPassing(error),
      cause: error,
    });
  }
}

function notDurable(root: string): JournalError {
  return new JournalError({
    code: "unusable-directory",
    message: `${root} can't be used as a journal: its file system can't sync, so a loss of power could undo the record of a report that was asked for. Name a directory of a local disk, or use postgresJournal.`,
  });
}

async function readFormat(root: string): Promise<string | undefined> {
  try {
    return await readFile(join(root, "journal.json"), "utf8");
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Several processes may do this at once: the first one's file stays, whole. */
async function writeFormat(root: string, temporary: string): Promise<string | undefined> {
  const draft = join(temporary, randomUUID());
  if (!(await writeDurably(draft, `${JSON.stringify({ journal: "report-kit", format })}\n`))) throw notDurable(root);
  try {
    await link(draft, join(root, "journal.json"));
  } catch (error) {
    if (fileErrorCode(error) !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
  return readFormat(root);
}

function checkFormat(root: string, text: string | undefined): void {
  const found = formatIn(text);
  if (found === format) return;
  if (found !== undefined && found > format) {
    throw new JournalError({
      code: "newer-version",
      message: `The journal ${root} was made by a newer report-kit (format ${found}, this one reads ${format}): update report-kit here.`,
    });
  }
  throw new JournalError({
    code: "unreadable",
    message: `${join(root, "journal.json")} is not report-kit's: name another directory, or restore that file.`,
  });
}

function formatIn(text: string | undefined): number | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? "");
    if (typeof parsed !== "object" || parsed === null || !("journal" in parsed) || !("format" in parsed))
      return undefined;
    return parsed.journal === "report-kit" && typeof parsed.format === "number" ? parsed.format : undefined;
  } catch {
    return undefined;
  }
}

async function sweep(temporary: string): Promise<void> {
  for (const entry of await readdir(temporary)) {
    const path = join(temporary, entry);
    const made = await stat(path).catch(() => undefined); // its maker removed it first
    if (made !== undefined && Date.now() - made.mtimeMs > draftsLastMs)
      await rm(path, { recursive: true, force: true });
  }
}

/** Run an operation; what the file system refuses becomes a JournalError that names what was being done. */
async function reporting<T>(doing: string, root: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (JournalError.isInstance(error)) throw error;
    throw new JournalError({
      code: "unavailable",
      message: [
        `Could not ${doing} the journal ${root} (${fileErrorReason(error)}). Nothing was sent that this record should announce.`,
        fileErrorAdvice(error),
      ]
        .join(" ")
        .trim(),
      retryable: isPassing(error),
      cause: error,
    });
  }
}
