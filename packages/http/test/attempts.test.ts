import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bearer, RequestRefusedError, TransportError } from "../src/index.ts";
import { exampleClient, fakeFetch, json, networkError, secret } from "./example-api.ts";

const one = { params: { path: { id: "r1" } } };
const create = { body: { type: "day", date: "2026-11-19" } } as const;
const busy = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers });
const never = (): Promise<Response> => new Promise(() => undefined);

describe("an attempt that fails in passing", () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 507, 520, 599])(
    "with HTTP %d is repeated where the operation is safe to repeat",
    async (status) => {
      const fetch = fakeFetch(busy(status), busy(status), json({ id: "r1" }));
      const client = exampleClient({ fetch });
      expect(await client.GET("/reports/{id}", one)).toMatchObject({ data: { id: "r1" } });
      expect(client.waits).toEqual([250, 500]);

      const lookup = fakeFetch(busy(status), json({ link: "x" }));
      expect(await exampleClient({ fetch: lookup }).POST("/lookup", { body: { day: "2026-11-19" } })).toMatchObject({
        data: { link: "x" },
      });
      expect(await Promise.all(lookup.requests.map((request) => request.text()))).toEqual([
        '{"day":"2026-11-19"}',
        '{"day":"2026-11-19"}',
      ]);

      const post = fakeFetch(busy(status));
      const { response } = await exampleClient({ fetch: post }).POST("/reports", create);
      expect(response.status).toBe(status);
      expect(post.requests).toHaveLength(1);
    },
  );

  it.each([400, 401, 403, 404, 409, 422, 501, 505])("but HTTP %d is an answer, and final", async (status) => {
    const fetch = fakeFetch(busy(status));
    expect((await exampleClient({ fetch }).GET("/reports/{id}", one)).response.status).toBe(status);
    expect(fetch.requests).toHaveLength(1);
  });

  it("ends as the last answer when its attempts are used up", async () => {
    const fetch = fakeFetch(busy(503), busy(502), json({ message: "still no" }, 500));
    const { error, response } = await exampleClient({ fetch }).GET("/reports/{id}", one);
    expect(response.status).toBe(500);
    expect(error).toEqual({ message: "still no" });
    expect(fetch.requests).toHaveLength(3);
  });

  it("on the network is repeated likewise, and then thrown", async () => {
    const fetch = fakeFetch(networkError("ECONNRESET"));
    await expect(exampleClient({ fetch }).GET("/reports/{id}", one)).rejects.toMatchObject({
      name: "TransportError",
      code: "network",
      message:
        "example getReport: network (api.example.com: the connection broke off, ECONNRESET). It may have reached the provider; try again later.",
      cause: { name: "TypeError", cause: { code: "ECONNRESET" } },
    });
    expect(fetch.requests).toHaveLength(3);

    const post = fakeFetch(networkError("ECONNRESET"));
    await expect(exampleClient({ fetch: post }).POST("/reports", create)).rejects.toMatchObject({
      code: "network",
      maybeSent: true,
    });
    expect(post.requests).toHaveLength(1);
  });

  it("is repeated as often as asked, by client or by call", async () => {
    for (const [retry, requests] of [
      [false, 1],
      [{ retries: 0 }, 1],
      [{ retries: 5 }, 6],
      [{}, 3],
      [undefined, 3],
    ] as const) {
      const ofClient = fakeFetch(busy(503));
      await exampleClient({ fetch: ofClient, ...(retry === undefined ? {} : { retry }) }).GET("/reports/{id}", one);
      expect(ofClient.requests).toHaveLength(requests);
      const ofCall = fakeFetch(busy(503));
      await exampleClient({ fetch: ofCall, retry: { retries: 2 } }).GET("/reports/{id}", {
        ...one,
        ...(retry === undefined ? {} : { retry }),
      });
      expect(ofCall.requests).toHaveLength(requests);
    }
  });

  it("waits a random part of a delay that doubles from 0.5 s to 10 s", async () => {
    const client = exampleClient({ fetch: fakeFetch(busy(503)), random: () => 1, retry: { retries: 7 } });
    await client.GET("/reports/{id}", one);
    expect(client.waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });
});

