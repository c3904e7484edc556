/** A day's settlement report into a PostgreSQL table, once, however often this program is run: `node main.ts 2026-11-18`. */
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { Pool } from "pg";
import { createReportKit, describeEvent } from "report-kit";
import { settlementReports } from "report-kit/mercadopago";
import { fileJournal, toConsumer } from "report-kit/node";
import { bookRows, tables } from "./book-rows.ts";

const { MERCADOPAGO_ACCESS_TOKEN: accessToken = "", MERCADOPAGO_BASE_URL: baseUrl = "https://api.mercadopago.com" } =
  process.env;
const source = settlementReports(createMercadopagoClient({ accessToken, baseUrl }), {
  account: "shop",
  timeZone: "America/Argentina/Buenos_Aires",
});
const kit = createReportKit({
  journal: fileJournal(".reports"),
  onEvent: (event) => console.log(describeEvent(event)),
});

const pool = new Pool({ connectionString: process.env["DATABASE_URL"] });
await pool.query(tables);
const [, , day = "2026-11-18"] = process.argv;
const book = toConsumer("in", async (file) => console.log(await bookRows(pool, file)));
const { deliveryId, name } = await kit.report(source, { from: day, to: day }).deliver(book);
console.log(deliveryId, name);
await pool.end();
