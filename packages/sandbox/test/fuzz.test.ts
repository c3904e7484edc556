import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Provider } from "../src/provider.ts";
import { openSandbox } from "./open-sandbox.ts";
import type { OpenSandbox } from "./open-sandbox.ts";

const requestsEach = process.env["REPORT_KIT_SOAK"] === "1" ? 5_000 : 300;

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
}
interface Operation {
  readonly provider: Provider;
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly queryNames: readonly string[];
}

const providers = ["circle", "begateway", "monato", "mercadopago"] as const;
const methods = ["get", "post", "put", "delete", "patch"] as const;

/** Every operation of the four specs. */
const operations: readonly Operation[] = providers.flatMap((provider) => {
  const file = new URL(`../dist/specs/${provider}.json`, import.meta.url);
  const { paths } = JSON.parse(readFileSync(file, "utf8")) as {
    paths: Record<string, Partial<Record<(typeof methods)[number], Described>>>; // of a linted spec
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const described = item[method];
      if (described === undefined) return [];
      const queryNames = (described.parameters ?? []).filter((one) => one.in === "query").map(({ name }) => name);
      return [{ provider, method: method.toUpperCase(), path, operationId: described.operationId, queryNames }];
    }),
  );
});

/** Bodies that the operations take, for the fuzz to spoil. */
const validBodies: Readonly<Record<string, readonly object[]>> = {
  requestReport: [
    { reportType: "camt053", date: "2026-11-19" },
    { reportType: "managed_payin_transactions", timeframe: "monthly", date: "2026-10-01", clientEntityId: null },
    { reportType: "managed_payment_wallet_balances", timeframe: "daily", date: "2026-11-19" },
  ],
  createReport: [
    {
      type: "balance_records",
      format: "csv",
      user_id: 1,
      request_params: { currency: "EUR", date_from: "2026-11-19T00:00:00Z", date_to: "2026-11-19T23:59:59Z" },
    },
  ],
  downloadReport: [
    { report_type: "DAILY", operation_date: "2026-11-19" },
    { report_type: "MONTHLY_ACCOUNT_STATEMENT", operation_date: "2026-10-31", clabe_number: "032180000118359719" },
  ],
  createToken: [{ client_id: "c2d1d1e3-3340-4170-980e-e9269bbbc551", client_secret: "s" }],
  registerWebhook: [{ url: "https://example.com/hook", token: "t", webhook_type: "REPORT", auth_type: "AUTH" }],
  period: [{ begin_date: "2026-11-01T03:00:00Z", end_date: "2026-11-08T02:59:59Z" }],
  config: [
    {
      file_name_prefix: "p",
      columns: [{ key: "SOURCE_ID" }],
      frequency: { type: "daily", hour: 3, value: 0 },
    },
  ],
};

function bodiesOf(operationId: string): readonly object[] {
  if (operationId.endsWith("ReportConfig")) return validBodies["config"] ?? [];
  if (/^create(Settlement|Release)Report$/.test(operationId)) return validBodies["period"] ?? [];
  return validBodies[operationId] ?? [{}];
}

const oddValues = fc.oneof(
  fc.constantFrom<unknown>(null, "", "x", 0, 1, -1, 1.5, 1e308, true, false, [], {}, [[]], [null], { a: { b: [1] } }),
  fc.constantFrom<unknown>(
    "2026-02-30",
    "2026-11",
    "9999-12-31",
    "0001-01-01",
    "2026-11-19T00:00:00Z",
    "NaN",
    "__proto__",
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ maxLength: 40 }),
);

/** A body of the operation with one member, or one of a member's, replaced, taken away or added. */
function spoilt(bodies: readonly object[]): fc.Arbitrary<unknown> {
  return fc.constantFrom(...bodies).chain((body) => {
    const names = Object.keys(body);
    const inner = names.filter((name) => typeof (body as Record<string, unknown>)[name] === "object"); // of an object
    return fc.oneof(
      fc.constant<unknown>(body),
      fc.tuple(fc.constantFrom(...names, "extra"), oddValues).map(([name, value]) => ({ ...body, [name]: value })),
      fc
        .constantFrom(...names, "extra")
        .map((name) => Object.fromEntries(Object.entries(body).filter(([one]) => one !== name))),
      ...inner.map((name) =>
        fc.tuple(fc.string({ maxLength: 12 }), oddValues).map(([member, value]) => {
          const around = (body as Record<string, object>)[name]; // an object, as above
          return { ...body, [name]: { ...around, [member]: value } };
        }),
      ),
    );
  });
}

interface Request {
  readonly segments: readonly string[];
  readonly query: readonly (readonly [string, string])[];
  /** The text that is sent; undefined: none. */
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  readonly authorised: boolean;
}