describe("Retry-After", () => {
  it("is a floor: jitter comes on top", async () => {
    const client = exampleClient({
      fetch: fakeFetch(busy(429, { "retry-after": "3" }), json({ id: "r1" })),
      random: () => 0,
    });
    await client.GET("/reports/{id}", one);
    const other = exampleClient({ fetch: fakeFetch(busy(429, { "retry-after": "3" }), json({ id: "r1" })) });
    await other.GET("/reports/{id}", one);
    expect([client.waits, other.waits]).toEqual([[3000], [3250]]);
  });

  it("that asks for more than a call may wait gives the answer back at once", async () => {
    const fetch = fakeFetch(busy(429, { "retry-after": "61" }), json({ id: "r1" }));
    const client = exampleClient({ fetch });
    expect((await client.GET("/reports/{id}", one)).response.status).toBe(429);
    expect(client.waits).toEqual([]);

    const patient = exampleClient({
      fetch: fakeFetch(busy(429, { "retry-after": "61" }), json({ id: "r1" })),
      retry: { maxWaitMs: Infinity },
    });
    expect((await patient.GET("/reports/{id}", one)).response.status).toBe(200);
    expect(patient.waits).toEqual([61_250]);
  });

  it("is counted over all of a call's waits", async () => {
    const fetch = fakeFetch(busy(503, { "retry-after": "40" }));
    const client = exampleClient({ fetch });
    await client.GET("/reports/{id}", one);
    expect(client.waits).toEqual([40_250]);
  });

  it("is never undercut, whatever its form and the clocks", async () => {
    const header = fc.oneof(
      fc.integer({ min: 0, max: 10_000_000 }).map((seconds) => ({ header: String(seconds), ms: seconds * 1000 })),
      fc
        .integer({ min: -1000, max: 10_000_000 })
        .map((seconds) => ({ header: new Date(1.79e12 + seconds * 1000).toUTCString(), ms: seconds * 1000 })),
    );
    await fc.assert(
      fc.asyncProperty(header, fc.double({ min: 0, max: 1, noNaN: true }), async (asked, jitter) => {
        const answer = busy(503, { "retry-after": asked.header, date: new Date(1.79e12).toUTCString() });
        const client = exampleClient({
          fetch: fakeFetch(answer, json({ id: "r1" })),
          random: () => jitter,
          now: () => 0,
          retry: { maxWaitMs: Infinity },
        });
        await client.GET("/reports/{id}", one);
        expect(client.waits).toHaveLength(1);
        expect(client.waits[0]).toBeGreaterThanOrEqual(Math.max(0, asked.ms));
      }),
      { seed: 2026, numRuns: 300 },
    );
  });
});

describe("a failure of the network", () => {
  it.each([
    ["ENOTFOUND", "the host was not found, ENOTFOUND). Nothing was sent; check the address and the network."],
    ["EAI_AGAIN", "the host was not found, EAI_AGAIN). Nothing was sent; check the address and the network."],
    ["ECONNREFUSED", "the connection was refused, ECONNREFUSED). Nothing was sent; check the address, and that"],
    [
      "UND_ERR_CONNECT_TIMEOUT",
      "no connection was made, UND_ERR_CONNECT_TIMEOUT). Nothing was sent; check the network",
    ],
    ["EHOSTUNREACH", "the network did not answer, EHOSTUNREACH). It may have reached the provider; check the network"],
    [
      "CERT_HAS_EXPIRED",
      "its certificate is not trusted, CERT_HAS_EXPIRED). Nothing was sent; check the address, the clock",
    ],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "its certificate is not trusted, UNABLE_TO_VERIFY_LEAF_SIGNATURE). "],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is not trusted, ERR_TLS_CERT_ALTNAME_INVALID). "],
    ["EPIPE", "the connection broke off, EPIPE). It may have reached the provider; try again later."],
    ["ESOMETHING", "connect ESOMETHING, ESOMETHING). "],
  ])("names the host, what happened and what to do: %s", async (code, words) => {
    const error = Object.assign(new Error(`connect ${code}`), { code });
    for (const thrown of [error, networkError(code)]) {
      const call = exampleClient({ fetch: fakeFetch(thrown), baseUrl: "https://dwh.example.com:8443" }).POST(
        "/reports",
        create,
      );
      const message = await call.then(String, (caught: unknown) => (caught as Error).message);
      if (code !== "ESOMETHING") expect(message).toContain(words);
      expect(message).toMatch(/^example createReport: network \(dwh\.example\.com:8443: /);
    }
  });

  it("whose causes go round ends the call all the same", async () => {
    const first = new Error("first");
    first.cause = new Error("second", { cause: first });
    const call = exampleClient({ fetch: fakeFetch(first) }).POST("/reports", create);
    await expect(call).rejects.toThrow("network (api.example.com: first)");
  });
});

