import { isStrongTag } from "./link/answer.ts";
import { safeName } from "./name/safe-name.ts";

/** What is kept beside a partial file, for a later process to resume from. JSON; no secret, no link. */
export interface PartNote {
  readonly v: 1;
  /** The first `bytes` bytes have this SHA-256: they are hashed again, which finds blocks that a crash lost. */
  readonly bytes: number;
  readonly sha256: string;
  /** The strong ETag of the file they belong to. */
  readonly validator: string;
  readonly totalBytes: number;
  readonly name: string;
  readonly mediaType: string;
}

/** What an earlier process left of a file: its note as it was read, and its bytes from the first. */
export interface FoundPart {
  readonly note: unknown;
  read(): AsyncIterable<Uint8Array>;
}

/** Read a note. @returns undefined for anything that is not one: it is discarded, never trusted. */
export function readNote(note: unknown): PartNote | undefined {
  if (typeof note !== "object" || note === null) return undefined;
  const { v, bytes, sha256, validator, totalBytes, name, mediaType } = note as Partial<Record<keyof PartNote, unknown>>; // each is looked at below
  if (v !== 1 || typeof name !== "string" || safeName(name) !== name || typeof mediaType !== "string") return undefined;
  if (typeof validator !== "string" || !isStrongTag(validator)) return undefined;
  if (typeof sha256 !== "string" || !isCount(bytes) || !isCount(totalBytes) || bytes > totalBytes) return undefined;
  return { v, bytes, sha256, validator, totalBytes, name, mediaType };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0; // isSafeInteger says that it is a number
}
