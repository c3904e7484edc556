/// <reference types="node" />
import { readdir } from "node:fs/promises";
import { isJournalName } from "../../journal/journal.ts";

/** The directories whose foreign entries this process has reported. */
const reported = new Set<string>();

/**
 * The names of the records that begin with a prefix: one look at the directory, however many there are. What is no record (a
 * backup, a copy, a plain file, what an operating system leaves) is passed over, and reported once as a warning of the process.
 */
export async function listRecords(records: string, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  const foreign: string[] = [];
  for (const entry of await readdir(records, { withFileTypes: true })) {
    if (!isJournalName(entry.name) || !entry.isDirectory()) foreign.push(entry.name);
    else if (entry.name.startsWith(prefix)) names.push(entry.name);
  }
  reportForeign(records, foreign);
  return names;
}

function reportForeign(records: string, foreign: readonly string[]): void {
  if (foreign.length === 0 || reported.has(records)) return;
  reported.add(records);
  const shown = foreign.slice(0, 3).map((name) => JSON.stringify(name));
  const more = foreign.length > shown.length ? ` and ${foreign.length - shown.length} more` : "";
  process.emitWarning(
    `The journal in ${records} holds what is no record of it: ${shown.join(", ")}${more}. It is passed over. Move it elsewhere.`,
    { type: "ReportKitWarning", code: "REPORT_KIT_FOREIGN_RECORD" },
  );
}
