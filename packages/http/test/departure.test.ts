import { describe, expect, it } from "vitest";
import { bearer, orThrow, TransportError } from "../src/index.ts";
import type { CallSettings, ProviderClientOptions } from "../src/index.ts";
import { exampleClient, fakeFetch, json, networkError } from "./example-api.ts";
import type { Answer } from "./example-api.ts";

const create = { body: { type: "day", date: "2026-11-19" } } as const;
const one = { params: { path: { id: "r1" } } };
const made = json({ id: "r1", queue: 1 }, 202);

/** A client by a clock of its own, and what became of its calls. */
function scene(options: Partial<ProviderClientOptions> = {}, ...answers: readonly Answer[]) {
  const clock = { ms: 1_000 };
  const departures: number[] = [];
  const fetch = fakeFetch(...(answers.length === 0 ? [made] : answers));
  const client = exampleClient({
    fetch,
    now: () => clock.ms,
    sleep: async (ms) => {
      clock.ms += ms;
    },
    ...options,
  });
  const settings = (notAfter?: number): CallSettings => ({
    notAfter,
    onDeparture: () => void departures.push(clock.ms),
  });
  return { clock, client, fetch, departures, settings };
}

describe("notAfter", () => {
  it("lets a request leave until that instant, and not after it", async () => {
    for (const late of [0, 1]) {
      const { client, fetch, departures, settings } = scene();
      const call = client
        .POST("/reports", { ...create, ...settings(1_000 - late) })
        .then((result) => orThrow(result).status);
      if (late === 0) expect(await call).toBe(202);
      else
        await expect(call).rejects.toMatchObject({
          name: "TransportError",
          code: "too-late",
          maybeSent: false,
          retryable: true,
          message:
            "example createReport: too-late (it was to leave by 1970-01-01T00:00:00.999Z). Nothing was sent; try again later.",
        });
      expect([fetch.requests.length, departures]).toEqual(late === 0 ? [1, [1_000]] : [0, []]);
    }
  });

  it("is looked at below middleware and credentials: what these hold back does not leave", async () => {
    const held = scene();
    held.client.use({ onRequest: () => void (held.clock.ms += 60_000) });
    const slow = scene({
      credentials: bearer(async () => {
        slow.clock.ms += 60_000;
        return "key";
      }, "apiKey"),
    });
    for (const { client, fetch, settings } of [held, slow]) {
      const call = client.POST("/reports", { ...create, ...settings(2_000) });
      await expect(call).rejects.toMatchObject({ code: "too-late", maybeSent: false });
      expect(fetch.requests).toHaveLength(0);
    }
  });

  it("is looked at before each attempt and each redirect; what was sent before is not forgotten", async () => {
    const slow = (answer: Response, target: { clock: { ms: number } }) => (): Response => {
      target.clock.ms += 5_000;
      return answer;
    };
    const away = scene({}, () => slow(new Response(null, { status: 302, headers: { location: "/v1/x" } }), away)());
    const hop = away.client.GET("/reports/{id}", { ...one, ...away.settings(2_000) });
    await expect(hop).rejects.toMatchObject({ code: "too-late", maybeSent: true });
    expect(away.fetch.requests).toHaveLength(1);

    const broken = scene({}, networkError("ECONNRESET"));
    const again = broken.client.POST("/lookup", { body: { day: "2026-11-19" }, ...broken.settings(1_249) });
    // The wait of 250 ms would end too late, so it does not begin.
    await expect(again).rejects.toMatchObject({ code: "network", maybeSent: true });
    expect([broken.fetch.requests.length, broken.clock.ms]).toEqual([1, 1_000]);
  });

  it("ends the waits between attempts as their number does: the last answer is given back", async () => {
    const busy = scene({}, new Response(null, { status: 503 }));
    const { response } = await busy.client.GET("/reports/{id}", { ...one, ...busy.settings(1_250) });
    expect([response.status, busy.departures]).toEqual([503, [1_000, 1_250]]);
  });

  it("after a 401, which let nothing in, says that nothing was sent", async () => {
    let key = "old";
    const renewing = scene(
      {
        credentials: {
          authorize: () => ({ header: ["authorization", `Bearer ${key}`], secrets: [key] }),
          renew: () => {
            key = "new";
            renewing.clock.ms += 5_000;
            return true;
          },
        },
      },
      new Response(null, { status: 401 }),
    );
    const call = renewing.client.POST("/reports", { ...create, ...renewing.settings(2_000) });
    await expect(call).rejects.toMatchObject({ code: "too-late", maybeSent: false });
  });

  it.each([Number.NaN, -1, "soon", null])("that is no instant is refused: %j", async (notAfter) => {
    const { client, fetch } = scene();
    await expect(client.POST("/reports", { ...create, notAfter })).rejects.toThrow(/^notAfter: expected /);
    expect(fetch.requests).toHaveLength(0);
  });
});

