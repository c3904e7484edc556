import { createMercadopagoClient } from "@report-kit/mercadopago";
import { Pool } from "pg";
import { createReportKit } from "report-kit";
import type { ReportJob } from "report-kit";
import { settlementReports } from "report-kit/mercadopago";
import { toDirectory } from "report-kit/node";
import { postgresJournal } from "report-kit/postgres";
import type { Reports } from "../turn.ts";
import { fastClock } from "./fast-clock.ts";

/** Where a worker of a test finds everything: JSON, so that it reaches another process. */
export interface Scene {
  readonly postgres: string;
  readonly mercadopago: { readonly baseUrl: string; readonly accessToken: string };
  /** For the files. */
  readonly directory: string;
  /** When the test's clock began: epoch milliseconds. */
  readonly startMs: number;
}

/** What a worker does its work with. */
export interface Stage {
  readonly reports: Reports;
  /** The wanted report. */
  readonly job: ReportJob;
  /** Ask Mercado Pago for that report and wait for its answer: a step as one writes it for an engine, without a journal. */
  readonly createReport: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Set up a worker's side of a scene. The journal's table is made if need be. */
export async function openStage({ postgres, mercadopago, directory, startMs }: Scene): Promise<Stage> {
  const pool = new Pool({ connectionString: postgres, max: 4 });
  pool.on("error", () => undefined); // a server that stops tells open connections so, which is no fault
  const journal = postgresJournal(async (sql, params) => (await pool.query(sql, [...params])).rows);
  await journal.migrate();
  const clock = fastClock(startMs);
  const kit = createReportKit({ journal, platform: clock.platform });
  const client = createMercadopagoClient(mercadopago);
  const source = settlementReports(client, { account: "marketplace" });
  const day = (daysAgo: number): string => new Date(startMs - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const request = { from: day(8), to: day(2), timeZone: "America/Argentina/Buenos_Aires" };
  return {
    reports: { kit: clock.inRealTime(kit), sources: [source], target: toDirectory(directory) },
    job: kit.report(source, request),
    async createReport() {
      const body = { begin_date: `${request.from}T03:00:00Z`, end_date: `${day(1)}T02:59:59Z` };
      const { response } = await client.POST("/v1/account/settlement_report", { body });
      if (response.status !== 202) throw new Error(`Mercado Pago answered ${response.status}`);
      return "asked for";
    },
    close: () => pool.end(),
  };
}
