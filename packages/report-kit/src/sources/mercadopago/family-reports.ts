import { orThrow } from "@report-kit/http";
import type { MercadopagoClient } from "@report-kit/mercadopago";
import {
  accountLabel,
  createSettings,
  explainByTable,
  memberFields,
  openSettings,
  ownClient,
  timeZoneField,
  untrusted,
} from "../../source-tools/index.ts";
import type { FileLocation, Observation, ReportSource, SourceCall } from "../../source-tools/index.ts";
import { isTaskUnknown, mercadopagoErrors, nothingMade, notShown } from "./answers.ts";
import type { Family } from "./answers.ts";
import { periodBody, periodOf, prepareDays, utcSecond } from "./days.ts";
import { judgeList, judgeSearch } from "./find.ts";
import { listingOf, skewMs } from "./match.ts";
import type { Listing } from "./match.ts";
import type { MercadopagoDaysRequest, MercadopagoReportsOptions } from "./mercadopago.ts";
import { idOf, isFileName, mediaTypeOf, observeTask, statusOf } from "./task.ts";

/**
 * Ours: pending settlement reports were seen in the list at once (specs/mercadopago/sources.md, contradiction 33), and a
 * minute is ample. A longer wait delays a rare repair; a shorter one could make a report twice.
 */
const settlementVisibleMs = 60_000;
/** The documented limit of a search. */
const searchLimit = 500;

/**
 * One implementation for both families: their operations differ in one word of the path.
 *
 * A reference is a task's id. `list:<id>` means that the task operation does not answer for this id, which happens to valid
 * ones on some accounts, and that the next look goes to the list: it is kept in the journal, so that a job that takes each
 * step in another process gets there too. `report:<id>` is a finished report that a search found: searches know no task ids.
 */
export function familyReports(
  client: MercadopagoClient,
  family: Family,
  options: MercadopagoReportsOptions,
): ReportSource<MercadopagoDaysRequest> {
  ownClient("mercadopago", client, 'createMercadopagoClient of "@report-kit/mercadopago"');
  const given = memberFields("options", options ?? {}, ["account", "timeZone"], `${family}Reports`);
  const account = accountLabel("account", given["account"]);
  const defaultZone = given["timeZone"] === undefined ? undefined : timeZoneField("timeZone", given["timeZone"]);
  const path = `/v1/account/${family}_report` as "/v1/account/settlement_report"; // of one family alone: the operations of both have one shape
  const errors = mercadopagoErrors(family, path, client.baseUrl);
  const provesAbsence = family === "settlement";

  return {
    id: `mercadopago-${family}/${account}`,
    provider: "mercadopago",
    account,
    origin: client.origin,
    profile: {
      reportsDeparture: true,
      tier: "list",
      remakes: true,
      visibilityBoundMs: provesAbsence ? settlementVisibleMs : undefined,
    },
    // Files come through the API, never by a link.
    linkHosts: [],

    prepare: (input, { now }) => prepareDays(input, { reportType: family, defaultZone, now }),

    async create(call) {
      const answer = orThrow(await client.POST(path, { body: periodBody(call.request), ...createSettings(call) }));
      if (answer.status === 203) return nothingMade;
      const task = untrusted(answer.data);
      const reference = idOf(task);
      if (reference !== undefined) return { is: "pending", status: statusOf(task), reference };
      return { is: "unknown", status: "no task id", sample: `an answer ${answer.status} without a usable id` };
    },

    look,

    // The release list shows finished reports alone: it can't say of a pending one that it failed.
    ...(provesAbsence ? { list: lookAtAll } : {}),

    async find(call, place) {
      const intentAt = call.intentAt ?? call.now;
      const { belongsToAnotherJob } = call;
      const wanted = { period: periodOf(call.request), intentAt, belongsToAnotherJob };
      return place === 0
        ? judgeList(await list(call.signal), wanted, provesAbsence)
        : judgeSearch(await search(intentAt, call.now, call.signal), wanted, provesAbsence);
    },

    async locate(call) {
      const seen = call.fileName === undefined ? await look(call) : undefined;
      if (seen?.is === "failed") return { via: "none", reason: "failed", message: seen.message };
      const fileName = seen?.is === "ready" ? seen.fileName : call.fileName;
      if (fileName !== undefined && isFileName(fileName)) return content(fileName);
      return { via: "none", reason: "pending", message: "Mercado Pago has not given the name of the report's file." };
    },

    explain: (error, during, call) => explainByTable(errors, error, during, call),
  };

  /** One request: to the task, or to the list where the task operation does not answer for this id. */
  async function look(call: SourceCall): Promise<Observation> {
    const { reference = "", signal } = call;
    if (reference.startsWith("list:")) {
      const id = reference.slice("list:".length);
      const item = (await list(signal)).items.find((candidate) => idOf(candidate) === id);
      // Release reports are listed when they are finished; and the task may answer after all.
      return item === undefined ? notShown(call, family, "not listed", id) : observeTask(item, id, reference);
    }
    const result = await client.GET(`${path}/task/{task_id}`, {
      params: { path: { task_id: reference as unknown as number } }, // a number's digits, as they came: ids of test accounts are texts
      signal,
      retry: false,
    });
    if (result.error !== undefined && isTaskUnknown(result.response.status, result.error)) {
      return notShown(call, family, "not found as a task", `list:${reference}`);
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

  function content(fileName: string): FileLocation {
    return {
      via: "api",
      fileName,
      mediaType: mediaTypeOf(fileName),
      async open(init) {
        const { response } = await client.GET(`${path}/{file_name}`, {
          params: { path: { file_name: fileName } },
          ...openSettings(init),
        });
        return response;
      },
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
