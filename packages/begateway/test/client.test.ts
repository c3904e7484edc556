import { describe, expect, expectTypeOf, it } from "vitest";
import { createBegatewayClient, orThrow } from "../src/index.ts";
import type { BegatewayClient, ReportRequest } from "../src/index.ts";

const options = { pspId: "361", secretKey: "b3c4d5e6f7", baseUrl: "https://dwh.example.com/psp/" };
const body: ReportRequest = {
  type: "balance_records",
  format: "xlsx",
  user_id: 12,
  request_params: { currency: "EUR", date_from: "2026-11-01T00:00:00+00:00", date_to: "2026-11-19T23:59:59+00:00" },
};
const report = { id: "c3050350-358c-4136-9ba2-da187fc443f5", status: "queued" };

describe("createBegatewayClient", () => {
  it("asks the tenant's address, by HTTP Basic, with the headers that the provider wants", async () => {
    const requests: Request[] = [];
    const client = createBegatewayClient({
      ...options,
      fetch: async (input, init) => {
        requests.push(new Request(input, init));
        return Response.json({ data: { report } }, { status: 201 });
      },
    });
    const created = orThrow(await client.POST("/api/v2/reports", { body }));
    expectTypeOf(created.status).toEqualTypeOf<200 | 201 | 202>();
    expect(created).toMatchObject({ status: 201, data: { data: { report } } });
    const [request] = requests;
    expect(request?.url).toBe("https://dwh.example.com/psp/api/v2/reports");
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      accept: "application/json",
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from("361:b3c4d5e6f7").toString("base64")}`,
    });
    expect([client.provider, client.baseUrl, client.origin]).toEqual([
      "begateway",
      "https://dwh.example.com/psp",
      "https://dwh.example.com",
    ]);
  });

  it("refuses what can't be used, by name and unseen", () => {
    expect(() => createBegatewayClient({ ...options, secretKey: "b3c4\nd5e6" })).toThrow(/^secretKey: /);
    expect(() => createBegatewayClient({ ...options, pspId: "3:61" })).toThrow(/^pspId: /);
    expect(() => createBegatewayClient({ ...options, baseUrl: "http://dwh.example.com" })).toThrow(/^baseUrl: /);
    // @ts-expect-error: each PSP has its own address
    expect(() => createBegatewayClient({ pspId: "361", secretKey: "x" })).toThrow(/^baseUrl: /);
  });
});

describe("creating a report", () => {
  it("is never repeated: each request could make another", async () => {
    let requests = 0;
    const client = createBegatewayClient({
      ...options,
      fetch: async () => {
        requests += 1;
        throw new TypeError("fetch failed", { cause: Object.assign(new Error("read"), { code: "ECONNRESET" }) });
      },
    });
    await expect(client.POST("/api/v2/reports", { body })).rejects.toMatchObject({
      name: "TransportError",
      maybeSent: true,
    });
    expect(requests).toBe(1);
  });

  it("tells the provider's words for a refusal", async () => {
    const error = {
      error: {
        code: "unprocessable_entity",
        message: "Unprocessable",
        friendly_message: "currency is missing",
        help: "https://x",
      },
    };
    const client = createBegatewayClient({ ...options, fetch: async () => Response.json(error, { status: 422 }) });
    const call = client.POST("/api/v2/reports", { body }).then((result) => orThrow(result));
    await expect(call).rejects.toMatchObject({
      code: "http-422",
      providerCode: "unprocessable_entity",
      message: "begateway answered HTTP 422 to createReport: currency is missing. Check the request.",
    });
  });
});

describe("what compiles", () => {
  // Never called: its lines are for the compiler.
  const never = async (client: BegatewayClient): Promise<void> => {
    // @ts-expect-error: the currency is missing
    await client.POST("/api/v2/reports", { body: { ...body, request_params: { date_from: "", date_to: "" } } });
    // @ts-expect-error: no such format
    await client.POST("/api/v2/reports", { body: { ...body, format: "pdf" } });
    // @ts-expect-error: the id is missing
    await client.GET("/api/v2/reports/{report_id}", { params: { path: { id: "x" } } });
  };

  it("is what beGateway documents", () => {
    expect(never).toBeTypeOf("function");
  });
});

describe("what compiles and can't work", () => {
  it("is refused before anything is sent: the page's other name for a field is not the wire's", async () => {
    const fetch = () => Promise.reject(new Error("sent"));
    const client = createBegatewayClient({ pspId: "7", secretKey: "s", baseUrl: "https://dwh.example.com", fetch });
    const call = client.POST("/api/v2/reports", { body: { ...body, request_parameters: {} } });
    await expect(call).rejects.toThrow(/^body.request_parameters: .*did you mean request_params/);
  });
});

describe("an option that can't be meant", () => {
  const good = { pspId: "7", secretKey: "s", baseUrl: "https://dwh.example.com" } as const;
  it.each([
    [{ secretkey: "x" }, /^secretkey: .*did you mean secretKey\?/],
    [{ timeoutMS: 1 }, /^timeoutMS: .*did you mean timeoutMs\?/],
    [{ timeoutMs: "5000" }, /^timeoutMs: expected number, got string/],
    [{ retry: { retires: 1 } }, /^retry\.retires: .*did you mean retries\?/],
    [{ maxBodyBytes: -1 }, /^maxBodyBytes: expected a number from 1/],
    [{ fetch: "x" }, /^fetch: expected function, got string/],
    [{ baseUrl: 5 }, /^baseUrl: expected string, got number/],
  ])("is refused by name: %j", (more, words) => {
    expect(() => createBegatewayClient({ ...good, ...(more as object) })).toThrow(words);
  });

  it("is refused where there are none at all", () => {
    for (const none of [undefined, null, "x", []])
      expect(() => createBegatewayClient(none as never)).toThrow(/^options: expected /);
  });
});
