import type { CircleClient } from "@report-kit/circle";
import { orThrow } from "@report-kit/http";
import {
  accountLabel,
  amazonS3Hosts,
  createSettings,
  explainByTable,
  hostsField,
  memberFields,
  oneOf,
  openSettings,
  ownClient,
  ProviderError,
  timeZoneField,
} from "../source-tools/index.ts";
import type { FileLocation, Observation, ReportSource, SourceCall, Untrusted } from "../source-tools/index.ts";
import { circleErrors, isForgotten, noLongerKnown, observeRecord, recordIn, statusOf } from "./circle-answers.ts";
import { circleBody, prepareCircle } from "./circle-request.ts";
import type { CircleReportRequest } from "./circle-request.ts";

export type { CircleReportRequest } from "./circle-request.ts";

/** What `circleReports` takes besides the client. */
export interface CircleReportsOptions {
  /**
   * Your label of the Circle account, the same in every process: it is part of keys, bookmarks and paths. The API has no
   * way to ask whose key it is.
   */
  readonly account: string;
  /**
   * The IANA time zone that the managed reports of the entity are made in, such as `"Asia/Singapore"`; a camt.053 is
   * always of a day in UTC. Without it a day or month can be asked for once it has ended everywhere on earth.
   */
  readonly timeZone?: string | undefined;
  /** Hosts a download link may lead to, besides Amazon S3 and Circle's own domains. */
  readonly linkHosts?: readonly string[] | undefined;
  /**
   * How a monthly report's date is sent: `"day"` (default) as a full date, the first of the month, as the API reference
   * says; `"month"` as `YYYY-MM`, as the Managed Payments guide says. Circle's documents contradict each other here
   * (specs/circle/sources.md); the key is the same either way.
   */
  readonly monthlyDate?: "day" | "month" | undefined;
}

/**
 * Circle's reports: camt.053 statements, managed payout and payin transactions, wallet balances. Tier create-or-get: the
 * same parameters give the same report, so asking twice makes nothing twice.
 * @throws ReportRequestError for a client of another provider, or an option that can't be used.
 */
export function circleReports(client: CircleClient, options: CircleReportsOptions): ReportSource<CircleReportRequest> {
  ownClient("circle", client, 'createCircleClient of "@report-kit/circle"');
  const given = memberFields(
    "options",
    options ?? {},
    ["account", "timeZone", "linkHosts", "monthlyDate"],
    "circleReports",
  );
  const account = accountLabel("account", given["account"]);
  const timeZone = given["timeZone"] === undefined ? undefined : timeZoneField("timeZone", given["timeZone"]);
  const monthlyDate = oneOf("monthlyDate", given["monthlyDate"] ?? "day", ["day", "month"]);
  const errors = circleErrors(client.baseUrl);

  return {
    id: `circle/${account}`,
    provider: "circle",
    account,
    origin: client.origin,
    profile: { tier: "create-or-get", remakes: false },
    linkHosts: [...amazonS3Hosts, "*.circle.com", ...hostsField("linkHosts", given["linkHosts"])],
    prepare: (input, { now }) => prepareCircle(input, now, timeZone),
    create,
    async look(call) {
      if (!isForgotten(call)) return observeRecord(await getRecord(call));
      // Asking for the same report again is free, and makes it again where Circle lost it.
      return create(call).catch((error: unknown) => {
        if (ProviderError.isInstance(error) && error.status === 404) return noLongerKnown(error);
        throw error;
      });
    },
    async locate(call) {
      const record = await getRecord(call);
      const seen = observeRecord(record);
      if (seen.is === "failed") return { via: "none", reason: "failed", message: seen.message };
      if (seen.is !== "ready")
        return {
          via: "none",
          reason: "pending",
          message: `The report is not ready: its status at Circle is ${statusOf(record)}.`,
        };
      return seen.link ?? content(call);
    },
    explain: (error, during, call) => explainByTable(errors, error, during, call),
  };

  async function create(call: SourceCall): Promise<Observation> {
    const result = await client.POST("/v1/reports", {
      body: circleBody(call.request, monthlyDate),
      ...createSettings(call),
    });
    return observeRecord(recordIn(orThrow(result).data));
  }

  async function getRecord({ reference, signal }: SourceCall): Promise<Untrusted> {
    const result = await client.GET("/v1/reports/{id}", {
      params: { path: { id: reference ?? "" } },
      signal,
      retry: false,
    });
    return recordIn(orThrow(result).data);
  }

  /** The same file through the API itself, for an answer without a link. */
  function content({ reference }: SourceCall): FileLocation {
    return {
      via: "api",
      async open(init) {
        const { response } = await client.GET("/v1/reports/{id}/content", {
          params: { path: { id: reference ?? "" } },
          ...openSettings(init),
        });
        return response;
      },
    };
  }
}
