import { redactUrl } from "@report-kit/http";
import type { ApiLocation, LinkLocation } from "../../source/file-location.ts";
import type { Platform } from "../../platform.ts";
import { DownloadError } from "../download-error.ts";
import type { LinkRules } from "./check-link.ts";
import { checkLink } from "./check-link.ts";

/** An answer, and where it came from: undefined = from the API itself. */
export interface Asked {
  readonly response: Response;
  readonly link: URL | undefined;
}

const mostRedirects = 5;

/**
 * Ask for a file where it lies. Redirects are followed by hand: every hop is a link like the first, checked, and fetched with
 * the given headers alone. Only the API itself sees credentials, and only through its own client.
 * @param onRequest called before each request.
 * @throws DownloadError `refused-link`; what fetch or the client throws.
 */
export async function ask(
  location: LinkLocation | ApiLocation,
  headers: Readonly<Record<string, string>>,
  how: {
    readonly signal: AbortSignal;
    readonly rules: LinkRules;
    readonly fetch: Platform["fetch"];
    readonly onRequest: () => void;
  },
): Promise<Asked> {
  const { signal, rules, fetch, onRequest } = how;
  let link = location.via === "link" ? checkLink(location.url, rules) : undefined;
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    onRequest();
    const response =
      link === undefined && location.via === "api"
        ? await location.open({ headers, signal })
        : await fetch(String(link), { headers, signal, redirect: "manual" });
    if (response.type === "opaqueredirect" || (response.redirected && link !== undefined)) {
      throw new DownloadError(
        "refused-link",
        "The platform's fetch hides where a redirect leads; it was not followed.",
      );
    }
    const next = [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get("location") : null;
    if (next === null) return { response, link };
    response.body?.cancel().catch(() => {});
    link = checkLink(next, rules, link);
  }
  throw new DownloadError(
    "refused-link",
    `The download link ${link === undefined ? "" : redactUrl(link)} redirects without end.`,
  );
}
