import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { apiKeyHeader, basic, bearer, orThrow, RequestRefusedError } from "../src/index.ts";
import type { Credentials } from "../src/index.ts";
import { exampleClient, fakeFetch, json, networkError, secret } from "./example-api.ts";

const one = { params: { path: { id: "r1" } } };
const redirect = (location: string, status = 302): Response => new Response(null, { status, headers: { location } });
const authorizations = (requests: readonly Request[]): unknown[] =>
  requests.map(({ url, headers }) => [url, headers.get("authorization")]);

describe("credentials", () => {
  it.each<[string, Credentials, Record<string, string>]>([
    ["bearer", bearer("abc", "k"), { authorization: "Bearer abc" }],
    ["an api key", apiKeyHeader("x-api-key", () => "abc", "k"), { "x-api-key": "abc" }],
    [
      "basic, in UTF-8",
      basic("psp", async () => "pä:ss", { user: "u", password: "p" }),
      { authorization: `Basic ${Buffer.from("psp:pä:ss").toString("base64")}` },
    ],
  ])("are sent as the scheme says: %s", async (_, credentials, headers) => {
    const fetch = fakeFetch(json({ id: "r1" }));
    await exampleClient({ fetch, credentials }).GET("/reports/{id}", one);
    expect(Object.fromEntries(fetch.requests[0]?.headers ?? [])).toMatchObject(headers);
  });

  it("from a function are asked for at each attempt, so they can rotate", async () => {
    let number = 0;
    const fetch = fakeFetch(new Response(null, { status: 503 }), json({ id: "r1" }));
    const credentials = bearer(() => `key-${(number += 1)}`, "apiKey");
    await exampleClient({ fetch, credentials }).GET("/reports/{id}", one);
    expect(fetch.requests.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer key-1", "Bearer key-2"]);
  });

  it.each(["", "a\nb", "a\r\nx-evil: 1", "a b", "clé", "\u0000", undefined, null, 7])(
    "that can't be used are refused by name, unseen: %j",
    async (value) => {
      // Past the types on purpose: environment variables are undefined when they are not set.
      const bad = value as string;
      expect(() => bearer(bad, "apiKey")).toThrow(/^apiKey: expected a text of printable characters, got /);
      const fetch = fakeFetch(json({}));
      const call = exampleClient({ fetch, credentials: bearer(() => bad, "apiKey") }).GET("/reports/{id}", one);
      await expect(call).rejects.toMatchObject({ name: "RequestRefusedError", field: "apiKey" });
      await expect(call).rejects.not.toThrow("evil");
      expect(fetch.requests).toHaveLength(0);
    },
  );

  it("of HTTP Basic may have spaces, and no colon in the name", () => {
    expect(() => basic("a:b", "x", { user: "pspId", password: "secretKey" })).toThrow(/^pspId: /);
    expect(() => basic("a", "", { user: "pspId", password: "secretKey" })).toThrow(/^secretKey: /);
    expect(() => basic("a", "pass word", { user: "pspId", password: "secretKey" })).not.toThrow();
  });

  it("whose function fails end the call with its error, unrepeated", async () => {
    const failure = new Error("vault is sealed");
    const fetch = fakeFetch(json({}));
    const client = exampleClient({ fetch, credentials: bearer(() => Promise.reject(failure), "apiKey") });
    await expect(client.GET("/reports/{id}", one)).rejects.toBe(failure);
    expect(fetch.requests).toHaveLength(0);
  });
});

describe("a redirect", () => {
  it("of a GET within the API's origin is followed, with the credentials", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const fetch = fakeFetch(redirect("/v2/reports/r1?x=1", status), json({ id: "r1" }));
      const { data } = await exampleClient({ fetch }).GET("/reports/{id}", one);
      expect(data).toEqual({ id: "r1" });
      expect(authorizations(fetch.requests)).toEqual([
        ["https://api.example.com/v1/reports/r1", `Bearer ${secret}`],
        ["https://api.example.com/v2/reports/r1?x=1", `Bearer ${secret}`],
      ]);
      expect(fetch.requests.every((request) => request.redirect === "manual")).toBe(true);
    }
  });

  it.each([
    "https://storage.example.net/file?X-Amz-Signature=0123456789abcdef",
    "http://api.example.com/v1/reports/r1",
    "https://api.example.com:8443/v1",
    "https://api.example.com.evil.test/v1",
    "https://api.example.com@evil.test/v1",
    "https://user:hunter22@api.example.com/v1",
    "//evil.test/v1",
    "\\\\evil.test\\v1",
    "javascript:alert(1)",
    "https://",
  ])("elsewhere is an answer, not a way: %s", async (location) => {
    const fetch = fakeFetch(redirect(location), json({ id: "evil" }));
    const { data, error, response } = await exampleClient({ fetch }).GET("/reports/{id}", one);
    expect(data).toBeUndefined();
    expect(error?.message).toMatch(/^HTTP 302 with a redirect to .+ that was not followed$/);
    expect(error?.message).not.toMatch(/0123456789abcdef|hunter22/);
    expect(response.status).toBe(302);
    expect(fetch.requests).toHaveLength(1);
  });

  it("of a POST is not followed: it would be a second POST, or none", async () => {
    const fetch = fakeFetch(redirect("/v1/reports/", 307));
    const { response } = await exampleClient({ fetch }).POST("/lookup", { body: { day: "2026-11-19" } });
    expect(response.status).toBe(307);
    expect(fetch.requests).toHaveLength(1);
  });

  it("that goes round ends after five hops, as an answer", async () => {
    const fetch = fakeFetch(redirect("/v1/again"));
    const { response } = await exampleClient({ fetch }).GET("/reports/{id}", one);
    expect(response.status).toBe(302);
    expect(fetch.requests).toHaveLength(6);
  });
});

