import { describe, expect, it } from "vitest";
import { caller, openSandbox } from "./open-sandbox.ts";

const wanted = {
  type: "balance_records",
  format: "xlsx",
  user_id: 1098,
  id: "c3050350-358c-4136-9ba2-da187fc443f5",
  request_params: {
    currency: "USD",
    shop_id: 1673,
    date_from: "2025-01-01T00:00:00.000000+03:00",
    date_to: "2025-11-30T23:59:59.999999+03:00",
  },
};

describe("beGateway in the sandbox", () => {
  it("goes from queued over pending to successful, echoes the client's id and turns the dates into UTC", async () => {
    const { clock, begateway, sandbox } = await openSandbox();
    const created = await begateway("POST", "/api/v2/reports", wanted);
    expect(created.status).toBe(201);
    expect(created.json.data.report).toMatchObject({
      id: wanted.id,
      status: "queued",
      attempt: 0,
      file_url: null,
      request_params: {
        currency: "USD",
        shop_id: 1673,
        date_from: "2024-12-31T21:00:00.000000+00:00",
        date_to: "2025-11-30T20:59:59.999999+00:00",
      },
    });
    const pending = (await begateway("GET", `/api/v2/reports/${wanted.id}`)).json.data.report;
    expect([pending.status, pending.request_params.date_to]).toEqual(["pending", "2025-11-30T20:59:59.999999Z"]);
    clock.advance(1500);
    const done = (await begateway("GET", `/api/v2/reports/${wanted.id}`)).json.data.report;
    expect(done).toMatchObject({
      status: "successful",
      generated_at: "2026-11-21T12:00:01.500000Z",
      expiry_date: "2026-11-24T12:00:01.000000Z",
    });
    expect(new URL(done.file_url).pathname).toContain("report_balance_records_202412312100_202511302059_c3050350.zip");
    expect(new URL(done.file_url).origin).toBe(sandbox.storage.origin);
  });

  it("keeps the same link at every look, so that it is gone after 72 hours", async () => {
    const { clock, begateway } = await openSandbox({ readyAfterMs: 0 });
    await begateway("POST", "/api/v2/reports", wanted);
    const link = async (): Promise<string> =>
      (await begateway("GET", `/api/v2/reports/${wanted.id}`)).json.data.report.file_url;
    const first = await link();
    clock.advance(72 * 3_600_000 - 1);
    expect([await link(), (await fetch(first)).status]).toEqual([first, 200]);
    clock.advance(1);
    expect([await link(), (await fetch(first)).status]).toEqual([first, 403]);
  });

  it("ignores the client's id when told to, and is not found by it then", async () => {
    const { begateway } = await openSandbox({ begatewayEchoesId: false });
    const { id } = (await begateway("POST", "/api/v2/reports", wanted)).json.data.report;
    expect(id).not.toBe(wanted.id);
    expect((await begateway("GET", `/api/v2/reports/${wanted.id}`)).status).toBe(404);
    expect((await begateway("GET", `/api/v2/reports/${id}`)).status).toBe(200);
  });

  it("makes no second report of one id", async () => {
    const { begateway, sandbox } = await openSandbox();
    await begateway("POST", "/api/v2/reports", wanted);
    const second = await begateway("POST", "/api/v2/reports", wanted);
    expect([second.status, sandbox.made("begateway")]).toEqual([422, 1]);
  });

  it.each([
    [
      "a missing date",
      { ...wanted, request_params: { currency: "USD", date_to: "2025-11-30T23:59:59Z" } },
      "Date_from is required.",
    ],
    [
      "a date without an offset",
      { ...wanted, request_params: { ...wanted.request_params, date_to: "2025-11-30T23:59:59" } },
      "Date_to",
    ],
    [
      "dates the wrong way round",
      { ...wanted, request_params: { ...wanted.request_params, date_to: "2024-01-01T00:00:00Z" } },
      "Date_to",
    ],
    [
      "the table's name for the parameters",
      { ...wanted, request_parameters: {}, request_params: undefined },
      "Request_params is required.",
    ],
    ["another format", { ...wanted, format: "pdf" }, "Format"],
  ])("refuses %s with 422 and says so in prose", async (_what, body, prose) => {
    const { begateway, sandbox } = await openSandbox();
    const answer = await begateway("POST", "/api/v2/reports", body);
    expect([answer.status, answer.json.error.code]).toEqual([422, "unprocessable_entity"]);
    expect(answer.json.error.friendly_message).toContain(prose);
    expect(sandbox.made()).toBe(0);
  });

  it("answers 401 to a wrong secret key", async () => {
    const { sandbox } = await openSandbox();
    const wrong = caller(sandbox.begateway.baseUrl, `Basic ${Buffer.from("1:wrong").toString("base64")}`);
    const answer = await wrong("POST", "/api/v2/reports", wanted);
    expect([answer.status, answer.json.error.code, sandbox.made()]).toEqual([401, "unauthorized", 0]);
  });
});
