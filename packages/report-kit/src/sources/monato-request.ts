import type { components } from "@report-kit/monato/schema";
import {
  endedDay,
  endedMonth,
  lastDayOf,
  matching,
  oneOf,
  periodOf,
  presentMembers,
  refuse,
  requestFields,
  trueField,
} from "../source-tools/index.ts";
import type { JsonObject, PreparedReport } from "../source-tools/index.ts";

type Schemas = components["schemas"];
type ApiRequest =
  | Omit<Schemas["TransactionsReportRequest"], "client_id">
  | Omit<Schemas["AccountStatementRequest"], "client_id">;

/**
 * A report file of Monato, in the words of its API (https://docs.monato.com/products/fincore/guides/reports, read
 * 2026-11-20): the transactions of a day or a month, or, with its `clabe_number`, the statement of one account. The
 * `client_id` is the client's own.
 *
 * For a month `operation_date` is any day of it, as the API takes it, or the month itself (`"2026-10"`).
 */
export type MonatoReportRequest = ApiRequest & {
  /** Ask for a day or month that has not ended: a report of its own, apart from the whole one. Default false. */
  readonly allowPartial?: boolean | undefined;
};

const reportTypes = ["DAILY", "MONTHLY", "DAILY_ACCOUNT_STATEMENT", "MONTHLY_ACCOUNT_STATEMENT"] as const;

/** @throws ReportRequestError */
export function prepareMonato(input: unknown, now: number, timeZone: string): PreparedReport {
  const fields = requestFields(input, ["report_type", "operation_date", "clabe_number", "allowPartial"]);
  const report_type = oneOf("request.report_type", fields["report_type"], reportTypes);
  const allowPartial = trueField("request.allowPartial", fields["allowPartial"]);
  const ended = report_type.startsWith("MONTHLY") ? endedMonth : endedDay;
  const operation_date = ended("request.operation_date", fields["operation_date"], { now, timeZone, allowPartial });
  const clabe = fields["clabe_number"];
  const ofOneAccount = report_type.endsWith("ACCOUNT_STATEMENT");
  if (!ofOneAccount && clabe !== undefined) {
    refuse("request.clabe_number", `nothing: a ${report_type} report is of all accounts`, clabe);
  }
  const clabe_number = ofOneAccount ? clabeField("request.clabe_number", clabe) : undefined;
  const request = presentMembers({ report_type, operation_date, clabe_number, allowPartial });
  return { reportType: report_type, request, identity: request, period: periodOf(operation_date), expects: "csv" };
}

/** 18 digits. The last one is no check: the samples in Monato's own pages fail it (specs/monato/sources.md). */
function clabeField(field: string, value: unknown): string {
  return matching(field, value, /^\d{18}$/, "a CLABE of 18 digits");
}

/** The normalised request as the API takes it: a month goes as its last day, which is what Monato makes of any other. */
export function monatoBody(request: JsonObject): ApiRequest {
  const { allowPartial: _ours, ...body } = request;
  const date = body["operation_date"];
  const isMonth = typeof date === "string" && date.length === "YYYY-MM".length;
  const sent = isMonth ? { ...body, operation_date: lastDayOf(date) } : body;
  return sent as unknown as ApiRequest; // `prepareMonato` made it of this shape; the journal keeps it as JSON
}
