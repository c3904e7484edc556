import { hasMissedFor, identifierIn, untrusted } from "../source-tools/index.ts";
import type {
  ErrorRow,
  LinkLocation,
  Observation,
  ProviderError,
  SourceCall,
  Untrusted,
} from "../source-tools/index.ts";

/**
 * What each status of beGateway's record of a report means; any other is unknown.
 *
 * | status | meaning |
 * | --- | --- |
 * | `queued`, `pending`, `incomplete` | it is being made |
 * | `successful` with a link | ready; expired once its `expiry_date` has passed |
 * | `successful` without one | unknown |
 * | `failed` | failed |
 */
const statuses: Readonly<Record<string, "pending" | "successful" | "failed">> = {
  queued: "pending",
  pending: "pending",
  incomplete: "pending",
  successful: "successful",
  failed: "failed",
};

/** A 404 to a look may mean "not visible yet". After this many, over this long, it no longer does. Ours. */
const forgotten = { looks: 5, forMs: 10 * 60_000 };

/** What beGateway's error answers mean, where the defaults of `explainError` do not hold. */
export function begatewayErrors(baseUrl: string): readonly ErrorRow[] {
  return [
    // The key was used before: by a job whose journal was lost, say. The report under it is looked at at once.
    { status: [409], create: existsAlready },
    { status: [422], where: saysIdIsTaken, create: existsAlready },
    { status: [404], create: (error) => wrongAddress(error, baseUrl), look: notFound },
  ];
}

function existsAlready(_error: ProviderError, { key }: SourceCall): Observation {
  return { is: "pending", status: "the id is taken", reference: takenReference(key), existed: true };
}

/** The reference of a report that is there, if the refusal of a create is right: no answer has shown it yet. */
function takenReference(key: string): string {
  return `taken:${key}`;
}

/** Is this a look at a report that the refusal of a create named, and that no answer has shown? */
export function isTaken({ key, reference }: Pick<SourceCall, "key" | "reference">): boolean {
  return reference === takenReference(key);
}

/**
 * What the provider answers to the same id a second time is not documented, so either usual answer is taken for it.
 * Looking costs a request; taking it for a refusal costs the report.
 */
function saysIdIsTaken({ message }: ProviderError): boolean {
  return /\bid\b.*\b(?:taken|exists?|unique|duplicate)/i.test(message.slice(0, 500));
}

function wrongAddress(error: ProviderError, baseUrl: string): Observation {
  return {
    is: "refused",
    code: "not-found",
    message: `The server at ${baseUrl} answered 404 to the request for a report: it is not the address of your DWH. Check baseUrl (/api/v2/reports is added to it).`,
    error,
  };
}

function notFound(error: ProviderError, call: SourceCall): Observation {
  // Two answers that contradict each other: the report is searched for as after any unclear create.
  if (isTaken(call)) return { is: "unclear", error };
  if (!hasMissedFor(call, forgotten)) return { is: "absent", status: "http 404" };
  return {
    is: "refused",
    code: "no-longer-known",
    message: `beGateway no longer knows this report: it answered 404 to ${(call.missed ?? 0) + 1} looks in a row.`,
    error,
  };
}

/** The report in an answer; its members are looked at one by one, whatever the types say. */
export function reportIn(envelope: unknown): Untrusted | undefined {
  const { report } = untrusted(untrusted(envelope)["data"]);
  return typeof report === "object" && report !== null ? untrusted(report) : undefined;
}

/** What beGateway's record of a report says. */
export function observeReport(report: Untrusted | undefined, now: number): Observation {
  if (report === undefined) return { is: "unknown", status: "no report", sample: "an answer without a report" };
  const status = typeof report["status"] === "string" ? report["status"].slice(0, 60) : "no status";
  const reference = identifierIn(report["id"]);
  if (reference === undefined) return { is: "unknown", status, sample: "a report without an id" };
  switch (Object.hasOwn(statuses, status) ? statuses[status] : undefined) {
    case "pending":
      return { is: "pending", status, reference };
    case "successful":
      return observeFile(report, reference, now);
    case "failed": {
      const message = "Generating the report failed at beGateway, which gives no reason.";
      return { is: "failed", code: "failed", message, reference };
    }
    case undefined:
      return { is: "unknown", status, sample: `status ${JSON.stringify(status)}`, reference };
  }
}

function observeFile(report: Untrusted, reference: string, now: number): Observation {
  const link = linkOf(report);
  if (link === undefined) {
    return { is: "unknown", status: "successful", sample: "successful, but without a link", reference };
  }
  if (link.expiresAt !== undefined && link.expiresAt <= now) {
    return { is: "expired", message: `beGateway kept the file until ${new Date(link.expiresAt).toISOString()}.` };
  }
  return { is: "ready", reference, fileName: link.fileName, link };
}

/** The same for a look by id: an answer about another report says nothing about ours. */
export function observeOwn(report: Untrusted | undefined, id: string, now: number): Observation {
  const other = report !== undefined && report["id"] !== id;
  return other
    ? { is: "unknown", status: "another report", sample: "an answer about another report" }
    : observeReport(report, now);
}

function linkOf({ file_url: url, expiry_date: expiry }: Untrusted): LinkLocation | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  // `report_balance_records_202412312100_202511302059_c3050350.zip`
  const fileName = new URL(url).pathname.split("/").at(-1) ?? "";
  // A time without an offset names no instant.
  const hasOffset = typeof expiry === "string" && /(?:Z|[+-]\d{2}:?\d{2})$/.test(expiry);
  const expiresAt = hasOffset ? Date.parse(expiry) : Number.NaN;
  return {
    via: "link",
    url,
    fileName: fileName === "" ? undefined : fileName,
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
  };
}