function requestsTo({ operationId, queryNames }: Operation): fc.Arbitrary<Request> {
  const bodies = bodiesOf(operationId);
  const text = fc.oneof(
    { arbitrary: spoilt(bodies).map((value) => JSON.stringify(value)), weight: 4 },
    { arbitrary: oddValues.map((value) => JSON.stringify(value)), weight: 2 },
    { arbitrary: fc.constantFrom("", "{", "nul", "\u0000", '{"a":1,}', "a=1&b=2", "<xml/>"), weight: 1 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  );
  const queryName = fc.oneof(
    fc.constantFrom("zz", "limit", "id", "__proto__", "constructor", "a[b]", ...queryNames),
    fc.string({ minLength: 1, maxLength: 8 }),
  );
  const queryValue = fc.oneof(
    fc.constantFrom("", "1", "-1", "2026-11-01", "2026-11-19T00:00:00Z", "daily", "manual", "camt053", "1e999"),
    fc.string({ maxLength: 20 }),
  );
  const segment = fc.oneof(
    fc.constantFrom(
      "1",
      "99336983670",
      "550e8400-e29b-41d4-a716-446655440000",
      "a b",
      "ñ",
      "%",
      "..x",
      "x".repeat(300),
    ),
    fc.string({ minLength: 1, maxLength: 20 }).filter((one) => one !== "." && one !== ".."),
  );
  return fc.record({
    segments: fc.array(segment, { minLength: 2, maxLength: 2 }),
    query: fc.array(fc.tuple(queryName, queryValue), { maxLength: 4 }),
    body: text,
    contentType: fc.oneof(
      { arbitrary: fc.constant("application/json"), weight: 8 },
      {
        arbitrary: fc.constantFrom(
          "text/plain",
          "application/x-www-form-urlencoded",
          "application/json; charset=utf-8",
          "x",
          undefined,
        ),
        weight: 2,
      },
    ),
    authorised: fc.integer({ min: 0, max: 9 }).map((one) => one > 0),
  });
}

/** Text without half a surrogate pair, which no URL can carry. */
const encode = (text: string): string => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "x"));

async function sendTo(
  operation: Operation,
  request: Request,
  scene: OpenSandbox,
  token: string,
): Promise<{ status: number; text: string }> {
  const { sandbox } = scene;
  const { baseUrl } = sandbox[operation.provider];
  let place = 0;
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === "client_id" && request.authorised) return sandbox.monato.clientId;
    return encode(request.segments[(place += 1) - 1] ?? "x");
  });
  const query = request.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const headers: Record<string, string> = {
    ...(request.authorised ? credentials(operation.provider, sandbox, token) : {}),
  };
  const sends = operation.method !== "GET" && request.body !== undefined;
  if (sends && request.contentType !== undefined) headers["content-type"] = request.contentType;
  const response = await fetch(`${baseUrl}${path}${query === "" ? "" : `?${query}`}`, {
    method: operation.method,
    headers,
    body: sends ? new TextEncoder().encode(request.body) : null,
  });
  return { status: response.status, text: await response.text() };
}

function credentials(provider: Provider, sandbox: OpenSandbox["sandbox"], token: string): Record<string, string> {
  const { begateway, circle, mercadopago, monato } = sandbox;
  switch (provider) {
    case "circle":
      return { authorization: `Bearer ${circle.apiKey}` };
    case "begateway":
      return { authorization: `Basic ${btoa(`${begateway.pspId}:${begateway.secretKey}`)}` };
    case "mercadopago":
      return { authorization: `Bearer ${mercadopago.accessToken}` };
    case "monato":
      return { authorization: `Bearer ${token}`, "x-api-key": monato.apiKey };
  }
}

/** A token as a client gets it: by the exchange. */
async function tokenOf({ monato }: OpenSandbox["sandbox"]): Promise<string> {
  const headers = { "x-api-key": monato.apiKey, "content-type": "application/json" };
  const base = `${monato.baseUrl}/v1/clients/${monato.clientId}`;
  const listed: any = await (await fetch(`${base}/credentials`, { headers })).json(); // oxlint-disable-line typescript/no-explicit-any -- of our own sandbox
  const { client_id, client_secret } = listed.data[0];
  const body = JSON.stringify({ client_id, client_secret });
  const made: any = await (await fetch(`${base}/auth/credential-tokens`, { method: "POST", headers, body })).json(); // oxlint-disable-line typescript/no-explicit-any -- of our own sandbox
  return String(made.token);
}

describe("whatever is sent to an operation, its answer is one that its spec allows, and no 500 that nobody asked for", () => {
  it.each(operations.map((operation) => [`${operation.provider} ${operation.operationId}`, operation] as const))(
    "%s",
    { timeout: requestsEach * 100 },
    async (_name, operation) => {
      const scene = await openSandbox({ rows: 1 });
      const token = operation.provider === "monato" ? await tokenOf(scene.sandbox) : "";
      const requests = fc.sample(requestsTo(operation), { numRuns: requestsEach, seed: 20_261_128 });
      const statuses = new Map<number, number>();
      const failed: string[] = [];
      while (requests.length > 0) {
        const batch = requests.splice(0, 20);
        const answered = await Promise.all(batch.map((request) => sendTo(operation, request, scene, token)));
        for (const [index, { status, text }] of answered.entries()) {
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status >= 500) failed.push(`${JSON.stringify(batch[index])}: ${text.slice(0, 300)}`);
        }
      }
      if (failed.length > 0) throw new Error(`${failed.length} answers of 500:\n${failed.slice(0, 3).join("\n")}`);
      expect(scene.sandbox.violations).toEqual([]);
      // The fuzz reached the operation, and not the door alone.
      const reached = scene.sandbox.requests.filter(({ operationId }) => operationId === operation.operationId);
      expect(reached.length).toBeGreaterThan(requestsEach / 3);
      expect(statuses.get(401) ?? 0).toBeLessThan(requestsEach / 2);
    },
  );
});
