import type { components } from "@report-kit/circle/schema";
import {
  endedDay,
  endedMonth,
  lastDayOf,
  oneOf,
  periodOf,
  presentMembers,
  requestFields,
  trueField,
  uuidField,
} from "../source-tools/index.ts";
import type { JsonObject, PreparedReport } from "../source-tools/index.ts";

type Schemas = components["schemas"];

/**
 * A report of Circle, in the words of its API (https://developers.circle.com/api-reference/circle-mint/account/request-report,
 * read 2026-11-20).
 *
 * For a `monthly` report `date` is any day of the month, as the API takes it, or the month itself (`"2026-10"`).
 */
export type CircleReportRequest = Schemas["ReportRequest"] & {
  /** Ask for a day or month that has not ended: a report of its own, apart from the whole one. Default false. */
  readonly allowPartial?: boolean | undefined;
};

const reportTypes = [
  "camt053",
  "managed_payout_transactions",
  "managed_payment_wallet_balances",
  "managed_payin_transactions",
] as const;

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** camt.053 is typically ready at about 02:00 UTC, and documented to be by 06:00 UTC (Circle's guide, read 2026-11-20). */
const typicalReadyMs = 2 * hourMs;
const latestReadyMs = 6 * hourMs;
const camtDeadlineMs = 7 * hourMs;

/**
 * @param managedZone the zone whose days the managed reports are of
 * @throws ReportRequestError
 */
export function prepareCircle(input: unknown, now: number, managedZone: string | undefined): PreparedReport {
  const head = requestFields(input, ["reportType", "timeframe", "date", "clientEntityId", "allowPartial"]);
  const reportType = oneOf("request.reportType", head["reportType"], reportTypes);
  const allowPartial = trueField("request.allowPartial", head["allowPartial"]);
  if (reportType === "camt053") {
    const { date: day } = requestFields(input, ["reportType", "date", "allowPartial"]);
    const date = endedDay("request.date", day, { now, timeZone: "UTC", allowPartial });
    const request = presentMembers({ reportType, date, allowPartial });
    const readyAt = periodEnd(request) + typicalReadyMs;
    return {
      reportType,
      request,
      identity: request,
      period: periodOf(date),
      expects: "camt053",
      // What there is so far is not made at a documented time.
      readyAt: allowPartial ? undefined : readyAt,
      deadlineAt: allowPartial ? undefined : periodEnd(request) + camtDeadlineMs,
    };
  }
  const timeframes =
    reportType === "managed_payment_wallet_balances" ? (["daily"] as const) : (["daily", "monthly"] as const);
  const timeframe = oneOf<"daily" | "monthly">("request.timeframe", head["timeframe"], timeframes);
  const ended = timeframe === "monthly" ? endedMonth : endedDay;
  const date = ended("request.date", head["date"], { now, timeZone: managedZone, allowPartial });
  const entity = head["clientEntityId"];
  const clientEntityId = entity === undefined ? undefined : uuidField("request.clientEntityId", entity);
  const request = presentMembers({ reportType, timeframe, date, clientEntityId, allowPartial });
  return { reportType, request, identity: request, period: periodOf(date), expects: "csv" };
}

/** The normalised request as the API takes it. */
export function circleBody(request: JsonObject, monthlyDate: "day" | "month"): Schemas["ReportRequest"] {
  const { allowPartial: _ours, ...body } = request;
  const { date } = request as unknown as Prepared; // `prepareCircle` made it
  const asDay = body["timeframe"] === "monthly" && monthlyDate === "day";
  const sent = asDay ? { ...body, date: `${date}-01` } : body;
  return sent as unknown as Schemas["ReportRequest"]; // `prepareCircle` made it of this shape; the journal keeps it as JSON
}

/** What every request has that `prepareCircle` made; the journal keeps it as JSON. */
export interface Prepared {
  readonly reportType: string;
  /** `YYYY-MM-DD` or `YYYY-MM`. */
  readonly date: string;
}

/** By when a report is documented to be made; of managed reports nothing is, and the same hours are ours. */
export function madeBy(request: JsonObject): number {
  return periodEnd(request) + latestReadyMs;
}

/** The end of the period of a normalised request, in UTC. */
function periodEnd(request: JsonObject): number {
  const { date } = request as unknown as Prepared; // `prepareCircle` made it
  const lastDay = date.length === "YYYY-MM".length ? lastDayOf(date) : date;
  return Date.parse(`${lastDay}T00:00:00Z`) + dayMs;
}
