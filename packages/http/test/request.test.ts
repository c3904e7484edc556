import * as fc from "fast-check";
import createOpenapiFetch from "openapi-fetch";
import { describe, expect, it } from "vitest";
import { createProviderClient, RequestRefusedError } from "../src/index.ts";
import type { CallSettings } from "../src/index.ts";
import { fillPath } from "../src/path.ts";
import { writeQuery } from "../src/query.ts";
import { exampleClient, fakeFetch, json } from "./example-api.ts";
import type { ExamplePaths } from "./example-api.ts";

/** The refusal that a call ends with: its field, and the words around what came. */
const refusal = async (call: Promise<unknown>): Promise<{ readonly field: string; readonly message: string }> => {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!RequestRefusedError.isInstance(error)) throw error;
  return { field: error.field, message: error.message };
};
const named = (field: string, received = ""): unknown => ({
  field,
  message: expect.stringContaining(`, got ${received}`) as unknown,
});

describe("a path value", () => {
  const fetch = fakeFetch(json({ id: "r1" }));
  const client = exampleClient({ fetch });

  it("is encoded whole: it stays one segment", async () => {
    for (const id of ["a b", "a/b", "a?b#c", "../x", "%2e%2e", "..%2f", "a\\b", "é", "…", "a;b", "{id}"]) {
      await client.GET("/reports/{id}", { params: { path: { id } } });
      expect(fetch.requests.at(-1)?.url).toBe(`https://api.example.com/v1/reports/${encodeURIComponent(id)}`);
    }
  });

  it.each([
    ["", '""'],
    [".", '"."'],
    ["..", '".."'],
    [undefined, "undefined"],
    [null, "object"],
    [Number.NaN, "number"],
    [{}, "object"],
    [["a"], "object"],
    [true, "boolean"],
    ["\uD800", JSON.stringify("\uD800")],
  ])("that would leave the path or fall out of it is refused by name: %j", async (id, received) => {
    const before = fetch.requests.length;
    // The values that types would stop come from where there are none.
    const call = client.GET("/reports/{id}", { params: { path: { id: id as string } } });
    expect(await refusal(call)).toEqual(named("params.path.id", received));
    expect(fetch.requests).toHaveLength(before);
  });

  it("that is missing is refused, with and without params, and does not compile", async () => {
    // @ts-expect-error: params are missing
    expect(await refusal(client.GET("/reports/{id}"))).toEqual(named("params.path.id"));
    // @ts-expect-error: the path values are missing
    expect(await refusal(client.GET("/reports/{id}", { params: {} }))).toEqual(named("params.path.id"));
    // @ts-expect-error: the id is missing
    expect(await refusal(client.GET("/reports/{id}", { params: { path: {} } }))).toEqual(named("params.path.id"));
    // A value of the prototype is no value.
    const inherited = Object.create({ id: "r1" }) as { id: string };
    expect(await refusal(client.GET("/reports/{id}", { params: { path: inherited } }))).toEqual(
      named("params.path.id"),
    );
  });

  it("never leads out of its segment, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (first, second) => {
        // What is refused leads nowhere at all; that it is refused for a reason is said above.
        const path = pathOrRefusal(first, second);
        if (path instanceof RequestRefusedError) return;
        const url = new URL(`https://api.example.com${path}?x#y`);
        expect(url.pathname.split("/").map(decodeURIComponent)).toEqual(["", "a", first, "b", second, "c"]);
        expect(url.search + url.hash).toBe("?x#y");
      }),
      { seed: 2026, numRuns: 2000 },
    );
  });
});

