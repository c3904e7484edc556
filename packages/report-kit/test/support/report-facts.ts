import type { ReportFacts } from "../../src/source/ready-report.ts";

/** A report of Circle's that is ready, without a way to its file. */
export function reportFacts(key: string): ReportFacts {
  return {
    source: "circle/treasury",
    provider: "circle",
    account: "treasury",
    reportType: "managed_payout_transactions",
    key,
    request: { report: "a" },
    period: undefined,
    reference: "r-1",
    requestsSent: 2,
    waitedMs: 1_000,
  };
}
