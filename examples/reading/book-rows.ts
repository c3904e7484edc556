/** The rows of a delivered file into a PostgreSQL table, once, in one transaction. */
import type { Pool } from "pg";
import type { ConsumedFile } from "report-kit/node";
import { settlementRows } from "./settlement-rows.ts";

export const tables = `
  create table if not exists delivery (
    id text primary key, file text not null, sha256 text not null, corrects text
  );
  create table if not exists settlement (
    delivery text not null references delivery (id), source_id text not null, type text not null,
    net_amount numeric not null, currency text not null, settled_at timestamptz not null
  )`;

export async function bookRows(pool: Pool, file: ConsumedFile): Promise<"booked" | "booked before"> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    // The id comes first. A second worker waits here until the first has committed, and then inserts nothing.
    const { rowCount } = await client.query(
      "insert into delivery (id, file, sha256, corrects) values ($1, $2, $3, $4) on conflict do nothing",
      [file.deliveryId, file.name, file.sha256, file.corrects?.deliveryId],
    );
    if (rowCount === 0) {
      await client.query("rollback");
      return "booked before";
    }
    for await (const row of settlementRows(file.path, ",")) {
      await client.query("insert into settlement values ($1, $2, $3, $4, $5, $6)", [
        file.deliveryId,
        row.sourceId,
        row.type,
        row.netAmount,
        row.currency,
        row.settledAt,
      ]);
    }
    // A correction takes the place of the delivery that it corrects.
    await client.query("delete from settlement where delivery = $1", [file.corrects?.deliveryId]);
    await client.query("commit");
    return "booked";
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
