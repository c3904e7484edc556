import { json } from "../answer.ts";
import type { Answer } from "../answer.ts";
import type { FileContents } from "../contents/file-contents.ts";
import { releaseColumns, settlementColumns } from "../contents/mercadopago-columns.ts";
import { mercadopagoReport } from "../contents/mercadopago-report.ts";
import { utcSecond, withOffset } from "../local-days.ts";
import type { LocalDays } from "../local-days.ts";
import type { Call } from "../provider-api.ts";
import type { MadeReport } from "../report-book.ts";
import type { World } from "../world.ts";
import { mercadopagoError } from "./mercadopago-error.ts";
import type { MercadopagoSettings } from "./mercadopago-settings.ts";

/** The ten operations of one report family. */
export type FamilyHandlers = Readonly<
  Record<
    | "create"
    | "list"
    | "search"
    | "task"
    | "download"
    | "readConfig"
    | "createConfig"
    | "updateConfig"
    | "enableSchedule"
    | "disableSchedule",
    (call: Call) => Answer
  >
>;

interface Config {
  readonly file_name_prefix: string;
  readonly columns: readonly { readonly key: string }[];
  readonly frequency: { readonly type: string; readonly hour: number; readonly value: number | string };
  readonly separator?: string;
  readonly display_timezone?: string;
}

interface Task {
  readonly id: number;
  readonly report: MadeReport;
  readonly begin: number;
  readonly end: number;
  readonly createdFrom: "manual" | "schedule";
  readonly file: FileContents;
}

/** The account's own words and numbers, made up. */
const account = { account_id: 167345291, user_id: 123456789, currency_id: "ARS" };
/** Generation dates are written with this offset whatever the account's zone, as in the documented example. */
const writtenOffset = -4;
const longestDays = 60;
const day = 86_400_000;

