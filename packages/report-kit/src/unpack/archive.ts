/// <reference types="node" />
import { open } from "node:fs/promises";
import { DownloadError } from "../download/download-error.ts";
import type { ReportFile } from "../download/report-file.ts";
import { fileErrorCode } from "../node/files/durable-file.ts";
import { createHash } from "../node/files/hash.ts";

/** An archive that is open, and whose bytes are those that were downloaded. */
export interface Archive {
  readonly bytes: number;
  /** Fewer bytes only at its end. */
  readonly read: (from: number, length: number) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

const pieceBytes = 1024 * 1024;

/** @throws DownloadError `target` where another process has put another file in its place. */
export async function openArchive(path: string, { bytes, sha256 }: ReportFile): Promise<Archive> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw fileErrorCode(error) === "ENOENT" ? replaced(path) : error;
  });
  async function read(from: number, length: number): Promise<Uint8Array> {
    const piece = new Uint8Array(Math.max(0, Math.min(length, bytes - from)));
    for (let filled = 0; filled < piece.length;) {
      const { bytesRead } = await file.read(piece, filled, piece.length - filled, from + filled);
      if (bytesRead === 0) return piece.subarray(0, filled);
      filled += bytesRead;
    }
    return piece;
  }
  const archive = { bytes, read, close: () => file.close() };
  try {
    const hash = createHash();
    for (let at = 0; at < bytes; at += pieceBytes) hash.update(await read(at, pieceBytes));
    const { size } = await file.stat();
    if (size === bytes && hash.digest() === sha256) return archive;
    throw replaced(path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function replaced(path: string): DownloadError {
  const message = `Another process has replaced or deleted ${path} in the meantime: run it again.`;
  return new DownloadError("target", message, { retryable: true });
}

/** The archive's bytes as a stream. */
export async function* piecesOf({ bytes, read }: Archive): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += pieceBytes) yield await read(at, pieceBytes);
}
