import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileJournal } from "../../packages/report-kit/src/node/journal/file-journal.ts";
import { jobState } from "./job-state.ts";
import type { Contender } from "./throughput.ts";

/** The least that is durable: write a file, fsync it, rename it into place, fsync the directory. One version, no check. */
export async function bareFiles(directory: string): Promise<Contender> {
  await mkdir(directory, { recursive: true });
  return {
    name: "bare write + fsync + rename + directory fsync",
    async write(writer, turn) {
      const path = join(directory, `${writer}.json`);
      const file = await open(`${path}.draft`, "w");
      await file.writeFile(JSON.stringify(jobState(turn)));
      await file.sync();
      await file.close();
      await rename(`${path}.draft`, path);
      const parent = await open(directory, "r");
      await parent.sync();
      await parent.close();
    },
  };
}

/** Each writer writes over a record of its own. */
export function fileJournalOver(directory: string): Contender {
  const journal = fileJournal(directory);
  return {
    name: "fileJournal, writing over",
    async write(writer, turn) {
      if ((await journal.write(`job-${writer}`, jobState(turn), turn)) !== turn + 1) throw new Error("not written");
    },
  };
}

/** Each write makes a new record. */
export function fileJournalNew(directory: string): Contender {
  const journal = fileJournal(directory);
  return {
    name: "fileJournal, creating",
    async write(writer, turn) {
      if ((await journal.write(`job-${writer}-${turn}`, jobState(turn), 0)) !== 1) throw new Error("not written");
    },
  };
}