describe("a query", () => {
  it("encodes names and values, repeats arrays, writes Dates in UTC, leaves out what is not there", () => {
    const values = {
      "filter[a b]&c": "ç d&e=f+g",
      at: new Date("2026-11-19T23:00:00-03:00"),
      many: ["a", undefined, 2, null],
      none: undefined,
      nothing: null,
      no: [],
      zero: 0,
      big: 12345678901234567890n,
      yes: true,
      empty: "",
    };
    expect(writeQuery(values)).toBe(
      "?filter%5Ba%20b%5D%26c=%C3%A7%20d%26e%3Df%2Bg&at=2026-11-20T02%3A00%3A00.000Z&many=a&many=2&zero=0&big=12345678901234567890&yes=true&empty=",
    );
  });

  it.each([
    ["an object", {}],
    ["a Map", new Map()],
    ["an invalid Date", new Date(Number.NaN)],
    ["NaN", Number.NaN],
    ["Infinity", Infinity],
    ["a function", () => 1],
    ["an object in an array", ["a", { b: 1 }]],
  ])("refuses %s by name", async (_, status) => {
    const client = exampleClient();
    const call = client.GET("/reports", { params: { query: { status: status as "ready" } } }); // past the types on purpose
    expect(await refusal(call)).toEqual(named("params.query.status"));
  });

  it("comes back as it was given, whatever it was", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (values) => {
        const url = new URL(`https://api.example.com/${writeQuery(values)}`);
        expect(Object.fromEntries(url.searchParams)).toEqual({ ...values });
      }),
      { seed: 2026 },
    );
  });
});

describe("a body", () => {
  const fetch = fakeFetch(json({ link: "" }));
  const client = exampleClient({ fetch });

  it("is JSON, and says so, whatever other type the caller's headers name", async () => {
    for (const type of [
      "application/x-www-form-urlencoded",
      "application/x-www-form-urlencoded; charset=utf-8",
      "text/plain",
    ]) {
      await client.POST("/lookup", { body: { day: "2026-11-19" }, headers: { "Content-Type": type } });
      const request = fetch.requests.at(-1);
      expect(request?.headers.get("content-type")).toBe("application/json");
      expect(await request?.text()).toBe('{"day":"2026-11-19"}');
    }
  });

  it.each([
    ["a Blob", new Blob(["x"])],
    ["a form", new FormData()],
    ["search params", new URLSearchParams("a=1")],
    ["bytes", new Uint8Array(3)],
    ["a Map", new Map([["a", 1]])],
    ["a text", "day=1"],
    ["null", null],
    ["a bigint in it", { day: 1n }],
    [
      "a cycle",
      (() => {
        const cycle: { day?: unknown } = {};
        cycle.day = cycle;
        return cycle;
      })(),
    ],
  ])("that JSON would lose is refused: %s", async (_, body) => {
    const before = fetch.requests.length;
    const call = client.POST("/lookup", { body: body as { day: string } }); // past the types on purpose
    expect(await refusal(call)).toEqual(named("body"));
    expect(fetch.requests).toHaveLength(before);
  });
});

