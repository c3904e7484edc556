import type { ApiLocation } from "../source/file-location.ts";
import type { SourceCall } from "../source/report-source.ts";
import { createTimeoutMs } from "../source/timing.ts";

/** What a provider's client is given with a create: one attempt, within the step's lease. */
export interface CreateSettings {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly retry: false;
  /** Called right before the request leaves; throws when it is too late for that, by the kit's clock. */
  readonly onDeparture?: (() => void) | undefined;
}

/** The settings of a source's create. A request that leaves later, or is repeated, could make a second report. */
export function createSettings({ signal, onDeparture }: Pick<SourceCall, "signal" | "onDeparture">): CreateSettings {
  return { signal, timeoutMs: createTimeoutMs, retry: false, onDeparture };
}

/** How long a provider may go on not showing a report that it was asked for. */
export interface MissingLimit {
  /** Answers in a row. */
  readonly looks: number;
  /** Milliseconds from the first of them. */
  readonly forMs: number;
}

/** With one more answer that does not show the report: is the limit reached? */
export function hasMissedFor(
  { missed = 0, missedSince, now }: Pick<SourceCall, "missed" | "missedSince" | "now">,
  { looks, forMs }: MissingLimit,
): boolean {
  return missed + 1 >= looks && now - (missedSince ?? now) >= forMs;
}

/** The settings of a request for a file that the API itself serves: one attempt, within the download's own time limit. */
export function openSettings({ headers, signal, timeoutMs, fetch }: Parameters<ApiLocation["open"]>[0]): OpenSettings {
  const own = fetch === undefined ? {} : { fetch }; // openapi-fetch's types know no undefined here
  return { headers, signal, timeoutMs, ...own, parseAs: "stream", retry: false };
}

/** See `openSettings`. */
export interface OpenSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
  readonly fetch?: (request: Request) => Promise<Response>;
  readonly parseAs: "stream";
  readonly retry: false;
}
