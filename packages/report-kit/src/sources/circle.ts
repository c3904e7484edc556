import type { CircleClient } from "@report-kit/circle";
import type { components } from "@report-kit/circle/schema";
import { orThrow, ProviderError } from "@report-kit/http";
import type { CallSettings } from "@report-kit/http";
import { amazonS3Hosts } from "./amazon-s3-hosts.ts";
import { dayNotAhead, monthNotAhead } from "../source/calendar.ts";
import type { FileLocation, LinkLocation } from "../source/file-location.ts";
import type { JsonObject } from "../json.ts";
import type { Observation } from "../source/observation.ts";
import { createTimeoutMs } from "../source/timing.ts";
import { accountLabel, oneOf, requestFields, uuidField } from "../source/request-fields.ts";
import type { PreparedReport, ReportSource, SourceCall } from "../source/report-source.ts";
import { identifierIn, untrusted } from "../source/answer-fields.ts";
import type { Untrusted } from "../source/answer-fields.ts";

type Schemas = components["schemas"];

/**
 * A report of Circle, in the words of its API (https://developers.circle.com/api-reference/circle-mint/account/request-report,
 * read 2026-11-20).
 *
 * For a `monthly` report `date` is any day of the month, as the API takes it, or the month itself (`"2026-10"`).
 */
export type CircleReportRequest = Schemas["ReportRequest"];

/** What `circleReports` is told. */
export interface CircleReportsOptions {
  /**
   * Your label of the Circle account, the same in every process: it is part of keys, bookmarks and paths. The API has no
   * way to ask whose key it is.
   */
  readonly account: string;
  /** Hosts a download link may lead to, besides Amazon S3 and Circle's own domains. */
  readonly linkHosts?: readonly string[];
  /**
   * How a monthly report's date is sent: `"day"` (default) as a full date, the first of the month, as the API reference
   * says; `"month"` as `YYYY-MM`, as the Managed Payments guide says. Circle's documents contradict each other here
   * (specs/circle/sources.md); the key is the same either way.
   */
  readonly monthlyDate?: "day" | "month";
}

const reportTypes = [
  "camt053",
  "managed_payout_transactions",
  "managed_payment_wallet_balances",
  "managed_payin_transactions",
] as const;

/** camt.053 covers one UTC day and is ready by 06:00 UTC on the next, typically at about 02:00 (Circle's guide, read 2026-11-20). */
const typicalReadyMs = 2 * 3_600_000;
const camtDeadlineMs = 7 * 3_600_000;

/**
 * Circle's reports: camt.053 statements, managed payout and payin transactions, wallet balances. Tier create-or-get: the
 * same parameters give the same report, so asking twice makes nothing twice.
 * @throws ReportRequestError for an account label that can't be one.
 */
export function circleReports(client: CircleClient, options: CircleReportsOptions): ReportSource<CircleReportRequest> {
  const account = accountLabel("account", options?.account);

  return {
    id: `circle/${account}`,
    provider: "circle",
    account,
    origin: client.origin,
    profile: { tier: "create-or-get", remakes: false },
    linkHosts: [...amazonS3Hosts, "*.circle.com", ...(options.linkHosts ?? [])],
    prepare,

    async create({ request, signal }) {
      const result = await client.POST("/v1/reports", {
        body: createBody(request, options.monthlyDate ?? "day"),
        signal,
        timeoutMs: createTimeoutMs,
        retry: false,
      });
      return observe(recordIn(orThrow(result).data));
    },
    async look(call) {
      return observe(await getRecord(call));
    },
    async locate(call) {
      const record = await getRecord(call);
      const seen = observe(record);
      if (seen.is === "failed") return { via: "none", reason: "failed", message: seen.message };
      if (seen.is !== "ready") return { via: "none", reason: "pending", message: `Circle says ${statusOf(record)}.` };
      return seen.link ?? content(call);
    },
    explain(error, during) {
      if (!ProviderError.isInstance(error)) return undefined;
      // No statement for that date (yet): the SLA has not run out, or the day had none.
      if (error.status === 404 && during === "create") return { is: "absent" };
      return undefined;
    },
  };

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
      async open({ headers, signal, timeoutMs, fetch }) {
        const { response } = await client.GET("/v1/reports/{id}/content", {
          params: { path: { id: reference ?? "" } },
          headers,
          signal,
          parseAs: "stream",
          retry: false,
          ...({ timeoutMs } satisfies CallSettings),
          ...(fetch && { fetch }),
        });
        return response;
      },
    };
  }
}

