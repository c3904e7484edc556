import { json } from "../answer.ts";
import type { Answer } from "../answer.ts";
import { camt053 } from "../contents/camt053.ts";
import type { FileContents } from "../contents/file-contents.ts";
import { managedPayments } from "../contents/managed-payments.ts";
import type { ManagedReportType } from "../contents/managed-payments.ts";
import type { Call, InvalidCall, ProviderApi } from "../provider-api.ts";
import { uuidFrom } from "../random.ts";
import type { MadeReport } from "../report-book.ts";
import type { Problem } from "../specification.ts";
import type { World } from "../world.ts";

/** A request body that the spec has found valid. */
interface ReportRequest {
  readonly reportType: "camt053" | ManagedReportType;
  readonly date: string;
  readonly timeframe?: "daily" | "monthly";
  readonly clientEntityId?: string | null;
}

interface CircleReport {
  readonly report: MadeReport;
  readonly file: FileContents;
  readonly timeframe: "daily" | "monthly";
  readonly date: string;
  /** Name of the stored object, as the list shows it. */
  readonly storedAs: string;
}

/** Circle's report endpoints. The pages read on 2026-11-20 are named in specs/circle/sources.md. */
export function circleApi(world: World, apiKey: string): ProviderApi {
  const ownEntity = uuidFrom(`${world.seed} circle entity`);
  const made = new Map<string, CircleReport>();
  let answers = 0;

  function link(report: CircleReport): { downloadUrl: string; expiresAt: string } {
    const { url, expiresAt } = world.links.sign(`circle/${report.report.id}`, report.file, world.linkLifeMs.circle);
    return { downloadUrl: url, expiresAt: new Date(expiresAt).toISOString() };
  }

  function record(report: CircleReport): unknown {
    const { id, reportType } = report.report;
    const status = world.book.state(report.report);
    return { data: { id, reportType, status, ...(status === "ready" ? link(report) : {}) } };
  }

  function make(id: string, request: ReportRequest, reportFails: boolean): CircleReport {
    const { reportType, date, timeframe = "daily" } = request;
    const entityId = request.clientEntityId ?? ownEntity;
    const period = timeframe === "monthly" ? date.slice(0, 7) : date;
    const report = world.book.make({ provider: "circle", reportType, id, fails: reportFails });
    const shape = { seed: world.seed, rows: world.rows(report) };
    const file =
      reportType === "camt053"
        ? camt053({ date, ...shape })
        : managedPayments({ reportType, period, entityId, ...shape });
    return { report, file, timeframe, date, storedAs: `${reportType}/${entityId}/${period}/report.csv` };
  }

  function requestReport(call: Call): Answer {
    const request = call.body as ReportRequest; // the spec has judged it
    const { reportType, date, timeframe = "daily", clientEntityId } = request;
    if (isNotPast(date, timeframe, world.clock.now())) {
      return refused([
        { error: "date_not_in_past", message: "date must be in the past", location: "date", invalidValue: date },
      ]);
    }
    // Same entity and parameters, same id: documented. In a monthly report the day is ignored, so it is no parameter.
    const period = timeframe === "monthly" ? date.slice(0, 7) : date;
    const id = uuidFrom([world.seed, "circle", reportType, timeframe, period, clientEntityId ?? ownEntity].join(" "));
    const report = made.get(id) ?? make(id, request, call.reportFails);
    made.set(id, report);
    return json(world.book.state(report.report) === "pending" ? 202 : 200, record(report));
  }

  function getReport(call: Call): Answer {
    const report = made.get(call.path["id"] ?? "");
    return report === undefined ? notFound() : json(200, record(report));
  }

  function getReportContent(call: Call): Answer {
    const report = made.get(call.path["id"] ?? "");
    if (report === undefined) return notFound();
    if (world.book.state(report.report) !== "ready") return json(409, errorBody(409));
    const headers = { "content-disposition": `attachment; filename=${report.file.name}` };
    return { status: 200, headers, body: { file: report.file } };
  }

  function listed(report: CircleReport): unknown {
    const { reportType } = report.report;
    return { id: report.storedAs, reportType, timeframe: report.timeframe, reportDate: report.date, ...link(report) };
  }

  function listReports(call: Call): Answer {
    const { reportType, startDate, endDate, timeframe, pageAfter, pageBefore, pageSize } = call.query as Record<
      string,
      string
    >; // judged by the spec
    if (String(startDate) > String(endDate)) {
      return refused([
        {
          error: "invalid_value",
          message: "startDate must not be after endDate",
          location: "startDate",
          invalidValue: startDate,
        },
      ]);
    }
    const found = [...made.values()]
      .filter(
        (report) =>
          report.report.reportType === reportType &&
          world.book.state(report.report) === "ready" &&
          report.date >= String(startDate) &&
          report.date <= String(endDate) &&
          (timeframe === undefined || report.timeframe === timeframe),
      )
      .toSorted((one, other) => other.date.localeCompare(one.date) || one.storedAs.localeCompare(other.storedAs));
    const size = Math.min(Number(pageSize ?? 50), 50);
    const after = found.findIndex((report) => report.storedAs === pageAfter);
    const before = found.findIndex((report) => report.storedAs === pageBefore);
    const start = before >= 0 ? Math.max(before - size, 0) : after + 1;
    const end = before >= 0 ? before : start + size;
    const data = found.slice(start, end).map(listed);
    return json(200, { data });
  }

  return {
    provider: "circle",
    handlers: { requestReport, getReport, getReportContent, listReports },
    authorised: (_scheme, headers) => headers["authorization"] === `Bearer ${apiKey}`,
    unauthorised: () => json(401, errorBody(401)),
    // A malformed id in the path names no report; the operations with such a path declare no 400.
    invalid: (call) => (call.path["id"] === undefined ? refused(validationErrors(call)) : notFound()),
    errorBody,
    commonHeaders: () => ({ "x-request-id": requestId(world.seed, (answers += 1)) }),
  };
}