describe("headers", () => {
  it("say what is wanted: JSON, or anything where the body is read as it is; the caller's come on top", async () => {
    const fetch = fakeFetch(json({ id: "r1" }));
    const client = exampleClient({ fetch });
    await client.GET("/reports/{id}", { params: { path: { id: "r1" } }, headers: { "X-Trace": "7" } });
    await client.GET("/reports/{id}/content", { params: { path: { id: "r1" } }, parseAs: "text" });
    await client.GET("/reports/{id}/content", {
      params: { path: { id: "r1" } },
      parseAs: "text",
      headers: new Headers({ accept: "text/csv" }),
    });
    expect(
      fetch.requests.map(({ headers }) => [headers.get("accept"), headers.get("x-trace"), headers.get("content-type")]),
    ).toEqual([
      ["application/json", "7", null],
      ["*/*", null, null],
      ["text/csv", null, null],
    ]);
  });

  it("that are undefined or null are left out, as in queries; numbers, booleans and lists are written", async () => {
    const fetch = fakeFetch(json({ data: [] }));
    const values = {
      "x-none": undefined,
      "x-null": null,
      "x-number": 0,
      "x-flag": false,
      "x-list": ["a", 2],
      "x-empty": "",
    };
    await exampleClient({ fetch }).GET("/reports", { headers: values });
    // Header parameters come by another way; the example's types have none.
    await exampleClient({ fetch }).GET("/reports", { params: { header: values as never } });
    await exampleClient({ fetch }).GET("/reports", { headers: Object.entries({ "x-list": "a, 2" }) });
    const own = fetch.requests.map(({ headers }) => [...headers].filter(([name]) => name.startsWith("x-")));
    const sent = [
      ["x-empty", ""],
      ["x-flag", "false"],
      ["x-list", "a, 2"],
      ["x-number", "0"],
    ];
    expect(own).toEqual([sent, sent, [["x-list", "a, 2"]]]);
  });

  it("that are objects are refused by name", async () => {
    for (const value of [{}, Number.NaN, () => 1, [{}]])
      expect(await refusal(exampleClient().GET("/reports", { headers: { "x-note": value as string } }))).toEqual(
        named("headers.x-note"),
      );
  });

  it("that can't be sent are refused without being quoted", async () => {
    const call = exampleClient().GET("/reports", { headers: { "x-note": "se\r\ncret: 1" } });
    expect(await refusal(call)).toEqual(named("headers"));
    await expect(call).rejects.not.toThrow("cret");
  });
});

describe("what compiles", () => {
  const client = exampleClient({ fetch: fakeFetch(json({})) });
  // Never called: its lines are for the compiler.
  const never = async (): Promise<void> => {
    const date = "2026-11-19";
    await client.POST("/reports", { body: { type: "statement", date, account: "a" } });
    // @ts-expect-error: a statement needs its account
    await client.POST("/reports", { body: { type: "statement", date } });
    // @ts-expect-error: no such type
    await client.POST("/reports", { body: { type: "week", date } });
    // @ts-expect-error: a day has no account
    await client.POST("/reports", { body: { type: "day", date, account: "a" } });
    // @ts-expect-error: the body is missing
    await client.POST("/reports", {});
    // @ts-expect-error: the options are missing
    await client.POST("/reports");
    // @ts-expect-error: a GET has no body
    await client.GET("/reports", { body: {} });
    // @ts-expect-error: no such query
    await client.GET("/reports", { params: { query: { stats: "ready" } } });
    // @ts-expect-error: no such value
    await client.GET("/reports", { params: { query: { status: "failed" } } });
    // @ts-expect-error: no such path
    await client.GET("/report");
    // @ts-expect-error: no such method there
    await client.POST("/reports/{id}", { params: { path: { id: "a" } } });
    // @ts-expect-error: no DELETE at all
    await client.DELETE("/reports");
    // @ts-expect-error: no such setting
    await client.GET("/reports", { ...({ timeout: 5 } satisfies CallSettings) });
    await client.GET("/reports", { ...({ timeoutMs: 5, retry: { retries: 1 } } satisfies CallSettings) });
    await client.GET("/reports", { timeoutMs: 5 });
  };

  it("is what the description allows", () => {
    expect(never).toBeTypeOf("function");
  });
});

