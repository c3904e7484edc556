import type { Pool } from "pg";
import type { PostgresQuery } from "../../src/postgres/postgres-journal.ts";

/** The query function of a pool: what a user of `pg` writes. */
export function queryOf(pool: Pool): PostgresQuery {
  return async (sql, params) => (await pool.query(sql, [...params])).rows;
}