describe("onDeparture", () => {
  const shared = new Error("one error for many calls");
  const controller = new AbortController();
  controller.abort(shared);
  const late = new AbortController();
  it.each<[string, Partial<ProviderClientOptions>, object, (client: ReturnType<typeof exampleClient>) => void]>([
    [
      "the credential function throws",
      { credentials: bearer(() => Promise.reject(shared), "apiKey") },
      {},
      () => undefined,
    ],
    [
      "it throws no error at all",
      {
        credentials: {
          authorize: () => {
            throw "sealed";
          },
        },
      },
      {},
      () => undefined,
    ],
    ["it gives an empty text", { credentials: bearer(() => "", "apiKey") }, {}, () => undefined],
    [
      "it is waited for when the caller aborts",
      { credentials: bearer(() => new Promise(() => setTimeout(() => late.abort(shared))), "apiKey") },
      { signal: late.signal },
      () => undefined,
    ],
    [
      "it takes longer than the call may",
      { credentials: bearer(() => new Promise(() => undefined), "apiKey"), timeoutMs: 20, retry: false },
      {},
      () => undefined,
    ],
    [
      "the exchange for a token fails on the network",
      {
        credentials: {
          authorize: () => {
            throw new TransportError({
              code: "network",
              message: "exchange",
              provider: "example",
              operationId: "createToken",
              maybeSent: true,
            });
          },
        },
      },
      {},
      () => undefined,
    ],
    ["the caller has aborted", {}, { signal: controller.signal }, () => undefined],
    [
      "middleware throws",
      {},
      {},
      (client) =>
        client.use({
          onRequest: () => {
            throw shared;
          },
        }),
    ],
    ["middleware answers itself", {}, {}, (client) => client.use({ onRequest: () => new Response("{") })],
    ["middleware gives what is no request", {}, {}, (client) => client.use({ onRequest: () => "x" as never })],
    ["the request can't be written", {}, { body: { day: 1n } }, () => undefined],
    ["a header can't be sent", {}, { headers: { "x-note": "a\nb" } }, () => undefined],
  ])("is not called when nothing is sent: %s", async (_, options, settings, arrange) => {
    const { client, fetch, departures, settings: observed } = scene(options);
    arrange(client);
    const call = client.POST("/reports", { ...create, ...observed(), ...settings });
    const thrown: unknown = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).toBeDefined();
    if (TransportError.isInstance(thrown) && thrown.code !== "unreadable-answer") expect(thrown.maybeSent).toBe(false);
    expect([fetch.requests.length, departures.length]).toEqual([0, 0]);
  });

  it("is called when something may have been sent: also when the caller aborts, with a reason that others share", async () => {
    const abort = new AbortController();
    const { client, departures, settings } = scene({}, () => {
      abort.abort(shared);
      return new Promise<Response>(() => undefined);
    });
    await expect(client.POST("/reports", { ...create, ...settings(), signal: abort.signal })).rejects.toBe(shared);
    expect(departures).toEqual([1_000]);
  });

  it("can keep a request from leaving", async () => {
    const { client, fetch } = scene();
    const onDeparture = (): never => {
      throw shared;
    };
    await expect(client.POST("/reports", { ...create, onDeparture })).rejects.toBe(shared);
    expect(fetch.requests).toHaveLength(0);
  });

  it("or not, a reason to abort that is falsy is the reason that the call ends with", async () => {
    for (const reason of ["", 0, null, false]) {
      const abort = new AbortController();
      const { client } = scene({}, () => {
        abort.abort(reason);
        return new Promise<Response>(() => undefined);
      });
      const thrown: unknown = await client.POST("/reports", { ...create, signal: abort.signal }).then(
        () => "nothing",
        (error: unknown) => error,
      );
      expect(thrown).toBe(reason);
    }
  });
});
