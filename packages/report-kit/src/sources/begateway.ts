import type { BegatewayClient } from "@report-kit/begateway";
import type { components } from "@report-kit/begateway/schema";
import { orThrow, ProviderError } from "@report-kit/http";
import { amazonS3Hosts } from "./amazon-s3-hosts.ts";
import { calendarDay } from "../source/calendar.ts";
import type { LinkLocation } from "../source/file-location.ts";
import type { JsonObject } from "../json.ts";
import type { Observation } from "../source/observation.ts";
import { createTimeoutMs } from "../source/timing.ts";
import {
  accountLabel,
  matching,
  memberFields,
  oneOf,
  refuse,
  requestFields,
  wholeNumber,
} from "../source/request-fields.ts";
import type { PreparedReport, ReportSource } from "../source/report-source.ts";
import { identifierIn, untrusted } from "../source/answer-fields.ts";
import type { Untrusted } from "../source/answer-fields.ts";

type Schemas = components["schemas"];

/**
 * A balance-record report of beGateway, in the words of its API
 * (https://help.ecomcharge.com/en/knowledge-base/api-get-request-a-report-file, read 2026-11-20), without the `id`, which
 * is made from the key.
 *
 * `request_params.date_from` and `date_to` are instants with an offset, with up to six digits after the second; two
 * spellings of one instant are one report. `user_id` and `notification_email` say who asks, not which report it is: the
 * first caller's are sent. They are kept in the journal and in bookmarks.
 */
export type BegatewayReportRequest = Omit<Schemas["CreateReportRequest"], "id">;

/** What `begatewayReports` is told. */
export interface BegatewayReportsOptions {
  /** The PSP's identifier, as the client was given it: it is part of keys, bookmarks and paths. */
  readonly pspId: string;
  /** Hosts a download link may lead to, besides Amazon S3 and the API's own host. */
  readonly linkHosts?: readonly string[];
}

/** Ours: the provider documents no time after which a report that was made can be looked up. */
const visibilityBoundMs = 30_000;
/** Ours: before an id of ours was seen to be kept, a look-up by it either finds the report soon or proves nothing. */
const searchForMs = 120_000;

/**
 * beGateway's reports: the balance records of a PSP, a merchant, a shop or a gateway. Tier client-id: the key is sent as
 * the report's `id`, and once an answer was seen to carry the id that was sent, a look-up by it says whether a report
 * was made. Before that proof, or where the provider gives ids of its own, a create whose end is unclear and that the
 * look-up does not find ends `indeterminate`.
 *
 * What an answer means:
 *
 * | answer | create | look | find (by our id) |
 * | --- | --- | --- | --- |
 * | 2xx `queued`, `pending`, `incomplete` | waiting | waiting | adopted |
 * | 2xx `successful` with a link | ready | ready | adopted |
 * | 2xx `successful` without one, or an unknown status | keep looking, slowly | the same | adopted, the same |
 * | 2xx `successful`, past its `expiry_date` | expired | expired | expired |
 * | 2xx `failed` | failed | failed | failed |
 * | 2xx without an id, or (look, find) with another | unclear: find it | keep looking, slowly | proves nothing |
 * | 400, 422 and the like | refused, nothing made | keep looking, slowly | proves nothing |
 * | 409, or 422 because the id is taken | it is there already: find it | - | - |
 * | 401, 403 | denied | denied | denied |
 * | 404 | refused | not visible (yet) | as JSON and once the echo is proven: not made; else proves nothing |
 * | 429 | nothing made: later | later | later |
 * | 408, 5xx, no answer | unclear: find it | later | later |
 *
 * @throws ReportRequestError for a `pspId` that can't be one.
 */
