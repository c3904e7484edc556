import { isLoopbackHost, orThrow, ProviderError, redactUrl, TransportError } from "@report-kit/http";
import type { MonatoClient } from "@report-kit/monato";
import { refuse } from "../refuse.ts";
import { sameSecret } from "./same-secret.ts";

/** Where Monato shall send report notices. */
export interface MonatoWebhookRegistration {
  /** Your endpoint: https (http on this machine alone). */
  readonly url: string;
  /** A secret of your choice that each delivery carries: long and random, printable, without spaces. */
  readonly token: string;
  readonly signal?: AbortSignal | undefined;
}

/** A registered webhook, without its token. */
export interface RegisteredMonatoWebhook {
  /** Monato's identifier of it. */
  readonly id: string;
  readonly url: string;
  /** False when it existed before. */
  readonly created: boolean;
  /**
   * Whether it is registered with this token, where Monato's answer has it. False: deliveries carry another token, and the
   * endpoint will refuse them. Monato's pages do not document how to change it: ask its support, or register another address.
   */
  readonly sameToken?: boolean | undefined;
}

/**
 * Register an address for report notices at Monato, unless it is registered (https://docs.monato.com/products/fincore/guides/reports,
 * "Register for Report Notifications", read 2026-11-20). It lists the webhooks, and creates one only if the address is not
 * among them. After an unclear create it lists again, so you can run it each time a process starts. If there are two
 * registrations, the endpoint still acts on each notice once. Monato does not document pages for its list: the first answer
 * is read.
 *
 * @throws ReportRequestError for an address or token that can't be used; what the client throws. The token, which Monato's
 * answers repeat in clear text, is in no result and no error.
 */
export async function registerMonatoWebhook(
  client: MonatoClient,
  { url, token, signal }: MonatoWebhookRegistration,
): Promise<RegisteredMonatoWebhook> {
  const address = checkAddress(url);
  if (typeof token !== "string" || !/^[\x21-\x7e]{8,}$/.test(token)) {
    refuse(
      "token",
      "8 or more printable characters without spaces",
      typeof token === "string" ? "another text" : token,
    );
  }
  const call = { params: { path: { client_id: client.clientId } }, ...(signal === undefined ? {} : { signal }) };

  async function find(created: boolean): Promise<RegisteredMonatoWebhook | undefined> {
    const { data } = orThrow(await client.GET("/v1/clients/{client_id}/webhooks", call));
    const webhook = webhooksIn(data).find((candidate) => isActive(candidate) && isAt(candidate, address));
    return webhook && registered(webhook, created);
  }

  function registered(webhook: Members, created: boolean): RegisteredMonatoWebhook {
    const { id, token: kept } = webhook;
    return {
      id: typeof id === "string" ? id : "",
      url: address,
      created,
      ...(typeof kept === "string" ? { sameToken: sameSecret(kept, token) } : {}),
    };
  }

  const known = await find(false);
  if (known !== undefined) return known;
  try {
    const result = await client.POST("/v1/clients/{client_id}/webhooks", {
      ...call,
      body: { client_id: client.clientId, url: address, token, webhook_type: "REPORT", auth_type: "AUTH" },
      retry: false,
    });
    return registered(membersOf(orThrow(result).data), true);
  } catch (error) {
    if (!maybeThere(error)) throw error;
    // A refusal (409, or Monato's words for it) means that another process was first; anything else may be our own create.
    const isRefusal = ProviderError.isInstance(error) && error.status < 500;
    const found = await find(!isRefusal).catch(() => undefined); // the first error is more useful
    if (found === undefined) throw error;
    return found;
  }
}

type Members = Readonly<Record<string, unknown>>;

/** Can the webhook exist although its create failed? */
function maybeThere(error: unknown): boolean {
  if (TransportError.isInstance(error)) return error.maybeSent;
  return ProviderError.isInstance(error) && error.status !== 401 && error.status !== 403;
}

function checkAddress(url: unknown): string {
  const expected = "an https address, without user and fragment (http on this machine alone)";
  if (typeof url !== "string" || !URL.canParse(url)) return refuse("url", expected, typeof url);
  const { protocol, hostname, username, password, hash, href } = new URL(url);
  const isSafe = protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
  if (isSafe && username === "" && password === "" && hash === "") return href;
  return refuse("url", expected, redactUrl(url));
}

/** The list's shape is not published: a bare one, and one under `data`. */
function webhooksIn(answer: unknown): readonly Members[] {
  const list = Array.isArray(answer) ? answer : membersOf(answer)["data"];
  return Array.isArray(list) ? list.map(membersOf) : [];
}

function isActive({ webhookType, webhookStatus, deletedAt, blockedAt }: Members): boolean {
  // Monato writes the absence of a date as null, or as the text "None".
  const never = [undefined, null, "", "None"] as readonly unknown[];
  const isOn = webhookStatus === undefined || webhookStatus === "ACTIVE";
  return webhookType === "REPORT" && isOn && never.includes(deletedAt) && never.includes(blockedAt);
}

function isAt({ url }: Members, address: string): boolean {
  return typeof url === "string" && URL.canParse(url) && new URL(url).href === address;
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {}; // any object can be read by name
}
