import type { ReportPeriod } from "../source/report-source.ts";
import type { Overwrite } from "./sink.ts";

/** How to download. */
export interface DownloadOptions {
  /** Ends the download with the signal's reason. A partial file is kept, and a later download resumes from it. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every chunk, with the number of bytes that the target has. */
  readonly onProgress?:
    | ((progress: { readonly bytes: number; readonly totalBytes: number | undefined }) => void)
    | undefined;
  /**
   * What to do about a file that has the final name already. Default `"same"`: the same bytes are success, other bytes
   * are the error `exists`.
   */
  readonly overwrite?: Overwrite | undefined;
  /** Milliseconds in which at least 1 KiB must arrive; less is a cut. Time the target takes does not count. Default 60 000. */
  readonly stallTimeoutMs?: number | undefined;
  /** Milliseconds that the whole download may take, its retries included; then it is the error `stalled`. Default 24 hours. */
  readonly maxDurationMs?: number | undefined;
  /** The most bytes that a file may have; more are the error `too-large`. Default 16 GiB. */
  readonly maxBytes?: number | undefined;
  /**
   * Take a file although nothing proves that it is whole: a CSV that came without a length and without chunks, so that a cut
   * connection looks like its end. Default false: the error `unproven`.
   */
  readonly acceptUnproven?: boolean | undefined;
}

/** A report's file, whole and verified. */
export interface ReportFile {
  /** Where it is; undefined for a stream. */
  readonly path: string | undefined;
  /**
   * The provider's name for it, made safe; or one made of the report type and key where the provider gives none. With the
   * period at the front where it lacks it. By a pattern of `toDirectory`, the name that the pattern gives it.
   */
  readonly name: string;
  /** Of what was recognised by its bytes, else the provider's. */
  readonly mediaType: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The days that the report covers, where its source names them. */
  readonly period: ReportPeriod | undefined;
  /** It is a CSV of one line at most: a header, and no records. Always false for other types. */
  readonly empty: boolean;
  /** A file with the same name and bytes was there already, and was left as it is. Always false for a stream. */
  readonly existed: boolean;
  /** Requests sent for the file itself, redirects included. */
  readonly requests: number;
  /** Some of its bytes came by an earlier request: of this download before a cut, or of an earlier process. */
  readonly resumed: boolean;
  /** How often a link had expired and a new one was requested. */
  readonly linksRenewed: number;
}

/** A report's file as a web stream. */
export interface ReportStream {
  /** Ends only when the whole file came and is what it claims to be; errors otherwise. Cancel it to stop. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly name: string;
  readonly mediaType: string;
  readonly totalBytes: number | undefined;
  /** Resolves when the stream has ended well; rejects with the stream's error. */
  readonly file: Promise<ReportFile>;
}
