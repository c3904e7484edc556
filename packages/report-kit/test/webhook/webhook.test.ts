import { describe, expect, it } from "vitest";
import { monatoWebhook } from "../../src/webhook/index.ts";
import {
  clabe,
  clientId,
  collector,
  recordsOf,
  statementNotice,
  token,
  transactionsNotice,
  webhookScene,
} from "./scene.ts";

async function bodyLength(response: Response): Promise<number> {
  return (await response.arrayBuffer()).byteLength;
}

describe("a notice", () => {
  it("wakes the job that waits for its report, and asks the API sooner than the schedule would", async () => {
    const { kit, source, clock, asked, events, deliver, settled } = webhookScene();
    const job = kit.report(source, { report_type: "DAILY", operation_date: "2026-02-24" });
    const { signal } = new AbortController();
    const step = await kit.step(job.bookmark, [source], { signal });
    expect(step).toMatchObject({ again: {} });
    expect(asked).toHaveLength(1);

    expect((await deliver(transactionsNotice)).status).toBe(200);
    await settled();
    expect(events).toEqual([{ type: "acted", fileName: transactionsNotice.file_name, key: job.key, woken: true }]);
    await clock.advance(200); // a kit sends a source ten requests a second at most
    await kit.step(job.bookmark, [source], { signal });
    expect(asked).toHaveLength(2);
  });

  it("hands over a job that nobody waited for", async () => {
    const { jobs, onReport } = collector();
    const { kit, source, events, deliver, settled } = webhookScene({ onReport });
    await deliver(transactionsNotice);
    await settled();
    const { key } = kit.report(source, { report_type: "DAILY", operation_date: "2026-02-24" });
    expect(jobs.map((job) => job.key)).toEqual([key]);
    expect(events).toMatchObject([{ type: "acted", key, woken: false }]);
  });

  it.each([
    [
      "TRANSACTIONS",
      "DAILY",
      "transactions_daily_20260224.csv",
      { report_type: "DAILY", operation_date: "2026-02-24" },
    ],
    [
      "TRANSACTIONS",
      "MONTHLY",
      "transactions_monthly_202602.csv",
      { report_type: "MONTHLY", operation_date: "2026-02-28" },
    ],
    [
      "ACCOUNT_STATEMENT",
      "DAILY",
      "account_statement_1234567890_20260224.csv",
      { report_type: "DAILY_ACCOUNT_STATEMENT", operation_date: "2026-02-24", clabe_number: clabe },
    ],
    [
      "ACCOUNT_STATEMENT",
      "MONTHLY",
      "account_statement_1234567890_202402.csv.gz",
      { report_type: "MONTHLY_ACCOUNT_STATEMENT", operation_date: "2024-02-29", clabe_number: clabe },
    ],
  ])("of %s, %s is asked for by Monato's own word, by the date in %s, by the account's CLABE", async (...row) => {
    const [file_type, period, file_name, wanted] = row;
    const { jobs, onReport } = collector();
    const { kit, source, asked, deliver, settled } = webhookScene({ onReport });
    await deliver({ ...statementNotice, file_type, period, file_name });
    await settled();
    await kit.step(jobs[0]?.bookmark ?? "", [source]);
    // Not the file_type for a report type, not today (2026-11-21) nor created_at for the date, not account_id for the CLABE.
    expect(asked).toEqual([{ client_id: clientId, ...wanted }]);
  });

  it.each([
    ["no-date-in-file-name", { file_name: "transactions_daily.csv" }],
    ["no-date-in-file-name", { file_name: "transactions_daily_20260230.csv" }],
    ["no-date-in-file-name", { file_name: "transactions_daily_202602.csv" }],
    ["no-date-in-file-name", { file_name: "transactions_20260224_final.csv" }],
    ["no-date-in-file-name", { file_name: "transactions_daily_20260224.csv/../x" }],
    ["no-date-in-file-name", { period: "MONTHLY" }],
    ["no-date-in-file-name", { period: "MONTHLY", file_name: "transactions_monthly_202613.csv" }],
    ["unknown-period", { period: "WEEKLY" }],
    ["unknown-file-type", { file_type: "BALANCES" }],
    ["no-account-id", { file_type: "ACCOUNT_STATEMENT" }],
    ["no-account-id", { file_type: "ACCOUNT_STATEMENT", account_id: 1_234_567_890 }],
    ["unknown-account", { file_type: "ACCOUNT_STATEMENT", account_id: "9999999999" }],
    [expect.stringContaining("request.operation_date"), { file_name: "transactions_daily_20261130.csv" }],
  ])("is acknowledged and ignored (%s) where anything would have to be guessed: %o", async (reason, change) => {
    const { jobs, onReport } = collector();
    const { journal, events, errors, deliver, settled } = webhookScene({ onReport });
    const notice = { ...transactionsNotice, ...change };
    expect((await deliver(notice)).status).toBe(200);
    await settled();
    expect(events).toEqual([{ type: "ignored", fileName: notice.file_name, reason }]);
    expect([jobs, errors, await recordsOf(journal)]).toEqual([[], [], []]);
  });

  it("of a statement is ignored without a resolver, and never asked for by the account's number", async () => {
    const without = webhookScene();
    const { clabeOf: _, ...options } = without.options;
    const events: unknown[] = [];
    const works: Promise<void>[] = [];
    const handler = monatoWebhook({
      ...options,
      token,
      onEvent: (event) => events.push(event),
      waitUntil: (work) => works.push(work),
    });
    const headers = { authorization: `Bearer ${token}` };
    const body = JSON.stringify(statementNotice);
    await handler(new Request("https://us.example/", { method: "POST", headers, body: new Blob([body]) }));
    await Promise.all(works);
    expect(events).toMatchObject([{ type: "ignored", reason: "no-clabe-of" }]);

    const same = webhookScene({ clabeOf: (accountId) => accountId });
    await same.deliver(statementNotice);
    await same.settled();
    expect(same.events).toMatchObject([{ type: "ignored", reason: expect.stringContaining("request.clabe_number") }]);
  });

  it("may come wrapped, for us and for REPORT", async () => {
    const { events, deliver, settled } = webhookScene();
    const wrapped = { client_id: clientId.toUpperCase(), payload: transactionsNotice, webhook_type: "REPORT" };
    expect((await deliver(wrapped)).status).toBe(200);
    const { client_id: _, ...inner } = statementNotice;
    expect((await deliver({ ...wrapped, payload: inner })).status).toBe(200);
    await settled();
    expect(events.map(({ type }) => type)).toEqual(["acted", "acted"]);

    expect((await deliver({ ...wrapped, client_id: clientId, webhook_type: "MONEY_IN" })).status).toBe(400);
    expect((await deliver({ ...wrapped, client_id: "1d5e6fd4-98c2-4bd8-8ee4-8e0a3d3c8e51" })).status).toBe(400);
    expect((await deliver({ client_id: clientId, payload: "{}", webhook_type: "REPORT" })).status).toBe(400);
  });
});

