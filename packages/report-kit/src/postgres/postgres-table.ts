import { JournalError } from "../errors.ts";
import type { PostgresJournalOptions, PostgresQuery } from "./postgres-journal.ts";

/** How the table is laid out; kept as its comment. */
const format = 1;

/**
 * The one migration, as the text of a single statement. It leaves a table that is there alone.
 * @throws JournalError `invalid-name` for a table name that needs escaping.
 */
export function postgresMigration(options: PostgresJournalOptions = {}): string {
  const table = quotedTable(options.table);
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

/** See that the table is a journal that this version can use, and that a crash of the server does not empty it. */
export async function checkTable(run: PostgresQuery, table: string): Promise<void> {
  const [row] = await run(
    `SELECT to_regclass($1::text)::text AS made, obj_description(to_regclass($1::text), 'pg_class') AS comment, (SELECT relpersistence::text FROM pg_class WHERE oid = to_regclass($1::text)) AS persistence`,
    [table],
  );
  if (typeof row?.["made"] !== "string") {
    throw new JournalError({
      code: "no-table",
      message: `There is no table ${table} for the journal: call migrate() once, or run the text of postgresMigration() with your migration tool.`,
    });
  }
  const found = /^report-kit journal, format (\d{1,9})$/.exec(String(row["comment"]))?.[1];
  if (Number(found) > format) {
    throw new JournalError({
      code: "newer-version",
      message: `The journal's table ${table} was made by a newer report-kit (format ${found}, this one reads ${format}): update report-kit here.`,
    });
  }
  if (Number(found) !== format) {
    throw new JournalError({
      code: "unreadable",
      message: `The table ${table} is not a report-kit journal: its comment is not "report-kit journal, format ${format}". Name another table.`,
    });
  }
  if (row["persistence"] !== "p") {
    throw new JournalError({
      code: "not-durable",
      message: `The journal's table ${table} is unlogged or temporary: a crash of the server would empty it. Run ALTER TABLE ${table} SET LOGGED, or make it anew with migrate().`,
    });
  }
}

/** SQL that is true where a commit is on the server's disk before it is acknowledged. Asked with each write: sessions change. */
export const isDurable =
  "current_setting('synchronous_commit') NOT IN ('off', 'local') AND current_setting('fsync') = 'on'";

/** The columns by which a write says how durable it is, for `refuseUndurable`. */
export const durabilityColumns =
  "current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync";

/** @throws JournalError `not-durable` for the answer to a write that was not made because `isDurable` was false. */
export function refuseUndurable(row: Readonly<Record<string, unknown>> | undefined): void {
  for (const [setting, refused] of [
    ["synchronous_commit", ["off", "local"]],
    ["fsync", ["off"]],
  ] as const) {
    const value = String(row?.[setting]);
    if (!(refused as readonly string[]).includes(value)) continue;
    throw new JournalError({
      code: "not-durable",
      message: `Nothing was written to the journal: ${setting} is ${value} in this session of its database, so a crash of a server could undo the record of a report that was asked for. Set it to on, for this role at least.`,
    });
  }
}

/** A table's name, in the double quotes that keep a keyword from being one. @throws JournalError `invalid-name` */
export function quotedTable(table = "report_kit_journal"): string {
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
