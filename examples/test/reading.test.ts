import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { startSandbox } from "@report-kit/sandbox";
import type { Sandbox } from "@report-kit/sandbox";
import { Pool } from "pg";
import { createReportKit, memoryJournal } from "report-kit";
import type { ReportJob } from "report-kit";
import { begatewayReports } from "report-kit/begateway";
import { circleReports } from "report-kit/circle";
import { settlementReports } from "report-kit/mercadopago";
import { toConsumer, toDirectory } from "report-kit/node";
import type { ConsumedFile } from "report-kit/node";
import { createVirtualClock } from "report-kit/testing";
import { unpacked } from "report-kit/unpack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres } from "../../packages/report-kit/test/postgres/postgres-server.ts";
import type { PostgresServer } from "../../packages/report-kit/test/postgres/postgres-server.ts";
import { balanceRows } from "../reading/balance-rows.ts";
import { bookRows, tables } from "../reading/book-rows.ts";
import { statementEntries } from "../reading/camt053-rows.ts";
import { settlementRows } from "../reading/settlement-rows.ts";

const clock = createVirtualClock({ start: "2026-11-20T12:00:00Z" });
let sandbox: Sandbox;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "report-kit-reading-"));
  sandbox = await startSandbox({ clock, readyAfterMs: 0, rows: 5 });
});
afterAll(async () => {
  await sandbox.close();
  await rm(directory, { recursive: true, force: true });
});

const kit = () => createReportKit({ journal: memoryJournal(), platform: clock.platform });
const settlement = (): ReportJob =>
  kit().report(settlementReports(createMercadopagoClient(sandbox.mercadopago), { account: "shop" }), {
    from: "2026-11-18",
    to: "2026-11-18",
    timeZone: "America/Argentina/Buenos_Aires",
  });
const all = async <Row>(rows: AsyncIterable<Row>): Promise<Row[]> => {
  const list: Row[] = [];
  for await (const row of rows) list.push(row);
  return list;
};
const write = async (name: string, text: string): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
};

const header = "SOURCE_ID,TRANSACTION_TYPE,SETTLEMENT_NET_AMOUNT,SETTLEMENT_CURRENCY,SETTLEMENT_DATE,STORE_NAME";

describe("a settlement report's rows", () => {
  it("come out of the sandbox's file with decimal text and an offset", async () => {
    const file = await clock.finish(settlement().download(toDirectory(directory)));
    const rows = await all(settlementRows(file.path ?? "", ","));
    expect(rows).toHaveLength(5);
    for (const row of rows) {
      expect(row).toMatchObject({ currency: "ARS", netAmount: expect.stringMatching(/^-?\d+\.\d\d$/) });
      expect(Date.parse(row.settledAt)).not.toBeNaN();
    }
  });

  it("are read through a BOM, semicolons, quoted separators and line ends, and keep every digit", async () => {
    const path = await write(
      "semicolon.csv",
      `\uFEFF${header.replaceAll(",", ";")}\r\n12345678901234567;SETTLEMENT;-9007199254740993.10;BRL;2026-11-18T23:59:59.000-03:00;"a; ""b""\r\nc"\r\n`,
    );
    expect(await all(settlementRows(path, ";"))).toEqual([
      {
        sourceId: "12345678901234567",
        type: "SETTLEMENT",
        netAmount: "-9007199254740993.10",
        currency: "BRL",
        settledAt: "2026-11-18T23:59:59.000-03:00",
      },
    ]);
  });

  it("are refused with the column and the record where a value is not what it should be", async () => {
    const row = (net: string, at: string): string => `1,REFUND,${net},ARS,${at},shop\n`;
    const good = row("1.00", "2026-11-18T00:00:00.000-03:00");
    const read = async (text: string): Promise<unknown> => all(settlementRows(await write("bad.csv", text), ","));
    await expect(read(`${header}\n${good}${row('"1.234,50"', "2026-11-18T00:00:00.000-03:00")}`)).rejects.toThrow(
      'SETTLEMENT_NET_AMOUNT of record 2 is "1.234,50"',
    );
    await expect(read(`${header}\n${row("1.00", "18/11/2026")}`)).rejects.toThrow(
      'SETTLEMENT_DATE of record 1 is "18/11/2026"',
    );
    await expect(read(`${header.replace("SOURCE_ID", "ID")}\n${good}`)).rejects.toThrow("has no column SOURCE_ID");
    // The wrong separator: one column.
    await expect(read(`${header.replaceAll(",", ";")}\n`.concat(good.replaceAll(",", ";")))).rejects.toThrow("column");
  });
});