describe("maybeSent", () => {
  it.each([
    ["ECONNREFUSED", false],
    ["ENOTFOUND", false],
    ["EAI_AGAIN", false],
    ["UND_ERR_CONNECT_TIMEOUT", false],
    ["ECONNRESET", true],
    ["EPIPE", true],
    ["UND_ERR_SOCKET", true],
    ["UND_ERR_HEADERS_TIMEOUT", true],
    ["CERT_HAS_EXPIRED", false],
  ])("after %s is %s", async (code, maybeSent) => {
    const call = exampleClient({ fetch: fakeFetch(networkError(code)) }).POST("/reports", create);
    await expect(call).rejects.toMatchObject({ code: "network", maybeSent });
  });

  it("is false for a port that fetch never connects to, and the message names the address", async () => {
    const call = exampleClient({ fetch: globalThis.fetch, baseUrl: "http://127.0.0.1:6000" }).POST("/reports", create);
    await expect(call).rejects.toMatchObject({
      maybeSent: false,
      message: expect.stringContaining(
        "(127.0.0.1:6000: fetch never connects to this port, bad port). Nothing was sent",
      ),
    });
  });

  it("stays true when only the last of several attempts surely never left", async () => {
    const fetch = fakeFetch(networkError("ECONNRESET"), networkError("ECONNREFUSED"));
    await expect(exampleClient({ fetch }).GET("/reports/{id}", one)).rejects.toMatchObject({ maybeSent: true });
    const answered = fakeFetch(busy(503), networkError("ECONNREFUSED"));
    await expect(exampleClient({ fetch: answered }).GET("/reports/{id}", one)).rejects.toMatchObject({
      maybeSent: true,
    });
  });
});

describe("time", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is limited for each attempt: 30 s unless said otherwise, by client or by call", async () => {
    for (const [ofClient, ofCall, expected] of [
      [undefined, undefined, 30_000],
      [5000, undefined, 5000],
      [5000, 700, 700],
    ] as const) {
      const fetch = fakeFetch(never);
      const client = exampleClient({ fetch, ...(ofClient === undefined ? {} : { timeoutMs: ofClient }) });
      const call = client.POST("/reports", { ...create, ...(ofCall === undefined ? {} : { timeoutMs: ofCall }) });
      const settled = vi.fn<() => void>();
      call.then(settled, settled);
      await vi.advanceTimersByTimeAsync(expected - 1);
      expect(settled).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      await expect(call).rejects.toMatchObject({
        code: "timeout",
        maybeSent: true,
        message: `example createReport: timeout (${expected} ms). It may have reached the provider; try again later.`,
      });
      expect(fetch.requests[0]?.signal.aborted).toBe(true);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it("that is over lets an operation that is safe to repeat try again, each time anew", async () => {
    const fetch = fakeFetch(never, never, json({ id: "r1" }));
    const call = exampleClient({ fetch, timeoutMs: 1000 }).GET("/reports/{id}", one);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await call).toMatchObject({ data: { id: "r1" } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("covers the reading of the answer, also of a body that drips for ever", async () => {
    const drip = (): Response =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => {
              setTimeout(resolve, 100);
            });
            controller.enqueue(new TextEncoder().encode(" "));
          },
        }),
      );
    const call = exampleClient({ fetch: fakeFetch(drip), timeoutMs: 1000 }).GET("/reports/{id}", one);
    call.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    await expect(call).rejects.toMatchObject({ code: "timeout", status: 200, maybeSent: true });
  });

  it("of an error's body is limited as well: the status is kept", async () => {
    const stalled = (): Response =>
      new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }), { status: 404 });
    const call = exampleClient({ fetch: fakeFetch(stalled), timeoutMs: 1000 }).GET("/reports/{id}", one);
    await vi.advanceTimersByTimeAsync(1000);
    const { error, response } = await call;
    expect([response.status, error]).toEqual([404, { message: "HTTP 404 with a body of no type", excerpt: "…" }]);
  });

  it("is not limited for a stream once its headers came", async () => {
    const slow = (): Response =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => {
              setTimeout(resolve, 60_000);
            });
            controller.enqueue(new TextEncoder().encode("late"));
            controller.close();
          },
        }),
      );
    const { data } = await exampleClient({ fetch: fakeFetch(slow) }).GET("/reports/{id}/content", {
      ...one,
      parseAs: "stream",
    });
    const text = new Response(data ?? null).text();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await text).toBe("late");
  });

  it("is limited for credentials that never come, and then nothing was sent", async () => {
    const fetch = fakeFetch(json({}));
    const credentials = bearer(() => new Promise(() => undefined), "apiKey");
    const call = exampleClient({ fetch, credentials, timeoutMs: 1000, retry: false }).GET("/reports/{id}", one);
    call.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    await expect(call).rejects.toMatchObject({ code: "timeout", maybeSent: false });
    expect(fetch.requests).toHaveLength(0);
  });

  it("longer than a timer can hold is no time-out at once", async () => {
    const call = exampleClient({ fetch: fakeFetch(never), timeoutMs: 2 ** 40 }).POST("/reports", create);
    const settled = vi.fn<() => void>();
    call.then(settled, settled);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(settled).not.toHaveBeenCalled();
  });
});

