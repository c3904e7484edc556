import { createRandom, uuidFrom } from "../random.ts";
import { decimal } from "./amounts.ts";
import { csvLine } from "./csv.ts";
import { encodeLines } from "./file-contents.ts";
import type { FileContents } from "./file-contents.ts";
import { personName } from "./people.ts";

/** The three managed-payment reports. */
export type ManagedReportType =
  | "managed_payout_transactions"
  | "managed_payment_wallet_balances"
  | "managed_payin_transactions";

/** What a managed-payment file depends on. */
export interface ManagedPaymentsOptions {
  readonly reportType: ManagedReportType;
  /** YYYY-MM-DD for a daily report, YYYY-MM for a monthly one. */
  readonly period: string;
  readonly entityId: string;
  readonly seed: string;
  readonly rows: number;
}

/** A managed-payment CSV. Circle does not publish the columns (looked for 2026-11-20): these are the sandbox's own. */
export function managedPayments(options: ManagedPaymentsOptions): FileContents {
  return {
    name: `${options.reportType}_${options.period}_report.csv`,
    mediaType: "text/csv",
    chunks: () =>
      encodeLines(options.reportType === "managed_payment_wallet_balances" ? balances(options) : transactions(options)),
  };
}

function* transactions({ reportType, period, entityId, seed, rows }: ManagedPaymentsOptions): Generator<string, void> {
  yield csvLine([
    "transactionId",
    "entityId",
    "createDate",
    "type",
    "counterparty",
    "amount",
    "fee",
    "netAmount",
    "currency",
    "status",
  ]);
  const random = createRandom(`${seed} ${reportType} ${period} ${entityId}`);
  const firstDay = Date.parse(period.length === 7 ? `${period}-01` : period);
  const milliseconds = period.length === 7 ? 28 * 86_400_000 : 86_400_000;
  for (let row = 0; row < rows; row++) {
    const amount = random.integer(500, 2_500_000);
    const fee = Math.floor(amount / 400);
    const payout = reportType === "managed_payout_transactions";
    yield csvLine([
      uuidFrom(`${seed} ${reportType} ${period} ${entityId} ${row}`),
      entityId,
      new Date(firstDay + Math.floor((row * milliseconds) / rows)).toISOString(),
      payout ? "payout" : "payin",
      personName(random),
      decimal(amount),
      decimal(fee),
      decimal(payout ? amount + fee : amount - fee),
      random.pick(["USDC", "EURC"]),
      "complete",
    ]);
  }
}

function* balances({ period, entityId, seed, rows }: ManagedPaymentsOptions): Generator<string, void> {
  yield csvLine([
    "walletId",
    "entityId",
    "snapshotDate",
    "currency",
    "availableBalance",
    "pendingBalance",
    "totalBalance",
  ]);
  const random = createRandom(`${seed} balances ${period} ${entityId}`);
  for (let row = 0; row < rows; row++) {
    const available = random.integer(0, 90_000_000);
    const pending = random.integer(0, 900_000);
    const currency = row % 2 === 0 ? "USDC" : "EURC";
    yield csvLine([
      `10${String(row).padStart(8, "0")}`,
      entityId,
      `${period}T23:59:59Z`,
      currency,
      decimal(available),
      decimal(pending),
      decimal(available + pending),
    ]);
  }
}
