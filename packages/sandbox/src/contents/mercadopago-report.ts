import { withOffset } from "../local-days.ts";
import { createRandom } from "../random.ts";
import type { Random } from "../random.ts";
import { decimal } from "./amounts.ts";
import { csvLine } from "./csv.ts";
import { encodeLines } from "./file-contents.ts";
import type { FileContents } from "./file-contents.ts";
import { personName, shopName } from "./people.ts";

/** What a Mercado Pago file depends on. Two reports over one period have the same rows, whatever their names. */
export interface MercadopagoReportOptions {
  readonly family: "settlement" | "release";
  readonly name: string;
  /** First and last instant of the period, milliseconds since the epoch. */
  readonly begin: number;
  readonly end: number;
  readonly columns: readonly string[];
  readonly separator: string;
  /** Offset from UTC of the dates in the file, in hours. */
  readonly displayOffset: number;
  readonly seed: string;
  readonly rows: number;
}

type Row = Readonly<Record<string, string>>;

/** A settlement or release report as CSV, with the configured columns. */
export function mercadopagoReport(options: MercadopagoReportOptions): FileContents {
  return { name: options.name, mediaType: "text/csv", chunks: () => encodeLines(lines(options)) };
}

function* lines(options: MercadopagoReportOptions): Generator<string, void> {
  const { columns, separator } = options;
  yield csvLine(columns, separator);
  const random = createRandom(`${options.seed} mercadopago ${options.family} ${options.begin} ${options.end}`);
  const rows = options.family === "settlement" ? settlementRows(options, random) : releaseRows(options, random);
  for (const row of rows) {
    yield csvLine(
      columns.map((column) => row[column] ?? ""),
      separator,
    );
  }
}

/** SETTLEMENT_NET_AMOUNT = TRANSACTION_AMOUNT + FEE_AMOUNT + TAXES_AMOUNT in each row: fees and taxes carry their sign. */
function* settlementRows(options: MercadopagoReportOptions, random: Random): Generator<Row, void> {
  for (let row = 0; row < options.rows; row++) {
    const type = random.next() < 0.85 ? "SETTLEMENT" : random.pick(["REFUND", "CHARGEBACK", "PAYOUTS"]);
    const amount = (type === "SETTLEMENT" ? 1 : -1) * random.integer(1000, 9_000_000);
    const fee = type === "SETTLEMENT" ? -Math.floor(amount / 20) : 0;
    const taxes = type === "SETTLEMENT" ? -Math.floor(amount / 50) : 0;
    const at = instantOfRow(options, row);
    yield {
      ...sale(random),
      USER_ID: "123456789",
      SITE: "MLA",
      TRANSACTION_TYPE: type,
      TRANSACTION_AMOUNT: decimal(amount),
      TRANSACTION_CURRENCY: "ARS",
      SELLER_AMOUNT: decimal(amount),
      TRANSACTION_DATE: withOffset(at, options.displayOffset),
      FEE_AMOUNT: decimal(fee),
      SETTLEMENT_NET_AMOUNT: decimal(amount + fee + taxes),
      SETTLEMENT_CURRENCY: "ARS",
      SETTLEMENT_DATE: withOffset(at, options.displayOffset),
      REAL_AMOUNT: decimal(amount + fee + taxes),
      MKP_FEE_AMOUNT: "0.00",
      MONEY_RELEASE_DATE: withOffset(at + 14 * 86_400_000, options.displayOffset),
      IS_RELEASED: "FALSE",
      PAYER_NAME: personName(random),
      PAYER_ID_TYPE: "DNI",
      PAYER_ID_NUMBER: random.digits(8),
      CARD_INITIAL_NUMBER: random.digits(6),
      TAXES_AMOUNT: decimal(taxes),
    };
  }
}

/** initial_available_balance + credits - debits = the total row's BALANCE_AMOUNT; each row's BALANCE_AMOUNT is the sum so far. */
function* releaseRows(options: MercadopagoReportOptions, random: Random): Generator<Row, void> {
  const initial = random.integer(0, 50_000_000);
  let balance = initial;
  let credits = 0;
  let debits = 0;
  const date = (instant: number): string => withOffset(instant, options.displayOffset);
  const summary = (type: string, at: number, credit: number, debit: number): Row => ({
    DATE: date(at),
    RECORD_TYPE: type,
    NET_CREDIT_AMOUNT: decimal(credit),
    NET_DEBIT_AMOUNT: decimal(debit),
    BALANCE_AMOUNT: decimal(balance),
    CURRENCY: "ARS",
  });
  yield summary("initial_available_balance", options.begin, initial, 0);
  for (let row = 0; row < options.rows; row++) {
    const gross = random.integer(1000, 9_000_000);
    const fee = Math.floor(gross / 20);
    const debit = balance > gross && random.next() < 0.2;
    const net = debit ? gross : gross - fee;
    if (debit) debits += net;
    else credits += net;
    balance += debit ? -net : net;
    const at = instantOfRow(options, row);
    yield {
      ...sale(random),
      DATE: date(at),
      RECORD_TYPE: "release",
      DESCRIPTION: debit ? "refund" : "payment",
      NET_CREDIT_AMOUNT: decimal(debit ? 0 : net),
      NET_DEBIT_AMOUNT: decimal(debit ? net : 0),
      GROSS_AMOUNT: decimal(debit ? -gross : gross),
      SELLER_AMOUNT: decimal(debit ? -gross : gross),
      MP_FEE_AMOUNT: decimal(debit ? 0 : -fee),
      TAXES_AMOUNT: "0.00",
      EFFECTIVE_COUPON_AMOUNT: "0.00",
      TRANSACTION_APPROVAL_DATE: date(at),
      TRANSACTION_DATE: date(at),
      BALANCE_AMOUNT: decimal(balance),
      CURRENCY: "ARS",
    };
  }
  yield summary("total", options.end, credits, debits);
}

/** What rows of both families say about the sale behind them. */
function sale(random: Random): Row {
  return {
    EXTERNAL_REFERENCE: `order-${random.digits(7)}`,
    SOURCE_ID: random.digits(11),
    ORDER_ID: random.digits(10),
    STORE_ID: random.digits(8),
    STORE_NAME: shopName(random),
    PAYMENT_METHOD: random.pick(["visa", "master", "pix", "account_money"]),
    PAYMENT_METHOD_TYPE: random.pick(["credit_card", "debit_card", "bank_transfer", "account_money"]),
    INSTALLMENTS: String(random.integer(1, 12)),
    COUPON_AMOUNT: "0.00",
    FINANCING_FEE_AMOUNT: "0.00",
    SHIPPING_FEE_AMOUNT: "0.00",
    METADATA: "{}",
  };
}

function instantOfRow({ begin, end, rows }: MercadopagoReportOptions, row: number): number {
  return begin + Math.floor(((end - begin) * row) / rows);
}
