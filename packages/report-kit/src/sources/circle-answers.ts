import { hasMissedFor, identifierIn, untrusted } from "../source-tools/index.ts";
import type {
  ErrorRow,
  LinkLocation,
  Observation,
  ProviderError,
  SourceCall,
  Untrusted,
} from "../source-tools/index.ts";
import { madeBy } from "./circle-request.ts";
import type { Prepared } from "./circle-request.ts";

/** What each status of Circle's record of a report means; any other is unknown. */
const statuses: Readonly<Record<string, (record: Untrusted, reference: string) => Observation>> = {
  pending: (_, reference) => ({ is: "pending", status: "pending", reference }),
  ready(record, reference) {
    return { is: "ready", reference, link: linkOf(record) };
  },
  failed: (_, reference) => ({
    is: "failed",
    code: "failed",
    message: "Generating the report failed at Circle, which gives no reason.",
    reference,
  }),
};

/**
 * What Circle's error answers mean, where the defaults of `explainError` do not hold.
 *
 * A 404 to the create is documented as "no statement for that date", which heals when the statement is made. A wrong
 * address gives one as well. So few are waited for, and the end names both.
 *
 * @param baseUrl for the message
 */
export function circleErrors(baseUrl: string): readonly ErrorRow[] {
  return [
    { status: [404], where: (error) => !isCircles(error), create: (error) => wrongAddress(error, baseUrl) },
    { status: [404], create: (error, call) => noStatement(error, call, baseUrl), look: "absent" },
  ];
}

/** Creates in a row that may be answered 404: until the report should be made, spread over that time; later on. */
const mostCreates = 5;
const mostLateCreates = 3;

function noStatement(error: ProviderError, call: SourceCall, baseUrl: string): Observation {
  const untilMade = madeBy(call.request) - call.now;
  const answers = (call.missed ?? 0) + 1;
  const left = (untilMade > 0 ? mostCreates : mostLateCreates) - answers;
  if (left > 0) {
    // Twice as long each time, the last one when it is documented to be made.
    const waitMs = untilMade > 0 ? untilMade / (2 ** left - 1) : undefined;
    return {
      is: "absent",
      status: "http 404",
      retryAfterMs: waitMs,
      why: `404: no such report yet, or a wrong baseUrl; asking ${left === 1 ? "once" : `${left} times`} more`,
    };
  }
  const { reportType, date } = call.request as unknown as Prepared; // `prepareCircle` made it
  return {
    is: "refused",
    code: "not-found",
    message: `Circle answered 404 to ${answers} requests in a row: it has no ${reportType} report of ${date}, or ${baseUrl} is not the address of its API (/v1/reports is added to it). Check the date and baseUrl.`,
    error,
  };
}

function wrongAddress(error: ProviderError, baseUrl: string): Observation {
  return {
    is: "refused",
    code: "not-found",
    message: `The server at ${baseUrl} answered 404, and not in the words of Circle's API: check baseUrl (/v1/reports is added to it).`,
    error,
  };
}

/** Circle's own errors have a number and a message. */
function isCircles({ body }: ProviderError): boolean {
  const { code, message } = untrusted(body);
  return typeof code === "number" && typeof message === "string";
}

/** Looks in a row that don't show a report that Circle acknowledged, after which it is asked for again. */
const forgotten = { looks: 4, forMs: 0 };

/** Does Circle no longer know the report? Then the next look asks for it again, which makes no second one. */
export function isForgotten(call: SourceCall): boolean {
  return hasMissedFor(call, forgotten);
}

export function noLongerKnown(error: ProviderError): Observation {
  return {
    is: "refused",
    code: "no-longer-known",
    message: "Circle answered 404: it no longer knows this report, and has none when it is asked for again.",
    error,
  };
}

/** What Circle's record of a report says. */
export function observeRecord(record: Untrusted): Observation {
  const status = statusOf(record);
  const reference = identifierIn(record["id"]);
  if (reference === undefined) return { is: "unknown", status, sample: "an answer without a report's id" };
  const known = Object.hasOwn(statuses, status) ? statuses[status] : undefined;
  return known?.(record, reference) ?? { is: "unknown", status, sample: `status ${JSON.stringify(status)}`, reference };
}

/** The record in an answer: its members are looked at one by one, whatever the types say. */
export function recordIn(answer: unknown): Untrusted {
  return untrusted(untrusted(answer)["data"]);
}

export function statusOf({ status }: Untrusted): string {
  return typeof status === "string" ? status.slice(0, 60) : "no status";
}

function linkOf({ downloadUrl, expiresAt }: Untrusted): LinkLocation | undefined {
  if (typeof downloadUrl !== "string" || !URL.canParse(downloadUrl)) return undefined;
  const expires = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  return { via: "link", url: downloadUrl, expiresAt: Number.isNaN(expires) ? undefined : expires };
}
