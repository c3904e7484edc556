import { describe, expect, expectTypeOf, it } from "vitest";
import { createCircleClient, orThrow, RequestRefusedError } from "../src/index.ts";
import type { CircleClient, ReportRequest } from "../src/index.ts";

const apiKey = "TEST_API_KEY:0123:4567";
const body: ReportRequest = { reportType: "camt053", date: "2026-11-19" };
const id = "550e8400-e29b-41d4-a716-446655440000";

/** Answers in turn, and what was asked. */
function answering(...answers: readonly Response[]): {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: Request[];
} {
  const requests: Request[] = [];
  return {
    requests,
    fetch: async (input, init) => {
      requests.push(new Request(input, init));
      return (answers[requests.length - 1] ?? answers.at(-1) ?? Response.json({})).clone();
    },
  };
}

describe("createCircleClient", () => {
  it("asks the environment it is told, with the key as a bearer", async () => {
    const addresses = { production: "https://api.circle.com", sandbox: "https://api-sandbox.circle.com" } as const;
    for (const environment of ["production", "sandbox"] as const) {
      const { fetch, requests } = answering(
        Response.json({ data: { id, reportType: "camt053", status: "pending" } }, { status: 202 }),
      );
      const client = createCircleClient({ apiKey, environment, fetch });
      await client.POST("/v1/reports", { body });
      expect([client.origin, client.baseUrl, client.provider]).toEqual([
        addresses[environment],
        addresses[environment],
        "circle",
      ]);
      expect(requests[0]?.url).toBe(`${addresses[environment]}/v1/reports`);
      expect(requests[0]?.headers.get("authorization")).toBe(`Bearer ${apiKey}`);
      expect(await requests[0]?.json()).toEqual(body);
    }
  });

  it("has no default environment: one of environment and baseUrl is required, and the refusal names both", () => {
    // @ts-expect-error: neither
    expect(() => createCircleClient({ apiKey })).toThrow(
      "environment: expected production or sandbox, or a baseUrl in its place",
    );
    // @ts-expect-error: both
    expect(() => createCircleClient({ apiKey, environment: "sandbox", baseUrl: "http://localhost" })).toThrow(
      RequestRefusedError,
    );
    // @ts-expect-error: no such environment
    expect(() => createCircleClient({ apiKey, environment: "staging" })).toThrow(/^environment: /);
    // @ts-expect-error: no name of an object's own
    expect(() => createCircleClient({ apiKey, environment: "constructor" })).toThrow(RequestRefusedError);
    expect(createCircleClient({ apiKey, baseUrl: "http://localhost:4010/" }).baseUrl).toBe("http://localhost:4010");
  });

  it("refuses a key that is missing", () => {
    // @ts-expect-error: as an unset environment variable would be
    expect(() => createCircleClient({ apiKey: undefined, environment: "sandbox" })).toThrow(/^apiKey: expected /);
  });
});

describe("requesting a report", () => {
  it("is repeated when it fails in passing: the same parameters give the same report", async () => {
    const { fetch, requests } = answering(
      new Response(null, { status: 503 }),
      Response.json({ data: { id, reportType: "camt053", status: "ready" } }, { status: 200 }),
    );
    const client = createCircleClient({ apiKey, environment: "sandbox", fetch, sleep: async () => undefined });
    const report = orThrow(await client.POST("/v1/reports", { body }));
    expectTypeOf(report.status).toEqualTypeOf<200 | 202>();
    expect([report.status, report.data.data?.status, requests.length]).toEqual([200, "ready", 2]);
  });

  it("tells 400 with Circle's validation errors", async () => {
    const error = {
      code: 2,
      message: "API parameter invalid",
      errors: [{ error: "date_not_in_past", message: "date must be in the past", location: "date" }],
    };
    const { fetch } = answering(Response.json(error, { status: 400, headers: { "x-request-id": "req-1" } }));
    const client = createCircleClient({ apiKey, environment: "sandbox", fetch });
    const call = client.POST("/v1/reports", { body }).then((result) => orThrow(result));
    await expect(call).rejects.toMatchObject({
      code: "http-400",
      providerCode: "2",
      status: 400,
      operationId: "requestReport",
      requestId: "req-1",
      body: error,
      retryable: false,
    });
  });
});

