import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMonatoClient, orThrow, ProviderError } from "../src/index.ts";
import type { MonatoClient, MonatoClientOptions } from "../src/index.ts";

const clientId = "c2d1d1e3-3340-4170-980e-e9269bbbc551";
const apiKey = "key-0123456789abcdef";
const clientSecret = "client-secret-0123456789";
const hour = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-21T06:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

function jwt(claims: object, name: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part({ ...claims, name: `${name}ÿ?>` })}.c2lnbmF0dXJl`;
}

interface Seen {
  readonly path: string;
  readonly apiKey: string | null;
  readonly bearer: string | null;
  readonly body: string;
}

/** Monato as its pages describe it; each part of its answers can be changed. */
function monato(
  change: {
    readonly credentials?: (count: number) => Response | Promise<Response>;
    readonly token?: (count: number) => Response | Promise<Response>;
    readonly report?: (bearer: string | null, count: number) => Response | Promise<Response>;
  } = {},
): { readonly fetch: typeof globalThis.fetch; readonly seen: Seen[]; tokens(): number } {
  const seen: Seen[] = [];
  const count = (path: RegExp): number => seen.filter((each) => path.test(each.path)).length;
  const credential = {
    id: "1",
    client_id: "cred-1",
    client_secret: clientSecret,
    environment: "staging",
    status: "ACTIVE",
    deleted_at: "None",
  };
  return {
    seen,
    tokens: () => count(/credential-tokens$/),
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname: path } = new URL(request.url);
      const bearer = request.headers.get("authorization");
      seen.push({ path, apiKey: request.headers.get("x-api-key"), bearer, body: await request.text() });
      if (path.endsWith("/credentials"))
        return (
          (await change.credentials?.(count(/credentials$/))) ??
          Response.json({
            data: [{ ...credential, id: "0", client_secret: "other-secret", status: "INACTIVE" }, credential],
          })
        );
      if (path.endsWith("/credential-tokens")) {
        const number = count(/credential-tokens$/);
        return (
          (await change.token?.(number)) ??
          Response.json({ token: jwt({ exp: Date.now() / 1000 + 86_400 }, `t${number}`), status: "ACTIVE" })
        );
      }
      return (await change.report?.(bearer, count(/download$/))) ?? Response.json({ file_name: "", download_url: "" });
    },
  };
}

/** An answer of JSON, or a 204. */
const answered = (body: unknown): Response =>
  body === undefined ? new Response(null, { status: 204 }) : Response.json(body);

const make = (fetch: typeof globalThis.fetch, options: Partial<MonatoClientOptions> = {}): MonatoClient =>
  createMonatoClient({
    clientId,
    apiKey,
    environment: "staging",
    fetch,
    retry: false,
    ...options,
  } as MonatoClientOptions); // a Partial of a union

const lookUp = (client: MonatoClient, options: { readonly signal?: AbortSignal } = {}) =>
  client.POST("/v1/reports/clients/{client_id}/report/download", {
    params: { path: { client_id: clientId } },
    body: { report_type: "DAILY", operation_date: "2026-11-20" },
    ...options,
  });

describe("the exchange of the API key for a token", () => {
  it("is credentials, then token, then the call; the key goes to the exchange alone, the token to the call alone", async () => {
    const { fetch, seen } = monato();
    await lookUp(make(fetch));
    expect(seen.map(({ path, apiKey: key, bearer }) => [path, key, bearer?.slice(0, 10)])).toEqual([
      [`/v1/clients/${clientId}/credentials`, apiKey, undefined],
      [`/v1/clients/${clientId}/auth/credential-tokens`, apiKey, undefined],
      ["/v1/reports/clients/" + clientId + "/report/download", null, "Bearer eyJ"],
    ]);
    expect(JSON.parse(seen[1]?.body ?? "")).toEqual({ client_id: "cred-1", client_secret: clientSecret });
  });

  it("is made once for all who need it at the same time, and its token kept until it ends", async () => {
    const world = monato();
    const client = make(world.fetch);
    await Promise.all(Array.from({ length: 50 }, () => lookUp(client)));
    expect(world.tokens()).toBe(1);
    expect(world.seen).toHaveLength(52);
    await vi.advanceTimersByTimeAsync(24 * hour - 60_001);
    await lookUp(client);
    expect(world.tokens()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await lookUp(client);
    expect(world.tokens()).toBe(2);
    expect(new Set(world.seen.map(({ bearer }) => bearer)).size).toBe(3);
  });

  it.each<[string, () => object, number]>([
    [
      "the token's own exp, less a minute",
      () => ({ token: jwt({ exp: Date.now() / 1000 + 7200 }, "t"), expires_at: "2030-01-01T00:00:00Z" }),
      2 * hour - 60_000,
    ],
    [
      "expires_at with an offset",
      () => ({ token: "opaque", expires_at: "2026-11-21T03:00:00.491631-06:00" }),
      3 * hour - 60_000 + 491,
    ],
    [
      "expires_at with a space and an offset",
      () => ({ token: "opaque", expires_at: "2026-11-21 09:00:00.000000+00:00" }),
      3 * hour - 60_000,
    ],
    [
      "expires_at without an offset, read as UTC: early",
      () => ({ token: jwt({}, "t"), expires_at: "2026-11-21 09:00:00" }),
      3 * hour - 60_000,
    ],
    ["the documented day less an hour, without either", () => ({ token: "opaque" }), 23 * hour - 60_000],
    [
      "the documented day less an hour, for garbage",
      () => ({ token: "a.%%%.c", expires_at: "None" }),
      23 * hour - 60_000,
    ],
    [
      "the documented day less an hour, for an end that is no text",
      () => ({ token: "opaque", expires_at: { toString: 1 } }),
      23 * hour - 60_000,
    ],
    [
      "the documented day less an hour, for claims that are none",
      () => ({ token: `a.${btoa("null")}.c`, expires_at: null }),
      23 * hour - 60_000,
    ],
    [
      "half a minute, for a token that our clock calls over: 401 decides",
      () => ({ token: jwt({ exp: 1 }, "t") }),
      30_000,
    ],
  ])("lasts until %s", async (_, token, lifeMs) => {
    const world = monato({ token: () => Response.json(token()) });
    const client = make(world.fetch);
    await lookUp(client);
    await vi.advanceTimersByTimeAsync(lifeMs - 1);
    await lookUp(client);
    expect(world.tokens()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await lookUp(client);
    expect(world.tokens()).toBe(2);
  });

  it("goes on when one of its callers aborts, and serves the others", async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const world = monato({ token: () => gate.then(() => Response.json({ token: "opaque" })) });
    const client = make(world.fetch);
    const controller = new AbortController();
    const impatient = lookUp(client, { signal: controller.signal });
    const patient = lookUp(client);
    await vi.advanceTimersByTimeAsync(10);
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(impatient).rejects.toBe(reason);
    release();
    expect((await patient).response.status).toBe(200);
    expect(world.tokens()).toBe(1);
  });

  it("that all its callers left still counts for the next", async () => {
    const world = monato({
      credentials: async () => {
        await new Promise((resolve) => {
          setTimeout(resolve, 5000);
        });
        return Response.json({ data: [{ client_id: "c", client_secret: clientSecret }] });
      },
    });
    const client = make(world.fetch);
    const controller = new AbortController();
    const call = lookUp(client, { signal: controller.signal });
    call.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    await expect(call).rejects.toBe(controller.signal.reason);
    await vi.advanceTimersByTimeAsync(5000);
    await lookUp(client);
    expect(world.tokens()).toBe(1);
  });

  it("that fails is everybody's failure, and tried anew by the next call", async () => {
    const world = monato({
      credentials: (count) =>
        count === 1
          ? Response.json({ message: "who?" }, { status: 401 })
          : Response.json({ data: [{ client_id: "c", client_secret: "s" }] }),
    });
    const client = make(world.fetch);
    const results = await Promise.allSettled([lookUp(client), lookUp(client)]);
    for (const result of results)
      expect(result).toMatchObject({
        status: "rejected",
        reason: { name: "ProviderError", operationId: "listCredentials", status: 401 },
      });
    expect(world.seen).toHaveLength(1);
    expect((await lookUp(client)).response.status).toBe(200);
  });

  it("is repeated after a passing failure, as it is safe to", async () => {
    const world = monato({
      token: (count) => (count === 1 ? new Response(null, { status: 503 }) : Response.json({ token: "opaque" })),
    });
    const client = make(world.fetch, { retry: { retries: 1 }, sleep: async () => undefined });
    expect((await lookUp(client)).response.status).toBe(200);
    expect(world.tokens()).toBe(2);
  });

  it.each([
    { data: [] },
    { data: null },
    {},
    { data: [null] },
    { data: [{ client_id: "a" }] },
    { data: [{ client_id: "a", client_secret: "b", status: "INACTIVE" }] },
    { data: [{ client_id: "a", client_secret: { toString: 1 } }] },
    undefined,
  ])("without an active credential says so: %j", async (answer) => {
    const world = monato({ credentials: () => answered(answer) });
    await expect(lookUp(make(world.fetch))).rejects.toMatchObject({
      name: "ProviderError",
      code: "nothing-active",
      operationId: "listCredentials",
    });
    expect(world.seen).toHaveLength(1);
  });

  it.each([
    { token: "" },
    { token: null },
    {},
    { token: "a\nb" },
    { token: ["opaque"] },
    { token: "opaque", status: "INACTIVE" },
    undefined,
  ])("without an active token says so: %j", async (answer) => {
    const world = monato({ token: () => answered(answer) });
    await expect(lookUp(make(world.fetch))).rejects.toMatchObject({
      name: "ProviderError",
      code: "nothing-active",
      operationId: "createToken",
    });
    expect(world.seen).toHaveLength(2);
  });
});

describe("a 401 on a call", () => {
  it("drops the token and repeats the call once, with one exchange for all who were refused", async () => {
    let good = "";
    const world = monato({
      token: (count) => {
        good = `token-${count}-0123456789`;
        return Response.json({ token: good });
      },
      report: (bearer) =>
        bearer === `Bearer ${good}`
          ? Response.json({ file_name: "f", download_url: "u" })
          : Response.json({ message: "expired" }, { status: 401 }),
    });
    const client = make(world.fetch);
    await lookUp(client);
    good = "revoked by Monato";
    const results = await Promise.all(Array.from({ length: 10 }, () => lookUp(client)));
    expect(results.map(({ response }) => response.status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(world.tokens()).toBe(2);
  });

  it("that comes again is the answer", async () => {
    const world = monato({ report: () => Response.json({ message: "no" }, { status: 401 }) });
    const { error, response } = await lookUp(make(world.fetch));
    expect([response.status, error]).toEqual([401, { message: "no" }]);
    expect(world.seen).toHaveLength(6);
  });

  it("is the answer at once with a token of one's own", async () => {
    const world = monato({ report: () => Response.json({ message: "no" }, { status: 401 }) });
    const client = createMonatoClient({
      clientId,
      token: "mine-0123456789",
      environment: "staging",
      fetch: world.fetch,
    });
    expect((await lookUp(client)).response.status).toBe(401);
    expect(world.seen).toEqual([expect.objectContaining({ bearer: "Bearer mine-0123456789", apiKey: null })]);
  });
});

describe("secrets", () => {
  it("of the exchange are in no error, also where Monato's answer repeats them", async () => {
    const echo = {
      message: `not good: ${clientSecret} ${apiKey}`,
      details: [{ metadata: { client_secret: clientSecret } }],
    };
    const changes: readonly Parameters<typeof monato>[0][] = [
      { credentials: () => Response.json({ message: `not good: ${apiKey}` }, { status: 403 }) },
      { token: () => Response.json(echo, { status: 400 }) },
      {
        token: () => Response.json({ token: "opaque-0123456789" }),
        report: () => Response.json({ message: `Bearer opaque-0123456789 ${clientSecret}` }, { status: 400 }),
      },
    ];
    for (const change of changes) {
      const { fetch } = monato(change);
      const error: unknown = await lookUp(make(fetch))
        .then((result) => orThrow(result))
        .catch((thrown: unknown) => thrown);
      expect(ProviderError.isInstance(error)).toBe(true);
      const printed = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      for (const secret of [clientSecret, apiKey, "opaque-0123456789"]) expect(printed).not.toContain(secret);
    }
  });

  it("that a caller registers a webhook with are in no error about it", async () => {
    const fetch = async (): Promise<Response> =>
      Response.json({ message: "bad token my-webhook-token" }, { status: 400 });
    const client = createMonatoClient({ clientId, token: "mine-0123456789", environment: "staging", fetch });
    const call = client.POST("/v1/clients/{client_id}/webhooks", {
      params: { path: { client_id: clientId } },
      body: {
        client_id: clientId,
        url: "https://example.com/hook",
        token: "my-webhook-token",
        webhook_type: "REPORT",
        auth_type: "AUTH",
      },
    });
    await expect(call.then((result) => orThrow(result))).rejects.toThrow("bad token [redacted]");
  });

  it("go to the API's origin alone: a redirect of the exchange elsewhere is its failure", async () => {
    const seen: string[] = [];
    const fetch = async (input: string | URL | Request): Promise<Response> => {
      seen.push(new Request(input).url);
      return new Response(null, { status: 302, headers: { location: "https://elsewhere.example.com/" } });
    };
    await expect(lookUp(make(fetch))).rejects.toMatchObject({ status: 302, operationId: "listCredentials" });
    expect(seen).toEqual([`https://apicore.stg.finch.lat/v1/clients/${clientId}/credentials`]);
  });
});

describe("the exchange's own operations", () => {
  it("called by hand get the API key, and no exchange", async () => {
    const world = monato();
    const { data } = await make(world.fetch).GET("/v1/clients/{client_id}/credentials", {
      params: { path: { client_id: clientId } },
    });
    expect(data?.data).toHaveLength(2);
    expect(world.seen).toEqual([expect.objectContaining({ apiKey, bearer: null })]);
  });

  it("are not repeated for a 401: nothing about the key can be renewed", async () => {
    const world = monato({ credentials: () => new Response(null, { status: 401 }) });
    await make(world.fetch).GET("/v1/clients/{client_id}/credentials", { params: { path: { client_id: clientId } } });
    expect(world.seen).toHaveLength(1);
  });
});
