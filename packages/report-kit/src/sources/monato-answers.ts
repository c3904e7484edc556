import { untrusted } from "../source-tools/index.ts";
import type { ErrorRow, Observation, ProviderError, SourceCall, Untrusted } from "../source-tools/index.ts";

/** How long one kind of answer must go on before it is final: this many looks in a row, over this long. Ours. */
const limits = {
  /** Another guide says of its operations that what does not exist is a 500, and stays one. It may also be an outage. */
  failure: { looks: 10, forMs: 3_600_000 },
  /** Monato answers 200 for a report that is not there: a 404 is of a wrong address. */
  wrongAddress: { looks: 3, forMs: 0 },
};

/**
 * What Monato's error answers mean, where the defaults of `explainError` do not hold. Looks without an answer count towards
 * a limit, but the last one is what is judged.
 */
export function monatoErrors(baseUrl: string): readonly ErrorRow[] {
  return [
    {
      status: [404, 405],
      where: isOfExchange,
      look: (error) => ({ is: "refused", ...noSignIn(error, baseUrl), error }),
    },
    // The exchange of the API key for a token: what does not pass by itself is about the credentials.
    { status: "any", where: (error) => isOfExchange(error) && !error.retryable, look: "denied" },
    { status: "any", where: isOfExchange, look: "unreachable" },
    { status: [401, 403], look: "denied" },
    { status: [400], look: refused },
    { status: [408, 425, 429], look: "unreachable" },
    { status: "4xx", look: (error, call) => after(limits.wrongAddress, error, call, wrongAddress(error, baseUrl)) },
    { status: [500], look: (error, call) => after(limits.failure, error, call, lasting(call)) },
  ];
}

function isOfExchange({ operationId }: ProviderError): boolean {
  return operationId !== "downloadReport";
}

/** Look again, backing off, until the limit is reached. */
function after(
  limit: { readonly looks: number; readonly forMs: number },
  error: ProviderError,
  { failures = 0, failingSince, now }: SourceCall,
  final: Omit<Extract<Observation, { is: "refused" }>, "is">,
): Observation {
  const isFinal = failures + 1 >= limit.looks && now - (failingSince ?? now) >= limit.forMs;
  return isFinal ? { is: "refused", ...final, error } : { is: "unreachable", error };
}

function refused(error: ProviderError): Observation {
  return { is: "refused", code: "http-400", message: `Monato refused the request: ${wordsOf(error)}`, error };
}

function lasting({ failures = 0, failingSince, now }: SourceCall) {
  const minutes = Math.round((now - (failingSince ?? now)) / 60_000);
  return {
    code: "http-500",
    // It may be an outage all the same.
    retryable: true,
    message: `Monato answered ${failures + 1} looks in a row, over ${minutes} minutes, with HTTP 500, which can stand for something that does not exist. Check the client, the date and the account with Monato; running the job again asks again.`,
  };
}

function wrongAddress({ status }: ProviderError, baseUrl: string) {
  return {
    code: "not-found",
    message: `The server at ${baseUrl} answered HTTP ${status} to several looks in a row, and Monato's API answers 200 where there is no report: it is not the address of the API. Check baseUrl (/v1/reports is added to it).`,
  };
}

function noSignIn({ status }: ProviderError, baseUrl: string) {
  return {
    code: "not-found",
    message: `The server at ${baseUrl} answered HTTP ${status} to the sign-in: it is not the address of Monato's API. Check baseUrl (the paths of the API, such as /v1/reports, are added to it).`,
  };
}

/** What Monato's answer to a look-up says; its members are looked at one by one, whatever the types say. */
export function observeAnswer(answer: unknown): Observation {
  const { file_name: fileName, download_url: url, ...others } = (answer ?? {}) as Untrusted; // the client lets only objects and arrays through, and nothing for a 204
  if (fileName === undefined && url === undefined && Object.keys(others).length > 0) {
    return { is: "unknown", status: "neither file_name nor download_url", sample: "an answer of another shape" };
  }
  if (isMissing(fileName) || isMissing(url)) return { is: "absent" };
  if (typeof fileName !== "string")
    return { is: "unknown", status: "odd file_name", sample: "a file_name that is no text" };
  if (typeof url !== "string" || !URL.canParse(url)) {
    return { is: "unknown", status: "odd download_url", sample: "a download_url that is no address" };
  }
  return { is: "ready", reference: fileName, fileName, link: { via: "link", url, fileName } };
}

/** Empty strings are documented; null and absence are taken for the same. */
function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Integrators find the more precise words in the first detail's metadata. */
function wordsOf({ body, message }: ProviderError): string {
  const { details, message: said } = untrusted(body);
  const first: unknown = Array.isArray(details) ? details[0] : undefined;
  const precise = untrusted(untrusted(first)["metadata"])["error_detail"];
  const words = [precise, said, message].find((text) => typeof text === "string" && text !== "");
  return typeof words === "string" ? words.slice(0, 300) : "";
}
