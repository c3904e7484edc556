/// <reference types="node" />
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type * as Zip from "@zip.js/zip.js";
import type { Entry, FileEntry } from "@zip.js/zip.js";
import { DownloadError } from "../download/download-error.ts";
import { safeName } from "../download/name/safe-name.ts";
import { ReportRequestError } from "../errors.ts";
import type { Allowance } from "./allowance.ts";
import { unsafe } from "./allowance.ts";
import type { Archive } from "./archive.ts";
import type { Written } from "./write-file.ts";
import { writeFile } from "./write-file.ts";

type ZipLibrary = typeof Zip;

/** @throws ReportRequestError when the optional peer is not there. */
export async function loadZip(): Promise<ZipLibrary> {
  try {
    return await import("@zip.js/zip.js");
  } catch {
    throw new ReportRequestError({
      field: "unpacked",
      expected: "the optional peer dependency @zip.js/zip.js (npm install @zip.js/zip.js), which unpacks a zip",
      received: "nothing: it is not installed",
    });
  }
}

/** A file of a zip: where it is, below the directory that the zip was unpacked into. */
export interface Unzipped extends Written {
  readonly to: string;
}

/** What is compressed otherwise is of rare programs, and of no use to a report: 0 = stored, 8 = deflated. */
const methods: ReadonlySet<number> = new Set([0, 8]);
/** What a file can be on Unix: a plain one, or nothing that is said. The bits are those of `st_mode`. */
const plainKinds: ReadonlySet<number> = new Set([0, 0o100000]);

/**
 * Unpack a zip into a new directory. All its entries are looked at before the first is written.
 * @throws DownloadError `unsafe-archive` for one that would swell beyond the limits, write elsewhere or twice to one place;
 * `unsupported-archive` for one that is encrypted or compressed in another way; what the library throws for a damaged one.
 */
export async function unpackZip(
  archive: Archive,
  into: string,
  allowance: Allowance,
  maxFiles: number,
): Promise<readonly Unzipped[]> {
  const library = await loadZip();
  const { Reader, ZipReader } = library;
  const reader = Object.assign(new Reader(undefined), {
    size: archive.bytes,
    readUint8Array: (from: number, length: number) => archive.read(from, length),
  });
  const zip = new ZipReader(reader, { strictness: "strict", filenameValidation: "strict", useWebWorkers: false });
  try {
    const entries = new Map<string, FileEntry>();
    let directories = 0;
    for await (const entry of zip.getEntriesGenerator({ strictness: "strict", filenameValidation: "strict" })) {
      if (!isFile(entry)) directories += 1;
      else entries.set(placeOf(entry, entries), entry);
      if (entries.size > maxFiles || directories > maxFiles) throw unsafe(`it holds more than ${maxFiles} files`);
    }
    refuseFilesInFiles(entries);
    await mkdir(into);
    const files: Unzipped[] = [];
    for (const [to, entry] of entries) {
      const path = join(into, to);
      await mkdir(dirname(path), { recursive: true });
      const how = {
        strictness: "strict",
        checkCrc32: true,
        checkOverlappingEntry: true,
        useWebWorkers: false,
      } as const; // as the library's type wants it
      files.push({ to, ...(await writeFile(path, (sink) => entry.getData(sink, how), allowance)) });
    }
    await zip.close();
    return files;
  } catch (error) {
    throw asRefusal(error, library);
  }
}

/** An empty entry that ends in a backslash is a directory, as old .NET writes them. */
function isFile(entry: Entry): entry is FileEntry {
  return !entry.directory && !(entry.filename.endsWith("\\") && entry.uncompressedSize === 0);
}

/** Where an entry goes, below the directory of its archive: each part of its path made a safe name. */
function placeOf(entry: FileEntry, others: ReadonlyMap<string, unknown>): string {
  const { filename, encrypted, symlink, compressionMethod, externalFileAttributes } = entry;
  if (symlink || !plainKinds.has((externalFileAttributes >>> 16) & 0o170000)) {
    throw unsafe("it holds a link or another special file");
  }
  if (encrypted) throw unsupported("it is encrypted");
  if (!methods.has(compressionMethod)) throw unsupported(`it is compressed by method ${compressionMethod}`);
  const parts = filename.split(/[/\\]/).map((part) => safeName(part));
  const to = parts.every((part) => part !== undefined) ? join(...parts) : undefined;
  if (to === undefined) throw unsafe("one of its files has no name that is safe");
  if (others.has(to)) throw unsafe("two of its files would have one name");
  return to;
}

/** As a file system that does not distinguish case has it, no two files may have one name, and no file may be a directory. */
function refuseFilesInFiles(entries: ReadonlyMap<string, unknown>): void {
  const files = new Set<string>();
  for (const to of entries.keys()) {
    const name = to.toLowerCase();
    if (files.has(name)) throw unsafe("two of its files would have one name");
    files.add(name);
  }
  for (const name of files) {
    for (let directory = dirname(name); directory !== "."; directory = dirname(directory)) {
      if (files.has(directory)) throw unsafe("one of its files has the name of a directory");
    }
  }
}

function unsupported(why: string): DownloadError {
  return new DownloadError("unsupported-archive", `The archive can't be unpacked: ${why}. It was not unpacked.`);
}

/** What the library refuses for its names, its files within files, or two directories that disagree, is no damage. */
function asRefusal(error: unknown, library: ZipLibrary): unknown {
  if (DownloadError.isInstance(error)) return error;
  const why = error instanceof Error ? error.message : "";
  const is = (...codes: readonly string[]): boolean => codes.some((code) => why.startsWith(code));
  if (is(library.ERR_AMBIGUOUS_ARCHIVE, library.ERR_OVERLAPPING_ENTRY, library.ERR_UNSAFE_FILENAME)) {
    return unsafe(`${why[0]?.toLowerCase()}${why.slice(1)}`);
  }
  if (is(library.ERR_UNSUPPORTED_COMPRESSION, library.ERR_UNSUPPORTED_ENCRYPTION, library.ERR_ENCRYPTED)) {
    return unsupported(why);
  }
  return error;
}
