import { orThrow, ProviderError } from "@report-kit/http";
import type { CallSettings } from "@report-kit/http";
import type { MercadopagoClient } from "@report-kit/mercadopago";
import { timeZoneField } from "../../source/calendar.ts";
import type { JsonObject } from "../../json.ts";
import { accountDays, periodOf, utcSecond } from "./days.ts";
import type { MercadopagoReportRequest } from "./days.ts";
import { describeItem, listingOf, matchUnclaimed, skewMs } from "./match.ts";
import type { Listing, Matches } from "./match.ts";
import { idOf, isFileName, mediaTypeOf, observeTask, statusOf } from "./task.ts";
import type { Observation } from "../../source/observation.ts";
import { createTimeoutMs } from "../../source/timing.ts";
import { accountLabel } from "../../source/request-fields.ts";
import type { PreparedReport, ReportSource, SourceCall } from "../../source/report-source.ts";
import { untrusted } from "../../source/answer-fields.ts";

export type { MercadopagoReportRequest } from "./days.ts";

/** What `settlementReports` and `releaseReports` are told. */
export interface MercadopagoReportsOptions {
  /**
   * The account's user id, or your label of it, the same in every process: it is part of keys, bookmarks and paths. The
   * report operations have no way to ask whose token it is.
   */
  readonly account: string;
  /** The account's own IANA time zone, for requests that name none. */
  readonly timeZone?: string;
}

/** A request to a source that knows its account's zone. */
export type MercadopagoDaysRequest = Omit<MercadopagoReportRequest, "timeZone"> &
  Partial<Pick<MercadopagoReportRequest, "timeZone">>;

type Family = "settlement" | "release";

/**
 * Ours: pending settlement reports were seen in the list at once (specs/mercadopago/sources.md, contradiction 33), and a
 * minute is ample. A longer wait delays a rare repair; a shorter one could make a report twice.
 */
const settlementVisibleMs = 60_000;
/** The documented limit of a search. */
const searchLimit = 500;

/**
 * Mercado Pago's settlement reports ("account money"; reference pages of settlements-report, read 2026-11-20). Tier list:
 * each request makes another report, so one whose end is unclear is looked for before any other is made. Reports by hand
 * are listed at once, so that what is not listed was not made.
 *
 * The file's columns and format are those of the account's report configuration, which is no part of the key.
 * @throws ReportRequestError for an account label or time zone that can't be one.
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
 * @throws ReportRequestError for an account label or time zone that can't be one.
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

/**
 * One implementation for both families: their operations differ in one word of the path.
 *
 * A reference is a task's id. `list:<id>` says that the task operation does not answer for this id, which happens to valid
 * ones on some accounts, and that the next look goes to the list: it is kept in the journal, so that a job that takes each
 * step in another process gets there too. `report:<id>` is a finished report that a search found: searches know no task ids.
 */
