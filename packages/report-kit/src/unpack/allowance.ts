import { DownloadError } from "../download/download-error.ts";
import type { UnpackLimits } from "./unpacked.ts";

/** Counts what comes out of an archive, over all its files. */
export interface Allowance {
  /** @throws DownloadError `unsafe-archive`; the reason of an abort. */
  take(bytes: number): void;
}

/** Below it, no ratio is suspicious: a short file of blanks packs well. */
const ratioFromBytes = 16 * 1024 * 1024;

export function createAllowance(packedBytes: number, limits: UnpackLimits, signal: AbortSignal | undefined): Allowance {
  const { maxBytes = 16 * 1024 ** 3, maxRatio = 200 } = limits;
  let taken = 0;
  return {
    take(bytes) {
      signal?.throwIfAborted();
      taken += bytes;
      if (taken > maxBytes) throw unsafe(`it holds more than ${maxBytes} bytes`);
      if (taken > ratioFromBytes && taken > packedBytes * maxRatio)
        throw unsafe(`it swells more than ${maxRatio} times`);
    },
  };
}

export function unsafe(why: string): DownloadError {
  return new DownloadError(
    "unsafe-archive",
    `The archive is not unpacked: ${why}. Pass other limits if it is what it should be.`,
  );
}
