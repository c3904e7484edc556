/// <reference types="node" />
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DownloadError } from "../download/download-error.ts";
import type { DownloadOptions, ReportFile } from "../download/report-file.ts";
import { ReportRequestError } from "../errors.ts";
import { checkOptions, refuse } from "../refuse.ts";
import type { Target } from "../source/ready-report.ts";
import { hashFile } from "../node/files/read-file.ts";
import { openArchive } from "./archive.ts";
import { placeUnpacked } from "./place-unpacked.ts";
import { unpackGzip } from "./unpack-gzip.ts";
import { loadZip, unpackZip } from "./unpack-zip.ts";
import { createAllowance } from "./allowance.ts";

/** How much an archive may hold. */
export interface UnpackLimits {
  /** Default 1000. */
  readonly maxFiles?: number | undefined;
  /** Bytes of all files together. Default 16 GiB. */
  readonly maxBytes?: number | undefined;
  /** Bytes out for each byte in, once more than 16 MiB came out. Default 200. */
  readonly maxRatio?: number | undefined;
}

/** A file out of an archive. */
export interface UnpackedFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A report's file, and what was in it. */
export interface UnpackedReportFile extends ReportFile {
  /** The files of the archive; none for a file that is no archive. */
  readonly unpacked: readonly UnpackedFile[];
}

/** A directory that a process which died has left is deleted when it is this old. */
const abandonedAfterMs = 24 * 3_600_000;

/**
 * A target that unpacks archives, too: the file comes to `target` first, verified; a zip is then unpacked into a directory
 * named after it, a gzip into a file beside it. Other files are left as they are. It needs the optional peer
 * `@zip.js/zip.js`; that it is there is checked before anything is sent.
 *
 * After an error nothing of the archive lies under a final name, and the archive itself is deleted, unless it was there before.
 * @param target one that keeps files: `toDirectory` or `toFile`.
 */
export function unpacked<Options extends DownloadOptions>(
  target: Target<ReportFile, Options>,
  limits: UnpackLimits = {},
): Target<UnpackedReportFile, Options> {
  checkOptions("unpacked", limits, { maxFiles: "number", maxBytes: "number", maxRatio: "number" });
  for (const [name, limit = 1] of Object.entries(limits)) if (!(limit > 0)) refuse(name, "a number above 0", limit);
  return {
    options: target.options,
    holdsOne: target.holdsOne,
    async check(options, report) {
      await loadZip();
      await target.check?.(options, report);
    },
    async receive(report, options) {
      const file = await target.receive(report, options);
      try {
        return { ...file, unpacked: await unpack(file, report.key, limits, options) };
      } catch (error) {
        if (file.path !== undefined && !file.existed) await removeOwn(file.path, file.sha256);
        throw report.withBookmark(error);
      }
    },
  };
}

async function unpack(
  file: ReportFile,
  key: string,
  limits: UnpackLimits,
  { overwrite = "same", signal }: Partial<DownloadOptions>,
): Promise<readonly UnpackedFile[]> {
  const { path, mediaType } = file;
  if (mediaType !== "application/zip" && mediaType !== "application/gzip") return [];
  if (path === undefined)
    throw new DownloadError("target", "Only a target that keeps files can be unpacked: use toDirectory or toFile.");
  const workspace = await makeWorkspace(dirname(path), key);
  try {
    const archive = await openArchive(path, file);
    const allowance = createAllowance(file.bytes, limits, signal);
    const stem = basename(path).replace(/\.(?:zip|gz|gzip)$/i, "");
    const name = stem === basename(path) ? `${stem}.unpacked` : stem;
    const from = join(workspace, "unpacked");
    try {
      const held =
        mediaType === "application/zip"
          ? await unpackZip(archive, from, allowance, limits.maxFiles ?? 1000)
          : await unpackGzip(archive, from, allowance);
      signal?.throwIfAborted();
      return await placeUnpacked(held, {
        from,
        to: join(dirname(path), name),
        aside: join(workspace, "replaced"),
        overwrite,
      });
    } finally {
      await archive.close();
    }
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : asDownloadError(error);
  } finally {
    await rm(workspace, { recursive: true, force: true }).catch(() => {});
  }
}

/** Delete the archive, unless another process has put another one in its place. */
async function removeOwn(path: string, sha256: string): Promise<void> {
  const there = await hashFile(path).catch(() => undefined);
  if (there === sha256) await rm(path, { force: true }).catch(() => {});
}

/** A directory beside the archive that no other process works in: its name is random, and it is closed to other users. */
async function makeWorkspace(parent: string, key: string): Promise<string> {
  const prefix = `.report-${key.replace(/[^\w-]/g, "_")}.`;
  for (const other of await readdir(parent)) {
    if (!other.startsWith(prefix) || !other.endsWith(".unpacked")) continue;
    const there = await stat(join(parent, other)).catch(() => undefined);
    if (there !== undefined && Date.now() - there.mtimeMs > abandonedAfterMs)
      await rm(join(parent, other), { recursive: true, force: true }).catch(() => {});
  }
  const path = join(parent, `${prefix}${crypto.randomUUID()}.unpacked`);
  await mkdir(path, { mode: 0o700 });
  return path;
}

function asDownloadError(cause: unknown): unknown {
  if (DownloadError.isInstance(cause) || ReportRequestError.isInstance(cause)) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  // The file system's errors have a call's name; the others are about what the archive holds.
  if (cause instanceof Error && "syscall" in cause) {
    return new DownloadError("target", `The archive can't be unpacked there: ${why}`, { cause });
  }
  return new DownloadError("truncated", `The archive is damaged: ${why}`, { cause });
}
