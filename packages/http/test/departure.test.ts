import { describe, expect, it } from "vitest";
import { bearer, TransportError } from "../src/index.ts";
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
  const settings = (): CallSettings => ({ onDeparture: () => void departures.push(clock.ms) });
  return { clock, client, fetch, departures, settings };
}

/** What a report job throws for a request that it must not let out any more: it does not know what this call has sent. */
const tooLate = new TransportError({
  code: "too-late",
  message: "it was held back for too long",
  provider: "example",
  operationId: undefined,
  maybeSent: false,
});

describe("onDeparture that looks at the clock", () => {
  /** A call whose requests may leave until an instant. */
  function until(instant: number, { clock, departures }: ReturnType<typeof scene>): CallSettings {
    const onDeparture = (): void => {
      if (clock.ms > instant) throw tooLate;
      departures.push(clock.ms);
    };
    return { onDeparture };
  }

  it("sees the time that middleware and credentials take: what these hold back does not leave", async () => {
    const held = scene();
    held.client.use({ onRequest: () => void (held.clock.ms += 60_000) });
    const slow = scene({
      credentials: bearer(async () => {
        slow.clock.ms += 60_000;
        return "key";
      }, "apiKey"),
    });
    for (const one of [held, slow]) {
      const call = one.client.POST("/reports", { ...create, ...until(2_000, one) });
      await expect(call).rejects.toBe(tooLate);
      expect(one.fetch.requests).toHaveLength(0);
    }
  });

  it("is called before each attempt and each redirect; what was sent before is not forgotten", async () => {
    const away = scene({}, () => {
      away.clock.ms += 5_000;
      return new Response(null, { status: 302, headers: { location: "/v1/x" } });
    });
    const hop = away.client.GET("/reports/{id}", { ...one, ...until(2_000, away) });
    await expect(hop).rejects.toMatchObject({ code: "too-late", maybeSent: true, cause: tooLate });
    expect([away.fetch.requests.length, away.departures]).toEqual([1, [1_000]]);

    const broken = scene({}, networkError("ECONNRESET"));
    const again = broken.client.POST("/lookup", { body: { day: "2026-11-19" }, ...until(1_249, broken) });
    await expect(again).rejects.toMatchObject({ code: "too-late", maybeSent: true });
    // After the wait of 250 ms; a call that is too late is not repeated, however many attempts it has left.
    expect([broken.fetch.requests.length, broken.clock.ms]).toEqual([1, 1_250]);
  });

  it("after a 401, which let nothing in, leaves nothing sent", async () => {
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
    const call = renewing.client.POST("/reports", { ...create, ...until(2_000, renewing) });
    await expect(call).rejects.toMatchObject({ code: "too-late", maybeSent: false });
    expect(renewing.fetch.requests).toHaveLength(1);
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