describe("what the types of openapi-fetch let through is refused before anything is sent:", () => {
  const fetch = fakeFetch(json({ id: "r1" }));
  const client = exampleClient({
    fetch,
    operations: {
      "GET /reports": { operationId: "listReports", repeatable: true, query: ["status", "pageSize"] },
      "GET /reports/{id}/content": { operationId: "getReportContent", repeatable: true, file: true },
      "POST /lookup": { operationId: "lookUp", repeatable: true, body: ["day"] },
    },
  });
  const lookup = { body: { day: "2026-11-19" } };
  const one = { params: { path: { id: "r1" } } };

  it.each<[string, () => Promise<unknown>, string, string | RegExp]>([
    ["timeout", () => client.GET("/reports", { timeout: 1 }), "timeout", /did you mean timeoutMs\?/],
    ["timeoutMS", () => client.GET("/reports", { timeoutMS: 1 }), "timeoutMS", /did you mean timeoutMs\?/],
    ["retries", () => client.GET("/reports", { retries: 1 }), "retries", /did you mean retry\?/],
    ["retry.retrys", () => client.GET("/reports", { retry: { retrys: 1 } }), "retry.retrys", /did you mean retries\?/],
    [
      "a time limit that is a text",
      () => client.GET("/reports", { timeoutMs: "5" }),
      "timeoutMs",
      "expected number, got string",
    ],
    ["a retry that is true", () => client.GET("/reports", { retry: true }), "retry", "got boolean"],
    ["parseas", () => client.GET("/reports", { parseas: "text" }), "parseas", /did you mean parseAs\?/],
    [
      "another address",
      () => client.GET("/reports", { baseUrl: "https://elsewhere.example" }),
      "baseUrl",
      "an unknown one",
    ],
    [
      "another way to write a query",
      () => client.GET("/reports", { querySerializer: () => "" }),
      "querySerializer",
      "an unknown one",
    ],
    [
      "a redirect of the platform's",
      () => client.GET("/reports", { redirect: "follow" }),
      "redirect",
      "an unknown one",
    ],
    [
      "a query that is not there",
      () => client.GET("/reports", { params: { query: { status: "ready", pagesize: 1 } } }),
      "params.query.pagesize",
      /did you mean pageSize\?/,
    ],
    [
      "a path value that has no place",
      () => client.GET("/reports/{id}/content", { params: { path: { id: "r1", idd: 1 } }, parseAs: "text" }),
      "params.path.idd",
      "takes: id",
    ],
    [
      "a member of the body",
      () => client.POST("/lookup", { body: { day: "2026-11-19", dayy: 1 } }),
      "body.dayy",
      /did you mean day\?/,
    ],
    [
      "params without their place",
      () => client.GET("/reports", { params: { status: "ready" } as { query?: object } }),
      "params.status",
      "takes: path, query, header",
    ],
    ["a file without parseAs", () => client.GET("/reports/{id}/content", one), "parseAs", '"stream"'],
    ["a file as JSON", () => client.GET("/reports/{id}/content", { ...one, parseAs: "json" }), "parseAs", '"stream"'],
    ["a path without its slash", () => client.GET("reports" as "/reports"), "path", "a slash"],
    ["options that are none", () => client.GET("/reports", "x" as never), "options", "string"],
    [
      "a body for a GET",
      () => client.request("get", "/reports", { body: {} as never }),
      "body",
      "none for GET /reports",
    ],
  ])("%s", async (_, call, field, words) => {
    const { field: named, message } = await refusal(call());
    expect(named).toBe(field);
    expect(message).toMatch(words);
    expect(fetch.requests).toHaveLength(0);
  });

  it("but a member that is undefined is as good as none", async () => {
    await client.POST("/lookup", { ...lookup, timeout: undefined, timeoutMs: undefined, signal: null });
    expect(fetch.requests).toHaveLength(1);
  });
});

describe("a fetch of one call", () => {
  it("sends that call's requests, by the client's rules for credentials and redirects", async () => {
    const seen: unknown[] = [];
    const client = exampleClient({ fetch: fakeFetch(new TypeError("not this one")) });
    const call = await client.GET("/reports/{id}", {
      params: { path: { id: "r1" } },
      fetch: async (request) => {
        seen.push([request.url, request.headers.get("authorization"), request.redirect]);
        return new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } });
      },
    });
    expect(call.response.status).toBe(302);
    expect(seen).toEqual([["https://api.example.com/v1/reports/r1", "Bearer sk_live_Zm9vYmFyYmF6", "manual"]]);
  });
});

