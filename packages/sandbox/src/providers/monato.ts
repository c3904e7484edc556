import { json } from "../answer.ts";
import type { Answer } from "../answer.ts";
import type { FileContents } from "../contents/file-contents.ts";
import { monatoReport } from "../contents/monato-report.ts";
import { localDays } from "../local-days.ts";
import type { Call, InvalidCall, ProviderApi } from "../provider-api.ts";
import { uuidFrom } from "../random.ts";
import type { MadeReport } from "../report-book.ts";
import type { World } from "../world.ts";
import type { MonatoAccount } from "./monato-accounts.ts";
import { isValidToken, issueToken, tokenLifeMs } from "./monato-token.ts";
import { deliverNotice } from "./monato-webhooks.ts";
import type { DeliveryOptions, MonatoWebhook, ReportNotice, WebhookDelivery } from "./monato-webhooks.ts";

/** Which file: the fields of `downloadReport`'s body that name one. */
export interface MonatoFileRequest {
  readonly report_type: "DAILY" | "MONTHLY" | "DAILY_ACCOUNT_STATEMENT" | "MONTHLY_ACCOUNT_STATEMENT";
  /** YYYY-MM-DD; for a month any day of it. */
  readonly operation_date: string;
  readonly clabe_number?: string;
}

/** The sandbox's one client of Monato. */
export interface MonatoClient {
  readonly clientId: string;
  readonly apiKey: string;
  readonly clientSecret: string;
  readonly accounts: readonly MonatoAccount[];
}

/** Monato's API, and what Monato does by itself. */
export interface MonatoApi extends ProviderApi {
  /** Begins to prepare a file nobody has asked for, as Monato does every day; the first look-up of a file does the same. */
  prepare(request: MonatoFileRequest): void;
  /** Tells each active webhook of each file that is there and that it was not told of. */
  deliver(options: DeliveryOptions): Promise<readonly WebhookDelivery[]>;
}

interface Prepared {
  readonly report: MadeReport;
  readonly file: FileContents;
  readonly notice: ReportNotice;
  readonly told: Set<string>;
}

/**
 * Monato's report endpoints. The pages read on 2026-11-20 are named in specs/monato/sources.md.
 * @param judgeNotice - what the spec says against the body of a notice
 * @param onPrepare - told of each file that is begun
 */
