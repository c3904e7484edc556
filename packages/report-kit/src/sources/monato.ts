import { orThrow, ProviderError } from "@report-kit/http";
import type { MonatoClient } from "@report-kit/monato";
import type { components } from "@report-kit/monato/schema";
import { amazonS3Hosts } from "./amazon-s3-hosts.ts";
import { dayNotAhead, lastDayOf, monthNotAhead } from "../source/calendar.ts";
import { clabeField } from "./clabe.ts";
import type { JsonObject } from "../json.ts";
import type { Observation } from "../source/observation.ts";
import { oneOf, refuse, requestFields, uuidField } from "../source/request-fields.ts";
import type { PreparedReport, ReportSource, SourceCall } from "../source/report-source.ts";
import type { Untrusted } from "../source/answer-fields.ts";

type Schemas = components["schemas"];

/**
 * A report file of Monato, in the words of its API (https://docs.monato.com/products/fincore/guides/reports, read
 * 2026-11-20): the transactions of a day or a month, or, with its `clabe_number`, the statement of one account. The
 * `client_id` is the client's own.
 *
 * For a month `operation_date` is any day of it, as the API takes it, or the month itself (`"2026-10"`).
 */
export type MonatoReportRequest =
  | Omit<Schemas["TransactionsReportRequest"], "client_id">
  | Omit<Schemas["AccountStatementRequest"], "client_id">;

/** What `monatoReports` is told. */
export interface MonatoReportsOptions {
  /**
   * Hosts a download link may lead to, besides Amazon S3 and Monato's own domains. Monato does not publish where its
   * files lie: a link that leads elsewhere is refused by an error that names its host, for you to add here.
   */
  readonly linkHosts?: readonly string[];
  /**
   * Whether a CLABE's check digit must be right. Default false: the samples in Monato's own pages fail it
   * (specs/monato/sources.md).
   */
  readonly checkClabeDigit?: boolean;
}

const reportTypes = ["DAILY", "MONTHLY", "DAILY_ACCOUNT_STATEMENT", "MONTHLY_ACCOUNT_STATEMENT"] as const;

/** Ours: this many answers of 500 in a row, over this long, and it is no longer taken for an outage. */
const permanentAfterLooks = 10;
const permanentAfterMs = 3_600_000;

/**
 * Monato's reports, daily and monthly: transactions and account statements. Tier lookup: Monato makes its files by
 * itself, and asking is a read, so nothing can be made twice.
 *
 * What an answer means:
 *
 * | answer | meaning |
 * | --- | --- |
 * | 200 with a name and a link | ready |
 * | 200 with either empty, null or missing | not there (yet); Monato does not tell the two apart |
 * | 200 with anything else | keep looking, slowly |
 * | 400 | refused, in Monato's words |
 * | 401, 403; any refusal of the token exchange | denied |
 * | 500 | look again, backing off; after 10 in a row over an hour: refused |
 * | 408, 429, other 5xx, no answer | look again, backing off |
 * | 404 and other 4xx | keep looking, slowly |
 *
 * The idempotency guide says of other operations that a missing resource is a 500 and stays one, hence the bound. Looks
 * without any answer count towards it, but a 500 has the last word.
 * @throws ReportRequestError for a client whose `clientId` is no UUID.
 */
export function monatoReports(
  client: MonatoClient,
  options: MonatoReportsOptions = {},
): ReportSource<MonatoReportRequest> {
  const account = uuidField("clientId", client.clientId);

  return {
    id: `monato/${account}`,
    provider: "monato",
    account,
    origin: client.origin,
    profile: { tier: "lookup", remakes: false },
    linkHosts: [
      ...amazonS3Hosts,
      "*.monato.com",
      "*.finch.lat",
      new URL(client.origin).hostname,
      ...(options.linkHosts ?? []),
    ],
    prepare: (request, { now }) => prepare(request, now, options.checkClabeDigit ?? false),

    async look(call) {
      const result = await lookUp(call);
      const lasting = lastingFailure(call, result.response.status);
      return lasting ?? observe(orThrow(result).data);
    },
    async locate(call) {
      const seen = observe(orThrow(await lookUp(call)).data);
      if (seen.is === "ready" && seen.link !== undefined) return seen.link;
      return { via: "none", reason: "pending", message: "Monato gives no link to the report's file now." };
    },
    explain(error) {
      if (!ProviderError.isInstance(error)) return undefined;
      // The exchange of the API key for a token: whatever does not pass by itself is about the credentials.
      if (error.operationId !== "downloadReport") return error.retryable ? undefined : { is: "denied", error };
      if (error.status !== 400) return undefined;
      return { is: "refused", code: "refused", message: `Monato refused the request: ${wordsOf(error)}`, error };
    },
  };

  /** The one call there is; it also signs a fresh link. The id goes where either of Monato's two documents wants it. */
  function lookUp({ request, signal }: SourceCall) {
    return client.POST("/v1/reports/clients/{client_id}/report/download", {
      params: { path: { client_id: account } },
      body: { client_id: account, ...lookUpBody(request) },
      signal,
      retry: false,
    });
  }
}

