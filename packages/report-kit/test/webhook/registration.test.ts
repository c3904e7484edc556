import { inspect } from "node:util";
import { createMonatoClient } from "@report-kit/monato";
import { startSandbox } from "@report-kit/sandbox";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { registerMonatoWebhook } from "../../src/webhook/index.ts";

const clientId = "c2d1d1e3-3340-4170-980e-e9269bbbc551";
const token = "s3cret/Token+0123456789";
const url = "https://us.example/report-webhook";

/** The answer to a registration in https://docs.monato.com/products/fincore/guides/reports, read 2026-11-20. */
const webhook = {
  id: "29806117-2b15-4682-87f0-350e6695fe91",
  clientId,
  url,
  token,
  webhookType: "REPORT",
  webhookStatus: "ACTIVE",
  createdAt: "2026-02-24T10:30:15Z",
  updatedAt: "2026-02-24T10:30:15Z",
  deletedAt: null,
  blockedAt: null,
};

type Answer = () => Response | Promise<Response>;
const json =
  (body: unknown, status = 200): Answer =>
  () =>
    Response.json(body, { status });
const reset: Answer = () =>
  Promise.reject(Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } }));

/** A client whose Monato gives these answers, in this order, and what it was asked. */
function monato(...answers: readonly Answer[]): {
  readonly client: ReturnType<typeof createMonatoClient>;
  readonly asked: string[];
  readonly bodies: unknown[];
} {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const client = createMonatoClient({
    clientId,
    token: "jwt",
    baseUrl: "https://api.monato.example",
    retry: false,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const answer = answers[asked.length];
      asked.push(`${request.method} ${new URL(request.url).pathname}`);
      if (request.method === "POST") bodies.push(await request.json());
      if (answer === undefined) throw new TypeError("no more answers were given to the test's provider");
      return answer();
    },
  });
  return { client, asked, bodies };
}

const path = `/v1/clients/${clientId}/webhooks`;

