import { createRandom } from "../random.ts";
import { decimal } from "./amounts.ts";
import { csvLine } from "./csv.ts";
import { encodeLines } from "./file-contents.ts";
import type { FileContents } from "./file-contents.ts";
import { personName } from "./people.ts";

/** What a Monato file depends on. */
export interface MonatoReportOptions {
  readonly name: string;
  /** YYYY-MM-DD for a day, YYYY-MM for a month. */
  readonly period: string;
  /** The account of a statement; undefined for a transactions report, which is about all of them. */
  readonly clabeNumber: string | undefined;
  readonly seed: string;
  readonly rows: number;
}

/** A transactions report or an account statement. Monato does not publish the columns (looked for 2026-11-20): these are the sandbox's own. */
export function monatoReport(options: MonatoReportOptions): FileContents {
  return { name: options.name, mediaType: "text/csv", chunks: () => encodeLines(lines(options)) };
}

const header = [
  "operation_date",
  "tracking_key",
  "operation_type",
  "clabe_number",
  "counterparty_name",
  "concept",
  "amount",
  "currency",
];

/** A statement adds the balance after each movement, from an opening row to a closing one. */
function* lines(options: MonatoReportOptions): Generator<string, void> {
  const { period, clabeNumber, seed, rows } = options;
  const statement = clabeNumber !== undefined;
  const random = createRandom(`${seed} monato ${period} ${clabeNumber ?? "all accounts"}`);
  yield csvLine(statement ? [...header, "balance"] : header);
  let balance = random.integer(0, 90_000_000);
  const summary = (type: string): string =>
    csvLine([period, "", type, clabeNumber ?? "", "", "", "0.00", "MXN", decimal(balance)]);
  if (statement) yield summary("OPENING_BALANCE");
  const day = period.length === 7 ? `${period}-01` : period;
  for (let row = 0; row < rows; row++) {
    const incoming = random.next() < 0.6;
    const amount = (incoming ? 1 : -1) * random.integer(100, 4_000_000);
    balance += amount;
    const movement = [
      period.length === 7 ? `${period}-${String(1 + (row % 28)).padStart(2, "0")}` : day,
      `MON${random.digits(20)}`,
      incoming ? "MONEY_IN" : "MONEY_OUT",
      clabeNumber ?? random.digits(18),
      personName(random),
      random.pick(["Pago de nómina", "Liquidación diaria", "Devolución", "Comisión por operación"]),
      decimal(amount),
      "MXN",
    ];
    yield csvLine(statement ? [...movement, decimal(balance)] : movement);
  }
  if (statement) yield summary("CLOSING_BALANCE");
}
