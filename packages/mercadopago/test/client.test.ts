import { describe, expect, expectTypeOf, it } from "vitest";
import { createMercadopagoClient, orThrow } from "../src/index.ts";
import type { MercadopagoClient, ReportRequest } from "../src/index.ts";

const accessToken = "APP_USR-0123456789-112026";
const body: ReportRequest = { begin_date: "2026-11-01T03:00:00Z", end_date: "2026-11-20T02:59:59Z" };

function answering(answer: Response): { readonly client: MercadopagoClient; readonly requests: Request[] } {
  const requests: Request[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    requests.push(new Request(input, init));
    return answer.clone();
  };
  return { requests, client: createMercadopagoClient({ accessToken, fetch, sleep: async () => undefined }) };
}

describe("createMercadopagoClient", () => {
  it("asks the one host of all countries, with the token in the header alone", async () => {
    const { client, requests } = answering(Response.json({ id: 99336983670, status: "pending" }, { status: 202 }));
    const created = orThrow(await client.POST("/v1/account/settlement_report", { body }));
    expectTypeOf(created.status).toEqualTypeOf<202 | 203>();
    if (created.status === 203) expectTypeOf(created.data).toEqualTypeOf<undefined>();
    expect(created).toMatchObject({ status: 202, data: { id: 99336983670 } });
    expect(requests[0]?.url).toBe("https://api.mercadopago.com/v1/account/settlement_report");
    expect(requests[0]?.headers.get("authorization")).toBe(`Bearer ${accessToken}`);
    expect(createMercadopagoClient({ accessToken, baseUrl: "http://127.0.0.1:9/" }).origin).toBe("http://127.0.0.1:9");
  });

  it("takes baseUrl: undefined for the address of all countries, as an unset environment variable gives it", () => {
    expect(createMercadopagoClient({ accessToken, baseUrl: undefined }).origin).toBe("https://api.mercadopago.com");
  });

  it("refuses a token that is missing", () => {
    // @ts-expect-error: as an unset environment variable would be
    expect(() => createMercadopagoClient({ accessToken: undefined })).toThrow(/^accessToken: /);
  });
});

describe("an answer", () => {
  it("203 is a transport success without data, whatever its body: that nothing was made is for the caller to see", async () => {
    for (const answer of [
      new Response(null, { status: 203 }),
      new Response("<html>", { status: 203 }),
      Response.json({ message: "x" }, { status: 203 }),
    ]) {
      const { client } = answering(answer);
      expect(orThrow(await client.POST("/v1/account/release_report", { body }))).toMatchObject({
        status: 203,
        data: undefined,
      });
    }
  });

  it("404 with an empty body still has an error", async () => {
    const { client } = answering(new Response(null, { status: 404, headers: { "content-length": "0" } }));
    const { error, response } = await client.POST("/v1/account/release_report", { body });
    expect([response.status, error]).toEqual([404, { message: "HTTP 404 with an empty body" }]);
  });

  it("200 to a create is no surprise, an empty 202 is: a task is documented", async () => {
    const { client } = answering(new Response(null, { status: 202 }));
    await expect(client.POST("/v1/account/release_report", { body })).rejects.toMatchObject({
      code: "unreadable-answer",
      status: 202,
      maybeSent: true,
    });
  });

  it("429 on a create comes back with its Retry-After, unrepeated; on a list it is repeated", async () => {
    const { client, requests } = answering(
      Response.json({ message: "slow", error: "too_many_requests" }, { status: 429, headers: { "retry-after": "7" } }),
    );
    const call = client.POST("/v1/account/settlement_report", { body }).then((result) => orThrow(result));
    await expect(call).rejects.toMatchObject({
      code: "http-429",
      providerCode: "too_many_requests",
      retryAfterMs: 7000,
      retryable: true,
    });
    expect(requests).toHaveLength(1);
    await client.GET("/v1/account/settlement_report/list");
    expect(requests).toHaveLength(4);
  });

  it("that is a file is read as a stream, under its encoded name", async () => {
    const { client, requests } = answering(
      new Response("DATE;SOURCE_ID\n", { headers: { "content-type": "text/csv" } }),
    );
    const file = orThrow(
      await client.GET("/v1/account/settlement_report/{file_name}", {
        params: { path: { file_name: "a report/1.csv" } },
        parseAs: "stream",
      }),
    );
    expect(await new Response(file.data).text()).toBe("DATE;SOURCE_ID\n");
    expect(requests[0]?.url).toBe("https://api.mercadopago.com/v1/account/settlement_report/a%20report%2F1.csv");
  });
});

describe("what compiles", () => {
  // Never called: its lines are for the compiler.
  const never = async (client: MercadopagoClient): Promise<void> => {
    // @ts-expect-error: the end is missing
    await client.POST("/v1/account/settlement_report", { body: { begin_date: "2026-11-01T03:00:00Z" } });
    // @ts-expect-error: no such filter
    await client.GET("/v1/account/settlement_report/search", { params: { query: { state: "processed" } } });
    const { data } = await client.GET("/v1/account/release_report/task/{task_id}", {
      params: { path: { task_id: 99336983670 } },
    });
    expectTypeOf(data?.id).toEqualTypeOf<number | string | undefined>();
  };

  it("is what Mercado Pago documents", () => {
    expect(never).toBeTypeOf("function");
  });
});

describe("what compiles and can't work", () => {
  it("is refused before anything is sent: a field that there is not, a file without parseAs", async () => {
    const fetch = () => Promise.reject(new Error("sent"));
    const client = createMercadopagoClient({ accessToken: "TEST-1", fetch });
    await expect(client.POST("/v1/account/settlement_report", { body: { ...body, format: "csv" } })).rejects.toThrow(
      /^body.format: /,
    );
    const path = { file_name: "settlement-2026.csv" };
    await expect(client.GET("/v1/account/release_report/{file_name}", { params: { path } })).rejects.toThrow(
      /^parseAs: /,
    );
  });
});

describe("an option that can't be meant", () => {
  const good = { accessToken: "TEST-1" } as const;
  it.each([
    [{ accesToken: "x" }, /^accesToken: .*did you mean accessToken\?/],
    [{ timeoutMS: 1 }, /^timeoutMS: .*did you mean timeoutMs\?/],
    [{ timeoutMs: "5000" }, /^timeoutMs: expected number, got string/],
    [{ retry: { retires: 1 } }, /^retry\.retires: .*did you mean retries\?/],
    [{ maxBodyBytes: -1 }, /^maxBodyBytes: expected a number from 1/],
    [{ fetch: "x" }, /^fetch: expected function, got string/],
    [{ baseUrl: 5 }, /^baseUrl: expected string, got number/],
  ])("is refused by name: %j", (more, words) => {
    expect(() => createMercadopagoClient({ ...good, ...(more as object) })).toThrow(words);
  });

  it("is refused where there are none at all", () => {
    for (const none of [undefined, null, "x", []])
      expect(() => createMercadopagoClient(none as never)).toThrow(/^options: expected /);
  });
});
