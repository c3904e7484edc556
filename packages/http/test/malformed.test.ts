import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orThrow, ReportKitError } from "../src/index.ts";
import { exampleClient, secret } from "./example-api.ts";
import type { ExamplePaths } from "./example-api.ts";
import type { ProviderClient } from "../src/index.ts";

/** A longer run raises the first; a failure is repeated by the second. */
const runs = Number(process.env["REPORT_KIT_FUZZ_RUNS"] ?? 300);
const seed = Number(process.env["REPORT_KIT_FUZZ_SEED"] ?? 2026);

const headerText = fc.stringMatching(/^[ -~]{0,40}$/);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc.string({ unit: "binary", maxLength: 200 }).map((text) => new TextEncoder().encode(text)),
  fc
    .constantFrom("", "{", "null", "[]", "{}", "<html>", '{"data":null}', '{"error":{}}', "\u0000".repeat(50))
    .map((text) => new TextEncoder().encode(text)),
);
const answer = fc.record({
  status: fc.oneof(
    fc.integer({ min: 200, max: 599 }),
    fc.constantFrom(200, 202, 203, 204, 205, 206, 301, 302, 304, 401, 404, 429, 500, 503),
  ),
  headers: fc.record(
    {
      "content-type": fc.oneof(
        headerText,
        fc.constantFrom("application/json", "text/csv", "text/html; charset=x", "application/json;;", "*/*"),
      ),
      "content-length": fc.oneof(headerText, fc.constantFrom("0", "-1", "5", "99999999999")),
      "content-encoding": fc.constantFrom("gzip", "br", "identity", "x"),
      "retry-after": fc.oneof(
        headerText,
        fc.constantFrom("0", "-1", "99999999999999999999", "Sat, 21 Nov 2026 12:00:30 GMT"),
      ),
      date: headerText,
      location: fc.oneof(
        headerText,
        fc.webUrl(),
        fc.constantFrom("/", "//", "http://", "?", "#", "https://api.example.com/v1/reports"),
      ),
      "x-request-id": headerText,
    },
    { requiredKeys: [] },
  ),
  body,
  end: fc.constantFrom("whole", "whole", "broken", "none"),
});

function respond({
  status,
  headers,
  body: bytes,
  end,
}: typeof answer extends fc.Arbitrary<infer Answer> ? Answer : never): Response {
  const bodiless = [204, 205, 304].includes(status);
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      if (end === "broken") controller.error(new TypeError("terminated"));
      else controller.close();
    },
  });
  return new Response(bodiless || end === "none" ? null : stream, { status, headers });
}

const operations: Record<string, (client: ProviderClient<ExamplePaths>) => Promise<object>> = {
  listReports: async (client) => orThrow(await client.GET("/reports")),
  getReport: async (client) => orThrow(await client.GET("/reports/{id}", { params: { path: { id: "r1" } } })),
  getReportContent: async (client) => {
    const { data } = orThrow(
      await client.GET("/reports/{id}/content", { params: { path: { id: "r1" } }, parseAs: "arrayBuffer" }),
    );
    return { data };
  },
  createReport: async (client) => orThrow(await client.POST("/reports", { body: { type: "day", date: "2026-11-19" } })),
  lookUp: async (client) => orThrow(await client.POST("/lookup", { body: { day: "2026-11-19" } })),
};

describe("malformed answers", () => {
  it.each(Object.entries(operations))(
    "to %s end in a success or a typed error, in few requests and without a secret",
    async (_, operation) => {
      await fc.assert(
        fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), async (answers) => {
          let requests = 0;
          const client = exampleClient({
            fetch: async () => {
              requests += 1;
              return respond(
                answers[Math.min(requests, answers.length) - 1] ?? {
                  status: 200,
                  headers: {},
                  body: new Uint8Array(),
                  end: "whole",
                },
              );
            },
          });
          const end: unknown = await operation(client).catch((error: unknown) => error);
          const typed = !(end instanceof Error) || ReportKitError.isInstance(end);
          // Three attempts, each with five redirects.
          expect([typed, requests <= 18]).toEqual([true, true]);
          expect(JSON.stringify(end)).not.toContain(secret);
        }),
        { seed, numRuns: runs },
      );
    },
  );
});
