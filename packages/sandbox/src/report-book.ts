import type { Clock } from "./clock.ts";
import type { Provider } from "./provider.ts";

/** A report a provider has made, or (Monato) a file it has begun to prepare. */
export interface MadeReport {
  readonly provider: Provider;
  /** Circle `reportType`, beGateway `type`, Monato `report_type`, Mercado Pago "settlement" or "release". */
  readonly reportType: string;
  /** The provider's id of it. */
  readonly id: string;
  /** 0 for the first report of this provider, 1 for the next. */
  readonly ordinal: number;
  /** Instants on the sandbox's clock, milliseconds since the epoch. */
  readonly madeAt: number;
  readonly readyAt: number;
  /** It ends as failed, not as ready. */
  readonly fails: boolean;
}

/** What is known of a report before its ready time is decided. */
export type NewReport = Pick<MadeReport, "provider" | "reportType" | "id" | "ordinal" | "madeAt">;

/**
 * How long a report takes, in milliseconds: for all, by provider (`monato`) or report type (`circle/camt053`; the more exact name wins), or decided per report.
 */
export type ReadyAfter = number | Readonly<Record<string, number>> | ((report: NewReport) => number);

/** All reports of a sandbox, in the order they were made. */
export interface ReportBook {
  readonly reports: readonly MadeReport[];
  make(report: Pick<MadeReport, "provider" | "reportType" | "id" | "fails">): MadeReport;
  state(report: MadeReport): "pending" | "ready" | "failed";
}

export const defaultReadyAfterMs = 1500;

export function createReportBook(clock: Clock, readyAfter: ReadyAfter): ReportBook {
  const reports: MadeReport[] = [];
  return {
    reports,
    make({ provider, reportType, id, fails }) {
      const ordinal = reports.filter((report) => report.provider === provider).length;
      const madeAt = clock.now();
      const begun = { provider, reportType, id, ordinal, madeAt };
      const report = { ...begun, readyAt: madeAt + readyAfterMs(begun, readyAfter), fails };
      reports.push(report);
      return report;
    },
    state(report) {
      if (clock.now() < report.readyAt) return "pending";
      return report.fails ? "failed" : "ready";
    },
  };
}

function readyAfterMs(report: NewReport, readyAfter: ReadyAfter): number {
  if (typeof readyAfter === "number") return readyAfter;
  if (typeof readyAfter === "function") return readyAfter(report);
  return readyAfter[`${report.provider}/${report.reportType}`] ?? readyAfter[report.provider] ?? defaultReadyAfterMs;
}
