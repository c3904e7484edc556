import { isLoopbackHost, redactUrl } from "@report-kit/http";
import { DownloadError } from "../download-error.ts";

/** Where a link may lead. */
export interface LinkRules {
  /**
   * Exact hosts (with the port, if it is not 443), or patterns: `*.example.com` for any name below one, and `s3.*.example.com`
   * for any one label.
   */
  readonly hosts: readonly string[];
  /** The API itself is on this machine: links to this machine, and http there, are fine. */
  readonly loopback: boolean;
}

/**
 * Check a URL that came out of a response: a link, or the next hop of a redirect. It is fetched without credentials, only
 * over https, and only from a host of the list. IP addresses are refused, public ones too: no provider uses them, and every
 * way to write a private one is thereby refused.
 *
 * A name of the list that resolves to a private address passes: fetch does not show what a name resolves to.
 *
 * @param base what a relative redirect is relative to.
 * @returns the URL without its fragment.
 * @throws DownloadError `refused-link`, with the link's query redacted.
 */
export function checkLink(link: string, rules: LinkRules, base?: URL): URL {
  if (!URL.canParse(link, base)) throw refused("is no URL", link);
  const url = new URL(link, base);
  url.hash = "";
  if (url.username !== "" || url.password !== "") throw refused("holds user info", url);
  const { protocol, hostname, host } = url;
  if (host.length > longestHost) throw refused("has a host that is too long", `${protocol}//${host.slice(0, 80)}…`);
  if (rules.loopback && isLoopbackHost(hostname) && (protocol === "http:" || protocol === "https:")) return url;
  if (protocol !== "https:") throw refused("is not https", url);
  // The URL parser has turned every spelling of an IPv4 address (octal, one number, fullwidth digits) into four decimals.
  if (hostname.startsWith("[") || /^[\d.]+$/.test(hostname)) throw refused("leads to an IP address", url);
  if (!rules.hosts.some((allowed) => matches(allowed.toLowerCase(), host))) {
    throw refused("leads to a host that is not among the source's linkHosts", url);
  }
  return url;
}

/** A name of DNS, a colon and a port. */
const longestHost = 253 + 6;

/** A leading `*.` stands for one or more labels, any other `*` for a part of one label. */
function matches(allowed: string, host: string): boolean {
  const below = allowed.startsWith("*.");
  const parts = (below ? allowed.slice(2) : allowed)
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${below ? "(?:[^.]+\\.)+" : ""}${parts.join("[^.]+")}$`).test(host);
}

function refused(why: string, link: string | URL): DownloadError {
  return new DownloadError("refused-link", `The download link ${redactUrl(link)} ${why}; it was not fetched.`);
}
