/** Whose file it is. `source` is the report source's id, `key` the report's. */
export interface TargetFile {
  readonly source: string;
  readonly provider: string;
  readonly account: string;
  readonly key: string;
}

/** What is known once the answer has begun and its first bytes were recognised. */
export interface FileHead {
  /** A base name that is safe on Linux, macOS and Windows. */
  readonly name: string;
  readonly mediaType: string;
  readonly totalBytes: number | undefined;
  readonly overwrite: Overwrite;
  /** It is an archive that is to be taken apart, too. */
  readonly unpack: UnpackLimits | undefined;
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

/** What is written down beside a partial file, for a later process to go on from. JSON; no secret, no link. */
export interface PartNote {
  readonly v: 1;
  /** The first `bytes` bytes have this SHA-256: blocks lost in a crash are found by hashing them again. */
  readonly bytes: number;
  readonly sha256: string;
  /** The strong ETag of the file they belong to. */
  readonly validator: string;
  readonly totalBytes: number;
  readonly name: string;
  readonly mediaType: string;
}

/** A SHA-256 under way. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
  /** The same state, to go its own way. */
  copy(): Hash;
  /** Lower-case hex. Ends this hash. */
  digest(): string;
}

/** How far archives may swell when they are unpacked. */
export interface UnpackLimits {
  /** Default 1000. */
  readonly maxFiles?: number;
  /** Bytes of all files together. Default 16 GiB. */
  readonly maxBytes?: number;
  /** Bytes out for each byte in, once more than 16 MiB came out. Default 200. */
  readonly maxRatio?: number;
}

/** A file out of an archive. */
export interface UnpackedFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Where the file came to lie. */
export interface Placed {
  readonly path?: string;
  readonly unpacked?: readonly UnpackedFile[];
}

/**
 * One file on its way to a target. Calls never overlap; after `commit` or `abandon` there are none. Nothing has the final
 * name before `commit`.
 */
export interface Sink {
  /** What an earlier process left of this file: its note as it was read, and its bytes from the first. */
  readonly kept?: { readonly note: unknown; read(): AsyncIterable<Uint8Array> } | undefined;
  /** Aborts when the target can take no more, whoever is waited for at the time. */
  readonly failed?: AbortSignal;
  /** A faster SHA-256 than the built-in one. */
  createHash?(): Hash;
  /** Called once, before the first `write`. May refuse the name. */
  begin?(head: FileHead): Promise<void>;
  /** Append. Resolves when it can take more: that is the backpressure. */
  write(bytes: Uint8Array): Promise<void>;
  /** Go back to the first `bytes` bytes. Absent = what was written can't be taken back. */
  truncate?(bytes: number): Promise<void>;
  /** Write the note down; what was written so far must be readable by a later process. */
  checkpoint?(note: PartNote): Promise<void>;
  /** Whether `commit` can take an archive apart. */
  readonly canUnpack?: boolean;
  /**
   * Give the file its name, durably; take it apart first if it is to be.
   * @throws DownloadError `exists` when the name is taken and `overwrite` does not allow it.
   */
  commit(file: FinishedFile): Promise<Placed>;
  /** It did not come to an end. `keep`: a later process can go on from the note. */
  abandon(reason: unknown, keep: boolean): Promise<void>;
}

/** Where a report's file goes: `toDirectory` and `toFile` of `report-kit/node`, or your own. */
export interface Target {
  /** Called before anything is sent. Rejects when the target can't be used. */
  check?(): Promise<void>;
  /** Called once per download, before anything is asked for. */
  open(file: TargetFile): Promise<Sink>;
}
