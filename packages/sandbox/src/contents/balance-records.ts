import { writeXlsx } from "hucre/xlsx";
import { createRandom } from "../random.ts";
import { decimal } from "./amounts.ts";
import { csvLine } from "./csv.ts";
import { encodeLines } from "./file-contents.ts";
import type { FileContents } from "./file-contents.ts";
import { shopName } from "./people.ts";
import { zipped } from "./zip.ts";

/** What a balance records file depends on. */
export interface BalanceRecordsOptions {
  /** Name of the archive without `.zip`. */
  readonly name: string;
  readonly format: "csv" | "xlsx";
  readonly language: "en" | "ru";
  readonly currency: string;
  /** First and last instant of the period, milliseconds since the epoch. */
  readonly begin: number;
  readonly end: number;
  readonly merchantId: number | undefined;
  readonly shopId: number | undefined;
  readonly gatewayId: number | undefined;
  readonly seed: string;
  readonly rows: number;
}

/**
 * A `balance_records` report in a zip archive, as beGateway sends both formats. In an xlsx: sheets `balance_records` and `opening_balance`;
 * the opening balance plus all amounts is the last balance. The sheets and the first five columns are documented (page "Get a report file by
 * ID", read 2026-11-20), the others are the sandbox's own; the layout of the CSV is not documented.
 */
export function balanceRecords(options: BalanceRecordsOptions): FileContents {
  const inner = `${options.name}.${options.format}`;
  return {
    name: `${options.name}.zip`,
    mediaType: "application/zip",
    chunks: () => zipped(inner, options.format === "csv" ? encodeLines(csvLines(options)) : workbook(options)),
  };
}

const identityColumns = {
  en: ["Merchant ID", "Merchant name", "Shop ID", "Shop name", "Gateway ID"],
  ru: ["ID мерчанта", "Название мерчанта", "ID магазина", "Название магазина", "ID шлюза"],
} as const;

const recordColumns = {
  en: ["Record type", "Transaction ID", "Created at", "Amount", "Balance", "Currency"],
  ru: ["Тип записи", "ID транзакции", "Дата создания", "Сумма", "Баланс", "Валюта"],
} as const;

const openingColumns = { en: ["Opening balance", "Currency"], ru: ["Начальный баланс", "Валюта"] } as const;

type Identity = readonly [number, string, number, string, number];

interface Rows {
  readonly identity: Identity;
  readonly opening: number;
  readonly records: Iterable<{
    readonly texts: readonly [string, string, string];
    readonly amount: number;
    readonly balance: number;
  }>;
}

function rowsOf(options: BalanceRecordsOptions): Rows {
  const { begin, end, rows, seed, currency } = options;
  const scope = [options.merchantId, options.shopId, options.gatewayId];
  const random = createRandom([seed, "begateway", currency, begin, end, ...scope].join(" "));
  const identity: Identity = [
    options.merchantId ?? random.integer(100, 999),
    shopName(random),
    options.shopId ?? random.integer(1000, 9999),
    shopName(random),
    options.gatewayId ?? random.integer(10, 99),
  ];
  const opening = random.integer(1_000_000, 90_000_000);
  function* records(): Generator<{ texts: readonly [string, string, string]; amount: number; balance: number }, void> {
    let balance = opening;
    for (let row = 0; row < rows; row++) {
      const type = random.pick(["payment", "payment", "payment", "refund", "fee"]);
      const amount = (type === "payment" ? 1 : -1) * random.integer(100, type === "fee" ? 5_000 : 900_000);
      balance += amount;
      const at = new Date(begin + Math.floor(((end - begin) * row) / rows)).toISOString();
      yield { texts: [type, `${random.digits(4)}-${random.digits(10)}`, at], amount, balance };
    }
  }
  return { identity, opening, records: records() };
}

function* csvLines(options: BalanceRecordsOptions): Generator<string, void> {
  const { identity, records } = rowsOf(options);
  const { language, currency } = options;
  yield csvLine([...identityColumns[language], ...recordColumns[language]]);
  for (const { texts, amount, balance } of records) {
    yield csvLine([...identity.map(String), ...texts, decimal(amount), decimal(balance), currency]);
  }
}

async function* workbook(options: BalanceRecordsOptions): AsyncGenerator<Uint8Array, void> {
  const { identity, opening, records } = rowsOf(options);
  const { language, currency } = options;
  const table: (string | number)[][] = [[...identityColumns[language], ...recordColumns[language]]];
  for (const { texts, amount, balance } of records) {
    table.push([...identity, ...texts, Number(decimal(amount)), Number(decimal(balance)), currency]);
  }
  const openingTable = [
    [...identityColumns[language], ...openingColumns[language]],
    [...identity, Number(decimal(opening)), currency],
  ];
  const made = new Date(options.end);
  yield await writeXlsx({
    properties: { created: made, modified: made },
    sheets: [
      { name: "balance_records", rows: table },
      { name: "opening_balance", rows: openingTable },
    ],
  });
}
