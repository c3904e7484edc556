import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresJournal, postgresMigration } from "../../src/postgres/postgres-journal.ts";
import type { PostgresQuery } from "../../src/postgres/postgres-journal.ts";
import { describeJournal, increment, namesIn } from "../journal/journal-contract.ts";
import { appendTogether, appendUnderKills, churnUnderKills, seededRandom } from "../kills/journal-kills.ts";
import { openPool, queryOf, startPostgres } from "./postgres-server.ts";
import type { PostgresServer } from "./postgres-server.ts";

const kills = process.env["REPORT_KIT_SOAK"] === "1" ? 1000 : 12;
const seed = Number(process.env["REPORT_KIT_SEED"] ?? Date.now());

let server: PostgresServer;
let pool: Pool;
let query: PostgresQuery;
let tables = 0;

beforeAll(async () => {
  server = await startPostgres();
  pool = openPool(server, 20);
  query = queryOf(pool);
}, 60_000);

afterAll(async () => {
  await pool.end();
  await server.stop();
});

async function openEmpty() {
  tables += 1;
  const journal = postgresJournal(query, { table: `journal_${tables}` });
  await journal.migrate();
  return journal;
}

describeJournal("postgresJournal", openEmpty);

test("a Postgres journal says that it is durable", () => {
  expect(postgresJournal(query).keeps).toBe("durable");
});

describe("many connections", () => {
  test("20 connections in three transaction isolations lose no increment", async () => {
    const table = `isolated_${(tables += 1)}`;
    await postgresJournal(query, { table }).migrate();
    const pools = ["read committed", "repeatable read", "serializable"].map((isolation) =>
      openPool(server, 7, `-c default_transaction_isolation=${isolation.replaceAll(" ", "\\ ")}`),
    );
    try {
      const journals = pools.map((each) => postgresJournal(queryOf(each), { table }));
      const writers = journals.flatMap((journal) => Array.from({ length: 4 }, () => increment(journal, "job-sum", 10)));
      await Promise.all(writers);
      expect(await journals[0]?.read("job-sum")).toEqual({ revision: 120, value: { sum: 120 } });
    } finally {
      await Promise.all(pools.map((each) => each.end()));
    }
  });

  test("four processes lose no append", async () => {
    const journal = postgresJournal(query);
    await journal.migrate();
    const address = { kind: "postgres", location: server.connectionString } as const;
    expect(await appendTogether(address, journal, 50)).toEqual([]);
  }, 60_000);

  test(
    `no acknowledged revision is lost or written twice over ${kills} kills (seed ${seed})`,
    async () => {
      const journal = postgresJournal(query);
      await journal.migrate();
      const address = { kind: "postgres", location: server.connectionString } as const;
      expect(await appendUnderKills(address, journal, kills, seededRandom(seed))).toEqual([]);
      expect(await churnUnderKills(address, journal, kills / 2, seededRandom(seed + 1))).not.toEqual([]);
    },
    kills * 2_000 + 30_000,
  );
});

describe("the table", () => {
  test("is made once, however many make it at the same time", async () => {
    const table = `migrated_${(tables += 1)}`;
    await Promise.all(Array.from({ length: 12 }, () => postgresJournal(query, { table }).migrate()));
    const journal = postgresJournal(query, { table });
    await journal.write("job-1", { kept: true }, 0);
    await journal.migrate();
    expect(await journal.read("job-1")).toEqual({ revision: 1, value: { kept: true } });
  });

  test("can lie in a schema, under a name that is a keyword", async () => {
    await pool.query("CREATE SCHEMA IF NOT EXISTS finance");
    const journal = postgresJournal(query, { table: "finance.order" });
    await journal.migrate();
    expect(await journal.write("job-1", {}, 0)).toBe(1);
    expect((await pool.query('SELECT name FROM finance."order"')).rows).toEqual([{ name: "job-1" }]);
  });

  test("is asked for by name when it is missing, and used once it is there", async () => {
    const journal = postgresJournal(query, { table: "later" });
    await expect(journal.read("job-1")).rejects.toMatchObject({ name: "JournalError", code: "no-table" });
    await pool.query(postgresMigration({ table: "later" }));
    expect(await journal.write("job-1", {}, 0)).toBe(1);
  });

  test("is refused when a newer report-kit made it", async () => {
    const journal = await openEmpty();
    await pool.query(`COMMENT ON TABLE journal_${tables} IS 'report-kit journal, format 2'`);
    const refusal = { name: "JournalError", code: "newer-version", retryable: false };
    await expect(journal.read("job-1")).rejects.toMatchObject(refusal);
    await expect(journal.write("job-1", {}, 0)).rejects.toMatchObject(refusal);
  });

  test("is refused when it is somebody else's", async () => {
    await pool.query("CREATE TABLE foreign_table (name text)");
    const journal = postgresJournal(query, { table: "foreign_table" });
    await journal.migrate();
    await expect(journal.read("job-1")).rejects.toMatchObject({ name: "JournalError", code: "unreadable" });
  });

  test.each(["Journal", "a b", 'a"b', "a;b", "a.b.c", "", "1a", "a".repeat(64)])("can't be called %j", (table) => {
    const refusal = expect.objectContaining({ name: "JournalError", code: "invalid-name" });
    expect(() => postgresJournal(query, { table })).toThrow(refusal);
    expect(() => postgresMigration({ table })).toThrow(refusal);
  });

  test("lists more names than one page holds, each once", async () => {
    const journal = await openEmpty();
    await pool.query(
      `INSERT INTO journal_${tables} (name, revision, value) SELECT 'job-' || n, 1, '{}' FROM generate_series(1, 2500) n`,
    );
    await journal.write("source-1", {}, 0);
    const names = await namesIn(journal, "job-");
    expect(new Set(names).size).toBe(2500);
    expect(names).toHaveLength(2500);
  });
});

describe("when the database does not answer", () => {
  test("an error says what it does not know, and carries the driver's", async () => {
    const gone = new Error("Connection terminated unexpectedly");
    const table = `gone_${(tables += 1)}`;
    await postgresJournal(query, { table }).migrate();
    const journal = postgresJournal(
      (sql, params) => (sql.startsWith("INSERT") ? Promise.reject(gone) : query(sql, params)),
      { table },
    );
    await expect(journal.write("job-1", {}, 0)).rejects.toMatchObject({
      name: "JournalError",
      code: "unavailable",
      retryable: true,
      cause: gone,
    });
  });

  test("a server that would forget acknowledged writes is refused", async () => {
    await openEmpty();
    const careless = openPool(server, 1, "-c synchronous_commit=off");
    try {
      const journal = postgresJournal(queryOf(careless), { table: `journal_${tables}` });
      await expect(journal.write("job-1", {}, 0)).rejects.toMatchObject({ name: "JournalError", code: "not-durable" });
    } finally {
      await careless.end();
    }
  });
});