it("a balance report's workbook gives rows of text", async () => {
  const source = begatewayReports(createBegatewayClient(sandbox.begateway), { pspId: sandbox.begateway.pspId });
  const job = kit().report(source, {
    type: "balance_records",
    format: "xlsx",
    user_id: 1098,
    request_params: { currency: "USD", date_from: "2026-11-18T00:00:00Z", date_to: "2026-11-18T23:59:59Z" },
  });
  const file = await clock.finish(job.download(unpacked(toDirectory(directory))));
  const rows = await balanceRows(file.unpacked[0]?.path ?? "");
  expect(rows).toHaveLength(5);
  for (const { merchantId, gatewayId, cells } of rows) {
    expect([merchantId, gatewayId]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
    expect(cells).toMatchObject({ Currency: "USD", Amount: expect.stringMatching(/^-?\d+(\.\d+)?$/) });
  }
});

it("a camt.053 gives signed decimal text, and its entries add up to the difference of its balances", async () => {
  const source = circleReports(createCircleClient(sandbox.circle), { account: "treasury" });
  const job = kit().report(source, { reportType: "camt053", date: "2026-11-18" });
  const file = await clock.finish(job.download(toDirectory(directory)));
  const entries = await statementEntries(file.path ?? "");
  expect(entries).toHaveLength(10);
  const text = await readFile(file.path ?? "", "utf8");
  for (const currency of ["USDC", "EURC"]) {
    const cents = (amount: string): bigint => BigInt(amount.replace(".", ""));
    const balance = (code: string): bigint => {
      const found = new RegExp(
        `${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">([\\d.]+)</Amt><CdtDbtInd>(....)`,
      ).exec(text);
      return cents(`${found?.[2] === "DBIT" ? "-" : ""}${found?.[1]}`);
    };
    const sum = entries
      .filter((each) => each.currency === currency)
      .reduce((total, { amount }) => total + cents(amount), 0n);
    expect(sum).toBe(balance("CLBD") - balance("OPBD"));
    expect(sum).not.toBe(0n);
  }
  expect(entries[0]).toMatchObject({ status: "BOOK", bookedAt: "2026-11-18T00:00:00Z" });
});

it("a camt.053 of one statement with one entry is read as well, with a day for its booking", async () => {
  const path = await write(
    "one.xml",
    `<Document><BkToCstmrStmt><Stmt><Id>7</Id><Ntry><NtryRef>A</NtryRef><Amt Ccy="USDC">10.10</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts><BookgDt><Dt>2026-11-18</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>`,
  );
  expect(await statementEntries(path)).toEqual([
    { statementId: "7", reference: "A", amount: "-10.10", currency: "USDC", status: "PDNG", bookedAt: "2026-11-18" },
  ]);
});

describe("rows in a PostgreSQL table", () => {
  let server: PostgresServer;
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.connectionString });
    pool.on("error", () => undefined); // the server's stop cuts connections that are closing
    await pool.query(tables);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  const booked = async (): Promise<unknown> =>
    (await pool.query("select delivery, source_id, net_amount from settlement order by source_id")).rows;
  const consumed = async (deliveryId: string, text: string, corrects?: string): Promise<ConsumedFile> => {
    const path = await write(`${deliveryId}.csv`, text);
    const corrected = corrects === undefined ? undefined : { deliveryId: corrects, sha256: "00" };
    // What the consumer reads of a file; the rest does not matter to it.
    return { path, name: `${deliveryId}.csv`, sha256: deliveryId, deliveryId, corrects: corrected } as ConsumedFile;
  };
  const line = (id: number, net: string): string => `${id},SETTLEMENT,${net},ARS,2026-11-18T10:00:00.000-03:00,shop\n`;

  it("are booked once by two workers at a time, not at all after a bad row, and replaced by a correction", async () => {
    const first = await consumed("k.0", `${header}\n${line(1, "0.10")}${line(2, "0.20")}`);
    const outcomes = await Promise.all([bookRows(pool, first), bookRows(pool, first)]);
    expect(outcomes.toSorted()).toEqual(["booked", "booked before"]);
    const asBooked = [
      { delivery: "k.0", source_id: "1", net_amount: "0.10" },
      { delivery: "k.0", source_id: "2", net_amount: "0.20" },
    ];
    expect(await booked()).toEqual(asBooked);

    await expect(
      bookRows(pool, await consumed("k.1", `${header}\n${line(3, "1.00")}${line(4, "?")}`, "k.0")),
    ).rejects.toThrow("record 2");
    expect(await booked()).toEqual(asBooked);

    const corrected = await consumed("k.1", `${header}\n${line(1, "0.10")}${line(5, "0.30")}`, "k.0");
    expect(await bookRows(pool, corrected)).toBe("booked");
    expect(await booked()).toEqual([
      { delivery: "k.1", source_id: "1", net_amount: "0.10" },
      { delivery: "k.1", source_id: "5", net_amount: "0.30" },
    ]);
    await pool.query("truncate settlement, delivery");
  });

  it("are booked by the program, which can be run again", { timeout: 120_000 }, async () => {
    const { baseUrl, accessToken } = sandbox.mercadopago;
    const run = async (): Promise<string> => {
      const env = {
        ...process.env,
        MERCADOPAGO_BASE_URL: baseUrl,
        MERCADOPAGO_ACCESS_TOKEN: accessToken,
        DATABASE_URL: server.connectionString,
      };
      const program = fileURLToPath(new URL("../reading/main.ts", import.meta.url));
      return (await promisify(execFile)(process.execPath, [program, "2026-11-17"], { cwd: directory, env })).stdout;
    };
    const [first, again] = [await run(), await run()];
    expect(first).toMatch(/^the provider accepted it[\s\S]*\nbooked\ndelivered as /);
    const lastLine = first.trim().split("\n").at(-1);
    expect(again).toBe(`${lastLine}\n`);
    expect(await booked()).toHaveLength(5);
    await pool.query("truncate settlement, delivery");
  });

  it("come from a delivered report of the sandbox, once", async () => {
    const job = settlement();
    const target = toConsumer(join(directory, "in"), (file) => bookRows(pool, file));
    const { deliveryId } = await clock.finish(job.deliver(target));
    await clock.finish(job.deliver(target));
    const { rows } = await pool.query("select delivery, count(*)::int from settlement group by delivery");
    expect(rows).toEqual([{ delivery: deliveryId, count: 5 }]);
  });
});
