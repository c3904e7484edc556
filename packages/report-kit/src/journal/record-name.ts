import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { JournalError } from "../errors.ts";

/**
 * A journal's names are file names, row keys and cache keys alike: 1 to 100 characters that mean the same to all of
 * them, on file systems that ignore case too.
 */
export function isJournalName(name: string): boolean {
  return /^[a-z0-9-]{1,100}$/.test(name);
}

/** @throws JournalError `invalid-name` */
export function checkJournalName(name: string): void {
  if (isJournalName(name)) return;
  throw new JournalError({
    code: "invalid-name",
    message: `${JSON.stringify(name)} can't name a journal record: a name is 1 to 100 characters of a-z, 0-9 and "-".`,
  });
}

/** The name of a record that is about something whose own name can be any text: `source-<32 hex digits>`. */
export function recordName(kind: string, ...about: readonly string[]): string {
  const hash = sha256(new TextEncoder().encode(about.join("\n")));
  return `${kind}-${bytesToHex(hash.subarray(0, 16))}`;
}