function familyReports(
  client: MercadopagoClient,
  family: Family,
  options: MercadopagoReportsOptions,
): ReportSource<MercadopagoDaysRequest> {
  const account = accountLabel("account", options?.account);
  const defaultZone = options.timeZone === undefined ? undefined : timeZoneField("timeZone", options.timeZone);
  const path = `/v1/account/${family}_report` as "/v1/account/settlement_report"; // of one family alone: the operations of both have one shape
  const provesAbsence = family === "settlement";

  return {
    id: `mercadopago-${family}/${account}`,
    provider: "mercadopago",
    account,
    origin: client.origin,
    profile: {
      tier: "list",
      remakes: true,
      ...(provesAbsence ? { visibilityBoundMs: settlementVisibleMs } : {}),
    },
    // Files come through the API, never by a link.
    linkHosts: [],

    prepare(input, { now }): PreparedReport {
      const request = accountDays(input, defaultZone, now);
      // Not the zone's name: platforms disagree on its canonical spelling, and the instants are all that is sent.
      return { reportType: family, request, identity: createBody(request) };
    },

    async create({ request, signal }) {
      const answer = orThrow(
        await client.POST(path, { body: createBody(request), signal, timeoutMs: createTimeoutMs, retry: false }),
      );
      if (answer.status === 203) {
        return {
          is: "refused",
          code: "nothing-made",
          message:
            "Mercado Pago accepted the request and made no report (203): it has none for these days. Ask for other days.",
        };
      }
      const task = untrusted(answer.data);
      const reference = idOf(task);
      if (reference !== undefined) return { is: "pending", status: statusOf(task), reference };
      return { is: "unknown", status: "no task id", sample: `an answer ${answer.status} without a usable id` };
    },

    look,

    // The release list shows finished reports alone: it can't say of a pending one that it failed.
    ...(provesAbsence ? { list: lookAtAll } : {}),

    async find(call, place) {
      const { request, now, signal } = call;
      const since = call.intentAt ?? now;
      const wanted = { period: periodOf(request), intentAt: since };
      const match = (listing: Listing): Promise<Matches> => matchUnclaimed(listing, wanted, call.claimedByOthers);
      if (place === 0) {
        const listing = await list(signal);
        const { ours, unsure } = await match(listing);
        const seen = ours.map(({ id, item }) => observeTask(item, id));
        // Of two that fit, one that failed is the wrong one to wait for.
        const adopted = seen.find((one) => one.is !== "failed") ?? seen[0];
        if (adopted !== undefined) return adopted;
        // A list that leaves the question open must not be followed by a search that answers it: searches show finished
        // reports alone, so their silence proves nothing by itself.
        const open = unsure.length > 0 || !listing.complete;
        return { is: "searching", more: !(provesAbsence && open), found: unsure };
      }
      const listing = await search(since, now, signal);
      const { ours, unsure } = await match(listing);
      const seen = ours.map(({ id, item }) => observeTask(item, `report:${id}`));
      const adopted = seen.find((one) => one.is === "ready") ?? seen.find((one) => one.is === "failed");
      if (adopted !== undefined) return adopted;
      const found = [...ours.map(({ item }) => describeItem(item)), ...unsure];
      if (provesAbsence && found.length === 0 && listing.complete) return { is: "absent" };
      return { is: "searching", more: false, found };
    },

    async locate(call) {
      const seen = call.fileName === undefined ? await look(call) : undefined;
      if (seen?.is === "failed") return { via: "none", reason: "failed", message: seen.message };
      const fileName = seen?.is === "ready" ? seen.fileName : call.fileName;
      if (fileName === undefined || !isFileName(fileName)) {
        return { via: "none", reason: "pending", message: "Mercado Pago has not told the name of the report's file." };
      }
      const mediaType = mediaTypeOf(fileName);
      return {
        via: "api",
        fileName,
        ...(mediaType === undefined ? {} : { mediaType }),
        async open({ headers, signal, timeoutMs, fetch }) {
          const { response } = await client.GET(`${path}/{file_name}`, {
            params: { path: { file_name: fileName } },
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
    },

    explain(error, during) {
      if (!ProviderError.isInstance(error)) return undefined;
      if (during === "create" && isUnconfigured(error)) {
        return { is: "refused", code: "not-configured", message: howToConfigure(path, family), error };
      }
      if (during === "create" && error.status === 400 && /max(imum)? number of reports/i.test(said(error.body))) {
        const message =
          "Mercado Pago takes no more reports by hand of this account (Max number of reports); neither the number nor the period is documented. Ask again later.";
        return { is: "refused", code: "too-many-reports", message, error };
      }
      // A list or a search that is refused says nothing about the report.
      if (during === "find" && [400, 404, 405].includes(error.status)) return { is: "unreachable", error };
      return undefined;
    },
  };

  /** One request: to the task, or to the list where the task operation does not answer for this id. */
  async function look({ reference = "", signal }: SourceCall): Promise<Observation> {
    if (reference.startsWith("list:")) {
      const id = reference.slice("list:".length);
      const item = (await list(signal)).items.find((candidate) => idOf(candidate) === id);
      // Release reports are listed when they are finished; and the task may answer after all.
      return item === undefined
        ? { is: "pending", status: "not listed", reference: id }
        : observeTask(item, id, reference);
    }
    const result = await client.GET(`${path}/task/{task_id}`, {
      params: { path: { task_id: reference as unknown as number } }, // a number's digits, as they came: ids of test accounts are texts
      signal,
      retry: false,
    });
    if (result.error !== undefined && isTaskUnknown(result.response.status, result.error)) {
      return { is: "pending", status: "not found as a task", reference: `list:${reference}` };
    }
    return observeTask(untrusted(orThrow(result).data), reference);
  }

  /** One request for all tasks; what the list does not show is asked for by itself. */
  async function lookAtAll({
    signal,
  }: Pick<SourceCall, "signal">): Promise<(reference: string) => Observation | undefined> {
    const { items } = await list(signal);
    const tasks = new Map(items.map((item) => [idOf(item), item]));
    return (reference) => {
      const id = reference.replace(/^list:/, "");
      const item = tasks.get(id);
      return item === undefined ? undefined : observeTask(item, id, reference);
    };
  }

  async function list(signal: AbortSignal): Promise<Listing> {
    return listingOf(orThrow(await client.GET(`${path}/list`, { signal, retry: false })).data);
  }

  /** Finished reports by hand, made since the intent. */
  async function search(since: number, now: number, signal: AbortSignal): Promise<Listing> {
    const query = {
      created_from: "manual",
      range: "date_created",
      range_begin_date: utcSecond(since - skewMs),
      range_end_date: utcSecond(now + skewMs),
      limit: searchLimit,
    } as const;
    return listingOf(orThrow(await client.GET(`${path}/search`, { params: { query }, signal, retry: false })).data);
  }
}

/** What is sent: the local begin of the first day and the last second of the last. */
function createBody(request: JsonObject): { readonly begin_date: string; readonly end_date: string } {
  const { begin, end } = periodOf(request);
  return { begin_date: utcSecond(begin), end_date: utcSecond(end) };
}

/** An error body's own words. */
function said(body: unknown): string {
  const { error, message } = untrusted(body);
  return [error, message].filter((part) => typeof part === "string").join(" ");
}

/** No configuration yet: a 404 with an empty body (observed), or the words of the configuration's own operations. */
function isUnconfigured({ status, body }: ProviderError): boolean {
  return status === 404 && /with an empty body$|config_not_found|configuration not found/i.test(said(body));
}

function howToConfigure(path: string, family: Family): string {
  const body = `{ file_name_prefix: "${family}", columns: [{ key: "SOURCE_ID" }], frequency: { type: "daily", hour: 3, value: 0 } }`;
  return (
    `This account has no configuration of ${family} reports, and without one none can be made. Make it once, with the ` +
    `columns you want: client.POST("${path}/config", { body: ${body} }) (all three fields are required; nothing is ` +
    "scheduled by it)."
  );
}

/**
 * Does the answer say that the task operation does not know the id? 404, 400 and, for release reports, 403 were seen, also
 * for valid ids. Any other 403 is about the credentials.
 */
function isTaskUnknown(status: number, error: unknown): boolean {
  if (status === 400 || status === 404) return true;
  return status === 403 && /internal_error|task/i.test(said(error));
}
