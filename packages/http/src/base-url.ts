import { refuse } from "./errors.ts";
import { redactUrl } from "./redact.ts";

/** Where the API lies: one of its known environments, or an address of your own. */
export type AddressOption<Environment extends string> =
  | { readonly environment: Environment; readonly baseUrl?: undefined }
  | { readonly baseUrl: string; readonly environment?: undefined };

/**
 * The address that the options choose.
 *
 * @throws RequestRefusedError unless exactly one of `environment` and `baseUrl` is given, and the environment is a known one.
 */
export function chooseBaseUrl<Environment extends string>(
  options: { readonly environment?: Environment | undefined; readonly baseUrl?: string | undefined },
  environments: Readonly<Record<Environment, string>>,
): string {
  const { environment, baseUrl } = options;
  const chosen = environment === undefined ? baseUrl : baseUrl === undefined ? environments[environment] : undefined;
  return (
    chosen ??
    refuse(
      "environment",
      `${Object.keys(environments).join(" or ")}, or a baseUrl in its place`,
      `${environment} and ${baseUrl && "a baseUrl"}`,
    )
  );
}

/** Does a host name mean this machine? `localhost` and names below it, 127.0.0.0/8, `[::1]`. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Without the slashes at its end: an expression for them would try each run of slashes again and again. */
function withoutSlashes(text: string): string {
  let end = text.length;
  while (text.endsWith("/", end)) end -= 1;
  return text.slice(0, end);
}

/**
 * Check and normalise the address of an API: https (http only on this machine), without user info, query or fragment. A path is kept,
 * trailing slashes are not.
 *
 * @throws RequestRefusedError naming `baseUrl`.
 */
export function parseBaseUrl(text: string): { readonly baseUrl: string; readonly origin: string } {
  const link = URL.canParse(text) ? new URL(text) : undefined;
  if (
    link &&
    !/[?#]/.test(text) &&
    link.username + link.password === "" &&
    (link.protocol === "https:" || (link.protocol === "http:" && isLoopbackHost(link.hostname)))
  )
    return { origin: link.origin, baseUrl: withoutSlashes(link.origin + link.pathname) };
  return refuse("baseUrl", "an https URL (http on this machine) without user info, query or fragment", redactUrl(text));
}