/** A 500 that ends a long run of failed looks; undefined while it may still be an outage, or when it is none. */
function lastingFailure({ failures = 0, failingSince, now }: SourceCall, status: number): Observation | undefined {
  const forMs = now - (failingSince ?? now);
  if (status !== 500 || failures + 1 < permanentAfterLooks || forMs < permanentAfterMs) return undefined;
  return lasting(failures + 1, forMs);
}

function lasting(looks: number, forMs: number): Observation {
  const minutes = Math.round(forMs / 60_000);
  return {
    is: "refused",
    code: "http-500",
    message: `Monato answered ${looks} looks in a row, over ${minutes} minutes, with HTTP 500, which can stand for something that does not exist. Check the client, the date and the account with Monato; running the job again asks again.`,
  };
}

function prepare(input: MonatoReportRequest, now: number, checkClabeDigit: boolean): PreparedReport {
  const fields = requestFields(input, ["report_type", "operation_date", "clabe_number"]);
  const reportType = oneOf("request.report_type", fields["report_type"], reportTypes);
  const date = reportType.startsWith("MONTHLY") ? monthNotAhead : dayNotAhead;
  const operation_date = date("request.operation_date", fields["operation_date"], now);
  const clabe = fields["clabe_number"];
  const ofOneAccount = reportType.endsWith("ACCOUNT_STATEMENT");
  if (!ofOneAccount && clabe !== undefined) {
    refuse("request.clabe_number", `nothing: a ${reportType} report is of all accounts`, clabe);
  }
  const clabe_number = ofOneAccount ? { clabe_number: clabeField("request.clabe_number", clabe, checkClabeDigit) } : {};
  const request = { report_type: reportType, operation_date, ...clabe_number };
  return { reportType, request, identity: request, expects: "csv" };
}

/** The normalised request as the API takes it: a month goes as its last day, which is what Monato makes of any other. */
function lookUpBody(request: JsonObject): MonatoReportRequest {
  const { operation_date: date } = request;
  const isMonth = typeof date === "string" && date.length === "YYYY-MM".length;
  const body = isMonth ? { ...request, operation_date: lastDayOf(date) } : request;
  return body as unknown as MonatoReportRequest; // `prepare` made it of this shape; the journal keeps it as JSON
}

/** What Monato's answer to a look-up says; its members are looked at one by one, whatever the types say. */
function observe(answer: unknown): Observation {
  const { file_name: fileName, download_url: url, ...others } = (answer ?? {}) as Untrusted; // the client lets only objects and arrays through, and nothing for a 204
  if (fileName === undefined && url === undefined && Object.keys(others).length > 0) {
    return { is: "unknown", status: "neither file_name nor download_url", sample: "an answer of another shape" };
  }
  if (isMissing(fileName) || isMissing(url)) return { is: "absent" };
  if (typeof fileName !== "string")
    return { is: "unknown", status: "odd file_name", sample: "a file_name that is no text" };
  if (typeof url !== "string" || !URL.canParse(url)) {
    return { is: "unknown", status: "odd download_url", sample: "a download_url that is no address" };
  }
  return { is: "ready", reference: fileName, fileName, link: { via: "link", url, fileName } };
}

/** Empty strings are documented; null and absence are taken for the same. */
function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Integrators find the more precise words in the first detail's metadata. */
function wordsOf({ body, message }: ProviderError): string {
  const detail = member(member(member(member(body, "details"), "0"), "metadata"), "error_detail");
  const words = [detail, member(body, "message"), message].find((text) => typeof text === "string" && text !== "");
  return typeof words === "string" ? words.slice(0, 300) : "";
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined; // any object can be read by name
}