describe("a delivery that is wrong", () => {
  const big = "x".repeat(65_537);
  it.each([
    [405, "method", transactionsNotice, { method: "GET" }],
    [405, "method", transactionsNotice, { method: "PUT" }],
    [415, "media-type", transactionsNotice, { headers: { "content-type": "text/plain" } }],
    [415, "media-type", transactionsNotice, { headers: { "content-encoding": "gzip" } }],
    [401, "credentials", transactionsNotice, { headers: { authorization: "Bearer secretToken0124" } }],
    [401, "credentials", transactionsNotice, { headers: { authorization: "Bearer secretToken012" } }],
    [401, "credentials", transactionsNotice, { headers: { authorization: `Basic ${token}` } }],
    [401, "credentials", transactionsNotice, { headers: { authorization: token } }],
    [401, "credentials", transactionsNotice, { headers: { authorization: "" } }],
    [400, "no-report-notice", transactionsNotice, { body: "" }],
    [400, "no-report-notice", transactionsNotice, { body: "{" }],
    [400, "no-report-notice", transactionsNotice, { body: new Uint8Array([0xff, 0xfe, 0x7b]) }],
    [400, "no-report-notice", [transactionsNotice], {}],
    [400, "no-report-notice", null, {}],
    [400, "no-report-notice", { ...transactionsNotice, file_name: "" }, {}],
    [400, "no-report-notice", { ...transactionsNotice, file_name: "a\nb_20260224.csv" }, {}],
    [400, "no-report-notice", { ...transactionsNotice, file_name: "\ud800_20260224.csv" }, {}],
    [400, "no-report-notice", { ...transactionsNotice, client_id: 7 }, {}],
    [400, "no-report-notice", { id_msg: "1", msg_name: "MONEY_IN", body: {} }, {}],
    [403, "other-client", { ...transactionsNotice, client_id: "1d5e6fd4-98c2-4bd8-8ee4-8e0a3d3c8e51" }, {}],
    [413, "too-large", { ...transactionsNotice, more: big }, {}],
    [413, "too-large", { ...transactionsNotice, more: big }, { headers: { "content-length": "10" } }],
  ] as const)("gets %i (%s), and no detail", async (status, reason, notice, delivery) => {
    const { journal, events, errors, asked, deliver } = webhookScene();
    const response = await deliver(notice, delivery);
    expect(response.status).toBe(status);
    expect(await bodyLength(response)).toBe(0);
    expect(events).toEqual([{ type: "refused", status, reason }]);
    expect([errors, asked, await recordsOf(journal)]).toEqual([[], [], []]);
    expect(response.headers.get("allow")).toBe(status === 405 ? "POST" : null);
    expect(response.headers.get("www-authenticate")).toBe(status === 401 ? "Bearer" : null);
  });

  it("is not read further than the limit, however long it goes on", async () => {
    const { deliver } = webhookScene();
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1_024));
      },
      cancel() {
        cancelled = true;
      },
    });
    expect((await deliver(null, { body: endless })).status).toBe(413);
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(70);
  });

  it("gets 400 when it breaks off", async () => {
    const { deliver, events } = webhookScene();
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
      pull: (controller) => controller.error(new TypeError("connection reset")),
    });
    expect((await deliver(null, { body: broken })).status).toBe(400);
    expect(events).toMatchObject([{ reason: "broken-off" }]);
  });

  it("gets 503 when a body parser took its body, and says so to the operator", async () => {
    const { handler, errors } = webhookScene();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const request = new Request("https://us.example/", { method: "POST", headers, body: "{}" });
    await request.text();
    expect((await handler(request)).status).toBe(503);
    expect(errors).toMatchObject([{ message: expect.stringContaining("before any body parser") }]);
  });
});

