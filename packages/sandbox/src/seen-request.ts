import type { Origin, Provider } from "./provider.ts";

/** A secret the sandbox handed out, found in a request, and where. The secret itself is not kept. */
export interface CarriedSecret {
  readonly provider: Provider;
  readonly name: string;
  readonly where: "url" | "header" | "body";
}

/** Headers as Node gives them, said without Node's types, so that a reader of the package's types needs none. */
export type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One request the sandbox saw, in the order of arrival. */
export interface SeenRequest {
  readonly origin: Origin;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Query parameters by name, values of signatures left out. */
  readonly query: Readonly<Record<string, string>>;
  /** Undefined where no operation of the spec matches, and at the storage server. */
  readonly operationId: string | undefined;
  /** Header names as sent, in lower case; the value of one that carries a credential is "(redacted)". */
  readonly headers: Readonly<Record<string, string>>;
  /** The body: parsed where it is JSON, else its text; undefined when there is none. Values named like secrets are "(redacted)". */
  readonly body: unknown;
  /** Instant on the sandbox's clock, milliseconds since the epoch. */
  readonly at: number;
  /** The credentials the operation asks for were there and right. */
  readonly authorised: boolean;
  /** Secrets of any provider found anywhere in the request. Right at the provider's own API, a leak anywhere else. */
  readonly secrets: readonly CarriedSecret[];
  /** True when `secrets` is not empty. */
  readonly carriesSecret: boolean;
  /** What was answered; undefined while the answer is being made, and where the connection was reset instead. */
  readonly status: number | undefined;
}

/** A secret to look for. */
export interface KnownSecret {
  readonly provider: Provider;
  readonly name: string;
  readonly value: string;
}

const redacted = "(redacted)";
const credentialHeaders = new Set(["authorization", "x-api-key", "cookie", "proxy-authorization"]);
const secretNames =
  /^(?:x-amz-(?:signature|security-token|credential)|client_secret|token|access_token|password|secret)$/i;

/** The request's text forms, as they came over the wire. */
export interface RawRequest {
  readonly url: string;
  readonly headers: HeaderValues;
  readonly body: string;
}

/** Finds which known secrets the raw request carries, plain or percent-encoded. */
export function findSecrets(raw: RawRequest, known: Iterable<KnownSecret>): CarriedSecret[] {
  const headerText = Object.values(raw.headers).flat().join("\n");
  const found: CarriedSecret[] = [];
  for (const { provider, name, value } of known) {
    const forms = [value, encodeURIComponent(value)];
    const within = (text: string): boolean => forms.some((form) => text.includes(form));
    if (within(raw.url)) found.push({ provider, name, where: "url" });
    if (within(headerText)) found.push({ provider, name, where: "header" });
    if (within(raw.body)) found.push({ provider, name, where: "body" });
  }
  return found;
}

/** Headers fit for keeping: names as sent, credentials' values redacted. */
export function redactHeaders(headers: HeaderValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      credentialHeaders.has(name) ? redacted : [value ?? ""].flat().join(", "),
    ]),
  );
}

/** Query parameters fit for keeping. */
export function redactQuery(url: URL): Record<string, string> {
  return Object.fromEntries(
    [...url.searchParams].map(([name, value]) => [name, secretNames.test(name) ? redacted : value]),
  );
}

/** The body fit for keeping: JSON where it parses, with the values of secret-named fields redacted at every depth. */
export function redactBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text, (name, value: unknown) => (secretNames.test(name) && value !== null ? redacted : value));
  } catch {
    return text;
  }
}
