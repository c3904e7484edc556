import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { describe, expect, test } from "vitest";
import { withMatrix } from "./matrix.ts";
import { callsOf, startPrism } from "./prism.ts";

interface ClientOptions {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly retry: false;
}

const clients = {
  circle: (options: ClientOptions) => createCircleClient({ ...options, apiKey: "SAND_API_KEY:0123:4567" }),
  begateway: (options: ClientOptions) => createBegatewayClient({ ...options, pspId: "1", secretKey: "0123456789" }),
  monato: (options: ClientOptions) =>
    createMonatoClient({ ...options, clientId: "c2d1d1e3-3340-4170-980e-e9269bbbc551", apiKey: "0123456789" }),
  mercadopago: (options: ClientOptions) => createMercadopagoClient({ ...options, accessToken: "APP_USR-1" }),
} as const;

type Call = (path: string, init: object) => Promise<unknown>;

/** What Prism refused of the calls of a client, by operation. */
async function refusals(
  provider: keyof typeof clients,
  send: typeof fetch,
): Promise<{ calls: number; refused: string[] }> {
  const prism = await startPrism(provider);
  const refused: string[] = [];
  let operation = "";
  const watching: typeof fetch = async (input, init) => {
    const response = await send(input, init);
    // Prism answers a request that the spec allows by the first success, and any other by the documented error.
    if (!response.ok) refused.push(`${operation}: HTTP ${response.status} ${await response.clone().text()}`);
    return response;
  };
  try {
    const client = clients[provider]({ baseUrl: prism.baseUrl, fetch: watching, retry: false });
    const methods = client as unknown as Readonly<Record<string, Call>>; // paths come out of the spec here
    const calls = callsOf(provider);
    for (const { operationId, method, path, params, body } of calls) {
      operation = operationId;
      await methods[method]?.(path, { params, body, parseAs: "text" });
    }
    return { calls: calls.length, refused };
  } finally {
    await prism.close();
  }
}

describe.skipIf(!withMatrix)("against Prism, a server of the same specs that others wrote,", () => {
  test.each([
    ["circle", 4],
    ["begateway", 2],
    ["monato", 5],
    ["mercadopago", 20],
  ] as const)("no request of the %s client is refused, of at least %d", async (provider, least) => {
    const { calls, refused } = await refusals(provider, fetch);
    expect(refused).toEqual([]);
    expect(calls).toBeGreaterThanOrEqual(least);
  });

  test("a body without its required members is refused, so the check can fail", async () => {
    const { refused } = await refusals("circle", (input, init) => {
      const request = new Request(input, init);
      return fetch(request.url, {
        ...init,
        method: request.method,
        headers: request.headers,
        ...(request.method === "POST" && { body: "{}" }),
      });
    });
    expect(refused).toEqual([expect.stringContaining("requestReport")]);
  });
});
