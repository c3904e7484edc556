/*
 * A process that writes to a journal until it is killed or has written often enough; started by the kill tests.
 *
 *   node writer.cjs <file|postgres|careless> <directory|connection string> <append|churn> <record> <writer> <times>
 *
 * `append` adds its own name to the record's list, by reading and writing if nobody else has, and prints each revision
 * once the journal has acknowledged it. `churn` creates, writes over and removes the record, again and
 * again, and prints what it wrote over.
 * `careless` is the file journal without the check of the revision: what the kill tests have to notice.
 */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import type { Journal } from "../../src/journal/journal.ts";
import { fileJournal } from "../../src/node/journal/file-journal.ts";
import { postgresJournal } from "../../src/postgres/postgres-journal.ts";

const [kind, location = "", mode, name = "", writer = "", times] = process.argv.slice(2);

async function append(journal: Journal): Promise<boolean> {
  const record = await journal.read(name);
  const writers = record?.value["writers"] ?? [];
  if (!Array.isArray(writers)) throw new Error("not a record of this test");
  const revision = await journal.write(name, { writers: [...writers, writer] }, record?.revision ?? 0);
  if (revision === undefined) return false;
  writeSync(1, `${revision}\n`); // at once: a killed process flushes nothing
  return true;
}

let made = 0;

async function churn(journal: Journal): Promise<boolean> {
  const record = await journal.read(name);
  const found = record?.value["id"];
  const over = typeof found === "string" ? found : "nothing";
  if (record !== undefined && record.revision > 2) {
    const removed = await journal.remove(name, record.revision);
    if (removed) writeSync(1, `${over}\n`);
    return removed;
  }
  const id = `${writer}-${(made += 1)}`;
  if ((await journal.write(name, { id }, record?.revision ?? 0)) === undefined) return false;
  writeSync(1, `${over}\n`);
  return true;
}

function careless(journal: Journal): Journal {
  const write: Journal["write"] = async (name, value) => {
    await sleep(1); // another writer comes between, on any machine
    return journal.write(name, value, (await journal.read(name))?.revision ?? 0);
  };
  return { ...journal, write };
}

function openJournal(): { journal: Journal; close: () => Promise<void> } {
  if (kind === "file") return { journal: fileJournal(location), close: async () => undefined };
  if (kind === "careless") return { journal: careless(fileJournal(location)), close: async () => undefined };
  const pool = new Pool({ connectionString: location, max: 2 });
  const query = async (sql: string, params: readonly unknown[]) => (await pool.query(sql, [...params])).rows;
  return { journal: postgresJournal(query), close: () => pool.end() };
}

async function work(): Promise<void> {
  const { journal, close } = openJournal();
  const act = mode === "churn" ? churn : append;
  writeSync(1, "ready\n");
  await once(process.stdin, "data");
  for (let done = 0; done < Number(times);) if (await act(journal)) done += 1;
  await close();
}

void work();
