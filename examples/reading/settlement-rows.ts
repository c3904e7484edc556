/** Mercado Pago's settlement report (CSV) to typed rows, with csv-parse. */
import { createReadStream } from "node:fs";
import { parse } from "csv-parse";

export interface SettlementRow {
  readonly sourceId: string;
  readonly type: string;
  /** Decimal text, such as "-12.34": money never becomes a floating-point number. */
  readonly netAmount: string;
  readonly currency: string;
  /** As in the file: ISO 8601 with the offset that the account's configuration chose. */
  readonly settledAt: string;
}

/** @param separator "," or ";": what the account's report configuration has. */
export async function* settlementRows(path: string, separator: "," | ";"): AsyncGenerator<SettlementRow> {
  const records: AsyncIterable<Record<string, string>> = createReadStream(path).pipe(
    parse({ columns: true, bom: true, delimiter: separator, skip_empty_lines: true }),
  );
  let count = 0;
  for await (const record of records) {
    count += 1;
    const field = (name: string, shape: RegExp): string => {
      const value = record[name];
      if (value === undefined) throw new Error(`${path} has no column ${name}: see the account's report configuration`);
      if (!shape.test(value)) throw new Error(`${path}: ${name} of record ${count} is ${JSON.stringify(value)}`);
      return value;
    };
    yield {
      sourceId: field("SOURCE_ID", /^\d+$/),
      type: field("TRANSACTION_TYPE", /^[A-Z_]+$/),
      netAmount: field("SETTLEMENT_NET_AMOUNT", /^-?\d+(\.\d+)?$/),
      currency: field("SETTLEMENT_CURRENCY", /^[A-Z]{3}$/),
      settledAt: field("SETTLEMENT_DATE", /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/),
    };
  }
}
