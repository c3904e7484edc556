import type { FoundPart, PartNote } from "./part-note.ts";

/** What is known once the answer has begun and its first bytes were recognised. */
export interface FileHead {
  /** A base name that is safe on Linux, macOS and Windows. */
  readonly name: string;
  readonly mediaType: string;
  readonly totalBytes: number | undefined;
  readonly overwrite: Overwrite;
}

/** The whole verified file, about to get its final name. */
export interface FinishedFile extends FileHead {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * What to do about a file that has the final name already: `never` = refuse; `same` = the same bytes are success, other
 * bytes are refused; `always` = replace it.
 */
export type Overwrite = "never" | "same" | "always";

/** A SHA-256 in progress. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
  /** The same state, to continue on its own. */
  copy(): Hash;
  /** Lower-case hex. Ends this hash. */
  digest(): string;
}

/** Where the file is now. */
export interface Placed {
  readonly path?: string | undefined;
  /** What it is called there, where the target calls it otherwise. */
  readonly name?: string | undefined;
  /** A file with the same bytes was there already, and was left as it is. */
  readonly existed?: boolean | undefined;
}

/**
 * One file on its way to a target. Calls never overlap; after `commit` or `abandon` there are none. Nothing has the final
 * name before `commit`.
 */
export interface Sink {
  /** What an earlier process left of this file. */
  readonly kept?: FoundPart | undefined;
  /** Aborts when the target can take no more, also while the download waits for the server. */
  readonly failed?: AbortSignal | undefined;
  /** A faster SHA-256 than the built-in one. */
  createHash?(): Hash;
  /** Called once, before the first `write`. May refuse the name. */
  begin?(head: FileHead): Promise<void>;
  /** Append. Resolves when it can take more: that is the backpressure. */
  write(bytes: Uint8Array): Promise<void>;
  /** Go back to the first `bytes` bytes. Absent = what was written can't be taken back. */
  truncate?(bytes: number): Promise<void>;
  /** Keep the note; what was written so far must be readable by a later process. */
  checkpoint?(note: PartNote): Promise<void>;
  /**
   * Give the file its name, durably.
   * @throws DownloadError `exists` when the name is taken and `overwrite` does not allow it.
   */
  commit(file: FinishedFile): Promise<Placed>;
  /** The download failed. `keep`: a later process can resume from the note. */
  abandon(reason: unknown, keep: boolean): Promise<void>;
}
