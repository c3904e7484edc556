/// <reference types="node" />
import { constants } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { DownloadError } from "../../download/download-error.ts";
import type { FileHead, Sink } from "../../download/sink.ts";
import { syncOpened } from "./durable-file.ts";
import { createHash } from "./hash.ts";
import { claimPart } from "./part-directory.ts";
import type { PartDirectory } from "./part-directory.ts";
import { exists, nameTaken, placeFile } from "./place-file.ts";
import { readChunks } from "./read-file.ts";
import { createWriteQueue } from "./write-queue.ts";

/** Long enough for any note: a new one covers the old one whole, in a single write. */
const noteBytes = 4096;

/** A sink for one file: its part lies in a directory beside its final place until it is whole. */
export async function openFileSink(parent: string, key: string, pathFor: (head: FileHead) => string): Promise<Sink> {
  const part = await claimPart(parent, key);
  const dataPath = join(part.path, "data");
  const notePath = join(part.path, "note.json");
  try {
    // A crash between getting its final name and losing this one: what is written here would be written there.
    if ((await stat(dataPath).catch(() => undefined))?.nlink !== 1) await rm(dataPath, { force: true });
    const data = await open(dataPath, constants.O_RDWR | constants.O_CREAT);
    const noteFile = await open(notePath, constants.O_RDWR | constants.O_CREAT);
    const note = part.found ? parse(await noteFile.readFile("utf8")) : undefined;
    return fileSink({ part, dataPath, data, noteFile, note }, pathFor);
  } catch (error) {
    part.release();
    throw error;
  }
}

interface OpenPart {
  readonly part: PartDirectory;
  readonly dataPath: string;
  readonly data: FileHandle;
  readonly noteFile: FileHandle;
  readonly note: unknown;
}

function fileSink({ part, dataPath, data, noteFile, note }: OpenPart, pathFor: (head: FileHead) => string): Sink {
  const queue = createWriteQueue(data);

  async function close(): Promise<void> {
    await queue.drain().catch(() => {});
    await Promise.allSettled([data.close(), noteFile.close()]);
  }

  return {
    ...(part.found ? { kept: { note, read: () => readChunks(data) } } : {}),
    createHash: () => createHash(),
    async begin(head) {
      if (head.overwrite === "never" && (await exists(pathFor(head))))
        throw nameTaken(pathFor(head), 'overwrite is "never"');
    },
    write: (bytes) => queue.write(bytes),
    async truncate(bytes) {
      await queue.drain();
      await data.truncate(bytes);
      queue.position = bytes;
      if (bytes === 0) await noteFile.truncate(0);
    },
    async checkpoint(written) {
      await queue.drain();
      await noteFile.write(Buffer.from(JSON.stringify(written).padEnd(noteBytes)), 0, undefined, 0);
    },
    async commit(file) {
      await queue.drain();
      await syncOpened(data);
      const { size } = await data.stat();
      // Another worker took it over: this process stood still for minutes.
      if (size !== file.bytes || !(await isSame(dataPath, await data.stat()))) {
        throw new DownloadError("target", "The partial file was changed by somebody else: download it again.");
      }
      await close();
      const path = pathFor(file);
      const existed = await placeFile(dataPath, path, file);
      await part.remove();
      return { path, existed };
    },
    async abandon(_reason, keep) {
      await close();
      if (keep) part.release();
      else await part.remove();
    },
  };
}

async function isSame(path: string, file: { readonly ino: number; readonly dev: number }): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  return there !== undefined && there.ino === file.ino && there.dev === file.dev;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut in the middle of a write: it says nothing.
    return undefined;
  }
}
