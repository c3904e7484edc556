import { inspect } from "node:util";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresJournal, postgresMigration } from "../../src/postgres/postgres-journal.ts";
import type { PostgresQuery } from "../../src/postgres/postgres-journal.ts";
import { describeJournal, increment, namesIn } from "../journal/journal-contract.ts";
import { appendTogether, appendUnderKills, churnUnderKills, seededRandom } from "../kills/journal-kills.ts";
import { openPool, queryOf, startPostgres } from "./postgres-server.ts";
import type { PostgresServer } from "./postgres-server.ts";

const kills = process.env["REPORT_KIT_SOAK"] === "1" ? 1000 : 6;
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
      (sql, params) => (sql.includes("INSERT") ? Promise.reject(gone) : query(sql, params)),
      { table },
    );
    await expect(journal.write("job-1", {}, 0)).rejects.toMatchObject({
      name: "JournalError",
      code: "unavailable",
      retryable: true,
      message: expect.stringContaining("Connection terminated unexpectedly"),
      cause: gone,
    });
  });
});

describe("a session that would forget acknowledged writes", () => {
  const refusal = { name: "JournalError", code: "not-durable", retryable: false };

  test.each(["off", "local"])("(synchronous_commit = %s) is refused, and nothing is written", async (setting) => {
    const whole = await openEmpty();
    await whole.write("job-1", { n: 1 }, 0);
    const careless = openPool(server, 1, `-c synchronous_commit=${setting}`);
    try {
      const journal = postgresJournal(queryOf(careless), { table: `journal_${tables}` });
      const message = expect.stringContaining(`synchronous_commit is ${setting}`);
      await expect(journal.write("job-2", {}, 0)).rejects.toMatchObject({ ...refusal, message });
      await expect(journal.write("job-1", { n: 2 }, 1)).rejects.toMatchObject(refusal);
      await expect(journal.remove("job-1", 1)).rejects.toMatchObject(refusal);
      expect(await journal.read("job-1")).toEqual({ revision: 1, value: { n: 1 } });
      expect(await namesIn(journal, "")).toEqual(["job-1"]);
    } finally {
      await careless.end();
    }
  });

  test("is refused from the moment it is made so, and taken when it is put right", async () => {
    await openEmpty();
    const one = openPool(server, 1);
    try {
      const journal = postgresJournal(queryOf(one), { table: `journal_${tables}` });
      expect(await journal.write("job-1", { n: 1 }, 0)).toBe(1);
      await one.query("SET synchronous_commit = off");
      await expect(journal.write("job-1", { n: 2 }, 1)).rejects.toMatchObject(refusal);
      // What lost anyway is no less refused: the caller must not take it for a lost race.
      await expect(journal.write("job-1", { n: 2 }, 7)).rejects.toMatchObject(refusal);
      await one.query("SET synchronous_commit = remote_apply");
      expect(await journal.write("job-1", { n: 2 }, 1)).toBe(2);
      expect(await journal.write("job-1", { n: 3 }, 1)).toBeUndefined();
    } finally {
      await one.end();
    }
  });

  test("is refused for that connection alone, of those that a pool has", async () => {
    const good = await openEmpty();
    const careless = openPool(server, 1, "-c synchronous_commit=off");
    try {
      let turn = 0;
      const mixed = postgresJournal((sql, params) => ((turn += 1) % 2 === 0 ? query : queryOf(careless))(sql, params), {
        table: `journal_${tables}`,
      });
      expect(await mixed.write("job-1", { n: 1 }, 0)).toBe(1); // after the look at the table
      await expect(mixed.write("job-1", { n: 2 }, 1)).rejects.toMatchObject(refusal);
      expect(await mixed.write("job-1", { n: 2 }, 1)).toBe(2);
      expect(await good.read("job-1")).toEqual({ revision: 2, value: { n: 2 } });
    } finally {
      await careless.end();
    }
  });

  test("is refused whose table is unlogged, or whose server does not sync", async () => {
    const journal = await openEmpty();
    await pool.query(`ALTER TABLE journal_${tables} SET UNLOGGED`);
    await expect(journal.read("job-1")).rejects.toMatchObject({
      ...refusal,
      message: expect.stringMatching(/unlogged/),
    });
    await pool.query(`ALTER TABLE journal_${tables} SET LOGGED`);
    expect(await journal.write("job-1", {}, 0)).toBe(1);

    const lazy = await startPostgres(["-c", "fsync=off"]);
    const lazyPool = openPool(lazy, 1);
    try {
      const careless = postgresJournal(queryOf(lazyPool));
      await careless.migrate();
      await expect(careless.write("job-1", {}, 0)).rejects.toMatchObject({
        ...refusal,
        message: expect.stringContaining("fsync is off"),
      });
    } finally {
      await lazyPool.end();
      await lazy.stop();
    }
  }, 60_000);
});

