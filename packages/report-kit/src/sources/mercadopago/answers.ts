import { hasMissedFor, untrusted } from "../../source-tools/index.ts";
import type { ErrorRow, Observation, ProviderError, SourceCall } from "../../source-tools/index.ts";

export type Family = "settlement" | "release";

const defaultBaseUrl = "https://api.mercadopago.com";

/** What Mercado Pago's error answers mean, where the defaults of `explainError` do not hold. */
export function mercadopagoErrors(family: Family, path: string, baseUrl: string): readonly ErrorRow[] {
  return [
    // No configuration yet: a 404 with an empty body (observed), or the words of the configuration's own operations.
    { status: [404], where: isUnconfigured, create: (error) => notConfigured(error, family, path, baseUrl) },
    { status: [404], create: (error) => wrongAddress(error, baseUrl) },
    { status: [400], where: saysTooMany, create: tooManyReports },
    // A list or a search that is refused says nothing about the report.
    { status: [400, 404, 405], find: "unreachable" },
  ];
}

/**
 * How long a report that neither the task operation nor the list shows may still be on its way. Ours. The settlement list
 * shows reports at once, the release list only finished ones, and how long making one takes is not documented.
 */
const forgotten = {
  settlement: { looks: 6, forMs: 10 * 60_000 },
  release: { looks: 12, forMs: 2 * 3_600_000 },
};

/** The report is not where it was looked for. `reference`: where the next look goes. */
export function notShown(call: SourceCall, family: Family, status: string, reference: string): Observation {
  if (!hasMissedFor(call, forgotten[family])) return { is: "absent", status, reference };
  return {
    is: "refused",
    code: "no-longer-known",
    message: `Mercado Pago no longer knows this report: neither its task nor the list showed it in ${(call.missed ?? 0) + 1} looks in a row.`,
  };
}

/**
 * Does the answer say that the task operation does not know the id? 404, 400 and, for release reports, 403 were seen, also
 * for valid ids. Any other 403 is about the credentials.
 */
export function isTaskUnknown(status: number, error: unknown): boolean {
  if (status === 400 || status === 404) return true;
  return status === 403 && /internal_error|task/i.test(messageIn(error));
}

/** 203: accepted, and nothing made. */
export const nothingMade: Observation = {
  is: "refused",
  code: "nothing-made",
  message:
    "Mercado Pago accepted the request and made no report (203): it has none for these days. Ask for other days.",
};

function isUnconfigured({ body }: ProviderError): boolean {
  return /with an empty body$|config_not_found|configuration not found/i.test(messageIn(body));
}

function notConfigured(error: ProviderError, family: Family, path: string, baseUrl: string): Observation {
  const body = `{ file_name_prefix: "${family}", columns: [{ key: "SOURCE_ID" }], frequency: { type: "daily", hour: 3, value: 0 } }`;
  const message =
    `This account has no configuration of ${family} reports, and without one none can be made. Make it once, with the ` +
    `columns you want: client.POST("${path}/config", { body: ${body} }) (all three fields are required; nothing is ` +
    `scheduled by it).${baseUrl === defaultBaseUrl ? "" : ` A wrong baseUrl can give this answer, too: it is ${baseUrl}.`}`;
  return { is: "refused", code: "not-configured", message, error };
}

function wrongAddress(error: ProviderError, baseUrl: string): Observation {
  const message = `The server at ${baseUrl} answered 404 to the request for a report: it is not the address of Mercado Pago's API. Check baseUrl (default ${defaultBaseUrl}).`;
  return { is: "refused", code: "not-found", message, error };
}

function saysTooMany({ body }: ProviderError): boolean {
  return /max(imum)? number of reports/i.test(messageIn(body));
}

function tooManyReports(error: ProviderError): Observation {
  const message =
    "Mercado Pago takes no more reports by hand of this account (Max number of reports); neither the number nor the period is documented. Ask again later.";
  return { is: "refused", code: "too-many-reports", message, retryable: true, error };
}

/** An error body's own words. */
function messageIn(body: unknown): string {
  const { error, message } = untrusted(body);
  return [error, message].filter((part) => typeof part === "string").join(" ");
}
