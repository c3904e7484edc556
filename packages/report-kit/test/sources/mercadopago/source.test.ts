import { createMercadopagoClient } from "@report-kit/mercadopago";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Observation } from "../../../src/index.ts";
import { settlementReports } from "../../../src/sources/mercadopago/mercadopago.ts";
import { callOf, failure, families, meaningOf, observe, sandboxScene, scripted, weekSent, weekTask } from "./scene.ts";
import type { Scripted } from "./scene.ts";

describe("a create", () => {
  it.each(families)(
    "asks for the days by one request and keeps the task's id, for %s reports",
    async (family, reports) => {
      const { sandbox, client } = await sandboxScene();
      const seen = await observe(reports(client, { account: "1" }), "create");
      expect(seen).toEqual({ is: "pending", status: "pending", reference: sandbox.reports[0]?.id });
      expect(sandbox.requests).toMatchObject([
        {
          method: "POST",
          path: `/v1/account/${family}_report`,
          query: {},
          body: weekSent,
          authorised: true,
          status: 202,
        },
      ]);
      expect(sandbox.violations).toEqual([]);
    },
  );

  it.each([
    ["a number", 99336983670, "99336983670"],
    ["a text of digits", "99336983670", "99336983670"],
    ["a UUID of a test account", "0b1f1f0e-5d6c-4f0e-9f57-5a4de2d0a1b2", "0b1f1f0e-5d6c-4f0e-9f57-5a4de2d0a1b2"],
  ])("takes an id that is %s", async (_, id, reference) => {
    expect(await meaningOf("create", [202, { ...weekTask, id }])).toEqual({
      is: "pending",
      status: "pending",
      reference,
    });
  });

  it.each([undefined, null, "", 2 ** 53, -1, 1.5, {}, "a/b", "list:1", "x".repeat(101)])(
    "whose answer has the id %j may have made a report, and is looked for",
    async (id) => {
      const seen = await meaningOf("create", [202, { ...weekTask, id }]);
      expect(seen).toMatchObject({ is: "unknown" });
      expect(seen).not.toHaveProperty("reference");
    },
  );

  it("answered 203 made nothing", async () => {
    const { sandbox, client } = await sandboxScene();
    sandbox.fail({ operationId: "createSettlementReport" }, { kind: "nothing-made" });
    const seen = await observe(settlementReports(client, { account: "1" }), "create");
    expect(seen).toMatchObject({ is: "refused", code: "nothing-made" });
    expect(sandbox.made()).toBe(0);
  });

  it.each(families)(
    "without a configuration says how to make one, and it works, for %s reports",
    async (family, reports) => {
      const { sandbox, client } = await sandboxScene({ mercadopagoConfigured: false });
      const source = reports(client, { account: "1" });
      const seen = await observe(source, "create");
      expect(seen).toMatchObject({ is: "refused", code: "not-configured", error: { status: 404 } });
      const { message } = seen as Extract<Observation, { is: "refused" }>; // asserted above
      const [, path, fields] = /client\.POST\("([^"]+)", \{ body: (\{.*\}) \}\)/.exec(message) ?? [];
      expect(path).toBe(`/v1/account/${family}_report/config`);
      const body: unknown = JSON.parse(String(fields).replaceAll(/(\w+):/g, '"$1":'));
      // As the message writes them, of whichever family.
      const made = await client.POST(path as "/v1/account/settlement_report/config", { body: body as never });
      expect(made.response.status).toBe(200);
      expect(await observe(source, "create")).toMatchObject({ is: "pending" });
      expect(sandbox.requests.map(({ status }) => status)).toEqual([404, 200, 202]);
      expect(sandbox.violations).toEqual([]);
    },
  );

  it.each<[string, Scripted, Partial<Observation>]>([
    [
      "no configuration, in words",
      failure(404, "config_not_found_for_user", "Configuration not found for user"),
      { is: "refused", code: "not-configured" },
    ],
    ["another 404", failure(404, "not_found", "no Route matched"), { is: "refused", code: "not-found" }],
    [
      "the cap on reports",
      [400, { message: "Max number of reports", status: 400 }],
      { is: "refused", code: "too-many-reports", retryable: true },
    ],
    [
      "a period refused",
      failure(400, "invalid_end_date", "You must specify 'end_date' parameter."),
      { is: "refused", code: "http-400" },
    ],
    ["a wrong token", failure(401, "Invalid token", "Invalid token."), { is: "denied" }],
    [
      "too many requests",
      [429, { message: "slow down" }, { "retry-after": "30" }],
      { is: "unreachable", retryAfterMs: 30_000 },
    ],
    ["a failure", failure(500, "internal_error", "Internal error."), { is: "unclear" }],
    ["a failure in the words of the cap", [500, { message: "Max number of reports" }], { is: "unclear" }],
    ["a bad gateway", [502], { is: "unclear" }],
    ["a lost connection", new TypeError("fetch failed"), { is: "unclear" }],
    ["an empty success", [202], { is: "unclear" }],
  ])("answered by %s", async (_, answer, meaning) => {
    expect(await meaningOf("create", answer)).toMatchObject(meaning);
  });
});

describe("a source", () => {
  it("names the family and the account, and follows no links", () => {
    const { client } = scripted();
    const sources = families.map(([, reports]) => reports(client, { account: "123456789" }));
    expect(sources.map(({ id }) => id)).toEqual(["mercadopago-settlement/123456789", "mercadopago-release/123456789"]);
    for (const source of sources) {
      expect(source).toMatchObject({
        provider: "mercadopago",
        account: "123456789",
        origin: "https://api.mercadopago.com",
        linkHosts: [],
      });
      expect(source.profile).toMatchObject({ tier: "list", remakes: true });
    }
    expect(sources.map(({ profile }) => profile.visibilityBoundMs)).toEqual([60_000, undefined]);
  });

  it("gives a create half a minute, whatever its client gives other calls", async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const client = createMercadopagoClient({
      accessToken: "APP_USR-test",
      timeoutMs: 3_600_000,
      fetch: (_, init) =>
        new Promise((_, reject) => {
          init?.signal?.addEventListener("abort", () => reject(new Error("cut")));
        }),
    });
    let seen: unknown;
    const create = observe(settlementReports(client, { account: "1" }), "create").then((observation) => {
      seen = observation;
    });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(seen).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await create;
    expect(seen).toMatchObject({ is: "unclear", error: { code: "timeout" } });
  });

  it("sends nothing once its signal has aborted, and gives up a request under way", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    let requests = 0;
    const client = createMercadopagoClient({
      accessToken: "APP_USR-test",
      fetch: (_, init) => {
        requests += 1;
        controller.abort(reason);
        return new Promise((_, reject) => {
          init?.signal?.addEventListener("abort", () => reject(reason));
        });
      },
    });
    const source = settlementReports(client, { account: "1" });
    const call = callOf(source, { reference: "99336983670", signal: controller.signal });
    await expect(source.create?.(call)).rejects.toBe(reason);
    await expect(source.create?.(call)).rejects.toBe(reason);
    await expect(source.look(call)).rejects.toBe(reason);
    await expect(source.look({ ...call, reference: "list:99336983670" })).rejects.toBe(reason);
    await expect(source.find?.(call, 0)).rejects.toBe(reason);
    await expect(source.find?.(call, 1)).rejects.toBe(reason);
    expect(requests).toBe(1);
  });
});
