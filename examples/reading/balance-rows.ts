/** beGateway's balance records (XLSX, out of the zip by `unpacked`) to typed rows, with read-excel-file. */
import readWorkbook from "read-excel-file/node";

export interface BalanceRow {
  readonly merchantId: string;
  readonly gatewayId: string;
  /** The other cells, by their column. beGateway documents the first five columns alone. */
  readonly cells: Readonly<Record<string, string>>;
}

export async function balanceRows(path: string): Promise<readonly BalanceRow[]> {
  // Numbers stay the text that the workbook has: 0.1 is "0.1".
  const sheets = await readWorkbook(path, { parseNumber: (text) => text });
  const sheet = sheets.find((each) => each.sheet === "balance_records");
  if (sheet === undefined)
    throw new Error(`${path} has no sheet balance_records, but ${sheets.map((each) => each.sheet).join(", ")}`);
  const [header = [], ...rows] = sheet.data;
  const columns = header.map(String);
  return rows.map((row) => {
    const cells = Object.fromEntries(columns.map((column, at) => [column, textOf(row[at])]));
    const { "Merchant ID": merchantId, "Gateway ID": gatewayId, ...others } = cells;
    if (!merchantId || !gatewayId) throw new Error(`${path}: a row has no Merchant ID or no Gateway ID`);
    return { merchantId, gatewayId, cells: others };
  });
}

function textOf(cell: unknown): string {
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === "string" || typeof cell === "boolean" ? String(cell) : "";
}
