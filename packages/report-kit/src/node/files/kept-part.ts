/// <reference types="node" />
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openPlainFile } from "./read-file.ts";

/** What an earlier owner left of a file: its data, to be read only, and its note as it stands there. */
export interface KeptPart {
  readonly dataPath: string;
  readonly note: unknown;
}

/** A note is one block of 4 KiB. */
const longestNote = 64 * 1024;
/** Owners that died one after another, each before it had copied what it took over. */
const deepest = 16;

/** Of the parts that were taken into a directory, the one whose note vouches for the most bytes. */
export async function findKeptPart(directory: string, key: string): Promise<KeptPart | undefined> {
  let [best, most]: [KeptPart | undefined, number] = [undefined, 0];
  await visit(directory, 0);
  return best;

  async function visit(inside: string, depth: number): Promise<void> {
    for (const name of (await readdir(inside).catch(() => [])).filter((entry) => /^taken-\d+$/.test(entry))) {
      const part = join(inside, name);
      const note = await readNoteFile(join(part, "note.json"));
      const bytes = vouchedBytes(note, key);
      if (bytes > most) [best, most] = [{ dataPath: join(part, "data"), note }, bytes];
      if (depth < deepest) await visit(part, depth + 1);
    }
  }
}

/** 0 for what is no note, or that of another report: the engine looks at the rest. */
function vouchedBytes(note: unknown, key: string): number {
  if (typeof note !== "object" || note === null || !("bytes" in note) || !("key" in note)) return 0;
  return note.key === key && typeof note.bytes === "number" ? note.bytes : 0;
}

async function readNoteFile(path: string): Promise<unknown> {
  try {
    const file = await openPlainFile(path);
    try {
      if ((await file.stat()).size > longestNote) return undefined;
      return JSON.parse(await file.readFile("utf8"));
    } finally {
      await file.close();
    }
  } catch {
    return undefined; // there is none, or it was cut in the middle of a write
  }
}