function prepare(input: CircleReportRequest, { now }: { readonly now: number }): PreparedReport {
  const head = requestFields(input, ["reportType", "timeframe", "date", "clientEntityId"]);
  const reportType = oneOf("request.reportType", head["reportType"], reportTypes);
  if (reportType === "camt053") {
    const fields = requestFields(input, ["reportType", "date"]);
    const date = dayNotAhead("request.date", fields["date"], now);
    const request = { reportType, date };
    const dayEnds = Date.parse(`${date}T00:00:00Z`) + 86_400_000;
    return {
      reportType,
      request,
      identity: request,
      expects: "camt053",
      readyAt: dayEnds + typicalReadyMs,
      deadlineAt: dayEnds + camtDeadlineMs,
    };
  }
  const timeframes =
    reportType === "managed_payment_wallet_balances" ? (["daily"] as const) : (["daily", "monthly"] as const);
  const timeframe = oneOf<"daily" | "monthly">("request.timeframe", head["timeframe"], timeframes);
  const date =
    timeframe === "monthly"
      ? monthNotAhead("request.date", head["date"], now)
      : dayNotAhead("request.date", head["date"], now);
  const clientEntityId =
    head["clientEntityId"] === undefined
      ? {}
      : { clientEntityId: uuidField("request.clientEntityId", head["clientEntityId"]) };
  const request = { reportType, timeframe, date, ...clientEntityId };
  return { reportType, request, identity: request, expects: "csv" };
}

/** The normalised request as the API takes it. */
function createBody(request: JsonObject, monthlyDate: "day" | "month"): Schemas["ReportRequest"] {
  const { timeframe, date } = request;
  const asDay = timeframe === "monthly" && monthlyDate === "day" && typeof date === "string";
  const body = asDay ? { ...request, date: `${date}-01` } : request;
  return body as unknown as Schemas["ReportRequest"]; // `prepare` made it of this shape; the journal keeps it as JSON
}

/** Circle's record of a report: its members are looked at one by one, whatever the types say. */
function recordIn(answer: unknown): Untrusted {
  return untrusted(untrusted(answer)["data"]);
}

function statusOf({ status }: Untrusted): string {
  return typeof status === "string" ? status.slice(0, 60) : "no status";
}

/** What Circle's record of a report says. */
function observe(record: Untrusted): Observation {
  const status = statusOf(record);
  const reference = identifierIn(record["id"]);
  if (reference === undefined) return { is: "unknown", status, sample: "an answer without a report's id" };
  switch (status) {
    case "pending":
      return { is: "pending", status, reference };
    case "ready": {
      const link = linkOf(record);
      return { is: "ready", reference, ...(link === undefined ? {} : { link }) };
    }
    case "failed":
      return {
        is: "failed",
        code: "failed",
        message: "Circle says that generating the report failed, and gives no reason.",
        reference,
      };
    default:
      return { is: "unknown", status, sample: `status ${JSON.stringify(status)}`, reference };
  }
}

function linkOf({ downloadUrl, expiresAt }: Untrusted): LinkLocation | undefined {
  if (typeof downloadUrl !== "string" || !URL.canParse(downloadUrl)) return undefined;
  const expires = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  return { via: "link", url: downloadUrl, ...(Number.isNaN(expires) ? {} : { expiresAt: expires }) };
}
