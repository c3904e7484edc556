/// <reference types="node" />
import type { FileHandle } from "node:fs/promises";

/** Writes that overlap with what comes next: one under way, one being collected. */
export interface WriteQueue {
  /** Where the next byte goes. Set it only after a drain. */
  position: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Everything is with the operating system. */
  drain(): Promise<void>;
}

/** Network chunks are small; a write costs about as much for 16 KiB as for 256. */
const batchBytes = 256 * 1024;

export function createWriteQueue(file: FileHandle): WriteQueue {
  let batch: Uint8Array[] = [];
  let collected = 0;
  let underWay: Promise<void> = Promise.resolve();

  async function flush(queue: WriteQueue): Promise<void> {
    await underWay;
    if (collected === 0) return;
    underWay = writeAll(file, batch, queue.position);
    // It is heard of by whoever awaits it next.
    underWay.catch(() => {});
    queue.position += collected;
    batch = [];
    collected = 0;
  }

  const queue: WriteQueue = {
    position: 0,
    async write(bytes) {
      batch.push(bytes);
      collected += bytes.length;
      if (collected >= batchBytes) await flush(queue);
    },
    async drain() {
      await flush(queue);
      await underWay;
    },
  };
  return queue;
}

/** A vectored write may be short: what is left goes again. */
async function writeAll(file: FileHandle, chunks: readonly Uint8Array[], from: number): Promise<void> {
  let position = from;
  let left = chunks;
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, position);
    position += bytesWritten;
    left = without(left, bytesWritten);
  }
}

/** The chunks without their first bytes. */
function without(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes;
  const index = chunks.findIndex((chunk) => {
    if (chunk.length > skip) return true;
    skip -= chunk.length;
    return false;
  });
  const [first, ...rest] = index === -1 ? [] : chunks.slice(index);
  return first === undefined ? [] : [first.subarray(skip), ...rest];
}
