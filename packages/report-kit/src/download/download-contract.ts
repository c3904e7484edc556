import type { FileLocation, LinkLocation } from "../source/file-location.ts";
import type { Platform } from "../platform.ts";
import type { Overwrite, TargetFile, UnpackedFile, UnpackLimits } from "./target.ts";
import type { Timer } from "../waiting/timer.ts";
import type { ExpectedType } from "./content/file-type.ts";

/** How to download. */
export interface DownloadOptions {
  /** Ends the download with the signal's reason. A partial file is kept for a later one to go on from. */
  readonly signal?: AbortSignal;
  /** Told after every chunk, of the bytes that lie at the target. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly totalBytes: number | undefined }) => void;
  /**
   * What to do about a file that has the final name already. Default `"same"`: the same bytes are success, other bytes
   * are the error `exists`.
   */
  readonly overwrite?: Overwrite;
  /** Milliseconds in which at least 1 KiB must come; less is a cut. Time the target takes does not count. Default 60 000. */
  readonly stallTimeoutMs?: number;
  /**
   * Take a zip or gzip file apart as well, once it has proved whole: the archive keeps its name, the files of a zip lie in
   * a directory named after it, that of a gzip beside it. A zip needs the optional peer `@zip.js/zip.js`. Other files are
   * left as they are. `true` = the default limits. Default false. For `toDirectory` and `toFile`.
   */
  readonly unpack?: boolean | UnpackLimits;
}

/** A report's file, whole and verified. */
export interface ReportFile {
  /** Where it lies; undefined for a stream. */
  readonly path: string | undefined;
  /** The provider's name for it, made safe; or one made of the report type and key where the provider gives none. */
  readonly name: string;
  /** Of what was recognised by its bytes, else what the provider says. */
  readonly mediaType: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** It is a CSV of one line at most: a header, and no records. Always false for other types. */
  readonly empty: boolean;
  /** Requests sent for the file itself, redirects included. */
  readonly requests: number;
  /** It went on from a part: of this download after a cut, or of an earlier process. */
  readonly resumed: boolean;
  /** How often a link had expired and was asked for anew. */
  readonly resigned: number;
  /** The files of the archive, with `unpack`. */
  readonly unpacked?: readonly UnpackedFile[];
}

/** A report's file as a web stream. */
export interface ReportStream {
  /** Ends only when the whole file came and is what it claims to be; errors otherwise. Cancel it to stop. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly name: string;
  readonly mediaType: string;
  readonly totalBytes: number | undefined;
  /** Resolves when the stream has ended well; rejects with what it errors with. */
  readonly file: Promise<ReportFile>;
}

/** What a download needs to know of its job. */
export interface DownloadContext {
  readonly file: TargetFile;
  readonly reportType: string;
  /** The file's name as the provider told it: untrusted. */
  readonly name?: string;
  /** A link that is known already. */
  readonly first?: LinkLocation;
  /** A fresh link; called again when one has expired. */
  locate(signal: AbortSignal): Promise<FileLocation>;
  /** An error as the job's caller is to see it. The caller's own abort reason is left as it is. */
  outOfJob(error: unknown): unknown;
  /** Hosts a link may lead to: exact names, or `*.example.com` for any name below one. */
  readonly linkHosts: readonly string[];
  /** The API itself is on this machine: links to this machine, and http there, are fine. */
  readonly loopback: boolean;
  readonly expects?: ExpectedType | undefined;
  readonly platform: Platform;
  readonly timer: Timer;
}
