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
