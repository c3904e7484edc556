import type { components } from "@report-kit/begateway/schema";
import {
  calendarDay,
  dayAt,
  matching,
  memberFields,
  oneOf,
  presentMembers,
  refuse,
  requestFields,
  trueField,
  wholeNumber,
} from "../source-tools/index.ts";
import type { JsonObject, PreparedReport, ReportPeriod } from "../source-tools/index.ts";

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
export type BegatewayReportRequest = Omit<Schemas["CreateReportRequest"], "id"> & {
  /** Take a `date_to` that lies in the future: a report of its own, apart from the whole one. Default false. */
  readonly allowPartial?: boolean | undefined;
};

const members = ["type", "format", "language", "user_id", "notification_email", "request_params", "allowPartial"];
const levels = ["merchant_id", "shop_id", "gateway_id"] as const;

/**
 * @param timeZone the zone whose days name the period
 * @throws ReportRequestError
 */
export function prepareBegateway(input: unknown, now: number, timeZone: string): PreparedReport {
  const fields = requestFields(input, members);
  const type = oneOf("request.type", fields["type"], ["balance_records"]);
  const format = oneOf("request.format", fields["format"], ["csv", "xlsx"]);
  const language = oneOf("request.language", fields["language"] ?? "en", ["en", "ru"]);
  const allowPartial = trueField("request.allowPartial", fields["allowPartial"]);
  const request_params = balanceRecordsParams(fields["request_params"], now, allowPartial === true);
  const identity = presentMembers({ type, format, language, request_params, allowPartial });
  const user_id = wholeNumber("request.user_id", fields["user_id"]);
  const email = fields["notification_email"];
  const notification_email = email === undefined ? undefined : emailAddress("request.notification_email", email);
  return {
    reportType: type,
    request: presentMembers({ ...identity, user_id, notification_email }),
    identity,
    period: daysOf(request_params, timeZone),
    // The file may come bare or in a zip, as an xlsx was seen to come. How a csv comes is not documented.
    expects: format,
  };
}

function balanceRecordsParams(value: unknown, now: number, allowPartial: boolean): JsonObject {
  const path = "request.request_params";
  const fields = memberFields(path, value, ["currency", "date_from", "date_to", ...levels]);
  const expected = "a currency code of up to 4 capital letters or digits, such as EUR";
  const currency = matching(`${path}.currency`, fields["currency"], /^[A-Z0-9]{1,4}$/, expected);
  const from = utcInstant(`${path}.date_from`, fields["date_from"]);
  const to = utcInstant(`${path}.date_to`, fields["date_to"]);
  // The texts are in the order of the instants: "+" comes before "." and the digits.
  if (to < from) refuse(`${path}.date_to`, "an instant not before date_from", fields["date_to"]);
  const [field, latest] = allowPartial ? ["date_from", from] : ["date_to", to];
  if (Date.parse(latest) > now) {
    const choice = allowPartial ? "" : " (allowPartial: true asks for what there is so far)";
    refuse(`${path}.${field}`, `an instant that is not in the future${choice}`, fields[field]);
  }
  const named = levels.map(
    (level) =>
      [level, fields[level] === undefined ? undefined : wholeNumber(`${path}.${level}`, fields[level])] as const,
  );
  return presentMembers({ currency, date_from: from, date_to: to, ...Object.fromEntries(named) });
}

function daysOf({ date_from, date_to }: JsonObject, timeZone: string): ReportPeriod {
  const dayIn = (instant: unknown): string => dayAt(Date.parse(instant as string), timeZone); // `utcInstant` wrote it
  return { from: dayIn(date_from), to: dayIn(date_to) };
}

function emailAddress(field: string, value: unknown): string {
  return matching(field, value, /^[^\s@]{1,64}@[^\s@]{1,255}$/, "an e-mail address");
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
  const digits = fraction.replace(/0+$/, "");
  return `${utc.slice(0, 19)}${digits === "" ? "" : `.${digits}`}+00:00`;
}

/** The normalised request as the API takes it. */
export function begatewayBody(key: string, request: JsonObject): Schemas["CreateReportRequest"] {
  const { allowPartial: _ours, ...body } = request;
  return { id: key, ...body } as unknown as Schemas["CreateReportRequest"]; // `prepareBegateway` made it of this shape; the journal keeps it as JSON
}
