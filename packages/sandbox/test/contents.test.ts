import { BlobReader, TextWriter, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import type { FileEntry } from "@zip.js/zip.js";
import { XMLParser } from "fast-xml-parser";
import * as fc from "fast-check";
import readWorkbook from "read-excel-file/node";
import { describe, expect, it } from "vitest";
import { balanceRecords } from "../src/contents/balance-records.ts";
import { camt053 } from "../src/contents/camt053.ts";
import { csvLine } from "../src/contents/csv.ts";
import { measure } from "../src/contents/file-contents.ts";
import type { FileContents } from "../src/contents/file-contents.ts";
import { managedPayments } from "../src/contents/managed-payments.ts";
import { releaseColumns, settlementColumns } from "../src/contents/mercadopago-columns.ts";
import { mercadopagoReport } from "../src/contents/mercadopago-report.ts";
import { monatoReport } from "../src/contents/monato-report.ts";
import { localDays } from "../src/local-days.ts";

async function bytesOf(file: FileContents): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of file.chunks()) parts.push(chunk);
  return Uint8Array.from(Buffer.concat(parts));
}

const textOf = async (file: FileContents): Promise<string> =>
  new TextDecoder("utf-8", { fatal: true }).decode(await bytesOf(file));

/** Records as objects by column name; a small reader of RFC 4180, enough for files without line breaks in a field. */
async function recordsOf(file: FileContents, separator = ","): Promise<Record<string, string>[]> {
  const lines = (await textOf(file)).split("\r\n");
  expect(lines.pop()).toBe("");
  const [header = [], ...rows] = lines.map((line) => fieldsOf(line, separator));
  return rows.map((row) => {
    expect(row).toHaveLength(header.length);
    return Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""]));
  });
}

