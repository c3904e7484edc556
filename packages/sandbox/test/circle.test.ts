import { describe, expect, it } from "vitest";
import { caller, openSandbox, tell } from "./open-sandbox.ts";

const camt = { reportType: "camt053", date: "2026-11-19" };
const payouts = { reportType: "managed_payout_transactions", timeframe: "monthly", date: "2026-10-05" };
const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("Circle in the sandbox", () => {
  it("answers 202 pending, then 200 ready with a link, and makes one report however often it is asked", async () => {
    const { sandbox, clock, circle } = await openSandbox();
    const first = await circle("POST", "/v1/reports", camt);
    expect([first.status, first.json.data.status, first.json.data.downloadUrl]).toEqual([202, "pending", undefined]);
    clock.advance(1499);
    expect((await circle("POST", "/v1/reports", camt)).status).toBe(202);
    clock.advance(1);
    const ready = await circle("POST", "/v1/reports", camt);
    expect([ready.status, ready.json.data.status, ready.json.data.id]).toEqual([200, "ready", first.json.data.id]);
    expect(sandbox.made("circle")).toBe(1);
    expect((await tell(ready.json.data.downloadUrl)).text).toContain("urn:iso:std:iso:20022:tech:xsd:camt.053.001.13");
  });

  it("gives a monthly report the same id for every day of the month, and another id for another entity", async () => {
    const { sandbox, circle } = await openSandbox();
    const id = async (body: object): Promise<string> => (await circle("POST", "/v1/reports", body)).json.data.id;
    const first = await id(payouts);
    expect(await id({ ...payouts, date: "2026-10-31" })).toBe(first);
    expect(await id({ ...payouts, clientEntityId: null })).toBe(first);
    expect(await id({ ...payouts, clientEntityId: "9b2c1f7e-4d3a-4f8b-bc2a-1e0d5a6c7b88" })).not.toBe(first);
    expect(sandbox.made()).toBe(2);
  });

  it("signs a fresh link at every look, each good for its own hour", async () => {
    const { clock, circle } = await openSandbox({ readyAfterMs: 0 });
    const { id } = (await circle("POST", "/v1/reports", camt)).json.data;
    const early = (await circle("GET", `/v1/reports/${id}`)).json.data;
    expect(early.expiresAt).toBe("2026-11-21T13:00:00.000Z");
    clock.advance(3_600_000);
    const late = (await circle("GET", `/v1/reports/${id}`)).json.data;
    expect([(await tell(early.downloadUrl)).status, (await tell(late.downloadUrl)).status]).toEqual([403, 200]);
  });

  it("answers 409 for the content before the report is ready, and the file with its name after", async () => {
    const { clock, circle } = await openSandbox();
    const { id } = (await circle("POST", "/v1/reports", camt)).json.data;
    const early = await circle("GET", `/v1/reports/${id}/content`);
    expect([early.status, early.json]).toEqual([409, { code: 409, message: "Conflicts with another request." }]);
    clock.advance(1500);
    const file = await circle("GET", `/v1/reports/${id}/content`);
    expect(file.status).toBe(200);
    expect(file.headers.get("content-disposition")).toBe("attachment; filename=camt053_2026-11-19_report.xml");
    expect(file.headers.get("content-type")).toBe("application/xml");
  });

  it.each([
    ["a day that has not ended", { ...camt, date: "2026-11-21" }, "date_not_in_past", "date"],
    ["a month that has not ended", { ...payouts, date: "2026-11-01" }, "date_not_in_past", "date"],
    ["a missing date", { reportType: "camt053" }, "required", "date"],
    ["an impossible date", { ...camt, date: "2026-02-30" }, "pattern_mismatch", "date"],
    ["an unknown type", { ...camt, reportType: "camt054" }, "invalid_value", "reportType"],
    [
      "monthly wallet balances",
      { ...payouts, reportType: "managed_payment_wallet_balances" },
      "invalid_value",
      "timeframe",
    ],
    ["a client entity that is no UUID", { ...payouts, clientEntityId: "me" }, "pattern_mismatch", "clientEntityId"],
  ])("refuses %s with code 2 and names the field", async (_what, body, error, location) => {
    const { sandbox, circle } = await openSandbox();
    const answer = await circle("POST", "/v1/reports", body);
    expect([answer.status, answer.json.code]).toEqual([400, 2]);
    expect(answer.json.errors).toContainEqual(expect.objectContaining({ error, location }));
    expect(sandbox.made()).toBe(0);
  });

  it("refuses a body that is not declared JSON", async () => {
    const { sandbox } = await openSandbox();
    const headers = { authorization: `Bearer ${sandbox.circle.apiKey}`, "content-type": "text/plain" };
    const answer = await tell(`${sandbox.circle.baseUrl}/v1/reports`, {
      method: "POST",
      headers,
      body: JSON.stringify(camt),
    });
    expect([answer.status, answer.json.errors[0].location]).toEqual([400, "content-type"]);
  });

  it("lists the generated managed reports of a type, newest first and by pages", async () => {
    const { circle } = await openSandbox({ readyAfterMs: 0 });
    for (const date of ["2026-11-17", "2026-11-18", "2026-11-19"]) {
      await circle("POST", "/v1/reports", { ...payouts, timeframe: "daily", date });
    }
    await circle("POST", "/v1/reports", camt);
    const list =
      "/v1/reports?reportType=managed_payout_transactions&startDate=2026-11-01&endDate=2026-11-20&pageSize=2";
    const first = (await circle("GET", list)).json.data;
    expect(first.map((item: { reportDate: string }) => item.reportDate)).toEqual(["2026-11-19", "2026-11-18"]);
    const second = (await circle("GET", `${list}&pageAfter=${encodeURIComponent(first[1].id)}`)).json.data;
    expect(second.map((item: { reportDate: string }) => item.reportDate)).toEqual(["2026-11-17"]);
    expect((await tell(first[0].downloadUrl)).text.split("\r\n")).toHaveLength(42);
    expect((await circle("GET", "/v1/reports?reportType=camt053&startDate=2026-11-01&endDate=2026-11-20")).status).toBe(
      400,
    );
  });

  it("answers with a request id of its own each time, also to wrong credentials and unknown ids", async () => {
    const { sandbox, circle } = await openSandbox();
    const wrong = await caller(sandbox.circle.baseUrl, "Bearer wrong")("POST", "/v1/reports", camt);
    const unknown = await circle("GET", "/v1/reports/550e8400-e29b-41d4-a716-446655440000");
    const malformed = await circle("GET", "/v1/reports/nothing");
    expect([wrong.status, wrong.json]).toEqual([401, { code: 401, message: "Malformed authorization." }]);
    expect([unknown.status, malformed.status]).toEqual([404, 404]);
    const ids = [wrong, unknown, malformed].map(({ headers }) => headers.get("x-request-id"));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(uuid4);
    expect(sandbox.made()).toBe(0);
  });

  it("lets a report fail when it is scripted to", async () => {
    const { sandbox, clock, circle } = await openSandbox();
    sandbox.fail({ operationId: "requestReport" }, { kind: "report-fails" });
    const { id, status } = (await circle("POST", "/v1/reports", camt)).json.data;
    clock.advance(1500);
    expect([status, (await circle("GET", `/v1/reports/${id}`)).json.data.status]).toEqual(["pending", "failed"]);
  });

  it("takes its time per report type, or as a function says", async () => {
    const named = await openSandbox({ readyAfterMs: { circle: 1000, "circle/camt053": 0 } });
    expect((await named.circle("POST", "/v1/reports", camt)).status).toBe(200);
    expect((await named.circle("POST", "/v1/reports", payouts)).status).toBe(202);
    const decided = await openSandbox({ readyAfterMs: ({ ordinal }) => ordinal * 1000 });
    expect((await decided.circle("POST", "/v1/reports", payouts)).status).toBe(200);
    expect((await decided.circle("POST", "/v1/reports", camt)).status).toBe(202);
  });
});

describe("a body that is no object", () => {
  it.each(["null", '""', '"camt053"', "1", "true", "[]", "[null]", '[{"reportType":"camt053","date":"2026-11-19"}]'])(
    "is refused as documented: %s",
    async (body) => {
      const { sandbox } = await openSandbox();
      const { baseUrl, apiKey } = sandbox.circle;
      const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
      const answer = await tell(`${baseUrl}/v1/reports`, { method: "POST", headers, body });
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ code: 2, message: "API parameter invalid" });
      expect(answer.json.errors[0]).toMatchObject({ location: "body", message: "request must be an object" });
      expect(sandbox.made()).toBe(0);
    },
  );
});