describe("the sender's credentials", () => {
  it("may be a token that rotates; one that can't be had lets nobody in", async () => {
    const tokens = ["firstToken", "secondToken", ""];
    const scene = webhookScene({ token: async () => tokens.shift() ?? "" });
    const send = async (value: string): Promise<number> =>
      (await scene.deliver(transactionsNotice, { headers: { authorization: `Bearer ${value}` } })).status;
    expect([await send("firstToken"), await send("firstToken"), await send("")]).toEqual([200, 401, 503]);
    expect(scene.errors).toMatchObject([{ name: "ReportRequestError", field: "token" }]);
    expect(String(scene.errors)).not.toContain("Token0");
  });

  it("may be judged by the caller, on the body as it came; nothing but true is a yes", async () => {
    const verdicts: unknown[] = [true, false, "yes", undefined];
    const seen: string[] = [];
    const { deliver } = webhookScene({
      verify: (request, body) => {
        seen.push(`${request.headers.get("x-webhook-token")} ${new TextDecoder().decode(body).length}`);
        return verdicts.shift() as boolean; // what a caller without types may give
      },
    });
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1) {
      statuses.push((await deliver(transactionsNotice, { headers: { "x-webhook-token": "t" } })).status);
    }
    expect(statuses).toEqual([200, 401, 401, 401]);
    expect(new Set(seen)).toEqual(new Set([`t ${JSON.stringify(transactionsNotice).length}`]));
  });

  it("that can't be judged are not accepted", async () => {
    const { deliver, errors } = webhookScene({ verify: () => Promise.reject(new Error("the key store is away")) });
    const response = await deliver(transactionsNotice);
    expect([response.status, await bodyLength(response)]).toEqual([503, 0]);
    expect(errors).toMatchObject([{ message: "the key store is away" }]);
  });

  it.each([
    ["kit", { kit: undefined }],
    ["source", { source: { ...webhookScene().source, provider: "circle" } }],
    ["token", { token: "" }],
    ["token", { token: "with space" }],
    ["token", { token: undefined }],
    ["verify", { token: undefined, verify: "yes" }],
    ["token", { verify: () => true }],
    ["onError", { onError: undefined }],
    ["clabeOf", { clabeOf: new Map() }],
    ["maximumBodyBytes", { maximumBodyBytes: 0 }],
  ])("and the other options are looked at first: %s", (field, change) => {
    const options = { ...webhookScene().options, token, ...change } as Parameters<typeof monatoWebhook>[0]; // wrong on purpose
    expect(() => monatoWebhook(options)).toThrow(expect.objectContaining({ name: "ReportRequestError", field }));
  });
});