describe("beside openapi-fetch", () => {
  it("sends the same request for the same call", async () => {
    const ours = fakeFetch(json({ id: "r1" }));
    const theirs = fakeFetch(json({ id: "r1" }));
    const client = exampleClient({ fetch: ours });
    const reference = createOpenapiFetch<ExamplePaths>({
      baseUrl: "https://api.example.com/v1/",
      fetch: theirs,
      headers: { authorization: "Bearer sk_live_Zm9vYmFyYmF6", accept: "application/json" },
    });
    const query = { status: "ready", pageSize: 50 } as const;
    await client.GET("/reports");
    await reference.GET("/reports");
    await client.GET("/reports", { params: { query } });
    await reference.GET("/reports", { params: { query } });
    const one = { params: { path: { id: "a b/ç" } }, headers: { "x-trace": "1" } };
    await client.GET("/reports/{id}", one);
    await reference.GET("/reports/{id}", one);
    const body = { type: "statement", date: "2026-11-19", account: "é" } as const;
    await client.POST("/reports", { body });
    await reference.POST("/reports", { body });
    const lines = (requests: readonly Request[]): Promise<unknown[]> =>
      Promise.all(
        requests.map(async (request) => [
          request.method,
          request.url,
          Object.fromEntries(request.headers),
          await request.text(),
        ]),
      );
    expect(await lines(ours.requests)).toEqual(await lines(theirs.requests));
    expect(ours.requests).toHaveLength(4);
  });
});

describe("fetch", () => {
  it("is looked up at each request, so that what patches it later is not passed by", async () => {
    const client = exampleClient();
    const patched = fakeFetch(json({ id: "r1" }));
    const original = globalThis.fetch;
    globalThis.fetch = patched;
    try {
      await client.GET("/reports/{id}", { params: { path: { id: "r1" } } });
    } finally {
      globalThis.fetch = original;
    }
    expect(patched.requests).toHaveLength(1);
  });
});

describe("a base URL", () => {
  const make = (baseUrl: string) =>
    createProviderClient({
      provider: "example",
      baseUrl,
      credentials: { authorize: () => ({ header: ["x-key", "k"], secrets: [] }) },
      operations: {},
    });

  it.each([
    ["https://api.example.com", "https://api.example.com", "https://api.example.com"],
    ["https://API.example.com:443//", "https://api.example.com", "https://api.example.com"],
    ["https://dwh.example.com/tenant/7/", "https://dwh.example.com/tenant/7", "https://dwh.example.com"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://[::1]:1", "http://[::1]:1", "http://[::1]:1"],
    ["http://localhost", "http://localhost", "http://localhost"],
    ["http://circle.localhost:3000", "http://circle.localhost:3000", "http://circle.localhost:3000"],
  ])("is normalised: %s", (text, baseUrl, origin) => {
    expect(make(text)).toMatchObject({ provider: "example", baseUrl, origin });
  });

  it.each([
    "",
    "api.example.com",
    "/v1",
    "http://api.example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://10.0.0.1",
    "ftp://127.0.0.1",
    "https://user:hunter22@api.example.com",
    "https://user@api.example.com",
    "https://api.example.com?",
    "https://api.example.com/?key=hunter22",
    "https://api.example.com/#",
    "javascript:alert(1)",
  ])("is refused when it is not one, without a secret in the error: %j", (text) => {
    expect(() => make(text)).toThrow(RequestRefusedError);
    expect(() => make(text)).not.toThrow("hunter22");
  });

  it("is refused when it is no text at all", () => {
    // @ts-expect-error: for callers without types
    expect(() => make(undefined)).toThrow(/^baseUrl: expected an https URL/);
  });
});

function pathOrRefusal(first: string, second: string): string | RequestRefusedError {
  try {
    return fillPath("/a/{first}/b/{second}/c", { first, second });
  } catch (error) {
    if (RequestRefusedError.isInstance(error)) return error;
    throw error;
  }
}
