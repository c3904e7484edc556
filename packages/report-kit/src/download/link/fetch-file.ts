import { redactUrl } from "@report-kit/http";
import type { ApiLocation, LinkLocation } from "../../source/file-location.ts";
import type { Platform } from "../../platform.ts";
import { DownloadError } from "../download-error.ts";
import type { LinkRules } from "./check-link.ts";
import { checkLink } from "./check-link.ts";
import type { Framing } from "./framing.ts";
import { framingOf } from "./framing.ts";
import type { PlainFetch } from "./plain-fetch.ts";
import { findPlainFetch } from "./plain-fetch.ts";

/** An answer, and where it came from: no link = from the API itself. */
export interface Fetched {
  readonly response: Response;
  readonly link: URL | undefined;
  readonly framing: Framing;
}

/** How to fetch. */
export interface FetchHow {
  readonly signal: AbortSignal;
  readonly rules: LinkRules;
  readonly fetch: Platform["fetch"];
  /** Milliseconds to the first byte, for a client that has its own limit. */
  readonly timeoutMs: number;
  /** Called before each request. */
  readonly onRequest: () => void;
}

const mostRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Request a file where it lies. Redirects are followed by hand: every hop is a link like the first, checked, and fetched with
 * the given headers alone. Only the API itself gets credentials, and only through its own client.
 *
 * An answer whose end can't be seen, because it is coded or comes by HTTP/2, is requested once more by a plainer fetch.
 * @throws DownloadError `refused-link`; what fetch or the client throws.
 */
export async function fetchFile(
  location: LinkLocation | ApiLocation,
  headers: Readonly<Record<string, string>>,
  how: FetchHow,
): Promise<Fetched> {
  const fetched = await followed(location, headers, how, undefined);
  const { response, framing } = fetched;
  const hidden = response.status === 200 && (framing === "coded" || framing === "hidden");
  // An answer without an address was made by a program, not by a server that could be asked again.
  if (!hidden || response.url === "") return fetched;
  const plainFetch = findPlainFetch();
  if (plainFetch === undefined) return fetched;
  await response.body?.cancel().catch(() => {});
  return followed(location, headers, how, plainFetch);
}

async function followed(
  location: LinkLocation | ApiLocation,
  headers: Readonly<Record<string, string>>,
  { signal, rules, fetch, timeoutMs, onRequest }: FetchHow,
  plainFetch: PlainFetch | undefined,
): Promise<Fetched> {
  let link = location.via === "link" ? checkLink(location.url, rules) : undefined;
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    onRequest();
    const response =
      link === undefined && location.via === "api"
        ? await location.open({ headers, signal, timeoutMs, fetch: plainFetch })
        : await (plainFetch ?? fetch)(String(link), { headers, signal, redirect: "manual" });
    if (response.type === "opaqueredirect" || (response.redirected && link !== undefined)) {
      throw new DownloadError(
        "refused-link",
        "The platform's fetch hides where a redirect leads; it was not followed.",
      );
    }
    const next = redirects.has(response.status) ? response.headers.get("location") : null;
    if (next === null) return { response, link, framing: framingOf(response.headers, addressOf(response)) };
    response.body?.cancel().catch(() => {});
    link = checkLink(next, rules, link);
  }
  throw new DownloadError(
    "refused-link",
    `The download link ${link === undefined ? "" : redactUrl(link)} redirects without end.`,
  );
}

function addressOf({ url }: Response): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
