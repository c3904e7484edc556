/// <reference types="node" />
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { createHash } from "./hash.ts";

const chunkBytes = 1024 * 1024;

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
  const file = await open(path, "r");
  try {
    const hash = createHash();
    for await (const chunk of readChunks(file)) hash.update(chunk);
    return hash.digest();
  } finally {
    await file.close();
  }
}
