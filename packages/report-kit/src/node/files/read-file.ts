/// <reference types="node" />
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { createHash } from "./hash.ts";

const chunkBytes = 1024 * 1024;

/** Open a file for reading that is one: no link, no pipe. */
export async function openPlainFile(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants; // Windows has the first alone; undefined counts as 0
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error(`${path} is not a plain file`);
}

/** A file's bytes from its first, a mebibyte at a time in one buffer: use a chunk before taking the next. */
export async function* readChunks(file: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(chunkBytes);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The SHA-256 of a file, in lower-case hex. */
export async function hashFile(path: string): Promise<string> {
  const file = await openPlainFile(path);
  try {
    const hash = createHash();
    for await (const chunk of readChunks(file)) hash.update(chunk);
    return hash.digest();
  } finally {
    await file.close();
  }
}