describe("many records in one turn", () => {
  test("are read, and removed, by a statement for 500 of them", async () => {
    await openEmpty();
    const table = `journal_${tables}`;
    await pool.query(
      `INSERT INTO ${table} (name, revision, value) SELECT 'job-' || n, n, json_build_object('n', n) FROM generate_series(1, 1200) n`,
    );
    const sent: string[] = [];
    const journal = postgresJournal(
      (sql, params) => {
        sent.push(sql);
        return query(sql, params);
      },
      { table },
    );
    const numbers = Array.from({ length: 1201 }, (_, n) => n);
    const records = await Promise.all(numbers.map((n) => journal.read(`job-${n}`)));
    expect(records).toEqual(numbers.map((n) => (n === 0 ? undefined : { revision: n, value: { n } })));
    expect(sent).toHaveLength(1 + 3);
    const removed = await Promise.all(numbers.map((n) => journal.remove(`job-${n}`, n % 2 === 0 ? n : n + 1)));
    expect(removed).toEqual(numbers.map((n) => n % 2 === 0 && n > 0));
    expect(sent).toHaveLength(1 + 3 + 3);
    expect(await namesIn(journal, "")).toHaveLength(600);
  });

  test("have one winner each, whoever asks for the removal how often and from where", async () => {
    const journal = await openEmpty();
    const other = postgresJournal(query, { table: `journal_${tables}` });
    const names = Array.from({ length: 50 }, (_, n) => `job-${n}`);
    await Promise.all(names.map((name) => journal.write(name, {}, 0)));
    const asked = [...names, ...names.toReversed()].flatMap((name) =>
      [journal, other].map(async (each) => ((await each.remove(name, 1)) ? [name] : [])),
    );
    const won = (await Promise.all(asked)).flat();
    expect(won.toSorted()).toEqual(names.toSorted());
  });

  test("of which one was changed by hand are read all the same, but for that one", async () => {
    const journal = await openEmpty();
    await journal.write("job-1", { n: 1 }, 0);
    for (const value of ["null", "[]", '"text"', "7"]) {
      await pool.query(`INSERT INTO journal_${tables} (name, revision, value) VALUES ('job-2', 1, $1::json)`, [value]);
      const [good, bad] = await Promise.allSettled(["job-1", "job-2"].map((name) => journal.read(name)));
      expect(good).toMatchObject({ value: { revision: 1, value: { n: 1 } } });
      expect(bad).toMatchObject({ reason: { name: "JournalError", code: "unreadable" } });
      await pool.query(`DELETE FROM journal_${tables} WHERE name = 'job-2'`);
    }
  });

  test("that can't be read are an error for each that asked", async () => {
    const journal = postgresJournal(query, { table: "nowhere" });
    const reads = await Promise.allSettled(["job-1", "job-2"].map((name) => journal.read(name)));
    expect(reads).toMatchObject([{ reason: { code: "no-table" } }, { reason: { code: "no-table" } }]);
  });
});

describe("a server that can't be used is named, with what to do, and without a password", () => {
  const secret = "correct-horse-battery";
  const over =
    (connectionString: string): PostgresQuery =>
    async (sql, params) => {
      const broken = new Pool({ connectionString, max: 1, connectionTimeoutMillis: 5000 });
      try {
        return (await broken.query(sql, [...params])).rows;
      } finally {
        await broken.end();
      }
    };
  const addressWith = (changes: Partial<Record<"username" | "password" | "pathname" | "port" | "hostname", string>>) =>
    Object.assign(new URL(server.connectionString), changes).href;

  const cases: [string, Parameters<typeof addressWith>[0], boolean, RegExp][] = [
    [
      "a wrong password",
      { password: secret },
      false,
      /refuses the login.*user "postgres".*Correct the user or the password/,
    ],
    ["a wrong user", { username: "nobody", password: secret }, false, /refuses the login.*"nobody"/],
    ["no such database", { pathname: "/ledger" }, false, /has no such database.*"ledger"/],
    ["a port where nothing listens", { port: "1", password: secret }, true, /can't be reached.*127\.0\.0\.1:1\b/],
    ["a host that does not exist", { hostname: "db.invalid", password: secret }, true, /can't be found.*db\.invalid/],
  ];
  test.each(cases)("(%s)", async (_what, changes, retryable, message) => {
    const error: unknown = await postgresJournal(over(addressWith(changes)))
      .read("job-1")
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "JournalError", code: "unavailable", retryable });
    expect(String(error)).toMatch(message);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
  });

  test("(a driver that puts its whole connection string into its error)", async () => {
    const careless: PostgresQuery = async () => {
      const url = `postgres://reports:${secret}@db.example.com/reports`;
      const error = new Error(`can't use ${url}, nor host=db.example.com password=${secret} user=reports`);
      throw Object.assign(error, { input: url, config: { password: secret } });
    };
    const error: unknown = await postgresJournal(careless)
      .read("job-1")
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("db.example.com");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
  });

  test("(a user that may not write)", async () => {
    await openEmpty();
    await pool.query(`CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON journal_${tables} TO reader`);
    const reader = new Pool({ connectionString: addressWith({ username: "reader", password: "reader" }), max: 1 });
    try {
      const journal = postgresJournal(queryOf(reader), { table: `journal_${tables}` });
      expect(await journal.read("job-1")).toBeUndefined();
      await expect(journal.write("job-1", {}, 0)).rejects.toMatchObject({
        code: "unavailable",
        retryable: false,
        message: expect.stringMatching(/refuses this user the table.*Grant/),
      });
    } finally {
      await reader.end();
    }
  });
});
