/// <reference types="node" />
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { FileHead, Sink } from "../../download/sink.ts";
import { ReportKitError } from "@report-kit/http";
import { syncOpened } from "./durable-file.ts";
import { targetRefused } from "./file-error.ts";
import { createHash } from "./hash.ts";
import type { KeptPart } from "./kept-part.ts";
import { claimPart } from "./part-directory.ts";
import type { PartDirectory } from "./part-directory.ts";
import { exists, nameTaken, placeFile, takenOver } from "./place-file.ts";
import { openPlainFile, readChunks } from "./read-file.ts";
import { createWriteQueue } from "./write-queue.ts";

/** Long enough for any note: a new one covers the old one whole, in a single write. */
const noteBytes = 4096;

/** A sink for one file: its part lies in a directory beside its final place until it is whole. */
export async function openFileSink(parent: string, key: string, pathFor: (head: FileHead) => string): Promise<Sink> {
  const part = await claimPart(parent, key).catch((error: unknown) => {
    throw targetRefused("make a directory for the partial file in", parent, error);
  });
  try {
    const data = await createOwn(join(part.path, "data"));
    const noteFile = await createOwn(join(part.path, "note.json"));
    return fileSink({ part, key, data, noteFile, pathFor });
  } catch (error) {
    const gone = !(await exists(part.path));
    await part.release();
    throw gone ? takenOver(part.path, error) : targetRefused("make the partial file in", part.path, error);
  }
}

/** A file that nobody else has open: it is made here, and was not there before. */
async function createOwn(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants; // Windows has no O_NOFOLLOW; undefined counts as 0
  return open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
}

interface OpenPart {
  readonly part: PartDirectory;
  readonly key: string;
  readonly data: FileHandle;
  readonly noteFile: FileHandle;
  readonly pathFor: (head: FileHead) => string;
}

function fileSink({ part, key, data, noteFile, pathFor }: OpenPart): Sink {
  const dataPath = join(part.path, "data");
  const queue = createWriteQueue(data);

  async function close(): Promise<void> {
    await queue.drain().catch(() => {});
    await Promise.allSettled([data.close(), noteFile.close()]);
  }

  /** The key is in the note: a part can be moved to another report's name, but not become its file. */
  async function writeNote(note: object): Promise<void> {
    await noteFile.write(Buffer.from(JSON.stringify({ ...note, key }).padEnd(noteBytes)), 0, undefined, 0);
  }

  /** An error of the file system, with the path that it is about. */
  async function writing<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      if (ReportKitError.isInstance(error)) throw error;
      if (part.lost.aborted) throw takenOver(part.path, error);
      throw targetRefused("write the partial file", dataPath, error);
    }
  }

  return {
    kept: part.kept && {
      note: part.kept.note,
      read: () => copyKept(part.kept, (bytes) => writing(() => queue.write(bytes))),
    },
    failed: part.lost,
    createHash: () => createHash(),
    async begin(head) {
      if (head.overwrite === "never" && (await exists(pathFor(head))))
        throw nameTaken(pathFor(head), 'overwrite is "never"');
    },
    write: (bytes) => writing(() => queue.write(bytes)),
    truncate: (bytes) =>
      writing(async () => {
        await queue.drain();
        await data.truncate(bytes);
        queue.position = bytes;
        if (bytes === 0) await noteFile.truncate(0);
        // What was kept is copied and proved, or it is of no use (P3).
        else if (part.kept !== undefined) await writeNote({ ...(part.kept.note as object), bytes }); // it has `bytes` and `key`
        await part.dropKept();
      }),
    checkpoint: (note) =>
      writing(async () => {
        await queue.drain();
        await writeNote(note);
      }),
    async commit(file) {
      const path = pathFor(file);
      const written = await writing(async () => {
        await queue.drain();
        await syncOpened(data);
        return data.stat({ bigint: true });
      });
      if (written.size !== BigInt(file.bytes)) throw takenOver(part.path);
      let existed: boolean;
      try {
        existed = await placeFile(dataPath, path, file, written);
      } catch (error) {
        throw ReportKitError.isInstance(error) ? error : targetRefused("give the file its name", path, error);
      }
      await close();
      // The file is in its place: what is left of the part is no reason to fail.
      await part.remove().catch(() => part.release());
      return { path, existed };
    },
    async abandon(_reason, keep) {
      await close();
      if (keep) await part.release();
      else await part.remove();
    },
  };
}

/** Read what an earlier owner left, and write each chunk into the file that is ours (P1) before it is looked at. */
async function* copyKept(
  kept: KeptPart | undefined,
  write: (bytes: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  // What can't be read does not match its note: the download starts over.
  const file = kept && (await openPlainFile(kept.dataPath).catch(() => undefined));
  if (file === undefined) return;
  const chunks = readChunks(file);
  try {
    for (;;) {
      const { value: chunk } = await chunks.next().catch(() => ({ value: undefined }));
      if (chunk === undefined) return;
      await write(chunk);
      yield chunk;
    }
  } finally {
    await file.close();
  }
}
