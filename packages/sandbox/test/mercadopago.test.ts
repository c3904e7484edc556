import { describe, expect, it } from "vitest";
import { caller, openSandbox } from "./open-sandbox.ts";

const window = { begin_date: "2026-11-06T02:02:00Z", end_date: "2026-11-13T02:02:00Z" };
const config = {
  file_name_prefix: "night",
  columns: [{ key: "TRANSACTION_AMOUNT" }, { key: "STORE_NAME" }],
  frequency: { type: "daily", hour: 3, value: 0 },
  separator: ";",
};

describe.each(["settlement", "release"] as const)("Mercado Pago's %s reports in the sandbox", (family) => {
  const root = `/v1/account/${family}_report`;

  it("widens the window to whole days of the account, as the documented example shows", async () => {
    const { mercadopago } = await openSandbox();
    const made = await mercadopago("POST", root, window);
    expect(made.status).toBe(202);
    expect(made.json).toMatchObject({
      begin_date: "2026-11-05T03:00:00Z",
      end_date: "2026-11-13T02:59:59Z",
      status: "pending",
      report_id: null,
    });
  });

  it("widens to the days of another zone when the account is elsewhere", async () => {
    const { mercadopago } = await openSandbox({ mercadopagoTimeZone: "America/Mexico_City" });
    expect((await mercadopago("POST", root, window)).json).toMatchObject({
      begin_date: "2026-11-05T06:00:00Z",
      end_date: "2026-11-13T05:59:59Z",
    });
  });

  it("keeps a window that is whole days already", async () => {
    const { mercadopago } = await openSandbox();
    const whole = { begin_date: "2026-11-19T03:00:00Z", end_date: "2026-11-20T02:59:59Z" };
    expect((await mercadopago("POST", root, whole)).json).toMatchObject(whole);
  });

  it("goes from pending over processing to processed, and names the file only then", async () => {
    const { clock, mercadopago } = await openSandbox({ readyAfterMs: 60_000 });
    const { id } = (await mercadopago("POST", root, window)).json;
    const look = async (): Promise<unknown> => {
      const { status, file_name } = (await mercadopago("GET", `${root}/task/${id}`)).json;
      return [status, file_name];
    };
    expect(await look()).toEqual(["pending", undefined]);
    clock.advance(40_000);
    expect(await look()).toEqual(["processing", undefined]);
    clock.advance(20_000);
    const name = `${family}-report-123456789-2026-11-21-080000.csv`;
    expect(await look()).toEqual(["processed", name]);
    const file = await mercadopago("GET", `${root}/${name}`);
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "text/csv"]);
  });

  it("makes another report at each POST, and names no two files alike", async () => {
    const { sandbox, clock, mercadopago } = await openSandbox();
    await mercadopago("POST", root, window);
    await mercadopago("POST", root, window);
    clock.advance(1500);
    const list = (await mercadopago("GET", `${root}/list`)).json;
    expect(sandbox.made("mercadopago")).toBe(2);
    expect(new Set(list.map((task: { file_name: string }) => task.file_name)).size).toBe(2);
  });

  it(`lists a pending report ${family === "settlement" ? "at once" : "not before it is finished"}, and finds it in a search only when finished`, async () => {
    const { clock, mercadopago } = await openSandbox();
    const { id } = (await mercadopago("POST", root, window)).json;
    const ids = async (): Promise<unknown[]> =>
      (await mercadopago("GET", `${root}/list`)).json.map((task: { id: number }) => task.id);
    const total = async (query = ""): Promise<number> =>
      (await mercadopago("GET", `${root}/search${query}`)).json.paging.total;
    expect([await ids(), await total()]).toEqual([family === "settlement" ? [id] : [], 0]);
    clock.advance(1500);
    expect([await ids(), await total()]).toEqual([[id], 1]);
    expect(await total("?begin_date=2026-11-05T03:00:00Z&end_date=2026-11-13T02:59:59Z&created_from=manual")).toBe(1);
    expect(await total("?begin_date=2026-11-05T04:00:00Z")).toBe(0);
    expect(await total("?created_from=schedule")).toBe(0);
    const range = "?range=date_created&range_begin_date=2026-11-21T00:00:00Z";
    expect(await total(`${range}&range_end_date=2026-11-22T00:00:00Z`)).toBe(1);
    expect((await mercadopago("GET", `${root}/search${range}`)).json.error).toBe("invalid_range_end_date");
    expect((await mercadopago("GET", `${root}/search?limit=501`)).json.error).toBe("invalid_limit");
  });

  it.each([
    ["no begin", { end_date: window.end_date }, "invalid_begin_date"],
    ["no end", { begin_date: window.begin_date }, "invalid_end_date"],
    ["milliseconds", { ...window, end_date: "2026-11-13T02:02:00.000Z" }, "invalid_end_date"],
    [
      "an end before the begin",
      { begin_date: window.end_date, end_date: window.begin_date },
      "end_date_before_begin_date",
    ],
    ["more than 60 days", { ...window, begin_date: "2026-09-01T12:00:00Z" }, "invalid_end_date"],
  ])("refuses %s with the documented error name", async (_what, body, error) => {
    const { sandbox, mercadopago } = await openSandbox();
    const answer = await mercadopago("POST", root, body);
    expect([answer.status, answer.json.error, sandbox.made()]).toEqual([400, error, 0]);
  });

  it("takes exactly 60 days", async () => {
    const { mercadopago } = await openSandbox();
    const days = { begin_date: "2026-09-01T03:00:00Z", end_date: "2026-10-31T02:59:59Z" };
    expect((await mercadopago("POST", root, days)).status).toBe(202);
    expect((await mercadopago("POST", root, { ...days, end_date: "2026-10-31T03:00:00Z" })).status).toBe(400);
  });

  it("answers 203 without a body and makes nothing when the window touches today, or when scripted", async () => {
    const { sandbox, mercadopago } = await openSandbox();
    sandbox.fail({ method: "POST", when: ({ at }) => at > 0 }, { kind: "nothing-made" });
    const scripted = await mercadopago("POST", root, window);
    const today = await mercadopago("POST", root, { ...window, end_date: "2026-11-21T03:00:00Z" });
    expect([scripted.status, scripted.text, today.status, today.text]).toEqual([203, "", 203, ""]);
    expect(sandbox.made()).toBe(0);
    expect((await mercadopago("POST", root, { ...window, end_date: "2026-11-21T02:59:59Z" })).status).toBe(202);
  });

  it("answers 404 with an empty body until a configuration is made, which works once", async () => {
    const { mercadopago } = await openSandbox({ mercadopagoConfigured: false });
    const missing = await mercadopago("POST", root, window);
    expect([missing.status, missing.text]).toEqual([404, ""]);
    expect((await mercadopago("GET", `${root}/config`)).json.error).toBe("config_not_found_for_user");
    expect(
      (
        await mercadopago("POST", `${root}/config`, {
          ...config,
          columns: [{ key: "DATE" }, { key: "STORE_NAME" }].slice(1),
        })
      ).status,
    ).toBe(200);
    expect((await mercadopago("POST", `${root}/config`, { ...config, columns: [{ key: "STORE_NAME" }] })).status).toBe(
      409,
    );
    expect((await mercadopago("POST", root, window)).status).toBe(202);
    expect((await mercadopago("GET", `${root}/config`)).json).toMatchObject({
      file_name_prefix: "night",
      scheduled: false,
    });
  });

  it("writes the configured columns with the configured separator", async () => {
    const { mercadopago } = await openSandbox({ readyAfterMs: 0, rows: 3 });
    await mercadopago("PUT", `${root}/config`, { ...config, columns: [{ key: "STORE_NAME" }, { key: "SOURCE_ID" }] });
    const { file_name } = (await mercadopago("POST", root, window)).json;
    expect(file_name).toMatch(/^night-/);
    expect((await mercadopago("GET", `${root}/${file_name}`)).text.split("\r\n")[0]).toBe("STORE_NAME;SOURCE_ID");
    expect((await mercadopago("PUT", `${root}/config`, { ...config, columns: [{ key: "NOPE" }] })).json.error).toBe(
      "Invalid columns",
    );
    const hour = { ...config, frequency: { type: "daily", hour: 24, value: 0 } };
    expect((await mercadopago("PUT", `${root}/config`, hour)).json.error).toBe("Invalid frequency");
  });

  it("turns the schedule on and off, which the configuration shows", async () => {
    const { mercadopago } = await openSandbox();
    const scheduled = async (): Promise<boolean> => (await mercadopago("GET", `${root}/config`)).json.scheduled;
    expect((await mercadopago("POST", `${root}/schedule`)).json).toMatchObject({
      status: "pending",
      created_from: "schedule",
    });
    expect(await scheduled()).toBe(true);
    expect((await mercadopago("DELETE", `${root}/schedule`)).json.status).toBe("deleted");
    expect(await scheduled()).toBe(false);
  });

  it("stops at the account's maximum", async () => {
    const { mercadopago } = await openSandbox({ mercadopagoMaximumReports: 1 });
    await mercadopago("POST", root, window);
    const answer = await mercadopago("POST", root, window);
    expect([answer.status, answer.json.message]).toEqual([400, "Max number of reports"]);
  });

  it("knows neither other tasks, nor other files, nor other tokens", async () => {
    const { sandbox, mercadopago } = await openSandbox();
    expect((await mercadopago("GET", `${root}/task/1`)).json.error).toBe("task_not_found_for_user");
    expect((await mercadopago("GET", `${root}/task/one`)).status).toBe(400);
    expect((await mercadopago("GET", `${root}/nothing.csv`)).json.error).toBe("not_found");
    const wrong = await caller(sandbox.mercadopago.baseUrl, "Bearer wrong")("GET", `${root}/list`);
    expect([wrong.status, wrong.json.error]).toEqual([401, "Invalid token"]);
  });
});

describe("a query parameter that the operation does not have", () => {
  it.each(["settlement", "release"])("is ignored, for %s reports", async (family) => {
    const { mercadopago } = await openSandbox();
    const path = `/v1/account/${family}_report`;
    for (const [method, place] of [
      ["GET", "list"],
      ["GET", "config"],
      ["POST", "schedule"],
      ["DELETE", "schedule"],
    ] as const) {
      const plain = await mercadopago(method, `${path}/${place}`);
      const odd = await mercadopago(method, `${path}/${place}?zz=1&access_token=x`);
      expect([odd.status, odd.json]).toEqual([200, plain.json]);
    }
    expect((await mercadopago("GET", `${path}/search?zz=1&limit=1`)).status).toBe(200);
    expect((await mercadopago("GET", `${path}/search?limit=none`)).status).toBe(400);
  });
});
