import { postgresJournal } from "../../packages/report-kit/src/postgres/postgres-journal.ts";
import type { PostgresQuery } from "../../packages/report-kit/src/postgres/postgres-journal.ts";
import { jobState } from "./job-state.ts";
import type { Contender } from "./throughput.ts";

/** The least that is durable: one insert-on-conflict a write. One version, no check. */
export async function bareRows(query: PostgresQuery): Promise<Contender> {
  await query("CREATE TABLE IF NOT EXISTS bare (name text PRIMARY KEY, value json NOT NULL)", []);
  const upsert =
    "INSERT INTO bare (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
  return {
    name: "bare insert on conflict",
    async write(writer, turn) {
      await query(upsert, [`job-${writer}`, JSON.stringify(jobState(turn))]);
    },
  };
}

/** Each writer writes over a record of its own. */
export async function postgresJournalOver(query: PostgresQuery): Promise<Contender> {
  const journal = postgresJournal(query, { table: "over" });
  await journal.migrate();
  return {
    name: "postgresJournal, writing over",
    async write(writer, turn) {
      if ((await journal.write(`job-${writer}`, jobState(turn), turn)) !== turn + 1) throw new Error("not written");
    },
  };
}

/** Each write makes a new record. */
export async function postgresJournalNew(query: PostgresQuery): Promise<Contender> {
  const journal = postgresJournal(query, { table: "new" });
  await journal.migrate();
  return {
    name: "postgresJournal, creating",
    async write(writer, turn) {
      if ((await journal.write(`job-${writer}-${turn}`, jobState(turn), 0)) !== 1) throw new Error("not written");
    },
  };
}
