import { safeName } from "./name/safe-name.ts";
import type { PartNote } from "./target.ts";

/** Read a note. @returns undefined for anything that is not one: it is discarded, never trusted. */
export function readNote(note: unknown): PartNote | undefined {
  if (typeof note !== "object" || note === null) return undefined;
  const { v, bytes, sha256, validator, totalBytes, name, mediaType } = note as Partial<Record<keyof PartNote, unknown>>; // each is looked at below
  if (v !== 1 || typeof name !== "string" || safeName(name) !== name || typeof mediaType !== "string") return undefined;
  if (typeof validator !== "string" || !/^"[^"]*"$/.test(validator)) return undefined;
  if (typeof sha256 !== "string" || !isCount(bytes) || !isCount(totalBytes) || bytes > totalBytes) return undefined;
  return { v, bytes, sha256, validator, totalBytes, name, mediaType };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0; // isSafeInteger says that it is a number
}
