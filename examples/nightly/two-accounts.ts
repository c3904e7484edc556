/** The nightly set: two accounts at one provider, side by side, every day that is missing. */
import type { MercadopagoClient } from "@report-kit/mercadopago";
import type { ReportFile, ReportKit, Target } from "report-kit";
import { settlementReports } from "report-kit/mercadopago";
import { createSeries } from "report-kit/series";

export interface Account {
  /** Your label. It is part of each key, so it must stay the same. */
  readonly account: string;
  /** With the access token of this account. */
  readonly client: MercadopagoClient;
  readonly timeZone: string;
}

export interface Night {
  readonly kit: ReportKit;
  readonly target: Target<ReportFile>;
  readonly accounts: readonly Account[];
  readonly from: string;
  /** Default: the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/** @returns a line for each report that failed; none when all were delivered. */
export async function runNight({ kit, target, accounts, from, now }: Night): Promise<readonly string[]> {
  const failures = await Promise.all(
    accounts.map(async ({ account, client, timeZone }) => {
      const source = settlementReports(client, { account, timeZone });
      const request = (days: { from: string; to: string }) => days;
      const series = createSeries({ kit, source, request, every: "day", timeZone, from, now });
      const failed: string[] = [];
      for await (const result of series.deliverMissing(target)) {
        if (result.status === "failed") failed.push(`${result.name} ${result.period.from}: ${String(result.error)}`);
      }
      return failed;
    }),
  );
  return failures.flat();
}
