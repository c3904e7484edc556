import type { MercadopagoClient } from "@report-kit/mercadopago";
import type { ReportSource } from "../../source-tools/index.ts";
import type { MercadopagoReportRequest } from "./days.ts";
import { familyReports } from "./family-reports.ts";

export type { MercadopagoReportRequest } from "./days.ts";

/** What `settlementReports` and `releaseReports` take besides the client. */
export interface MercadopagoReportsOptions {
  /**
   * The account's user id, or your label of it, the same in every process: it is part of keys, bookmarks and paths. The
   * report operations have no way to ask whose token it is.
   */
  readonly account: string;
  /** The account's own IANA time zone, for requests that name none. */
  readonly timeZone?: string | undefined;
}

/** A request to a source that knows its account's zone. */
export type MercadopagoDaysRequest = Omit<MercadopagoReportRequest, "timeZone"> & {
  readonly timeZone?: string | undefined;
};

/**
 * Mercado Pago's settlement reports ("account money"; reference pages of settlements-report, read 2026-11-20). Tier list:
 * each request makes another report, so one whose end is unclear is looked for before any other is made. Reports by hand
 * are listed at once, so that what is not listed was not made.
 *
 * The file's columns and format are those of the account's report configuration, which is no part of the key.
 * @throws ReportRequestError for a client of another provider, or an option that can't be used.
 */
export function settlementReports(
  client: MercadopagoClient,
  options: MercadopagoReportsOptions & { readonly timeZone: string },
): ReportSource<MercadopagoDaysRequest>;
export function settlementReports(
  client: MercadopagoClient,
  options: MercadopagoReportsOptions,
): ReportSource<MercadopagoReportRequest>;
export function settlementReports(
  client: MercadopagoClient,
  options: MercadopagoReportsOptions,
): ReportSource<MercadopagoDaysRequest> {
  return familyReports(client, "settlement", options);
}

/**
 * Mercado Pago's release reports ("released money"; reference pages of releases-report, read 2026-11-20). As
 * `settlementReports`, but for one thing: only finished ones are listed, so that a create whose end is unclear and whose
 * report is not found within half an hour ends `indeterminate`.
 * @throws ReportRequestError for a client of another provider, or an option that can't be used.
 */
export function releaseReports(
  client: MercadopagoClient,
  options: MercadopagoReportsOptions & { readonly timeZone: string },
): ReportSource<MercadopagoDaysRequest>;
export function releaseReports(
  client: MercadopagoClient,
  options: MercadopagoReportsOptions,
): ReportSource<MercadopagoReportRequest>;
export function releaseReports(
  client: MercadopagoClient,
  options: MercadopagoReportsOptions,
): ReportSource<MercadopagoDaysRequest> {
  return familyReports(client, "release", options);
}