export function monatoApi(
  world: World,
  client: MonatoClient,
  judgeNotice: (body: unknown) => readonly string[],
  onPrepare: (report: MadeReport) => void,
): MonatoApi {
  const { clientId, clientSecret } = client;
  // Not documented; the times in Monato's examples are of this zone.
  const days = localDays("America/Mexico_City");
  const prepared = new Map<string, Prepared>();
  const webhooks: MonatoWebhook[] = [];
  let tokens = 0;

  /** Undefined while the day or month has not ended: there is nothing to prepare yet. */
  function prepare(request: MonatoFileRequest, fails: boolean): Prepared | undefined {
    const { report_type: type, operation_date: date, clabe_number: clabeNumber } = request;
    const monthly = type.startsWith("MONTHLY");
    const period = monthly ? date.slice(0, 7) : date;
    if (period >= days.dateOf(world.clock.now()).slice(0, period.length)) return undefined;
    const id = [type, period, clabeNumber ?? ""].join(" ").trim();
    const known = prepared.get(id);
    if (known !== undefined) return known;
    const report = world.book.make({ provider: "monato", reportType: type, id, fails });
    const compact = period.replaceAll("-", "");
    const account = client.accounts.find((one) => one.clabeNumber === clabeNumber);
    const name =
      account === undefined
        ? `transactions_${monthly ? "monthly" : "daily"}_${compact}.csv`
        : `${monthly ? "monthly" : "daily"}_account_statement_${account.clabeNumber}_${compact}.csv`;
    const shape = { seed: world.seed, rows: world.rows(report) };
    const begun: Prepared = {
      report,
      file: monatoReport({ name, period, clabeNumber: account?.clabeNumber, ...shape }),
      notice: {
        client_id: clientId,
        file_type: account === undefined ? "TRANSACTIONS" : "ACCOUNT_STATEMENT",
        period: monthly ? "MONTHLY" : "DAILY",
        // Notices name a statement by Monato's account number, look-ups by its CLABE: the documents differ so.
        file_name: account === undefined ? name : `account_statement_${account.accountId}_${compact}.csv`,
        created_at: new Date(report.readyAt).toISOString(),
        ...(account === undefined ? {} : { account_id: account.accountId }),
      },
      told: new Set(),
    };
    prepared.set(id, begun);
    onPrepare(report);
    return begun;
  }

  function listCredentials(): Answer {
    const written = monatoInstant(world.clock.now());
    const dates = { created_at: written, updated_at: written, deleted_at: "None" };
    const id = uuidFrom(`${world.seed} monato credential`);
    const credential = {
      id,
      client_id: clientId,
      client_secret: clientSecret,
      environment: "staging",
      status: "ACTIVE",
    };
    return json(200, { data: [{ ...credential, ...dates }] });
  }

  function createToken(call: Call): Answer {
    const pair = call.body as { client_id: string; client_secret: string }; // the spec has judged it
    if (pair.client_id !== clientId || pair.client_secret !== clientSecret) return failure(401, "unauthenticated");
    const now = world.clock.now();
    tokens += 1;
    const token = issueToken(client.apiKey, clientId, tokens, now);
    world.secrets.push({ provider: "monato", name: "token", value: token });
    const dates = {
      expires_at: monatoInstant(now + tokenLifeMs),
      created_at: monatoInstant(now),
      updated_at: monatoInstant(now),
    };
    const ids = {
      id: uuidFrom(`${world.seed} monato token ${tokens}`),
      client_id: clientId,
      client_credential_id: uuidFrom(`${world.seed} monato credential`),
    };
    return json(200, { ...ids, token, status: "ACTIVE", ...dates, deleted_at: null });
  }

  function registerWebhook(call: Call): Answer {
    const { url, token, webhook_type: webhookType } = call.body as Record<"url" | "token" | "webhook_type", string>; // judged by the spec
    if (webhooks.some((one) => one.url === url && one.webhookType === webhookType))
      return failure(409, "webhook already exists");
    const now = new Date(world.clock.now()).toISOString();
    const id = uuidFrom(`${world.seed} monato webhook ${webhooks.length}`);
    const dates = { createdAt: now, updatedAt: now, deletedAt: null, blockedAt: null } as const;
    const webhook: MonatoWebhook = { id, clientId, url, token, webhookType, webhookStatus: "ACTIVE", ...dates };
    webhooks.push(webhook);
    world.secrets.push({ provider: "monato", name: "webhook token", value: token });
    return json(200, webhook);
  }

  function downloadReport(call: Call): Answer {
    if (call.path["client_id"] !== clientId) return failure(403, "permission denied");
    const request = call.body as MonatoFileRequest; // the spec has judged it
    const { clabe_number: clabeNumber } = request;
    if (clabeNumber !== undefined && !client.accounts.some((account) => account.clabeNumber === clabeNumber)) {
      return failure(400, "Invalid clabe number");
    }
    const found = prepare(request, call.reportFails);
    if (found === undefined || world.book.state(found.report) !== "ready")
      return json(200, { file_name: "", download_url: "" });
    const { url } = world.links.sign("monato", found.file, world.linkLifeMs.monato);
    return json(200, { file_name: found.file.name, download_url: url });
  }

  async function deliver(options: DeliveryOptions): Promise<readonly WebhookDelivery[]> {
    const deliveries: WebhookDelivery[] = [];
    for (const { report, notice, told } of prepared.values()) {
      if (world.book.state(report) !== "ready") continue;
      for (const webhook of webhooks) {
        if (webhook.webhookType !== "REPORT" || told.has(webhook.id)) continue;
        told.add(webhook.id);
        deliveries.push(...(await deliverNotice(webhook, notice, options, judgeNotice, world.violations)));
      }
    }
    return deliveries;
  }

  return {
    provider: "monato",
    handlers: {
      listCredentials,
      createToken,
      registerWebhook,
      listWebhooks: () => json(200, webhooks),
      downloadReport,
    },
    authorised(scheme, headers, path) {
      if (scheme === "apiKeyAuth") return headers["x-api-key"] === client.apiKey && path["client_id"] === clientId;
      const token = /^Bearer (.+)$/.exec([headers["authorization"] ?? ""].flat().join())?.[1] ?? "";
      return isValidToken(client.apiKey, token, world.clock.now());
    },
    unauthorised: () => failure(401, "unauthenticated"),
    invalid: (call) => failure(400, refusalOf(call)),
    errorBody: (status) => ({ code: grpcCode(status), message: messages[status] ?? "unavailable", details: [] }),
    prepare: (request) => void prepare(request, false),
    deliver,
  };
}

/** The six documented messages, in the order a reader of the page would check; anything else is named by the field. */
function refusalOf({ operationId, path, body, problems }: InvalidCall): string {
  const [first] = problems;
  const otherwise = `${first?.field || "body"} ${first?.message ?? "is invalid"}`;
  if (problems.some(({ where }) => where === "path")) return "Invalid UUID format for client_id";
  if (operationId !== "downloadReport" || path["client_id"] === undefined || typeof body !== "object" || body === null)
    return otherwise;
  const { report_type: type, operation_date: date, clabe_number: clabeNumber }: Record<string, unknown> = { ...body };
  const statement = type === "DAILY_ACCOUNT_STATEMENT" || type === "MONTHLY_ACCOUNT_STATEMENT";
  if (!statement && type !== "DAILY" && type !== "MONTHLY") return `Invalid report_type: ${text(type)}`;
  if (statement && (clabeNumber === undefined || clabeNumber === ""))
    return "clabe_number is required for account statement reports";
  if (statement && problems.some(({ field }) => field === "clabe_number")) return "Invalid clabe number";
  if (typeof date !== "string" || !/^\d{4}-\d\d-\d\d$/.test(date)) return "operation_date must use format YYYY-MM-DD";
  if (problems.some(({ field }) => field === "operation_date"))
    return "operation_date must be a valid date with format YYYY-MM-DD";
  return otherwise;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

const messages: Readonly<Record<number, string>> = {
  401: "unauthenticated",
  404: "not found",
  429: "resource exhausted",
  500: "internal",
};

function grpcCode(status: number): number {
  return { 400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 429: 8, 500: 13 }[status] ?? 14;
}

function failure(status: number, message: string): Answer {
  return json(status, { code: grpcCode(status), message, details: [] });
}

/** Monato's credentials and tokens carry local dates with a space and microseconds. */
function monatoInstant(milliseconds: number): string {
  const local = new Date(milliseconds - 6 * 3_600_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 23)}000-06:00`;
}
