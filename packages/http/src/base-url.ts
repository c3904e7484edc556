import { RequestRefusedError } from "./errors.ts";
import { redactUrl } from "./redact.ts";

/** Does a host name mean this machine? `localhost` and names below it, 127.0.0.0/8, `[::1]`. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * Check and normalise the address of an API: https (http only on this machine), without user info, query or fragment. A path is kept,
 * trailing slashes are not.
 *
 * @throws RequestRefusedError naming `baseUrl`.
 */
export function parseBaseUrl(text: string): { readonly baseUrl: string; readonly origin: string } {
  const refused = (expected: string, received: string): never => {
    throw new RequestRefusedError({ field: "baseUrl", expected, received });
  };
  if (typeof text !== "string" || !URL.canParse(text)) return refused("an absolute URL", "something else");
  const { origin, protocol, hostname, pathname, username, password, search, hash } = new URL(text);
  if (username !== "" || password !== "") return refused("a URL without user info", "one with user info");
  if (search !== "" || hash !== "" || /[?#]/.test(text))
    return refused("a URL without query and fragment", redactUrl(text));
  if (protocol !== "https:" && !(protocol === "http:" && isLoopbackHost(hostname)))
    return refused("an https URL (http is for this machine alone)", redactUrl(text));
  return { origin, baseUrl: origin + pathname.replace(/\/+$/, "") };
}
