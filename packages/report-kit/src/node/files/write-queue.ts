/// <reference types="node" />
import type { FileHandle } from "node:fs/promises";

/** Writes that overlap with what comes next: one under way, one being collected. */
export interface WriteQueue {
  /** Where the next byte goes. Set it only after a drain. */
  position: number;
  /** The bytes are copied: the caller may use their buffer again. */
  write(bytes: Uint8Array): Promise<void>;
  /** Everything is with the operating system. */
  drain(): Promise<void>;
}

/** Network chunks are small, and a write costs about as much for 16 KiB as for 256. */
const batchBytes = 256 * 1024;

/**
 * Two buffers, used again and again. Holding on to the chunks themselves until they are written would have them outlive
 * the garbage collector's young generation, and memory swell by tens of mebibytes.
 */
export function createWriteQueue(file: FileHandle): WriteQueue {
  let collecting = new Uint8Array(batchBytes);
  let writing = new Uint8Array(batchBytes);
  let collected = 0;
  let underWay: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    await underWay;
    if (collected === 0) return;
    [collecting, writing] = [writing, collecting];
    underWay = writeAll(file, writing.subarray(0, collected), queue.position);
    // The next flush or drain awaits it, and rejects.
    underWay.catch(() => {});
    queue.position += collected;
    collected = 0;
  }

  const queue: WriteQueue = {
    position: 0,
    async write(bytes) {
      for (let from = 0; from < bytes.length;) {
        const piece = bytes.subarray(from, from + batchBytes - collected);
        collecting.set(piece, collected);
        collected += piece.length;
        from += piece.length;
        if (collected === batchBytes) await flush();
      }
    },
    async drain() {
      await flush();
      await underWay;
    },
  };
  return queue;
}

/** A write may be short: what is left goes again. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
