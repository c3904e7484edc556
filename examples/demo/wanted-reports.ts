import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import type { MonatoClient } from "@report-kit/monato";
import type { Sandbox } from "@report-kit/sandbox";
import type { ReportJob, ReportKit } from "report-kit";
import { begatewayReports } from "report-kit/begateway";
import { circleReports } from "report-kit/circle";
import { releaseReports, settlementReports } from "report-kit/mercadopago";
import { monatoReports } from "report-kit/monato";

/** One report of the demo, under the name a person would call it. */
export interface WantedReport {
  readonly provider: string;
  readonly report: string;
  readonly job: ReportJob;
}

/** The provider accounts of the demo. */
export interface DemoSources {
  readonly monatoClient: MonatoClient;
  readonly circle: ReturnType<typeof circleReports>;
  readonly begateway: ReturnType<typeof begatewayReports>;
  readonly monato: ReturnType<typeof monatoReports>;
  readonly settlement: ReturnType<typeof settlementReports>;
  readonly release: ReturnType<typeof releaseReports>;
  /** One of the accounts, for its statement. */
  readonly clabeNumber: string;
}

export function demoSources(sandbox: Sandbox): DemoSources {
  const { pspId } = sandbox.begateway;
  const monatoClient = createMonatoClient(sandbox.monato);
  const mercadopagoClient = createMercadopagoClient(sandbox.mercadopago);
  return {
    monatoClient,
    circle: circleReports(createCircleClient(sandbox.circle), { account: "treasury", timeZone: "UTC" }),
    begateway: begatewayReports(createBegatewayClient(sandbox.begateway), { pspId }),
    monato: monatoReports(monatoClient),
    settlement: settlementReports(mercadopagoClient, { account: "marketplace" }),
    release: releaseReports(mercadopagoClient, { account: "marketplace" }),
    clabeNumber: sandbox.monatoAccounts[0].clabeNumber,
  };
}

/** What a nightly job would ask for: a report of every kind from all four providers, for the days before `today`. */
export function wantedReports(kit: ReportKit, sources: DemoSources, today: Date): readonly WantedReport[] {
  const { circle, begateway, monato, settlement, release, clabeNumber } = sources;
  // It has ended in Latin America, whatever the hour here, and a camt.053 of it is past its documented ready time.
  const latest = dayBefore(today, 2);
  const lastMonth = dayBefore(new Date(`${latest.slice(0, 7)}-01T00:00:00Z`), 1);
  const timeframe = "daily";
  const week = { from: dayBefore(today, 8), to: latest, timeZone: "America/Argentina/Buenos_Aires" };

  const wanted = (provider: string, report: string, job: ReportJob): WantedReport => ({ provider, report, job });
  return [
    wanted("Circle", "camt.053", kit.report(circle, { reportType: "camt053", date: latest })),
    wanted(
      "Circle",
      "payouts",
      kit.report(circle, { reportType: "managed_payout_transactions", timeframe, date: latest }),
    ),
    wanted(
      "Circle",
      "payins",
      kit.report(circle, { reportType: "managed_payin_transactions", timeframe, date: latest }),
    ),
    wanted(
      "Circle",
      "wallet balances",
      kit.report(circle, { reportType: "managed_payment_wallet_balances", timeframe, date: latest }),
    ),
    wanted(
      "beGateway",
      "balance records",
      kit.report(begateway, {
        type: "balance_records",
        format: "xlsx",
        user_id: 1098,
        request_params: {
          currency: "USD",
          date_from: `${week.from}T00:00:00Z`,
          date_to: `${week.to}T23:59:59Z`,
        },
      }),
    ),
    wanted("Monato", "daily", kit.report(monato, { report_type: "DAILY", operation_date: latest })),
    wanted(
      "Monato",
      "monthly statement",
      kit.report(monato, {
        report_type: "MONTHLY_ACCOUNT_STATEMENT",
        operation_date: lastMonth,
        clabe_number: clabeNumber,
      }),
    ),
    wanted("Mercado Pago", "settlement", kit.report(settlement, week)),
    wanted("Mercado Pago", "release", kit.report(release, week)),
  ];
}

function dayBefore(day: Date, days: number): string {
  return new Date(day.getTime() - days * 86_400_000).toISOString().slice(0, 10);
}
