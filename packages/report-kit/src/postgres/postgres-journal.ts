import { JournalError } from "../errors.ts";
import { checkJournalName } from "../journal/journal.ts";
import type { Journal, JournalRecord } from "../journal/journal.ts";
import type { JsonObject } from "../json.ts";

/**
 * How to run one SQL statement, with `$1`, `$2`, … for its parameters, outside any transaction of the caller's. All
 * parameters and all results are strings. With `pg`: `async (sql, params) => (await pool.query(sql, [...params])).rows`.
 */
export type PostgresQuery = (
  sql: string,
  params: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Where a Postgres journal keeps its records. */
export interface PostgresJournalOptions {
  /** The table, with its schema or without: lower-case letters, digits and `_`. Default `"report_kit_journal"`. */
  readonly table?: string;
}

/** A journal in a table, which it can make. */
export interface PostgresJournal extends Journal {
  /** Make the table where there is none. Harmless to repeat, and from many processes at once. */
  migrate(): Promise<void>;
}

/** How the table is laid out; kept as its comment. */
const format = 1;
const pageSize = 1000;
/** Times a statement is sent again after the server undid it in favour of another one. */
const attempts = 20;

/**
 * A journal in a PostgreSQL table (12 or later): durable, and shared by any number of machines. Over any driver, through
 * one function; each write is one statement, and a connection is only used for its time.
 *
 * Make the table once with `migrate()`, or with your own tool from `postgresMigration()`.
 *
 * @throws JournalError from its methods: `no-table`, `newer-version`, `not-durable` (`synchronous_commit` is off),
 * `invalid-name`, `unavailable` (the query failed; the driver's error is the `cause`). After `unavailable` a write may
 * or may not have happened: read again.
 */
export function postgresJournal(query: PostgresQuery, options: PostgresJournalOptions = {}): PostgresJournal {
  const table = quoted(options.table);
  let checked: Promise<void> | undefined;

  async function run(sql: string, params: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
    checked ??= checkTable((text, values) => send(query, text, values), table);
    try {
      await checked;
    } catch (error) {
      checked = undefined; // whoever migrates now need not start the process again
      throw error;
    }
    return send(query, sql, params);
  }

  return {
    keeps: "durable",
    async migrate(): Promise<void> {
      await send(query, postgresMigration(options), []);
    },
    async read(name: string): Promise<JournalRecord | undefined> {
      checkJournalName(name);
      const [row] = await run(
        `SELECT revision::text AS revision, value::text AS value FROM ${table} WHERE name = $1::text`,
        [name],
      );
      if (row === undefined) return undefined;
      const value: JsonObject = JSON.parse(String(row["value"])); // the column's type says that it is JSON, and we that it is an object
      return { revision: Number(row["revision"]), value };
    },
    async write(name: string, value: JsonObject, expected: number): Promise<number | undefined> {
      checkJournalName(name);
      const text = JSON.stringify(value);
      const [row] =
        expected === 0
          ? await run(
              `INSERT INTO ${table} (name, revision, value) VALUES ($1::text, 1, $2::text::json) ON CONFLICT (name) DO NOTHING RETURNING revision::text AS revision`,
              [name, text],
            )
          : await run(
              `UPDATE ${table} SET revision = revision + 1, value = $2::text::json, written_at = now() WHERE name = $1::text AND revision = $3::text::bigint RETURNING revision::text AS revision`,
              [name, text, String(expected)],
            );
      return row === undefined ? undefined : Number(row["revision"]);
    },
    async *list(prefix: string): AsyncIterable<string> {
      // "~" comes after every character a name may have, in the "C" order of the column.
      const page = `SELECT name FROM ${table} WHERE name >= $1::text AND name > $2::text AND name < $3::text ORDER BY name LIMIT ${pageSize}`;
      for (let last = ""; ;) {
        const rows = await run(page, [prefix, last, `${prefix}~`]);
        for (const row of rows) {
          last = String(row["name"]);
          yield last;
        }
        if (rows.length < pageSize) return;
      }
    },
    async remove(name: string, expected: number): Promise<boolean> {
      checkJournalName(name);
      const rows = await run(
        `DELETE FROM ${table} WHERE name = $1::text AND revision = $2::text::bigint RETURNING revision::text AS revision`,
        [name, String(expected)],
      );
      return rows.length > 0;
    },
  };
}

/**
 * The one migration, as the text of a single statement. It leaves a table that is there alone.
 * @throws JournalError `invalid-name` for a table name that needs escaping.
 */
export function postgresMigration(options: PostgresJournalOptions = {}): string {
  const table = quoted(options.table);
  // `json`, not `jsonb`: it keeps the text as it was written, and takes the NUL character.
  // The advisory lock: two CREATE TABLE IF NOT EXISTS at once can still collide in the catalogue.
  return `DO $migration$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('report-kit journal'));
  IF to_regclass('${table}') IS NULL THEN
    CREATE TABLE ${table} (
      name text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[a-z0-9-]{1,100}$'),
      revision bigint NOT NULL CHECK (revision > 0),
      value json NOT NULL,
      written_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE ${table} IS 'report-kit journal, format ${format}';
  END IF;
END $migration$`;
}

async function checkTable(run: PostgresQuery, table: string): Promise<void> {
  const [row] = await run(
    `SELECT to_regclass($1::text)::text AS made, obj_description(to_regclass($1::text), 'pg_class') AS comment, current_setting('synchronous_commit') AS durability`,
    [table],
  );
  if (typeof row?.["made"] !== "string") {
    throw new JournalError({
      code: "no-table",
      message: `There is no table ${table} for the journal: call migrate() once, or run the text of postgresMigration() with your migration tool.`,
    });
  }
  const found = /^report-kit journal, format (\d+)$/.exec(String(row["comment"]))?.[1];
  if (Number(found) > format) {
    throw new JournalError({
      code: "newer-version",
      message: `The journal's table ${table} was made by a newer report-kit (format ${found}, this one reads ${format}): update report-kit here.`,
    });
  }
  if (Number(found) !== format) {
    throw new JournalError({
      code: "unreadable",
      message: `The table ${table} is not a report-kit journal: its comment does not say "report-kit journal, format ${format}". Name another table.`,
    });
  }
  if (row["durability"] === "off") {
    throw new JournalError({
      code: "not-durable",
      message: `synchronous_commit is off for this database or role, so a crash of the server could undo the record of a report that was asked for: turn it on, for this role at least.`,
    });
  }
}

/** Send a statement, and again when the server undid it because another transaction came between (nothing was written). */
async function send(
  query: PostgresQuery,
  sql: string,
  params: readonly unknown[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await query(sql, params);
    } catch (error) {
      const code = sqlState(error);
      const undone = code === "40001" || code === "40P01"; // serialization failure, deadlock
      if (undone && attempt < attempts) continue;
      throw new JournalError({
        code: "unavailable",
        message: `The journal's database did not carry out a statement (${code ?? "no SQLSTATE"}): see the cause. Whether it was carried out is only known by reading again.`,
        retryable: true,
        cause: error,
      });
    }
  }
}

function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A table's name, in the double quotes that keep a keyword from being one. */
function quoted(table = "report_kit_journal"): string {
  if (!/^([a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,62}$/.test(table)) {
    throw new JournalError({
      code: "invalid-name",
      message: `${JSON.stringify(table)} can't name the journal's table: it takes lower-case letters, digits and "_", with a schema before a dot or without.`,
    });
  }
  return table
    .split(".")
    .map((part) => `"${part}"`)
    .join(".");
}
