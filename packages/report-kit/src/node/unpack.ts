/// <reference types="node" />
import { createReadStream } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DownloadError } from "../download/download-error.ts";
import { safeName } from "../download/name/safe-name.ts";
import { ReportRequestError } from "../errors.ts";
import type { FinishedFile, UnpackedFile, UnpackLimits } from "../download/target.ts";
import { syncDirectory, syncOpened } from "./files/durable-file.ts";
import { createHash } from "./files/hash.ts";
import { placeFile } from "./files/place-file.ts";
import { createWriteQueue } from "./files/write-queue.ts";

/** A file that was unpacked, on its way to its final name. */
interface Loose {
  readonly from: string;
  /** Relative to the directory of the archive. */
  readonly to: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Counts what comes out of an archive, over all its files. */
interface Allowance {
  /** @throws DownloadError `unsafe-archive` */
  take(bytes: number): void;
}

type ZipLibrary = typeof import("@zip.js/zip.js");

/** Below it, no ratio is suspicious: a short file of blanks packs well. */
const ratioFromBytes = 16 * 1024 * 1024;

/** @throws ReportRequestError when the optional peer is not there. */
export async function loadZip(): Promise<ZipLibrary> {
  try {
    return await import("@zip.js/zip.js");
  } catch {
    throw new ReportRequestError({
      field: "unpack",
      expected: "the optional peer dependency @zip.js/zip.js, to unpack a zip",
      received: "nothing: it is not installed",
    });
  }
}

/**
 * Take a zip or gzip apart into an empty directory of ours, within limits. Nothing has a final name yet.
 * @throws DownloadError `unsafe-archive` for one that would swell beyond the limits, write elsewhere or twice to one place;
 * `truncated` for one that is damaged.
 */
export async function unpack(
  archivePath: string,
  into: string,
  archive: FinishedFile,
  limits: UnpackLimits,
): Promise<readonly Loose[]> {
  await rm(into, { recursive: true, force: true });
  await mkdir(into);
  const allowance = createAllowance(archive.bytes, limits);
  const stem = archive.name.replace(/\.(?:zip|gz|gzip)$/i, "");
  const own = stem === archive.name ? `${stem}.unpacked` : stem;
  try {
    if (archive.mediaType === "application/zip") {
      return (await unpackZip(archivePath, into, allowance, limits)).map((file) => ({
        ...file,
        to: join(own, file.to),
      }));
    }
    const from = join(into, "0");
    // Node's own reads all members of a gzip.
    const inflated = Readable.toWeb(createReadStream(archivePath).pipe(createGunzip())) as ReadableStream<Uint8Array>; // buffers are
    return [{ from, to: own, ...(await writeFile(from, (sink) => inflated.pipeTo(sink), allowance)) }];
  } catch (cause) {
    if (DownloadError.isInstance(cause) || ReportRequestError.isInstance(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DownloadError("truncated", `The archive can't be unpacked: ${why}`, { cause });
  }
}

/** Give the unpacked files their final names, beside the archive at `path`. */
export async function placeUnpacked(
  files: readonly Loose[],
  path: string,
  { overwrite }: FinishedFile,
): Promise<readonly UnpackedFile[]> {
  const placed: UnpackedFile[] = [];
  for (const { from, to, bytes, sha256 } of files) {
    const final = join(dirname(path), to);
    if ((await mkdir(dirname(final), { recursive: true })) !== undefined) await syncDirectory(dirname(dirname(final)));
    await placeFile(from, final, { bytes, sha256, overwrite });
    placed.push({ path: final, name: basename(final), bytes, sha256 });
  }
  return placed;
}

async function unpackZip(
  archivePath: string,
  into: string,
  allowance: Allowance,
  { maxFiles = 1000 }: UnpackLimits,
): Promise<readonly Loose[]> {
  const { ERR_AMBIGUOUS_ARCHIVE, ERR_OVERLAPPING_ENTRY, ERR_UNSAFE_FILENAME, Reader, ZipReader } = await loadZip();
  const file = await open(archivePath, "r");
  try {
    const { size } = await file.stat();
    const reader = Object.assign(new Reader(undefined), {
      size,
      readUint8Array: (from: number, length: number) => readBytes(file, from, Math.min(length, size - from)),
    });
    const zip = new ZipReader(reader, { strictness: "strict", filenameValidation: "strict", useWebWorkers: false });
    const files: Loose[] = [];
    const names = new Set<string>();
    for await (const entry of zip.getEntriesGenerator({ strictness: "strict", filenameValidation: "strict" })) {
      if (entry.directory) continue;
      if (files.length >= maxFiles) throw unsafe(`it holds more than ${maxFiles} files`);
      if (entry.encrypted || entry.symlink) throw unsafe("it holds an encrypted file or a link");
      const to = entryPath(entry.filename);
      // As a file system that tells no case apart has it.
      if (to === undefined || names.has(to.toLowerCase()))
        throw unsafe("two of its files, or none, would have one name");
      names.add(to.toLowerCase());
      const from = join(into, String(files.length));
      const written = await writeFile(
        from,
        (sink) =>
          entry.getData(sink, {
            strictness: "strict",
            checkCrc32: true,
            checkOverlappingEntry: true,
            useWebWorkers: false,
          }),
        allowance,
      );
      files.push({ from, to, ...written });
    }
    await zip.close();
    return files;
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    // What it is called wrong for: names, files within files, two directories that disagree.
    const forged = [ERR_AMBIGUOUS_ARCHIVE, ERR_OVERLAPPING_ENTRY, ERR_UNSAFE_FILENAME].some((code) =>
      why.startsWith(code),
    );
    throw forged ? unsafe(`${why[0]?.toLowerCase()}${why.slice(1)}`) : error;
  } finally {
    await file.close();
  }
}

/** Where an entry goes, below the directory of its archive: each part of its path made a safe name. */
function entryPath(name: string): string | undefined {
  const parts = name.split(/[/\\]/).map((part) => safeName(part));
  return parts.every((part) => part !== undefined) ? join(...parts) : undefined;
}

async function writeFile(
  path: string,
  fill: (sink: WritableStream<Uint8Array>) => Promise<unknown>,
  allowance: Allowance,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
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
        } catch (error) {
          refused = error;
          throw error;
        }
        bytes += chunk.length;
        hash.update(chunk);
        await queue.write(chunk);
      },
    });
    await fill(sink).catch((error: unknown) => {
      // Whoever pipes may tell of it in other words.
      throw refused ?? error;
    });
    await queue.drain();
    await syncOpened(file);
    return { bytes, sha256: hash.digest() };
  } finally {
    await file.close();
  }
}

function createAllowance(packedBytes: number, limits: UnpackLimits): Allowance {
  const { maxBytes = 16 * 1024 ** 3, maxRatio = 200 } = limits;
  let taken = 0;
  return {
    take(bytes) {
      taken += bytes;
      if (taken > maxBytes) throw unsafe(`it holds more than ${maxBytes} bytes`);
      if (taken > ratioFromBytes && taken > packedBytes * maxRatio)
        throw unsafe(`it swells more than ${maxRatio} times`);
    },
  };
}

async function readBytes(file: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, length));
  for (let read = 0; read < bytes.length;) {
    const { bytesRead } = await file.read(bytes, read, bytes.length - read, from + read);
    if (bytesRead === 0) return bytes.subarray(0, read);
    read += bytesRead;
  }
  return bytes;
}

function unsafe(why: string): DownloadError {
  return new DownloadError(
    "unsafe-archive",
    `The archive is not unpacked: ${why}. Pass other limits if it is what it should be.`,
  );
}