describe("what compiles", () => {
  // Never called: its lines are for the compiler.
  const never = async (client: CircleClient): Promise<void> => {
    const date = "2026-11-19";
    await client.POST("/v1/reports", {
      body: { reportType: "managed_payout_transactions", timeframe: "monthly", date },
    });
    // @ts-expect-error: a managed report needs its timeframe
    await client.POST("/v1/reports", { body: { reportType: "managed_payout_transactions", date } });
    const balances = { reportType: "managed_payment_wallet_balances", timeframe: "monthly", date } as const;
    // @ts-expect-error: wallet balances are daily alone
    await client.POST("/v1/reports", { body: balances });
    // @ts-expect-error: a statement has no timeframe
    await client.POST("/v1/reports", { body: { reportType: "camt053", date, timeframe: "daily" } });
    // @ts-expect-error: the date is missing
    await client.POST("/v1/reports", { body: { reportType: "camt053" } });
    // @ts-expect-error: no such report type
    await client.POST("/v1/reports", { body: { reportType: "camt054", date } });
    // @ts-expect-error: the range is required
    await client.GET("/v1/reports", { params: { query: { reportType: "managed_payin_transactions" } } });
    const { data } = orThrow(
      await client.GET("/v1/reports/{id}/content", { params: { path: { id } }, parseAs: "stream" }),
    );
    expectTypeOf(data).toEqualTypeOf<ReadableStream<Uint8Array<ArrayBuffer>>>();
    const { data: report } = orThrow(await client.GET("/v1/reports/{id}", { params: { path: { id } } }));
    expectTypeOf(report.data?.status).toEqualTypeOf<"pending" | "ready" | "failed" | undefined>();
  };

  it("is what Circle documents", () => {
    expect(never).toBeTypeOf("function");
  });
});

describe("what compiles and can't work", () => {
  it("is refused before anything is sent, by what the description says", async () => {
    const fetch = () => Promise.reject(new Error("sent"));
    const client = createCircleClient({ apiKey: "SAND_API_KEY:a:b", environment: "sandbox", fetch });
    const id = "4f0d3f4e-6f0b-4a4f-9d51-0c7f3d0c3a11";
    await expect(client.GET("/v1/reports/{id}/content", { params: { path: { id } } })).rejects.toThrow(
      /^parseAs: expected "stream"/,
    );
    const query = {
      reportType: "camt053_managed",
      startDate: "2026-11-19",
      endDate: "2026-11-20",
      pagesize: 10,
    } as const;
    await expect(client.GET("/v1/reports", { params: { query } })).rejects.toThrow(/pagesize.*did you mean pageSize/);
    const body = { reportType: "camt053", date: "2026-11-19", timeframes: "daily" } as const;
    await expect(client.POST("/v1/reports", { body })).rejects.toThrow(/^body.timeframes: .*did you mean timeframe/);
  });
});

describe("an option that can't be meant", () => {
  const good = { apiKey: "SAND_API_KEY:a:b", environment: "sandbox" } as const;
  it.each([
    [{ apikey: "x" }, /^apikey: .*did you mean apiKey\?/],
    [{ timeoutMS: 1 }, /^timeoutMS: .*did you mean timeoutMs\?/],
    [{ timeoutMs: "5000" }, /^timeoutMs: expected number, got string/],
    [{ retry: { retires: 1 } }, /^retry\.retires: .*did you mean retries\?/],
    [{ maxBodyBytes: -1 }, /^maxBodyBytes: expected a number from 1/],
    [{ fetch: "x" }, /^fetch: expected function, got string/],
    [{ baseUrl: 5 }, /^baseUrl: expected string, got number/],
  ])("is refused by name: %j", (more, words) => {
    expect(() => createCircleClient({ ...good, ...(more as object) })).toThrow(words);
  });

  it("is refused where there are none at all", () => {
    for (const none of [undefined, null, "x", []])
      expect(() => createCircleClient(none as never)).toThrow(/^options: expected /);
  });
});
