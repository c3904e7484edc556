import { describe, expect, it } from "vitest";
import { openSandbox, tell } from "./open-sandbox.ts";

const window = { begin_date: "2026-11-18T03:00:00Z", end_date: "2026-11-20T02:59:59Z" };
const create = "/v1/account/settlement_report";
const camt = { reportType: "camt053", date: "2026-11-19" };

describe("a scripted fault", () => {
  it("answers a status with the provider's own body and a Retry-After, for as many requests as asked", async () => {
    const { sandbox, mercadopago } = await openSandbox();
    sandbox.fail({ origin: "mercadopago" }, { kind: "status", status: 429, retryAfter: 7 }, 2);
    const answers = [await mercadopago("POST", create, window), await mercadopago("GET", `${create}/list`)];
    expect(answers.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual([
      [429, "7"],
      [429, "7"],
    ]);
    expect(answers[0]?.json.error).toBe("too_many_requests");
    expect(sandbox.made()).toBe(0);
    expect((await mercadopago("POST", create, window)).status).toBe(202);
  });

  it("can be aimed at an operation, a path or by a predicate, and taken back", async () => {
    const { sandbox, circle } = await openSandbox();
    sandbox.fail({ operationId: "getReport" }, { kind: "status", status: 500 });
    sandbox.fail({ path: /nowhere/ }, { kind: "status", status: 500 });
    sandbox.fail({ when: ({ method }) => method === "PUT" }, { kind: "status", status: 500 });
    const takeBack = sandbox.fail({ origin: "circle" }, { kind: "status", status: 503, body: "busy" }, 9);
    expect((await circle("POST", "/v1/reports", camt)).text).toBe("busy");
    takeBack();
    expect((await circle("POST", "/v1/reports", camt)).status).toBe(202);
  });

  it("loses the answer before the report is made, or after it", async () => {
    const { sandbox, mercadopago } = await openSandbox();
    sandbox.fail({ method: "POST" }, { kind: "reset" });
    await expect(mercadopago("POST", create, window)).rejects.toThrow("fetch failed");
    expect(sandbox.made()).toBe(0);
    sandbox.fail({ method: "POST" }, { kind: "reset", afterHandling: true });
    await expect(mercadopago("POST", create, window)).rejects.toThrow("fetch failed");
    expect(sandbox.made()).toBe(1);
    expect(sandbox.requests.map(({ status }) => status)).toEqual([undefined, undefined]);
  });

  it("hides a report that was made behind a gateway's HTML page", async () => {
    const { sandbox, begateway } = await openSandbox();
    sandbox.fail({ operationId: "createReport" }, { kind: "html", afterHandling: true });
    const params = { currency: "USD", date_from: "2026-01-01T00:00:00Z", date_to: "2026-02-01T00:00:00Z" };
    const answer = await begateway("POST", "/api/v2/reports", {
      type: "balance_records",
      format: "csv",
      user_id: 1,
      request_params: params,
    });
    expect([answer.status, answer.headers.get("content-type"), sandbox.made()]).toEqual([
      502,
      "text/html; charset=utf-8",
      1,
    ]);
    expect(answer.text).toContain("502 Bad Gateway");
  });

  it("answers a success with an empty body", async () => {
    const { sandbox, circle } = await openSandbox();
    sandbox.fail({}, { kind: "empty" });
    const answer = await circle("POST", "/v1/reports", camt);
    expect([answer.status, answer.text]).toEqual([200, ""]);
  });

  it("cuts a file short of its announced length, where it was told to", async () => {
    const { sandbox, circle } = await openSandbox({ readyAfterMs: 0 });
    const { downloadUrl } = (await circle("POST", "/v1/reports", camt)).json.data;
    sandbox.fail({ origin: "storage" }, { kind: "truncate", bytes: 1000 });
    const response = await fetch(downloadUrl);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(1000);
    let got = 0;
    await expect(async () => {
      for await (const chunk of response.body ?? []) got += chunk.byteLength;
    }).rejects.toThrow("terminated");
    expect(got).toBe(1000);
    expect((await tell(downloadUrl)).text).toMatch(/<\/Document>\n$/);
  });

  it("lets an answer come late, or in small pieces, and whole in the end", async () => {
    const { sandbox, circle } = await openSandbox({ readyAfterMs: 0 });
    const { downloadUrl } = (await circle("POST", "/v1/reports", camt)).json.data;
    const whole = (await tell(downloadUrl)).text;
    sandbox.fail({ origin: "storage" }, { kind: "latency", milliseconds: 30 });
    const begun = performance.now();
    expect((await tell(downloadUrl)).text).toBe(whole);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(29);
    sandbox.fail({ origin: "storage" }, { kind: "drip", bytes: 20_000, milliseconds: 5 });
    expect((await tell(downloadUrl)).text).toBe(whole);
  });
});