function fieldsOf(line: string, separator: string): string[] {
  const pattern = new RegExp(`${separator}(?:"((?:[^"]|"")*)"|([^"${separator}]*))`, "g");
  return Array.from(
    `${separator}${line}`.matchAll(pattern),
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

/** An amount in hundredths; anything but a decimal text with two places fails. */
function hundredths(text: string | undefined): number {
  expect(text).toMatch(/^-?\d+\.\d\d$/);
  return Number(text?.replace(".", ""));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const period = { begin: Date.parse("2026-11-19T03:00:00Z"), end: Date.parse("2026-11-20T02:59:59Z") };
const mercadopago = { name: "x.csv", ...period, separator: ",", displayOffset: -4, seed: "s", rows: 200 };
const balance = {
  name: "report",
  language: "en",
  currency: "USD",
  ...period,
  merchantId: undefined,
  shopId: 1673,
  gatewayId: undefined,
  seed: "s",
  rows: 60,
} as const;

describe("a camt.053 file", () => {
  it.each([0, 1, 500])("balances in each of its two statements with %i movements", async (rows) => {
    const xml = await textOf(camt053({ date: "2026-11-19", seed: "s", rows }));
    const parser = new XMLParser({
      ignoreAttributes: false,
      parseTagValue: false,
      isArray: (name) => ["Stmt", "Bal", "Ntry"].includes(name),
    });
    const { Document: document } = parser.parse(xml);
    expect(document["@_xmlns"]).toBe("urn:iso:std:iso:20022:tech:xsd:camt.053.001.13");
    const statements = document.BkToCstmrStmt.Stmt;
    expect(statements.map((one: { Acct: { Ccy: string } }) => one.Acct.Ccy)).toEqual(["USDC", "EURC"]);
    for (const { Bal: balances, Ntry: entries = [] } of statements) {
      const signed = (one: { Amt: Record<string, string>; CdtDbtInd: string }): number =>
        hundredths(one.Amt["#text"]) * (one.CdtDbtInd === "DBIT" ? -1 : 1);
      const [opening, closing] = balances;
      expect([opening.Tp.CdOrPrtry.Cd, closing.Tp.CdOrPrtry.Cd, entries.length]).toEqual(["OPBD", "CLBD", rows]);
      expect(signed(opening) + sum(entries.map(signed))).toBe(signed(closing));
    }
  });
});

describe("a Mercado Pago file", () => {
  it("reconciles each settlement row and has the documented columns, names with accents included", async () => {
    const file = mercadopagoReport({ ...mercadopago, family: "settlement", columns: settlementColumns });
    const records = await recordsOf(file);
    expect(records).toHaveLength(200);
    expect(Object.keys(records[0] ?? {})).toEqual(settlementColumns);
    for (const record of records) {
      const parts = ["TRANSACTION_AMOUNT", "FEE_AMOUNT", "TAXES_AMOUNT"].map((column) => hundredths(record[column]));
      expect(hundredths(record["SETTLEMENT_NET_AMOUNT"])).toBe(sum(parts));
    }
    expect(records.map((record) => record["PAYER_NAME"]).join()).toMatch(/[ñçãé]/);
    expect(records.some((record) => record["STORE_NAME"] === "Ferretería Río, S.A.")).toBe(true);
    expect(records[0]?.["TRANSACTION_DATE"]).toBe("2026-11-18T23:00:00.000-04:00");
  });

  it.each([0, 1, 200])("reconciles a release report of %i rows from the initial balance to the total", async (rows) => {
    const file = mercadopagoReport({
      ...mercadopago,
      rows,
      family: "release",
      columns: releaseColumns,
      separator: ";",
    });
    const records = await recordsOf(file, ";");
    const [first, ...rest] = records;
    const total = rest.pop();
    expect([first?.["RECORD_TYPE"], total?.["RECORD_TYPE"], rest.length]).toEqual([
      "initial_available_balance",
      "total",
      rows,
    ]);
    const credits = sum(rest.map((record) => hundredths(record["NET_CREDIT_AMOUNT"])));
    const debits = sum(rest.map((record) => hundredths(record["NET_DEBIT_AMOUNT"])));
    expect([hundredths(total?.["NET_CREDIT_AMOUNT"]), hundredths(total?.["NET_DEBIT_AMOUNT"])]).toEqual([
      credits,
      debits,
    ]);
    expect(hundredths(first?.["NET_CREDIT_AMOUNT"]) + credits - debits).toBe(hundredths(total?.["BALANCE_AMOUNT"]));
  });
});

describe("a Monato file", () => {
  it("runs from the opening to the closing balance in a statement", async () => {
    const records = await recordsOf(
      monatoReport({ name: "x", period: "2026-10", clabeNumber: "734180000000000001", seed: "s", rows: 90 }),
    );
    const balances = records.map((record) => hundredths(record["balance"]));
    const amounts = records.map((record) => hundredths(record["amount"]));
    expect((balances[0] ?? 0) + sum(amounts)).toBe(balances.at(-1));
    expect([records[0]?.["operation_type"], records.at(-1)?.["operation_type"], records.length]).toEqual([
      "OPENING_BALANCE",
      "CLOSING_BALANCE",
      92,
    ]);
    expect(new Set(records.map((record) => record["operation_date"]?.slice(0, 7)))).toEqual(new Set(["2026-10"]));
  });

  it("has no balances in a transactions report", async () => {
    const records = await recordsOf(
      monatoReport({ name: "x", period: "2026-11-19", clabeNumber: undefined, seed: "s", rows: 5 }),
    );
    expect([records.length, "balance" in (records[0] ?? {})]).toEqual([5, false]);
  });
});

describe("a beGateway file", () => {
  async function unzip(file: FileContents): Promise<FileEntry> {
    const options = { strictness: "strict", checkCrc32: true, useWebWorkers: false } as const;
    const entries = await new ZipReader(new BlobReader(new Blob([await bytesOf(file)])), options).getEntries();
    const [entry] = entries;
    expect(entries).toHaveLength(1);
    if (entry === undefined || entry.directory) throw new Error("the archive has no file");
    return entry;
  }

  it("is a zip with a workbook of two sheets, whose opening balance and amounts give the last balance", async () => {
    const entry = await unzip(balanceRecords({ ...balance, format: "xlsx" }));
    expect(entry.filename).toBe("report.xlsx");
    const bytes = await entry.getData(new Uint8ArrayWriter(), { useWebWorkers: false });
    const sheets = await readWorkbook(Buffer.from(bytes));
    expect(sheets.map(({ sheet }) => sheet)).toEqual(["balance_records", "opening_balance"]);
    const [[header = [], ...records] = [], [openingHeader = [], openingRow = []] = []] = sheets.map(({ data }) => data);
    expect(header.slice(0, 5)).toEqual(["Merchant ID", "Merchant name", "Shop ID", "Shop name", "Gateway ID"]);
    const at = (name: string): number => header.indexOf(name);
    const cents = (value: unknown): number => Math.round(Number(value) * 100);
    expect(records).toHaveLength(60);
    expect(records.every((record) => record[at("Shop ID")] === 1673)).toBe(true);
    const opening = cents(openingRow[openingHeader.indexOf("Opening balance")]);
    expect(opening + sum(records.map((record) => cents(record[at("Amount")])))).toBe(
      cents(records.at(-1)?.[at("Balance")]),
    );
  });

  it("is a zip with a CSV when a CSV was asked for, in Russian when Russian was", async () => {
    const entry = await unzip(balanceRecords({ ...balance, format: "csv", language: "ru" }));
    expect(entry.filename).toBe("report.csv");
    const text = await entry.getData(new TextWriter(), { useWebWorkers: false });
    expect(text).toMatch(/^ID мерчанта,Название мерчанта,/);
    expect(text.split("\r\n")).toHaveLength(62);
  });
});

describe("any file", () => {
  const managed = { reportType: "managed_payin_transactions", period: "2026-11-19", entityId: "e", rows: 30 } as const;
  const makers: Record<string, (seed: string) => FileContents> = {
    camt053: (seed) => camt053({ date: "2026-11-19", seed, rows: 30 }),
    managed: (seed) => managedPayments({ ...managed, seed }),
    balances: (seed) => managedPayments({ ...managed, reportType: "managed_payment_wallet_balances", seed }),
    settlement: (seed) => mercadopagoReport({ ...mercadopago, family: "settlement", columns: settlementColumns, seed }),
    xlsx: (seed) => balanceRecords({ ...balance, format: "xlsx", seed }),
    monato: (seed) => monatoReport({ name: "x", period: "2026-11-19", clabeNumber: undefined, seed, rows: 30 }),
  };

  it.each(Object.keys(makers))(
    "is the same byte for byte from the same seed, and another from another: %s",
    async (name) => {
      const make = makers[name];
      if (make === undefined) throw new Error(name);
      const [one, same, other] = await Promise.all([make("a"), make("a"), make("b")].map(measure));
      expect(one).toEqual(same);
      expect(one?.sha256).not.toBe(other?.sha256);
    },
  );

  it("is made of small chunks, however many rows it has", async () => {
    let longest = 0;
    let bytes = 0;
    for await (const chunk of managedPayments({ ...managed, seed: "s", rows: 20_000 }).chunks()) {
      longest = Math.max(longest, chunk.byteLength);
      bytes += chunk.byteLength;
    }
    expect(longest).toBeLessThan(80_000);
    expect(bytes).toBeGreaterThan(20 * longest);
  });

  it("has CSV records that read back as they were written", () => {
    const field = fc.string({ unit: fc.constantFrom("a", "ñ", '"', ",", ";", " ") });
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), fc.constantFrom(",", ";"), (fields, separator) => {
        expect(fieldsOf(csvLine(fields, separator).slice(0, -2), separator)).toEqual(fields);
      }),
    );
  });
});

describe("whole days of a zone", () => {
  it("hold every instant between their first and last second, also when the clocks change", () => {
    const zones = ["America/Argentina/Buenos_Aires", "America/Santiago", "America/Sao_Paulo", "UTC", "Asia/Kolkata"];
    const instant = fc.oneof(
      fc.integer({ min: Date.parse("2024-01-01T00:00:00Z"), max: Date.parse("2027-01-01T00:00:00Z") }),
      // The clocks of Santiago jump over midnight, and back over it.
      fc
        .constantFrom("2026-09-06T03:00:00Z", "2026-09-06T04:00:00Z", "2026-04-05T03:00:00Z", "2026-04-05T04:00:00Z")
        .map(Date.parse),
    );
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, at) => {
        const days = localDays(zone);
        const date = days.dateOf(at);
        expect(days.startOf(date)).toBeLessThanOrEqual(at);
        expect(days.endOf(date) + 1000).toBeGreaterThan(at);
        expect([days.dateOf(days.startOf(date)), days.dateOf(days.endOf(date))]).toEqual([date, date]);
      }),
      { seed: 20261128, numRuns: 500 },
    );
  });
});