describe("middleware that sends a request elsewhere", () => {
  it("sends it without credentials", async () => {
    const fetch = fakeFetch(json({ id: "r1" }));
    for (const target of [
      "https://api.example.com.evil.test/x",
      "http://api.example.com/x",
      "https://api.example.com:444/x",
    ]) {
      const client = exampleClient({ fetch });
      client.use({ onRequest: ({ request }) => new Request(target, request) });
      await client.GET("/reports/{id}", one);
      expect(fetch.requests.at(-1)?.url).toBe(target);
      expect(fetch.requests.at(-1)?.headers.get("authorization")).toBeNull();
    }
  });
});

describe("a secret", () => {
  it("is in no error, whatever is answered or thrown", async () => {
    const hidden = [secret, "hunter22"];
    const echo = { message: `bad key ${secret}`, token: "hunter22", url: `https://x.test/?sig=hunter22` };
    const answers = [
      json(echo, 401, { "x-request-id": "r" }),
      json(echo, 503),
      new Response(`<p>Bearer ${secret}</p>`, { status: 502 }),
      new Response(`{"token":"hunter22", broken`, { status: 500 }),
      new Response(`{"token":"hunter22"`, { status: 200 }),
      new Response(null, { status: 302, headers: { location: "https://x.test/?sig=hunter22" } }),
      Object.assign(new TypeError(`invalid header Bearer ${secret}`), {
        config: { headers: { authorization: secret } },
      }),
      networkError(`ECONNRESET ${secret}`),
    ];
    for (const answer of answers) {
      const client = exampleClient({ fetch: fakeFetch(answer), retry: false });
      const error: unknown = await client
        .GET("/reports/{id}", one)
        .then((result) => orThrow(result))
        .catch((thrown: unknown) => thrown);
      const seen =
        inspect(error, { depth: 20, showHidden: true, getters: true }) + JSON.stringify(error) + String(error);
      for (const text of hidden) expect(seen).not.toContain(text);
      expect(error).toMatchObject({ provider: "example" });
    }
  });

  it("that a request's body holds is in no error either, through middleware or not", async () => {
    const token = 'hook "s/s" +secret';
    const body = { type: "day", date: "2026-11-19", token } as const;
    const quoting = async (request: Request): Promise<Response> => {
      const sent = await request.text();
      const cause = Object.assign(new Error(`body ${sent}, that is ${token}`), { code: `E ${token}` });
      throw new TypeError(`could not send ${encodeURIComponent(token)}`, { cause });
    };
    const unreadable = async (request: Request): Promise<Response> => {
      const why = await quoting(request).catch((error: unknown) => error);
      const stream = new ReadableStream({ start: (controller) => controller.error(why) });
      return new Response(stream, { headers: { "content-type": "application/json" } });
    };
    for (const answer of [quoting, unreadable]) {
      for (const layers of [[], [{ onRequest: () => undefined }]]) {
        const client = exampleClient({ fetch: fakeFetch(answer) });
        client.use(...layers);
        const error: unknown = await client.POST("/reports", { body }).catch((thrown: unknown) => thrown);
        const seen = inspect(error, { depth: 20, showHidden: true, getters: true }) + JSON.stringify(error);
        expect(seen).not.toMatch(/hook|secret/);
        expect(error).toMatchObject({ name: "TransportError", operationId: "createReport" });
      }
    }
  });

  it("is in no error when an answer's headers, or all of its body, repeat it", async () => {
    const long = `eyJhbGciOiJIUzI1NiJ9.${"token".repeat(160)}`;
    const answers = [
      new Response("{", { status: 400, headers: { "x-request-id": long } }),
      new Response("", { status: 302, headers: { location: `https://elsewhere.example/${long}` } }),
      new Response("<p>", { status: 502, headers: { "content-type": long } }),
      new Response(`${long} `.repeat(3), { status: 500 }),
      new Response("", { headers: { "content-type": long } }),
    ];
    for (const answer of answers) {
      const client = exampleClient({ fetch: fakeFetch(answer), credentials: bearer(long, "apiKey"), retry: false });
      let told: unknown;
      const error: unknown = await client
        .GET("/reports/{id}", one)
        .then((result) => {
          told = result.error;
          return orThrow(result);
        })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ provider: "example" });
      expect(inspect([told, error], { depth: 20, showHidden: true }) + JSON.stringify(error)).not.toContain(
        "tokentoken",
      );
    }
  });

  it("is in no refusal", async () => {
    expect(() => bearer(`${secret}\n`, "apiKey")).toThrow(RequestRefusedError);
    expect(() => bearer(`${secret}\n`, "apiKey")).not.toThrow(secret);
  });
});