describe("registerMonatoWebhook", () => {
  it("lists, then creates, and keeps the echoed token to itself", async () => {
    const { client, asked, bodies } = monato(json([]), json(webhook));
    const registered = await registerMonatoWebhook(client, { url, token });
    expect(registered).toEqual({ id: webhook.id, url, created: true, sameToken: true });
    expect(asked).toEqual([`GET ${path}`, `POST ${path}`]);
    expect(bodies).toEqual([{ client_id: clientId, url, token, webhook_type: "REPORT", auth_type: "AUTH" }]);
  });

  it.each([
    ["in a bare list", json([{ ...webhook, webhookType: "MONEY_IN" }, webhook])],
    ["in a list under data", json({ data: [webhook] })],
    [
      "with the Money-In guide's spellings",
      json([{ ...webhook, deletedAt: "None", deletedBy: null, blockedBy: null }]),
    ],
    ["spelt another way", json([{ ...webhook, url: "https://US.example:443/report-webhook" }])],
  ])("registers nothing a second time: found %s", async (_, listed) => {
    const { client, asked } = monato(listed);
    const registered = await registerMonatoWebhook(client, { url, token });
    expect(registered).toEqual({ id: webhook.id, url, created: false, sameToken: true });
    expect(asked).toEqual([`GET ${path}`]);
  });

  it.each([
    ["another address", { url: "https://us.example/other" }],
    ["another type", { webhookType: "CEP" }],
    ["an inactive one", { webhookStatus: "INACTIVE" }],
    ["a deleted one", { deletedAt: "2026-02-25T00:00:00Z" }],
    ["a blocked one", { blockedAt: "2026-02-25T00:00:00Z" }],
    ["one without an address", { url: undefined }],
  ])("does not take %s for it", async (_, change) => {
    const { client, asked } = monato(json([{ ...webhook, ...change }]), json(webhook));
    expect(await registerMonatoWebhook(client, { url, token })).toMatchObject({ created: true });
    expect(asked).toHaveLength(2);
  });

  it("says when it is registered with another token, which the endpoint would refuse", async () => {
    const { client } = monato(json([{ ...webhook, token: "anotherToken" }]));
    expect(await registerMonatoWebhook(client, { url, token })).toMatchObject({ created: false, sameToken: false });
    const silent = monato(json([{ ...webhook, token: undefined }]));
    expect(await registerMonatoWebhook(silent.client, { url, token })).toEqual({ id: webhook.id, url, created: false });
  });

  it.each([
    ["the connection was reset", reset, true],
    ["a gateway answered", () => new Response("<h1>Bad gateway</h1>", { status: 502 }), true],
    ["the answer can't be read", () => new Response("<html>"), true],
    ["somebody else was first", json({ code: 6, message: "webhook already exists", details: [] }, 409), false],
    ["somebody else was first, in other words", json({ code: 3, message: "already exists" }, 400), false],
  ])("lists again after a create of which it is not clear what it did: %s", async (_, answer, created) => {
    const { client, asked } = monato(json([]), answer, json([webhook]));
    const registered = await registerMonatoWebhook(client, { url, token });
    expect(registered).toEqual({ id: webhook.id, url, created, sameToken: true });
    expect(asked).toEqual([`GET ${path}`, `POST ${path}`, `GET ${path}`]);
  });

  it("throws the create's own error when it is not there after all, or the list fails too", async () => {
    const gone = monato(json([]), reset, json([]));
    await expect(registerMonatoWebhook(gone.client, { url, token })).rejects.toMatchObject({ code: "network" });
    const away = monato(json([]), json({ message: "unavailable" }, 503), reset);
    await expect(registerMonatoWebhook(away.client, { url, token })).rejects.toMatchObject({ status: 503 });
  });

  it("does not look again when Monato does not let it in", async () => {
    const { client, asked } = monato(json([]), json({ code: 7, message: "permission denied" }, 403));
    await expect(registerMonatoWebhook(client, { url, token })).rejects.toMatchObject({ status: 403 });
    expect(asked).toHaveLength(2);
  });

  it("never shows the token, whatever Monato answers", async () => {
    const echo = { ...webhook, message: `the token ${token} is not good enough`, code: 3, details: [{ token }] };
    const html = `<h1>${token}</h1>`;
    const answers: readonly Answer[] = [
      json(echo, 400),
      json(echo, 409),
      json(echo, 500),
      json([echo], 422),
      () => new Response(html, { status: 502 }),
      () => new Response(html, { status: 200, headers: { "content-type": "text/html" } }),
      () => new Response(JSON.stringify(echo).slice(0, -1), { headers: { "content-type": "application/json" } }),
      reset,
    ];
    for (const answer of answers) {
      const { client } = monato(json([]), answer, json([]));
      const error: unknown = await registerMonatoWebhook(client, { url, token }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(token);
      expect(JSON.stringify(error)).not.toContain(token);
    }
  });

  it("refuses an address or a token that can't be used before anything is sent", async () => {
    const { client, asked } = monato();
    const badAddress = fc.constantFrom<unknown>(
      "",
      "us.example/x",
      "http://us.example/x",
      "ftp://us.example/",
      "https://user:pass@us.example/",
      "https://us.example/#part",
      null,
      7,
    );
    const badToken = fc.constantFrom<unknown>(
      "",
      "short",
      "with a space",
      "tökentöken",
      "line\nbreak",
      undefined,
      12_345_678,
    );
    const bad = fc.oneof(
      badAddress.map((value) => ({ field: "url", registration: { url: value, token } })),
      badToken.map((value) => ({ field: "token", registration: { url, token: value } })),
    );
    await fc.assert(
      fc.asyncProperty(bad, async ({ field, registration }) => {
        const given = registration as { url: string; token: string }; // wrong on purpose
        await expect(registerMonatoWebhook(client, given)).rejects.toMatchObject({ name: "ReportRequestError", field });
      }),
      { numRuns: 60 },
    );
    expect(asked).toEqual([]);
  });

  it("leaves one registration in the sandbox, however often and from however many places it runs", async () => {
    const sandbox = await startSandbox();
    try {
      const client = createMonatoClient(sandbox.monato);
      const [one, other] = await Promise.all([
        registerMonatoWebhook(client, { url, token }),
        registerMonatoWebhook(client, { url, token }),
      ]);
      const again = await registerMonatoWebhook(client, { url, token });
      expect(new Set([one.id, other.id, again.id]).size).toBe(1);
      expect([one, other].filter(({ created }) => created)).toHaveLength(1);
      expect(again).toEqual({ id: one.id, url, created: false, sameToken: true });
      expect(sandbox.violations).toEqual([]);
    } finally {
      await sandbox.close();
    }
  });
});
