import { orThrow } from "@report-kit/http";
import type { MonatoClient } from "@report-kit/monato";
import {
  amazonS3Hosts,
  explainByTable,
  hostsField,
  memberFields,
  ownClient,
  timeZoneField,
  uuidField,
} from "../source-tools/index.ts";
import type { ReportSource, SourceCall } from "../source-tools/index.ts";
import { monatoErrors, observeAnswer } from "./monato-answers.ts";
import { monatoBody, prepareMonato } from "./monato-request.ts";
import type { MonatoReportRequest } from "./monato-request.ts";

export type { MonatoReportRequest } from "./monato-request.ts";

/** What `monatoReports` takes besides the client. */
export interface MonatoReportsOptions {
  /**
   * The IANA time zone of Monato's days. Default `"America/Mexico_City"`: Monato does not document it, and the times in its
   * examples are of that zone. A day can be asked for once it has ended there.
   */
  readonly timeZone?: string | undefined;
  /**
   * Hosts a download link may lead to, besides Amazon S3 and Monato's own domains. Monato does not publish where its
   * files lie: a link that leads elsewhere is refused by an error that names its host, for you to add here.
   */
  readonly linkHosts?: readonly string[] | undefined;
}

/**
 * Monato's reports, daily and monthly: transactions and account statements. Tier lookup: Monato makes its files by
 * itself, and asking is a read, so nothing can be made twice.
 *
 * 200 with a name and a link is ready; 200 with either of them empty, null or missing is not there (yet): Monato does not
 * tell the two apart. What its errors mean: the table in monato-answers.ts.
 *
 * @throws ReportRequestError for a client of another provider or whose `clientId` is no UUID, or an option that can't be used.
 */
export function monatoReports(
  client: MonatoClient,
  options: MonatoReportsOptions = {},
): ReportSource<MonatoReportRequest> {
  ownClient("monato", client, 'createMonatoClient of "@report-kit/monato"');
  const account = uuidField("clientId", client.clientId);
  const given = memberFields("options", options, ["timeZone", "linkHosts"], "monatoReports");
  const timeZone = timeZoneField("timeZone", given["timeZone"] ?? "America/Mexico_City");
  const linkHosts = hostsField("linkHosts", given["linkHosts"]);
  const errors = monatoErrors(client.baseUrl);

  return {
    id: `monato/${account}`,
    provider: "monato",
    account,
    origin: client.origin,
    profile: { tier: "lookup", remakes: false },
    linkHosts: [...amazonS3Hosts, "*.monato.com", "*.finch.lat", new URL(client.origin).hostname, ...linkHosts],
    prepare: (request, { now }) => prepareMonato(request, now, timeZone),

    async look(call) {
      return observeAnswer(orThrow(await lookUp(call)).data);
    },
    async locate(call) {
      const seen = observeAnswer(orThrow(await lookUp(call)).data);
      if (seen.is === "ready" && seen.link !== undefined) return seen.link;
      return { via: "none", reason: "pending", message: "Monato gives no link to the report's file now." };
    },
    explain: (error, during, call) => explainByTable(errors, error, during, call),
  };

  /** The one call there is; it also signs a fresh link. The id goes where either of Monato's two documents wants it. */
  function lookUp({ request, signal }: SourceCall) {
    return client.POST("/v1/reports/clients/{client_id}/report/download", {
      params: { path: { client_id: account } },
      body: { client_id: account, ...monatoBody(request) },
      signal,
      retry: false,
    });
  }
}
