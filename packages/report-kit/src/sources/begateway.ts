import type { BegatewayClient } from "@report-kit/begateway";
import { orThrow } from "@report-kit/http";
import {
  accountLabel,
  amazonS3Hosts,
  createSettings,
  explainByTable,
  hostsField,
  memberFields,
  ownClient,
  timeZoneField,
} from "../source-tools/index.ts";
import type { Observation, ReportSource } from "../source-tools/index.ts";
import { begatewayErrors, isTaken, observeOwn, observeReport, reportIn } from "./begateway-answers.ts";
import { begatewayBody, prepareBegateway } from "./begateway-request.ts";
import type { BegatewayReportRequest } from "./begateway-request.ts";

export type { BegatewayReportRequest } from "./begateway-request.ts";

/** What `begatewayReports` takes besides the client. */
export interface BegatewayReportsOptions {
  /** The PSP's identifier, as the client was given it: it is part of keys, bookmarks and paths. */
  readonly pspId: string;
  /**
   * The IANA time zone of the days that a report's period is named by, in file names and lists. Requests have instants and
   * no zone. No part of the key. Default `"UTC"`.
   */
  readonly timeZone?: string | undefined;
  /** Hosts a download link may lead to, besides Amazon S3 and the API's own host. */
  readonly linkHosts?: readonly string[] | undefined;
}

/** Ours: the provider documents no time after which a report that was made can be looked up. */
const visibilityBoundMs = 30_000;
/** Ours: before an id of ours was seen to be kept, a look-up by it either finds the report soon or proves nothing. */
const searchForMs = 120_000;

const undecided: Observation = { is: "searching", more: false, found: [] };

/**
 * beGateway's reports: the balance records of a PSP, a merchant, a shop or a gateway. Tier client-id: the key is sent as
 * the report's `id`, and once an answer was seen to carry the id that was sent, a look-up by it says whether a report
 * was made. Before that proof, or where the provider gives ids of its own, a create whose end is unclear and that the
 * look-up does not find ends `indeterminate`.
 *
 * What its answers mean: the tables in begateway-answers.ts. A create answered without an id, and a look answered with
 * another one, say nothing about the report.
 *
 * @throws ReportRequestError for a client of another provider, or an option that can't be used.
 */
export function begatewayReports(
  client: BegatewayClient,
  options: BegatewayReportsOptions,
): ReportSource<BegatewayReportRequest> {
  ownClient("begateway", client, 'createBegatewayClient of "@report-kit/begateway"');
  const given = memberFields("options", options ?? {}, ["pspId", "timeZone", "linkHosts"], "begatewayReports");
  const account = accountLabel("pspId", given["pspId"]);
  const timeZone = timeZoneField("timeZone", given["timeZone"] ?? "UTC");
  const errors = begatewayErrors(client.baseUrl);

  return {
    id: `begateway/${account}`,
    provider: "begateway",
    account,
    origin: client.origin,
    profile: { tier: "client-id", remakes: true, visibilityBoundMs, searchForMs, reportsDeparture: true },
    linkHosts: [...amazonS3Hosts, new URL(client.origin).hostname, ...hostsField("linkHosts", given["linkHosts"])],
    prepare: (input, { now }) => prepareBegateway(input, now, timeZone),

    async create(call) {
      const { key, request, now } = call;
      const result = await client.POST("/api/v2/reports", {
        body: begatewayBody(key, request),
        ...createSettings(call),
      });
      const report = reportIn(orThrow(result).data);
      return withEcho(observeReport(report, now), report?.["id"] === key);
    },
    async look(call) {
      const { key, now, signal } = call;
      const id = isTaken(call) ? key : (call.reference ?? key);
      const seen = observeOwn(reportIn(orThrow(await getReport(id, signal)).data), id, now);
      if (!isTaken(call) || (seen.is !== "pending" && seen.is !== "ready")) return seen;
      return { ...seen, echoed: true, existed: true };
    },
    async find({ key, now, echoProven, signal }) {
      const result = await getReport(key, signal);
      if (result.response.status === 404) {
        // A proxy's 404 is a page, and says nothing about the report: only the API's own answer counts.
        const isJson = /\bjson\b/i.test(result.response.headers.get("content-type") ?? "");
        return isJson && echoProven ? { is: "absent" } : undecided;
      }
      const seen = observeOwn(reportIn(orThrow(result).data), key, now);
      // An answer about no report, or another one, decides nothing.
      return seen.is === "unknown" && seen.reference === undefined ? undecided : withEcho(seen, true);
    },
    async locate({ key, reference = key, now, signal }) {
      const seen = observeOwn(reportIn(orThrow(await getReport(reference, signal)).data), reference, now);
      if (seen.is === "ready" && seen.link !== undefined) return seen.link;
      if (seen.is === "failed" || seen.is === "expired") return { via: "none", reason: seen.is, message: seen.message };
      const status = "status" in seen ? seen.status : seen.is;
      const message = `beGateway gives no link to the report's file now (${status}).`;
      return { via: "none", reason: "pending", message };
    },
    explain: (error, during, call) => explainByTable(errors, error, during, call),
  };

  /** The one look there is: by the provider's id, or by ours. */
  function getReport(id: string, signal: AbortSignal) {
    return client.GET("/api/v2/reports/{report_id}", { params: { path: { report_id: id } }, signal, retry: false });
  }
}

function withEcho(seen: Observation, echoed: boolean): Observation {
  return seen.is === "pending" || seen.is === "ready" ? { ...seen, echoed } : seen;
}