export function begatewayReports(
  client: BegatewayClient,
  options: BegatewayReportsOptions,
): ReportSource<BegatewayReportRequest> {
  const account = accountLabel("pspId", options?.pspId);

  return {
    id: `begateway/${account}`,
    provider: "begateway",
    account,
    origin: client.origin,
    profile: { tier: "client-id", remakes: true, visibilityBoundMs, searchForMs },
    linkHosts: [...amazonS3Hosts, new URL(client.origin).hostname, ...(options.linkHosts ?? [])],
    prepare,

    async create({ key, request, now, signal }) {
      const result = await client.POST("/api/v2/reports", {
        body: createBody(key, request),
        signal,
        timeoutMs: createTimeoutMs,
        retry: false,
      });
      const report = reportIn(orThrow(result).data);
      return withEcho(observe(report, now), report?.["id"] === key);
    },
    async look({ key, reference = key, now, signal }) {
      return observeOwn(reportIn(orThrow(await getReport(reference, signal)).data), reference, now);
    },
    async find({ key, now, echoProven, signal }) {
      const result = await getReport(key, signal);
      if (result.response.status === 404) {
        // A proxy's 404 is a page, and says nothing about the report: only the API's own word counts.
        const said = /\bjson\b/i.test(result.response.headers.get("content-type") ?? "");
        return said && echoProven ? { is: "absent" } : undecided;
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
      return {
        via: "none",
        reason: "pending",
        message: `beGateway gives no link to the report's file now (${status}).`,
      };
    },
    explain(error, during) {
      if (!ProviderError.isInstance(error)) return undefined;
      if (during === "create" && saysIdIsTaken(error)) return { is: "unclear", error };
      if (during === "look" && error.status === 404) return { is: "absent" };
      if (during === "find" && isAboutTheRequest(error.status)) return undecided;
      return undefined;
    },
  };

  /** The one look there is: by the provider's id, or by ours. */
  function getReport(id: string, signal: AbortSignal) {
    return client.GET("/api/v2/reports/{report_id}", { params: { path: { report_id: id } }, signal, retry: false });
  }
}

const undecided: Observation = { is: "searching", more: false, found: [] };

function prepare(input: BegatewayReportRequest, { now }: { readonly now: number }): PreparedReport {
  const fields = requestFields(input, [
    "type",
    "format",
    "language",
    "user_id",
    "notification_email",
    "request_params",
  ]);
  const type = oneOf("request.type", fields["type"], ["balance_records"]);
  const format = oneOf("request.format", fields["format"], ["csv", "xlsx"]);
  const language = oneOf("request.language", fields["language"] ?? "en", ["en", "ru"]);
  const request_params = balanceRecordsParams(fields["request_params"], now);
  const identity = { type, format, language, request_params };
  const user_id = wholeNumber("request.user_id", fields["user_id"]);
  const email = fields["notification_email"];
  const notification_email =
    email === undefined
      ? {}
      : {
          notification_email: matching(
            "request.notification_email",
            email,
            /^[^\s@]{1,64}@[^\s@]{1,255}$/,
            "an e-mail address",
          ),
        };
  return {
    reportType: type,
    request: { ...identity, user_id, ...notification_email },
    identity,
    // Bare or, as an xlsx was seen, in a zip, which does for either; how a csv comes nobody shows.
    expects: format,
  };
}

const levels = ["merchant_id", "shop_id", "gateway_id"] as const;

function balanceRecordsParams(value: unknown, now: number): JsonObject {
  const path = "request.request_params";
  const fields = memberFields(path, value, ["currency", "date_from", "date_to", ...levels]);
  const currency = matching(
    `${path}.currency`,
    fields["currency"],
    /^[A-Z0-9]{1,4}$/,
    "a currency code of up to 4 capital letters or digits, such as EUR",
  );
  const from = utcInstant(`${path}.date_from`, fields["date_from"]);
  const to = utcInstant(`${path}.date_to`, fields["date_to"]);
  // The texts are in the order of the instants: "+" comes before "." and the digits.
  if (to < from) refuse(`${path}.date_to`, "an instant not before date_from", fields["date_to"]);
  if (Date.parse(to) > now) refuse(`${path}.date_to`, "an instant that is not in the future", fields["date_to"]);
  const named = levels.flatMap((level) =>
    fields[level] === undefined ? [] : [[level, wholeNumber(`${path}.${level}`, fields[level])] as const],
  );
  return { currency, date_from: from, date_to: to, ...Object.fromEntries(named) };
}

const rfc3339 =
  /^(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,6}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/**
 * The one spelling of an instant: in UTC, and in the documented `±hh:mm`; `Date` would lose the digits after the third.
 * @throws ReportRequestError
 */
function utcInstant(field: string, value: unknown): string {
  const expected =
    'an instant with an offset and at most 6 digits after the second, such as "2026-11-19T00:00:00+03:00"';
  const text = matching(field, value, rfc3339, expected);
  const [, day = "", clock = "", fraction = "", offset = ""] = rfc3339.exec(text) ?? [];
  const utc = new Date(`${calendarDay(field, day)}T${clock}${offset.toUpperCase()}`).toISOString();
  // At either end of the calendar the day in UTC can have a year of another length.
  if (!/^\d{4}-/.test(utc)) return refuse(field, expected, value);
  const digits = fraction.replace(/0+$/, "");
  return `${utc.slice(0, 19)}${digits === "" ? "" : `.${digits}`}+00:00`;
}

function createBody(key: string, request: JsonObject): Schemas["CreateReportRequest"] {
  return { id: key, ...request } as unknown as Schemas["CreateReportRequest"]; // `prepare` made it of this shape; the journal keeps it as JSON
}

/** The report in an answer; its members are looked at one by one, whatever the types say. */
function reportIn(envelope: unknown): Untrusted | undefined {
  const { report } = untrusted(untrusted(envelope)["data"]);
  return typeof report === "object" && report !== null ? untrusted(report) : undefined;
}

/** What beGateway's record of a report says. */
function observe(report: Untrusted | undefined, now: number): Observation {
  if (report === undefined) return { is: "unknown", status: "no report", sample: "an answer without a report" };
  const status = typeof report["status"] === "string" ? report["status"].slice(0, 60) : "no status";
  const reference = identifierIn(report["id"]);
  if (reference === undefined) {
    return { is: "unknown", status, sample: "a report without an id" };
  }
  switch (status) {
    case "queued":
    case "pending":
    case "incomplete":
      return { is: "pending", status, reference };
    case "successful": {
      const link = linkOf(report);
      if (link?.expiresAt !== undefined && link.expiresAt <= now) {
        return {
          is: "expired",
          message: `beGateway kept the file until ${new Date(link.expiresAt).toISOString()}. Raise the epoch to have the report made anew.`,
        };
      }
      if (link === undefined) return { is: "unknown", status, sample: "successful, but without a link", reference };
      return { is: "ready", reference, ...(link.fileName === undefined ? {} : { fileName: link.fileName }), link };
    }
    case "failed":
      return {
        is: "failed",
        code: "failed",
        message: "beGateway says that generating the report failed, and gives no reason.",
        reference,
      };
    default:
      return { is: "unknown", status, sample: `status ${JSON.stringify(status)}`, reference };
  }
}

/** The same for a look by id: an answer about another report says nothing about ours. */
function observeOwn(report: Untrusted | undefined, id: string, now: number): Observation {
  const other = report !== undefined && report["id"] !== id;
  return other
    ? { is: "unknown", status: "another report", sample: "an answer about another report" }
    : observe(report, now);
}

function withEcho(seen: Observation, echoed: boolean): Observation {
  return seen.is === "pending" || seen.is === "ready" ? { ...seen, echoed } : seen;
}

function linkOf({ file_url: url, expiry_date: expiry }: Untrusted): LinkLocation | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  // `report_balance_records_202412312100_202511302059_c3050350.zip`
  const fileName = new URL(url).pathname.split("/").at(-1) ?? "";
  // A time without an offset is nobody's time.
  const expiresAt =
    typeof expiry === "string" && /(?:Z|[+-]\d{2}:?\d{2})$/.test(expiry) ? Date.parse(expiry) : Number.NaN;
  return {
    via: "link",
    url,
    ...(fileName === "" ? {} : { fileName }),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  };
}

/**
 * The key was used before: by a job whose journal was lost, say. What the provider answers to the same id a second time
 * is not documented, so either usual answer is taken for it. Looking costs a request; taking it for a refusal, the report.
 */
function saysIdIsTaken({ status, message }: ProviderError): boolean {
  return status === 409 || (status === 422 && /\bid\b.*\b(?:taken|exists?|unique|duplicate)/i.test(message));
}

/** A 4xx that says nothing about credentials or timing. */
function isAboutTheRequest(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status);
}
