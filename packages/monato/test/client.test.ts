import { describe, expect, expectTypeOf, it } from "vitest";
import { createMonatoClient, orThrow, RequestRefusedError } from "../src/index.ts";
import type { MonatoClient } from "../src/index.ts";

const clientId = "c2d1d1e3-3340-4170-980e-e9269bbbc551";
const token = "mine-0123456789";
const params = { path: { client_id: clientId } };

describe("createMonatoClient", () => {
  it("asks staging, or the address it is told, and knows its client", async () => {
    const requests: Request[] = [];
    const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      requests.push(new Request(input, init));
      return Response.json({ file_name: "", download_url: "" });
    };
    const staging = createMonatoClient({ clientId, token, environment: "staging", fetch });
    const own = createMonatoClient({
      clientId,
      token: async () => token,
      baseUrl: "https://api.example.mx/core/",
      // As settings give them that are not set.
      environment: undefined,
      apiKey: undefined,
      fetch,
    });
    for (const client of [staging, own]) {
      const body = { report_type: "DAILY", operation_date: "2026-11-20" } as const;
      const { status, data } = orThrow(
        await client.POST("/v1/reports/clients/{client_id}/report/download", { params, body }),
      );
      expectTypeOf(status).toEqualTypeOf<200>();
      expect([data, client.clientId, client.provider]).toEqual([
        { file_name: "", download_url: "" },
        clientId,
        "monato",
      ]);
    }
    expect(requests.map(({ url, headers }) => [url, headers.get("authorization")])).toEqual([
      [`https://apicore.stg.finch.lat/v1/reports/clients/${clientId}/report/download`, `Bearer ${token}`],
      [`https://api.example.mx/core/v1/reports/clients/${clientId}/report/download`, `Bearer ${token}`],
    ]);
  });

  it("wants an address, and one of a key and a token", () => {
    // @ts-expect-error: production's address is not published
    expect(() => createMonatoClient({ clientId, token })).toThrow(
      "environment: expected staging, or a baseUrl in its place",
    );
    // @ts-expect-error: neither key nor token
    expect(() => createMonatoClient({ clientId, environment: "staging" })).toThrow(/^apiKey: /);
    // @ts-expect-error: both key and token
    const both = (): MonatoClient => createMonatoClient({ clientId, apiKey: "a", token: "b", environment: "staging" });
    expect(both).not.toThrow();
    expect(() => createMonatoClient({ clientId, apiKey: "", environment: "staging" })).toThrow(RequestRefusedError);
  });
});

describe("what compiles", () => {
  // Never called: its lines are for the compiler.
  const never = async (client: MonatoClient): Promise<void> => {
    const path = "/v1/reports/clients/{client_id}/report/download";
    const operation_date = "2026-11-20";
    await client.POST(path, { params, body: { report_type: "MONTHLY", operation_date, client_id: clientId } });
    await client.POST(path, {
      params,
      body: { report_type: "DAILY_ACCOUNT_STATEMENT", operation_date, clabe_number: "032180000118359719" },
    });
    // @ts-expect-error: a statement needs its account
    await client.POST(path, { params, body: { report_type: "DAILY_ACCOUNT_STATEMENT", operation_date } });
    const clabe_number = "032180000118359719";
    // @ts-expect-error: a transactions report has no account
    await client.POST(path, { params, body: { report_type: "DAILY", operation_date, clabe_number } });
    // @ts-expect-error: no such type
    await client.POST(path, { params, body: { report_type: "YEARLY", operation_date } });
    // @ts-expect-error: the client's id is missing
    await client.POST(path, { body: { report_type: "DAILY", operation_date } });
    const webhook = { client_id: clientId, url: "", webhook_type: "REPORT", auth_type: "AUTH" } as const;
    // @ts-expect-error: a webhook needs its token
    await client.POST("/v1/clients/{client_id}/webhooks", { params, body: webhook });
  };

  it("is what Monato documents", () => {
    expect(never).toBeTypeOf("function");
  });
});

describe("an option that can't be meant", () => {
  const good = { clientId: "2f1d3c5e-7a9b-4c0d-8e1f-30415263748a", token: "t", environment: "staging" } as const;
  it.each([
    [{ client_id: "x" }, /^client_id: .*did you mean clientId\?/],
    [{ timeoutMS: 1 }, /^timeoutMS: .*did you mean timeoutMs\?/],
    [{ timeoutMs: "5000" }, /^timeoutMs: expected number, got string/],
    [{ retry: { retires: 1 } }, /^retry\.retires: .*did you mean retries\?/],
    [{ maxBodyBytes: -1 }, /^maxBodyBytes: expected a number from 1/],
    [{ fetch: "x" }, /^fetch: expected function, got string/],
    [{ baseUrl: 5 }, /^baseUrl: expected string, got number/],
  ])("is refused by name: %j", (more, words) => {
    expect(() => createMonatoClient({ ...good, ...(more as object) })).toThrow(words);
  });

  it("is refused where there are none at all", () => {
    for (const none of [undefined, null, "x", []])
      expect(() => createMonatoClient(none as never)).toThrow(/^options: expected /);
  });
});
