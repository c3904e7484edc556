import { json } from "../answer.ts";
import type { Answer } from "../answer.ts";
import { balanceRecords } from "../contents/balance-records.ts";
import type { FileContents } from "../contents/file-contents.ts";
import type { SignedLink } from "../links.ts";
import type { Call, InvalidCall, ProviderApi } from "../provider-api.ts";
import { uuidFrom } from "../random.ts";
import type { MadeReport } from "../report-book.ts";
import type { World } from "../world.ts";

/** How the beGateway tenant behaves. */
export interface BegatewaySettings {
  readonly pspId: string;
  readonly secretKey: string;
  /** It takes over the `id` a client sends, or gives one of its own: its documents say both. */
  readonly echoesId: boolean;
}

/** A request body that the spec has found valid. */
interface ReportRequest {
  readonly id?: string;
  readonly type: string;
  readonly format: "csv" | "xlsx";
  readonly language?: "en" | "ru";
  readonly user_id: number;
  readonly notification_email?: string;
  readonly request_params: {
    readonly merchant_id?: number;
    readonly shop_id?: number;
    readonly gateway_id?: number;
    readonly currency: string;
    readonly date_from: string;
    readonly date_to: string;
  };
}

interface BegatewayReport {
  readonly request: ReportRequest;
  readonly report: MadeReport;
  readonly file: FileContents;
  /** Signed once, for the instant the file was made: nothing says that a later look renews the link. */
  link: SignedLink | undefined;
}

/** beGateway's report endpoints. The pages read on 2026-11-20 are named in specs/begateway/sources.md. */
export function begatewayApi(world: World, settings: BegatewaySettings): ProviderApi {
  const authorization = `Basic ${Buffer.from(`${settings.pspId}:${settings.secretKey}`).toString("base64")}`;
  const reports = new Map<string, BegatewayReport>();

  /** @param zone - how UTC is spelt: the documented answers to POST and to GET differ */
  function describe(made: BegatewayReport, zone: "+00:00" | "Z"): unknown {
    const { request, report, link } = made;
    const state = world.book.state(report);
    const { date_from, date_to, ...filters } = request.request_params;
    return {
      data: {
        report: {
          id: report.id,
          status: zone === "+00:00" ? "queued" : { pending: "pending", ready: "successful", failed: "failed" }[state],
          type: request.type,
          format: request.format,
          engine: "oban",
          attempt: state === "pending" ? 0 : 1,
          // The documented successful example still has the creation date here.
          updated_at: microseconds(report.madeAt),
          language: request.language ?? "en",
          user_id: request.user_id,
          psp_id: Number(settings.pspId),
          created_at: microseconds(report.madeAt),
          generated_at: state === "ready" ? microseconds(report.readyAt) : null,
          expiry_date: link === undefined ? null : microseconds(link.expiresAt),
          file_url: link?.url ?? null,
          notification_email: request.notification_email ?? null,
          request_params: { ...filters, date_from: toUtc(date_from, zone), date_to: toUtc(date_to, zone) },
        },
      },
    };
  }

  function createReport(call: Call): Answer {
    const request = call.body as ReportRequest; // the spec has judged it
    const { request_params: params } = request;
    const [begin, end] = [Date.parse(params.date_from), Date.parse(params.date_to)];
    if (Number.isNaN(begin)) return unprocessable("Date_from is invalid.");
    if (Number.isNaN(end)) return unprocessable("Date_to is invalid.");
    if (end < begin) return unprocessable("Date_to must not be before date_from.");
    const ownId = uuidFrom(`${world.seed} begateway report ${reports.size}`);
    const id = settings.echoesId ? (request.id ?? ownId) : ownId;
    // What a second request with the same id does is not documented; refusing it makes no duplicate, and hides none.
    if (reports.has(id)) return unprocessable("Id has already been taken.");
    const report = world.book.make({ provider: "begateway", reportType: request.type, id, fails: call.reportFails });
    const made: BegatewayReport = {
      request,
      report,
      link: undefined,
      file: balanceRecords({
        name: `report_${request.type}_${minute(begin)}_${minute(end)}_${id.slice(0, 8)}`,
        format: request.format,
        language: request.language ?? "en",
        currency: params.currency,
        begin,
        end,
        merchantId: params.merchant_id,
        shopId: params.shop_id,
        gatewayId: params.gateway_id,
        seed: world.seed,
        rows: world.rows(report),
      }),
    };
    reports.set(id, made);
    return json(201, describe(made, "+00:00"));
  }

  function getReport(call: Call): Answer {
    const made = reports.get(call.path["report_id"] ?? "");
    if (made === undefined) return json(404, errorBody(404));
    if (world.book.state(made.report) === "ready") {
      made.link ??= world.links.sign(
        `begateway/${made.report.id}`,
        made.file,
        world.linkLifeMs.begateway,
        made.report.readyAt,
      );
    }
    return json(200, describe(made, "Z"));
  }

  return {
    provider: "begateway",
    handlers: { createReport, getReport },
    authorised: (_scheme, headers) => headers["authorization"] === authorization,
    unauthorised: () => json(401, errorBody(401)),
    // A malformed id in the path names no report.
    invalid: (call) =>
      call.operationId === "createReport" ? unprocessable(friendly(call)) : json(404, errorBody(404)),
    errorBody,
  };
}

/** The provider's one example: "Date_from is required." */
function friendly({ problems }: InvalidCall): string {
  const [first] = problems;
  const field = first?.field.split(".").at(-1) ?? "";
  const name = field === "" ? "Body" : field.charAt(0).toUpperCase() + field.slice(1);
  return first?.keyword === "required" ? `${name} is required.` : `${name} ${first?.message ?? "is invalid"}.`;
}

const errors: Readonly<
  Record<number, { readonly code: string; readonly message: string; readonly friendly_message?: string }>
> = {
  401: { code: "unauthorized", message: "Unauthorized", friendly_message: "You can't have access to this area" },
  404: { code: "not_found", message: "Not found" },
  422: { code: "unprocessable_entity", message: "Unprocessable entity" },
};

function errorBody(status: number, friendlyMessage?: string): unknown {
  const error = errors[status] ?? { code: "service_unavailable", message: "Service unavailable" };
  const named = friendlyMessage === undefined ? error : { ...error, friendly_message: friendlyMessage };
  return { error: { ...named, help: `https://doc.ecomcharge.com/codes/${error.code}` } };
}

function unprocessable(friendlyMessage: string): Answer {
  return json(422, errorBody(422, friendlyMessage));
}

function microseconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

/** The same instant in UTC; digits of the second beyond the third are kept, which Date would drop. */
function toUtc(text: string, zone: string): string {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  const seconds = new Date(Date.parse(text)).toISOString().slice(0, 19);
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, "0")}${zone}`;
}

/** `202412312100`, as in the documented file name. */
function minute(instant: number): string {
  return new Date(instant).toISOString().slice(0, 16).replaceAll(/\D/g, "");
}