describe("an abort", () => {
  it("rejects with the signal's own reason, wherever the call is, and leaves nothing behind", async () => {
    vi.useFakeTimers();
    try {
      const stalled = (): Response =>
        new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }), { status: 200 });
      const failing = (): Response =>
        new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }), { status: 500 });
      const places: readonly [string, ReturnType<typeof exampleClient>][] = [
        ["while the provider is asked", exampleClient({ fetch: fakeFetch(never) })],
        ["while the answer is read", exampleClient({ fetch: fakeFetch(stalled) })],
        ["while an error's body is read", exampleClient({ fetch: fakeFetch(failing), retry: false })],
        [
          "while credentials are awaited",
          exampleClient({ fetch: fakeFetch(never), credentials: bearer(() => new Promise(() => undefined), "k") }),
        ],
        [
          "between attempts",
          exampleClient({
            fetch: fakeFetch(busy(503, { "retry-after": "30" })),
            sleep: (await import("../src/index.ts")).sleep,
          }),
        ],
      ];
      for (const [place, client] of places) {
        const controller = new AbortController();
        const added = vi.spyOn(controller.signal, "addEventListener");
        const removed = vi.spyOn(controller.signal, "removeEventListener");
        const call = client.GET("/reports/{id}", { ...one, signal: controller.signal });
        call.catch(() => undefined);
        await vi.advanceTimersByTimeAsync(10);
        const reason = { why: place };
        controller.abort(reason);
        await expect(call).rejects.toBe(reason);
        expect([place, vi.getTimerCount()]).toEqual([place, 0]);
        expect(removed.mock.calls.length).toBeGreaterThanOrEqual(1);
        expect(added.mock.calls.length).toBeLessThanOrEqual(2);
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it("before the call sends nothing", async () => {
    const fetch = fakeFetch(json({}));
    const reason = new Error("too late");
    await expect(
      exampleClient({ fetch }).GET("/reports/{id}", { ...one, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(fetch.requests).toHaveLength(0);
  });

  it("is not listened for any more when a call has ended", async () => {
    const { signal } = new AbortController();
    const listening = new Set<unknown>();
    vi.spyOn(signal, "addEventListener").mockImplementation((_, listener) => void listening.add(listener));
    vi.spyOn(signal, "removeEventListener").mockImplementation((_, listener) => void listening.delete(listener));
    const client = exampleClient({
      fetch: async (_, init) => (init?.signal?.aborted ? busy(500) : json({ id: "r1" })),
    });
    for (let call = 0; call < 20; call += 1) await client.GET("/reports/{id}", { ...one, signal });
    expect(listening.size).toBe(0);
  });

  it("ends a stream that is being read", async () => {
    const controller = new AbortController();
    const endless = (request: Request): Response => {
      const body = new ReadableStream({
        start(stream) {
          request.signal.addEventListener("abort", () => stream.error(request.signal.reason));
        },
      });
      return new Response(body);
    };
    const client = exampleClient({ fetch: fakeFetch(endless) });
    const { data } = await client.GET("/reports/{id}/content", {
      ...one,
      parseAs: "stream",
      signal: controller.signal,
    });
    const reading = new Response(data ?? null).text();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});

describe("a 401", () => {
  const renewable = (tokens: string[], renew = true) => ({
    authorize: () => ({ header: ["authorization", `Bearer ${tokens[0]}`] as const, secrets: [tokens[0] ?? ""] }),
    renew: () => {
      tokens.shift();
      return renew;
    },
  });

  it("is tried once more with renewed credentials, even for what is not safe to repeat: it was not let in", async () => {
    const fetch = fakeFetch(busy(401), json({ id: "r1", queue: 1 }, 202));
    const { response } = await exampleClient({ fetch, credentials: renewable(["old", "new"]) }).POST(
      "/reports",
      create,
    );
    expect(response.status).toBe(202);
    expect(fetch.requests.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer old", "Bearer new"]);
  });

  it("that comes again is the answer", async () => {
    const fetch = fakeFetch(busy(401));
    const { response } = await exampleClient({ fetch, credentials: renewable(["a", "b", "c"]) }).GET(
      "/reports/{id}",
      one,
    );
    expect(response.status).toBe(401);
    expect(fetch.requests).toHaveLength(2);
  });

  it("is the answer at once where nothing can be renewed", async () => {
    const fetch = fakeFetch(busy(401));
    await exampleClient({ fetch, credentials: renewable(["a", "b"], false) }).GET("/reports/{id}", one);
    await exampleClient({ fetch, credentials: bearer(secret, "apiKey") }).GET("/reports/{id}", one);
    expect(fetch.requests).toHaveLength(2);
  });
});

describe("options that make no sense", () => {
  it.each([0, -1, Number.NaN, "5" as unknown as number])("are refused: timeoutMs %j", async (timeoutMs) => {
    expect(() => exampleClient({ timeoutMs })).toThrow(/^timeoutMs: /);
    await expect(exampleClient().GET("/reports", { timeoutMs })).rejects.toBeInstanceOf(RequestRefusedError);
  });

  it.each([{ retries: -1 }, { retries: Number.NaN }, { maxWaitMs: -1 }, { maxWaitMs: Number.NaN }])(
    "are refused: retry %j",
    async (retry) => {
      expect(() => exampleClient({ retry })).toThrow(/^retry\./);
      await expect(exampleClient().GET("/reports", { retry })).rejects.toBeInstanceOf(RequestRefusedError);
    },
  );
});

describe("middleware", () => {
  it("runs around all attempts, the first outermost, and never sees the credentials", async () => {
    const seen: string[] = [];
    const fetch = fakeFetch(busy(503), json({ id: "r1" }));
    const client = exampleClient({ fetch });
    const layer = (name: string) => ({
      onRequest: ({ request, schemaPath }: { request: Request; schemaPath: string }) => {
        seen.push(`${name} > ${schemaPath} ${request.headers.get("authorization")}`);
      },
      onResponse: ({ response }: { response: Response }) => {
        seen.push(`${name} < ${response.status}`);
      },
    });
    const [outer, inner] = [layer("outer"), layer("inner")];
    client.use(outer, inner);
    expect(await client.GET("/reports/{id}", one)).toMatchObject({ data: { id: "r1" } });
    expect(seen).toEqual(["outer > /reports/{id} null", "inner > /reports/{id} null", "inner < 200", "outer < 200"]);
    client.eject(outer, inner, outer);
    await client.GET("/reports/{id}", one);
    expect(seen).toHaveLength(4);
  });

  it("can change a request, body and all, and repeats of it are whole", async () => {
    const fetch = fakeFetch(busy(503), json({ link: "x" }));
    const client = exampleClient({ fetch });
    client.use({
      onRequest: ({ request }) =>
        new Request(request, { headers: { "x-trace": "1" }, body: '{"day":"2026-11-18"}', method: "POST" }),
    });
    await client.POST("/lookup", { body: { day: "2026-11-19" } });
    expect(
      await Promise.all(fetch.requests.map(async (request) => [request.headers.get("x-trace"), await request.text()])),
    ).toEqual([
      ["1", '{"day":"2026-11-18"}'],
      ["1", '{"day":"2026-11-18"}'],
    ]);
  });

  it("can answer in place of the provider, change an answer, and mend or change an error", async () => {
    const fetch = fakeFetch(networkError("ECONNRESET"));
    const cached = exampleClient({ fetch });
    cached.use({ onRequest: () => json({ id: "cached" }) });
    expect(await cached.GET("/reports/{id}", one)).toMatchObject({ data: { id: "cached" } });
    expect(fetch.requests).toHaveLength(0);

    const mended = exampleClient({ fetch, retry: false });
    mended.use({
      onError: ({ error }) => (TransportError.isInstance(error) ? json({ id: "mended" }) : undefined),
      onResponse: ({ response }) => json({ id: `${response.status}` }),
    });
    expect(await mended.GET("/reports/{id}", one)).toMatchObject({ data: { id: "200" } });

    const changed = exampleClient({ fetch, retry: false });
    changed.use({ onError: () => new RangeError("mine") });
    await expect(changed.GET("/reports/{id}", one)).rejects.toThrow(new RangeError("mine"));
  });

  it("may read a clone of an answer, also of a failed one", async () => {
    const read: string[] = [];
    const client = exampleClient({ fetch: fakeFetch(json({ message: "no" }, 404)) });
    client.use({
      onResponse: async ({ response }) => {
        read.push(await response.clone().text());
      },
    });
    expect((await client.GET("/reports/{id}", one)).error).toEqual({ message: "no" });
    expect(read).toEqual(['{"message":"no"}']);
  });
});
