import { ProviderError, apiKeyHeader, createProviderClient, orThrow } from "@report-kit/http";
import type { Authorization, Credentials, ProviderClientOptions, Secret } from "@report-kit/http";
import type { components, paths } from "./schema.gen.ts";

type TokenAnswer = components["schemas"]["Token"];

const skewMs = 60_000;
/** A token lives for 24 hours; used when neither it nor the answer says until when. */
const assumedLifeMs = 23 * 3_600_000;
/** A token that looks over when it comes (our clock is wrong) is used this long all the same: the provider's 401 decides. */
const shortestLifeMs = 30_000;

/**
 * The credentials of a client that has an API key: `listCredentials`, then `createToken`, then the token as a bearer, kept until it ends
 * (docs.monato.com, "Authentication", read 2026-11-20).
 *
 * One exchange serves all who wait for it; it is nobody's own, so no caller's abort ends it. After a 401 the token is dropped, once for
 * all who used it. The API key goes to the two operations of the exchange and nowhere else.
 */
export function exchangedToken(
  options: Omit<ProviderClientOptions, "credentials"> & { readonly clientId: string; readonly apiKey: Secret },
): Credentials {
  const { clientId, now = Date.now } = options;
  const apiKey = apiKeyHeader("x-api-key", options.apiKey, "apiKey");
  const client = createProviderClient<paths>({ ...options, credentials: apiKey });
  let current: { readonly authorization: Authorization; readonly until: number } | undefined;
  let pending: Promise<Authorization> | undefined;

  async function exchange(): Promise<Authorization> {
    const params = { path: { client_id: clientId } };
    const { data: list } = orThrow(await client.GET("/v1/clients/{client_id}/credentials", { params }));
    // Untrusted whatever the types say: a 204 has no data, and a secret may be anything.
    const credential =
      Array.isArray(list?.data) &&
      list.data.find((each) => isText(each?.client_secret) && (each.status ?? "ACTIVE") === "ACTIVE");
    if (!credential) throw nothingActive("listCredentials");
    const { client_id, client_secret } = credential;
    const body = { client_id, client_secret };
    const { data } = orThrow(await client.POST("/v1/clients/{client_id}/auth/credential-tokens", { params, body }));
    if (!isText(data?.token) || data.status === "INACTIVE") throw nothingActive("createToken");
    const authorization = {
      header: ["authorization", `Bearer ${data.token}`] as const,
      secrets: [data.token, client_secret],
    };
    current = { authorization, until: Math.max(endOf(data, now()) - skewMs, now() + shortestLifeMs) };
    return authorization;
  }

  return {
    authorize(operationId) {
      if (operationId === "listCredentials" || operationId === "createToken") return apiKey.authorize(operationId);
      if (current !== undefined && now() < current.until) return current.authorization;
      pending ??= exchange().finally(() => {
        pending = undefined;
      });
      return pending;
    },
    renew(refused) {
      if (current?.authorization === refused) current = undefined;
      return refused.header[0] !== "x-api-key";
    },
  };
}

/** When a token ends, in epoch milliseconds: by its `exp`, else by `expires_at`, else by the documented 24 hours. */
function endOf({ token, expires_at }: TokenAnswer, now: number): number {
  // "2025-03-06 11:16:59.491631" comes without an offset at times. It is Mexico's time; read as UTC it is early, which does no harm.
  const text = isText(expires_at) ? expires_at.replace(" ", "T") : "";
  // What says nothing is NaN, which is no end.
  return expiryOf(token) || Date.parse(`${text}Z`) || Date.parse(text) || now + assumedLifeMs;
}

/** The `exp` of a JWT in epoch milliseconds; NaN for what is none, or has none. */
function expiryOf(token: string): number {
  try {
    const claims: unknown = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return Number((claims as { readonly exp?: unknown }).exp) * 1000; // any JSON but null can be asked; null is caught
  } catch {
    return NaN;
  }
}

/** Not empty, and without what a header can't hold. */
function isText(value: unknown): value is string {
  return typeof value === "string" && /^[\x20-\x7e]+$/.test(value);
}

function nothingActive(operationId: string): ProviderError {
  return new ProviderError({
    code: "nothing-active",
    message: `monato ${operationId}: nothing active. Check the credentials.`,
    provider: "monato",
    operationId,
    status: 200,
  });
}