function requestId(seed: string, ordinal: number): string {
  // The header is documented as a UUID v4, the derived ids are version 8.
  return uuidFrom(`${seed} circle request ${ordinal}`).replace(/^(.{14})8/, "$14");
}

function isNotPast(date: string, timeframe: "daily" | "monthly", now: number): boolean {
  const today = new Date(now).toISOString().slice(0, 10);
  return timeframe === "monthly" ? date.slice(0, 7) >= today.slice(0, 7) : date >= today;
}

const messages: Readonly<Record<number, { readonly code: number; readonly message: string }>> = {
  400: { code: 2, message: "API parameter invalid" },
  401: { code: 401, message: "Malformed authorization." },
  403: { code: 3, message: "Forbidden" },
  404: { code: 404, message: "Not found." },
  409: { code: 409, message: "Conflicts with another request." },
  429: { code: 429, message: "Too many requests." },
  500: { code: 500, message: "Internal server error." },
};

function errorBody(status: number): { code: number; message: string } {
  return { ...(messages[status] ?? { code: -1, message: "Something went wrong." }) };
}

function notFound(): Answer {
  return json(404, errorBody(404));
}

interface ValidationError {
  readonly error: string;
  readonly message: string;
  readonly location: string;
  readonly invalidValue?: unknown;
}

function refused(errors: readonly ValidationError[]): Answer {
  return json(400, { ...errorBody(400), errors });
}

const errorNames: Readonly<Record<string, string>> = {
  required: "required",
  minimum: "min_value",
  maximum: "max_value",
  minLength: "length_outside_bounds",
  maxLength: "length_outside_bounds",
  pattern: "pattern_mismatch",
  format: "pattern_mismatch",
};

function validationErrors(call: InvalidCall): ValidationError[] {
  return call.problems.map((problem: Problem) => ({
    error: errorNames[problem.keyword] ?? "invalid_value",
    message: `${problem.field || "request"} ${problem.message}`,
    location: problem.field || "body",
  }));
}
