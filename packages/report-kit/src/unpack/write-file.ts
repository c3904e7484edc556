/// <reference types="node" />
import { open } from "node:fs/promises";
import { syncOpened } from "../node/files/durable-file.ts";
import { createHash } from "../node/files/hash.ts";
import { createWriteQueue } from "../node/files/write-queue.ts";
import type { Allowance } from "./allowance.ts";

/** What was written into a file, as it came out of an archive. */
export interface Written {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Write a new file, durably, within what is allowed. */
export async function writeFile(
  path: string,
  fill: (sink: WritableStream<Uint8Array>) => Promise<unknown>,
  allowance: Allowance,
): Promise<Written> {
  const file = await open(path, "wx");
  try {
    const queue = createWriteQueue(file);
    const hash = createHash();
    let bytes = 0;
    let refused: unknown;
    const sink = new WritableStream<Uint8Array>({
      async write(chunk) {
        try {
          allowance.take(chunk.length);
          bytes += chunk.length;
          hash.update(chunk);
          await queue.write(chunk);
        } catch (error) {
          refused ??= error;
          throw error;
        }
      },
    });
    await fill(sink).catch((error: unknown) => {
      // A library that pipes into it may put it in other words.
      throw refused ?? error;
    });
    await queue.drain();
    await syncOpened(file);
    return { bytes, sha256: hash.digest() };
  } finally {
    await file.close();
  }
}
