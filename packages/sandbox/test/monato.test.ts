import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { openSandbox, tell } from "./open-sandbox.ts";
import type { Caller, OpenSandbox } from "./open-sandbox.ts";

const daily = { report_type: "DAILY", operation_date: "2026-11-20" };

async function signIn(open: OpenSandbox): Promise<Caller> {
  const { baseUrl, clientId, apiKey } = open.sandbox.monato;
  const headers = { "x-api-key": apiKey, "content-type": "application/json" };
  const { client_id, client_secret } = (await tell(`${baseUrl}/v1/clients/${clientId}/credentials`, { headers })).json
    .data[0];
  const body = JSON.stringify({ client_id, client_secret });
  const token = await tell(`${baseUrl}/v1/clients/${clientId}/auth/credential-tokens`, {
    method: "POST",
    headers,
    body,
  });
  return open.monato(token.json.token);
}

const lookUp = (open: OpenSandbox): string => `/v1/reports/clients/${open.sandbox.monato.clientId}/report/download`;

describe("Monato in the sandbox", () => {
  it("answers two empty strings until the file is there, then its name and a link", async () => {
    const open = await openSandbox();
    const monato = await signIn(open);
    const early = await monato("POST", lookUp(open), daily);
    expect([early.status, early.json]).toEqual([200, { file_name: "", download_url: "" }]);
    open.clock.advance(1500);
    const there = (await monato("POST", lookUp(open), daily)).json;
    expect(there.file_name).toBe("transactions_daily_20261120.csv");
    expect((await tell(there.download_url)).text).toMatch(/^operation_date,/);
    expect(open.sandbox.made()).toBe(0);
  });

  it("has no file of a day or a month that has not ended, however long one waits", async () => {
    const open = await openSandbox({ readyAfterMs: 0 });
    const monato = await signIn(open);
    for (const [report_type, operation_date] of [
      ["DAILY", "2026-11-21"],
      ["MONTHLY", "2026-11-01"],
    ]) {
      expect((await monato("POST", lookUp(open), { report_type, operation_date })).json.file_name).toBe("");
    }
    // A day ends at midnight in Mexico City, six hours after UTC's.
    open.clock.advance(18 * 3_600_000);
    expect((await monato("POST", lookUp(open), { ...daily, operation_date: "2026-11-21" })).json.file_name).not.toBe(
      "",
    );
  });

  it("takes any day for a month, and its own clients' accounts only", async () => {
    const open = await openSandbox({ readyAfterMs: 0 });
    const monato = await signIn(open);
    const [{ clabeNumber: clabe_number }] = open.sandbox.monatoAccounts;
    const month = { report_type: "MONTHLY_ACCOUNT_STATEMENT", clabe_number };
    const names = await Promise.all(
      ["2026-10-01", "2026-10-31"].map(
        async (operation_date) => (await monato("POST", lookUp(open), { ...month, operation_date })).json.file_name,
      ),
    );
    expect(names).toEqual(Array(2).fill(`monthly_account_statement_${clabe_number}_202610.csv`));
  });

  it("gives the six documented messages", async () => {
    const open = await openSandbox();
    const monato = await signIn(open);
    const statement = { report_type: "DAILY_ACCOUNT_STATEMENT", operation_date: "2026-11-20" };
    const message = async (body: unknown, path = lookUp(open)): Promise<unknown> => {
      const { status, json } = await monato("POST", path, body);
      return [status, json.message];
    };
    expect(await message(daily, "/v1/reports/clients/42/report/download")).toEqual([
      400,
      "Invalid UUID format for client_id",
    ]);
    expect(await message({ ...daily, report_type: "WEEKLY" })).toEqual([400, "Invalid report_type: WEEKLY"]);
    expect(await message(statement)).toEqual([400, "clabe_number is required for account statement reports"]);
    expect(await message({ ...statement, clabe_number: "123456789012345678" })).toEqual([400, "Invalid clabe number"]);
    expect(await message({ ...statement, clabe_number: "12" })).toEqual([400, "Invalid clabe number"]);
    expect(await message({ ...daily, operation_date: "20/11/2026" })).toEqual([
      400,
      "operation_date must use format YYYY-MM-DD",
    ]);
    expect(await message({ ...daily, operation_date: "2026-02-30" })).toEqual([
      400,
      "operation_date must be a valid date with format YYYY-MM-DD",
    ]);
  });

  it("takes a token for 24 hours of its clock, and no forged one", async () => {
    const open = await openSandbox();
    const monato = await signIn(open);
    open.clock.advance(24 * 3_600_000 - 1);
    expect((await monato("POST", lookUp(open), daily)).status).toBe(200);
    open.clock.advance(1);
    expect((await monato("POST", lookUp(open), daily)).status).toBe(401);
    expect((await open.monato("a.b.c")("POST", lookUp(open), daily)).json).toEqual({
      code: 16,
      message: "unauthenticated",
      details: [],
    });
    const { baseUrl, clientId } = open.sandbox.monato;
    expect(
      (await tell(`${baseUrl}/v1/clients/${clientId}/credentials`, { headers: { "x-api-key": "wrong" } })).status,
    ).toBe(401);
  });

  it("tells a registered webhook of each file once, with the registered token, and repeats or wraps when told to", async () => {
    const open = await openSandbox();
    const monato = await signIn(open);
    const { clientId } = open.sandbox.monato;
    const { monatoAccounts: accounts } = open.sandbox;
    const receiver = await receive();
    const webhook = {
      client_id: clientId,
      url: receiver.url,
      token: "secretToken0123",
      webhook_type: "REPORT",
      auth_type: "AUTH",
    };
    const path = `/v1/clients/${clientId}/webhooks`;
    expect((await monato("POST", path, webhook)).json).toMatchObject({
      clientId,
      url: receiver.url,
      webhookStatus: "ACTIVE",
    });
    expect((await monato("POST", path, webhook)).status).toBe(409);
    expect((await monato("GET", path)).json).toHaveLength(1);
    const [{ clabeNumber, accountId }] = accounts;
    open.sandbox.prepareMonatoFile({
      report_type: "DAILY_ACCOUNT_STATEMENT",
      operation_date: "2026-11-20",
      clabe_number: clabeNumber,
    });
    expect(await open.sandbox.deliverWebhooks()).toEqual([]);
    open.clock.advance(1500);
    expect(await open.sandbox.deliverWebhooks()).toMatchObject([{ url: receiver.url, status: 200 }]);
    expect(await open.sandbox.deliverWebhooks()).toEqual([]);
    const notice = {
      client_id: clientId,
      file_type: "ACCOUNT_STATEMENT",
      period: "DAILY",
      file_name: `account_statement_${accountId}_20261120.csv`,
      created_at: "2026-11-21T12:00:01.500Z",
      account_id: accountId,
    };
    expect(receiver.got.map(({ body }) => body)).toEqual([notice]);
    expect(receiver.got[0]?.headers.authorization).toBe("Bearer secretToken0123");

    open.sandbox.prepareMonatoFile({ report_type: "MONTHLY", operation_date: "2026-10-01" });
    open.clock.advance(1500);
    await open.sandbox.deliverWebhooks({ wrapped: true, repeats: 2 });
    const wrapped = {
      client_id: clientId,
      webhook_type: "REPORT",
      payload: expect.objectContaining({ period: "MONTHLY" }),
    };
    expect(receiver.got.slice(1).map(({ body }) => body)).toEqual([wrapped, wrapped]);
    await receiver.close();
  });

  it("sends its webhooks by itself on the machine's clock", async () => {
    const open = await openSandbox({ clock: (await import("../src/clock.ts")).systemClock, readyAfterMs: 1 });
    const monato = await signIn(open);
    const { clientId } = open.sandbox.monato;
    const receiver = await receive();
    const webhook = { client_id: clientId, url: receiver.url, token: "t", webhook_type: "REPORT", auth_type: "AUTH" };
    await monato("POST", `/v1/clients/${clientId}/webhooks`, webhook);
    open.sandbox.prepareMonatoFile({ report_type: "DAILY", operation_date: "2026-11-19" });
    await receiver.first;
    expect(receiver.got[0]?.body).toMatchObject({ file_name: "transactions_daily_20261119.csv" });
    await receiver.close();
  });
});

interface Receiver {
  readonly url: string;
  readonly got: { readonly headers: IncomingHttpHeaders; readonly body: unknown }[];
  /** Resolves with the first delivery. */
  readonly first: Promise<void>;
  close(): Promise<void>;
}

async function receive(): Promise<Receiver> {
  const got: Receiver["got"] = [];
  const server = createServer();
  const first = new Promise<void>((resolve) => {
    server.on("request", (request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => (text += part));
      request.on("end", () => {
        got.push({ headers: request.headers, body: JSON.parse(text) });
        response.end();
        resolve();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/report-webhook`, got, first, close };
}