/** One report family of the account: its configuration, its tasks and its files. */
export function mercadopagoFamily(
  world: World,
  family: "settlement" | "release",
  settings: MercadopagoSettings,
  days: LocalDays,
): FamilyHandlers {
  const knownColumns = family === "settlement" ? settlementColumns : releaseColumns;
  const tasks: Task[] = [];
  let scheduled = false;
  let config: Config | undefined = settings.configured
    ? {
        file_name_prefix: `${family}-report`,
        columns: knownColumns.map((key) => ({ key })),
        separator: ",",
        display_timezone: "GMT-04",
        frequency: { type: "daily", hour: 3, value: 0 },
      }
    : undefined;

  function fileName(prefix: string): string {
    const stamp = (instant: number): string =>
      withOffset(instant, writtenOffset).slice(0, 19).replace("T", "-").replaceAll(":", "");
    let instant = world.clock.now();
    const name = (): string => `${prefix}-${account.user_id}-${stamp(instant)}.csv`;
    // Two reports of one second get two names, as their files would have to.
    while (tasks.some((task) => task.file.name === name())) instant += 1000;
    return name();
  }

  function make(current: Config, begin: number, end: number, createdFrom: Task["createdFrom"], fails: boolean): Task {
    const id = 99_336_983_670 + (family === "settlement" ? 0 : 1_000_000) + tasks.length;
    const report = world.book.make({ provider: "mercadopago", reportType: family, id: String(id), fails });
    const file = mercadopagoReport({
      family,
      name: fileName(current.file_name_prefix),
      begin,
      end,
      columns: current.columns.map(({ key }) => key),
      separator: current.separator === undefined || current.separator === "" ? "," : current.separator,
      displayOffset: Number(/^GMT([+-]\d{1,2})/.exec(current.display_timezone ?? "")?.[1] ?? writtenOffset),
      seed: world.seed,
      rows: world.rows(report),
    });
    const task = { id, report, begin, end, createdFrom, file };
    tasks.push(task);
    return task;
  }

  function status(task: Task): "pending" | "processing" | "processed" | "failed" {
    const state = world.book.state(task.report);
    if (state === "failed") return "failed";
    if (state === "ready") return "processed";
    return world.clock.now() - task.report.madeAt < (task.report.readyAt - task.report.madeAt) / 2
      ? "pending"
      : "processing";
  }

  /** A number of its own that a search finds the report by; null until the report is made, as the task page says. */
  const reportId = (task: Task): number => 17_012_160 + tasks.indexOf(task) + (family === "settlement" ? 0 : 1_000_000);

  function describe(task: Task): Record<string, unknown> {
    const state = status(task);
    const changedAt = state === "processed" || state === "failed" ? task.report.readyAt : task.report.madeAt;
    return {
      id: task.id,
      ...account,
      begin_date: utcSecond(task.begin),
      end_date: utcSecond(task.end),
      created_from: task.createdFrom,
      generation_date: withOffset(task.report.madeAt, writtenOffset),
      last_modified: withOffset(changedAt, writtenOffset),
      is_reserve: false,
      is_test: false,
      report_id: state === "processed" ? reportId(task) : null,
      retries: 0,
      status: state,
      sub_type: null,
      format: "CSV",
      report_type: family,
      ...(state === "processed" ? { file_name: task.file.name } : {}),
    };
  }

  /** What a search shows of a finished report; its `id` is the report's, not the task's. */
  function describeFinished(task: Task): Record<string, unknown> {
    const { account_id, user_id, currency_id, begin_date, end_date, created_from, status, file_name, format } =
      describe(task);
    const date_created = withOffset(task.report.readyAt, writtenOffset);
    const described = {
      user_id,
      account_id,
      begin_date,
      end_date,
      file_name,
      created_from,
      date_created,
      status,
      currency_id,
      format,
    };
    return { id: reportId(task), ...described, download_date: null };
  }

  const newestFirst = (): Task[] => tasks.toReversed();
  const finished = (): Task[] => newestFirst().filter((task) => status(task) === "processed");

  function create(call: Call): Answer {
    const { begin_date, end_date } = call.body as { begin_date: string; end_date: string }; // the spec has judged it
    const [beginInstant, endInstant] = [Date.parse(begin_date), Date.parse(end_date)];
    if (Number.isNaN(beginInstant)) return mercadopagoError(400, "invalid_begin_date", "Invalid begin date.");
    if (Number.isNaN(endInstant)) return mercadopagoError(400, "invalid_end_date", "Invalid end date.");
    if (endInstant <= beginInstant) {
      return mercadopagoError(400, "end_date_before_begin_date", "Begin date should be before end date.");
    }
    if (config === undefined) return { status: 404 };
    const begin = days.startOf(days.dateOf(beginInstant));
    const lastDate = days.dateOf(endInstant);
    const end = days.endOf(lastDate);
    if (Math.round((end - begin) / day) > longestDays) {
      return mercadopagoError(400, "invalid_end_date", `The period must be at most ${longestDays} days.`);
    }
    if (call.nothingMade || lastDate >= days.dateOf(world.clock.now())) return { status: 203 };
    if (tasks.filter((task) => task.createdFrom === "manual").length >= settings.maximumReports) {
      return json(400, { message: "Max number of reports", status: 400 });
    }
    return json(202, describe(make(config, begin, end, "manual", call.reportFails)));
  }

  function search(call: Call): Answer {
    const query = call.query as Readonly<Record<string, string | undefined>>; // judged by the spec
    const { range, range_begin_date: from = "", range_end_date: to = "" } = query;
    if (range !== undefined && from === "") return invalidFilter("range_begin_date");
    if (range !== undefined && to === "") return invalidFilter("range_end_date");
    const exact = ["id", "file_name", "begin_date", "end_date", "account_id", "currency_id", "format"] as const;
    const origins = (query["created_from"] ?? "manual,schedule").split(",");
    const found = finished().filter((task) => {
      const described = describeFinished(task);
      return (
        exact.every((name) => query[name] === undefined || query[name] === String(described[name])) &&
        origins.includes(task.createdFrom) &&
        (range === undefined || (task.report.readyAt >= Date.parse(from) && task.report.readyAt <= Date.parse(to)))
      );
    });
    const limit = Number(query["limit"] ?? 50);
    const offset = Number(query["offset"] ?? 0);
    const results = found.slice(offset, offset + limit).map(describeFinished);
    return json(200, { paging: { total: found.length, limit, offset }, results });
  }

  function task(call: Call): Answer {
    const found = tasks.find(({ id }) => String(id) === call.path["task_id"]);
    if (found === undefined) return mercadopagoError(404, "task_not_found_for_user", "Task not found for user.");
    return json(200, describe(found));
  }

  function download(call: Call): Answer {
    const name = call.path["file_name"] ?? "";
    const found = finished().find(({ file }) => file.name === name);
    if (found !== undefined) return { status: 200, body: { file: found.file } };
    return mercadopagoError(404, "not_found", `Resource /account/${family}_report/${name} not found.`);
  }

  function accept(body: unknown): Answer {
    const wanted = body as Config; // the spec has judged it
    if (wanted.columns.length === 0 || wanted.columns.some(({ key }) => !knownColumns.includes(key))) {
      return mercadopagoError(400, "Invalid columns", "Invalid columns.");
    }
    const frequency: unknown = wanted.frequency;
    if (typeof frequency !== "object" || frequency === null || Array.isArray(frequency)) {
      return mercadopagoError(400, "Invalid frequency", "Invalid frequency.");
    }
    config = wanted;
    return json(200, { ...config, scheduled });
  }

  function configMissing(): Answer {
    return mercadopagoError(404, "config_not_found_for_user", "Configuration not found for user");
  }

  /** The task of the next scheduled run; the sandbox shows it and does not run it. */
  function nextRun(state: "pending" | "deleted"): Answer {
    const lastDate = days.dateOf(world.clock.now());
    const generated = withOffset(days.endOf(lastDate) + 1000, writtenOffset);
    const period = { begin_date: utcSecond(days.startOf(lastDate)), end_date: utcSecond(days.endOf(lastDate)) };
    const run = {
      id: 2223,
      ...account,
      ...period,
      created_from: "schedule",
      status: state,
      generation_date: generated,
    };
    return json(200, { ...run, report_id: null, retries: 0, format: "CSV", report_type: family });
  }

  return {
    create,
    // Seen on both families: a pending settlement report is in the list at once, a release report only when it is finished.
    list: () => json(200, (family === "settlement" ? newestFirst() : finished()).map(describe)),
    search,
    task,
    download,
    readConfig: () => (config === undefined ? configMissing() : json(200, { ...config, scheduled })),
    createConfig: (call) =>
      config === undefined ? accept(call.body) : mercadopagoError(409, "Duplicated id", "Duplicated id"),
    updateConfig: (call) => accept(call.body),
    enableSchedule: () => {
      scheduled = true;
      return nextRun("pending");
    },
    disableSchedule: () => {
      scheduled = false;
      return nextRun("deleted");
    },
  };
}

function invalidFilter(name: string): Answer {
  return mercadopagoError(400, `invalid_${name}`, `Invalid ${name}.`);
}
