import { JournalError } from "../errors.ts";
import { checkJournalName } from "../journal/journal.ts";
import type { Journal, JournalRecord } from "../journal/journal.ts";
import type { JsonObject } from "../json.ts";
import { checkOptions, describeValue, refuse } from "../refuse.ts";
import { gather } from "./gather.ts";
import { journalUnavailable, sqlState } from "./postgres-error.ts";
import {
  checkTable,
  durabilityColumns,
  isDurable,
  postgresMigration,
  quotedTable,
  refuseUndurable,
} from "./postgres-table.ts";

export { postgresMigration } from "./postgres-table.ts";

/**
 * How to run one SQL statement, with `$1`, `$2`, … for its parameters, outside any transaction of the caller's. All
 * parameters and all results are strings or null. With `pg`: `async (sql, params) => (await pool.query(sql, [...params])).rows`.
 */
export type PostgresQuery = (
  sql: string,
  params: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Where a Postgres journal keeps its records. */
export interface PostgresJournalOptions {
  /** The table, with its schema or without: lower-case letters, digits and `_`. Default `"report_kit_journal"`. */
  readonly table?: string | undefined;
}

/** A journal in a table, which it can make. */
export interface PostgresJournal extends Journal {
  /** Make the table where there is none. Harmless to repeat, and from many processes at once. */
  migrate(): Promise<void>;
}

/** Names in one page of a list; records in one statement. */
const pageSize = 1000;
const mostTogether = 500;
/** Times a statement is sent again after the server undid it in favour of another one. */
const attempts = 20;

/**
 * A journal in a PostgreSQL table (12 or later): durable, and shared by any number of machines. Over any driver, through
 * one function; each write is one statement, and a connection is only used for its time. Records that are read or removed in
 * the same turn go into one statement.
 *
 * Make the table once with `migrate()`, or with your own tool from `postgresMigration()`.
 *
 * @throws JournalError from its methods: `no-table`, `newer-version`, `not-durable` (`synchronous_commit` is off or local in
 * the session of the write, `fsync` is off, or the table is unlogged), `invalid-name`, `unavailable` (the query failed; the
 * driver's error is the `cause`). After `unavailable` a write may or may not have happened: read again.
 */
export function postgresJournal(query: PostgresQuery, options: PostgresJournalOptions = {}): PostgresJournal {
  if (typeof query !== "function") refuse("query", "a function (sql, params) that resolves to rows", query);
  checkOptions("postgresJournal", options, { table: "string" });
  const table = quotedTable(options.table);
  let checked: Promise<void> | undefined;

  async function run(sql: string, params: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
    checked ??= checkTable((text, values) => send(query, text, values), table);
    try {
      await checked;
    } catch (error) {
      checked = undefined; // once the table is migrated, the process need not be started again
      throw error;
    }
    return send(query, sql, params);
  }

  /** A write and how durable it is, in one statement: nothing is written where it would not be. */
  async function writeDurably(
    statement: string,
    params: readonly string[],
    done = "done",
  ): Promise<string | undefined> {
    const sql = `WITH written AS (${statement}) SELECT (SELECT ${done} FROM written) AS done, ${durabilityColumns}`;
    const [row] = await run(sql, params);
    if (typeof row?.["done"] === "string") return row["done"];
    refuseUndurable(row);
    return undefined;
  }

  const readTogether = gather(mostTogether, async (names: readonly string[]) => {
    const rows = await run(
      `SELECT name, revision::text AS revision, value::text AS value FROM ${table} WHERE name = ANY (string_to_array($1::text, ','))`,
      [names.join(",")],
    );
    const found = new Map(rows.map((row) => [row["name"], row]));
    return names.map((name) => found.get(name));
  });

  const removeTogether = gather(mostTogether, async (asked: readonly { name: string; expected: number }[]) => {
    // In one order everywhere: two of these at once can't wait for each other.
    const sorted = [...asked].sort((one, other) => (one.name < other.name ? -1 : 1));
    const done = await writeDurably(
      `DELETE FROM ${table} USING unnest(string_to_array($1::text, ','), string_to_array($2::text, ',')::bigint[]) AS asked (name, revision) WHERE ${table}.name = asked.name AND ${table}.revision = asked.revision AND ${isDurable} RETURNING ${table}.name AS done`,
      [sorted.map(({ name }) => name).join(","), sorted.map(({ expected }) => expected).join(",")],
      "string_agg(done, ',')",
    );
    const removed = new Set(done?.split(","));
    // Of several that ask for one record, one removed it.
    return asked.map(({ name, expected }) => Number.isSafeInteger(expected) && removed.delete(name));
  });

  return {
    keeps: "durable",
    async migrate(): Promise<void> {
      await send(query, postgresMigration(options), []);
    },
    async read(name: string): Promise<JournalRecord | undefined> {
      checkJournalName(name);
      const row = await readTogether(name);
      if (row === undefined) return undefined;
      const value: unknown = JSON.parse(String(row["value"])); // the column's type makes it JSON
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw notWritten(name, table);
      return { revision: Number(row["revision"]), value: value as JsonObject }; // a JSON object
    },
    async write(name: string, value: JsonObject, expected: number): Promise<number | undefined> {
      checkJournalName(name);
      const text = JSON.stringify(value);
      const revision =
        expected === 0
          ? await writeDurably(
              `INSERT INTO ${table} (name, revision, value) SELECT $1::text, 1, $2::text::json WHERE ${isDurable} ON CONFLICT (name) DO NOTHING RETURNING revision::text AS done`,
              [name, text],
            )
          : await writeDurably(
              `UPDATE ${table} SET revision = revision + 1, value = $2::text::json, written_at = now() WHERE name = $1::text AND revision = $3::text::bigint AND ${isDurable} RETURNING revision::text AS done`,
              [name, text, String(expected)],
            );
      return revision === undefined ? undefined : Number(revision);
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
      return removeTogether({ name, expected });
    },
  };
}

function notWritten(name: string, table: string): JournalError {
  return new JournalError({
    code: "unreadable",
    message: `The row ${name} of the journal's table ${table} was not written by report-kit: its value is no JSON object. Nothing was sent. Restore it from a backup, or delete it to start the job over after a look at what the provider has made.`,
  });
}

/** Send a statement, and again when the server undid it because another transaction came between (nothing was written). */
async function send(
  query: PostgresQuery,
  sql: string,
  params: readonly unknown[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const rows = await query(sql, params);
      if (Array.isArray(rows)) return rows;
      throw noRows(rows);
    } catch (error) {
      if (JournalError.isInstance(error)) throw error;
      const code = sqlState(error);
      const undone = code === "40001" || code === "40P01"; // serialization failure, deadlock
      if (!undone || attempt >= attempts) throw journalUnavailable(error);
    }
  }
}

/** The result object of a driver was passed on whole, most likely. */
function noRows(came: unknown): JournalError {
  return new JournalError({
    code: "unavailable",
    message: `The query function resolved to ${describeValue(came)}, not to an array of rows. With pg: (await pool.query(sql, [...params])).rows`,
  });
}
