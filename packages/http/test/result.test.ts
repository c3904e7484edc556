import createClient from "openapi-fetch";
import { describe, expect, expectTypeOf, it } from "vitest";
import { orThrow, ProviderError, TransportError } from "../src/index.ts";
import { exampleClient, fakeFetch, json, secret } from "./example-api.ts";
import type { ExamplePaths, Failure } from "./example-api.ts";

const one = { params: { path: { id: "r1" } } };

describe("an answer", () => {
  it("that is a success has data, typed by the operation, and no error", async () => {
    const result = await exampleClient({ fetch: fakeFetch(json({ id: "r1" })) }).GET("/reports/{id}", one);
    if (result.error) throw new Error("unexpected");
    expectTypeOf(result.data).toEqualTypeOf<{ id: string }>();
    expect(result).toMatchObject({ data: { id: "r1" } });
    expect(result.response.status).toBe(200);
  });

  it("that is a failure has the documented body as its error, and no data", async () => {
    const fetch = fakeFetch(json({ code: 5, message: "no such report" }, 404));
    const { data, error, response } = await exampleClient({ fetch }).GET("/reports/{id}", one);
    expectTypeOf(error).toEqualTypeOf<Failure | undefined>();
    expect(data).toBeUndefined();
    expect(error).toEqual({ code: 5, message: "no such report" });
    expect(response.status).toBe(404);
  });

  it.each([
    ["no body", new Response(null, { status: 404 }), { message: "HTTP 404 with an empty body" }],
    ["white space", new Response(" \r\n", { status: 404 }), { message: "HTTP 404 with an empty body" }],
    [
      "Content-Length: 0",
      new Response("", { status: 500, headers: { "content-length": "0" } }),
      { message: "HTTP 500 with an empty body" },
    ],
    [
      "an HTML page",
      new Response("<h1>Bad Gateway</h1>", { status: 502, headers: { "content-type": "text/html" } }),
      { message: "HTTP 502 with a body of text/html", excerpt: "<h1>Bad Gateway</h1>" },
    ],
    ["an empty object", json({}, 400), { message: "HTTP 400 with a body of application/json", excerpt: "{}" }],
    ["a JSON text", json("oops", 400), { message: "HTTP 400 with a body of application/json", excerpt: "oops" }],
    ["null", json(null, 500), { message: "HTTP 500 with a body of application/json", excerpt: "null" }],
    [
      "half a JSON",
      new Response('{"code":', { status: 500, headers: { "content-type": "application/json" } }),
      { message: "HTTP 500 with a body of application/json", excerpt: '{"code":' },
    ],
    ["304", new Response(null, { status: 304 }), { message: "HTTP 304 with an empty body" }],
  ])("that fails with %s still has an error that says so", async (_, answer, expected) => {
    const { data, error } = await exampleClient({ fetch: fakeFetch(answer), retry: false }).GET("/reports/{id}", one);
    expect(data).toBeUndefined();
    expect(error).toEqual(expected);
  });

  it("that breaks off in its error body keeps its status, and shows nothing of what may end within a secret", async () => {
    const fetch = fakeFetch(() => new Response(brokenStream(`you sent ${secret.slice(0, -4)}`), { status: 503 }));
    const { error, response } = await exampleClient({ fetch, retry: false }).GET("/reports/{id}", one);
    expect(response.status).toBe(503);
    expect(error).toEqual({ message: "HTTP 503 with a body of no type", excerpt: "…" });
  });

  it("with an endless error body is read to 1 MiB and given up", async () => {
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("x".repeat(65_536))),
      cancel: () => {
        cancelled = true;
      },
    });
    const fetch = fakeFetch(() => new Response(endless, { status: 500 }));
    const { error } = await exampleClient({ fetch, retry: false }).GET("/reports/{id}", one);
    expect(error).toMatchObject({ excerpt: "x".repeat(500) });
    expect(cancelled).toBe(true);
  });

  it("with a status that is documented to have no body has no data, whatever comes", async () => {
    for (const body of [null, "", "<p>no</p>", "{}"]) {
      const fetch = fakeFetch(new Response(body, { status: 203 }));
      const result = await exampleClient({ fetch }).POST("/reports", { body: { type: "day", date: "2026-11-19" } });
      expect(result.error).toBeUndefined();
      expect(result.data).toBeUndefined();
      expect(result.response.status).toBe(203);
    }
  });
});

describe("a success that can't be read", () => {
  it.each([
    ["an empty body", new Response(""), "its 0 characters are no JSON object or array"],
    [
      "Content-Length: 0",
      new Response("", { headers: { "content-length": "0" } }),
      "its 0 characters are no JSON object or array",
    ],
    ["half a JSON", new Response('{"id":"sensitive'), "its 16 characters are no JSON object or array"],
    ["a number", json(12), "its 2 characters are no JSON object or array"],
    ["null", json(null), "its 4 characters are no JSON object or array"],
    [
      "a CSV",
      new Response("a,b\n", { headers: { "content-type": "text/csv; charset=utf-8" } }),
      "it is text/csv; charset=utf-8, not JSON",
    ],
    ["a page", new Response("<html>", { headers: { "content-type": "text/html" } }), "it is text/html, not JSON"],
  ])("throws: %s", async (_, answer, why) => {
    const call = exampleClient({ fetch: fakeFetch(answer) }).GET("/reports/{id}", one);
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    if (!TransportError.isInstance(error)) throw error;
    expect(error).toMatchObject({
      code: "unreadable-answer",
      provider: "example",
      operationId: "getReport",
      status: 200,
      maybeSent: true,
      retryable: true,
    });
    expect(error.message).toContain(why);
    expect(error.message).not.toContain("sensitive");
    expect(error.mediaType).toBe(answer.headers.get("content-type")?.replace("=UTF-8", "=…"));
  });

  it("that breaks off half-way throws, and says that the provider may have acted", async () => {
    const fetch = fakeFetch(
      () => new Response(brokenStream('{"id":'), { headers: { "content-type": "application/json" } }),
    );
    const call = exampleClient({ fetch }).POST("/reports", { body: { type: "day", date: "2026-11-19" } });
    await expect(call).rejects.toMatchObject({ code: "unreadable-answer", maybeSent: true, status: 200 });
  });

  it("is JSON all the same when its media type is missing, text/plain, or a +json one", async () => {
    for (const type of [undefined, "text/plain", "application/problem+json; charset=utf-8"]) {
      const headers = type === undefined ? {} : { "content-type": type };
      const answer = new Response(new TextEncoder().encode('\uFEFF{"id":"r1"}'), { headers });
      const { data } = await exampleClient({ fetch: fakeFetch(answer) }).GET("/reports/{id}", one);
      expect(data).toEqual({ id: "r1" });
    }
  });
});

describe("parseAs", () => {
  const csv = (): Response => new Response("é,b\n", { headers: { "content-type": "text/csv" } });
  const client = exampleClient({ fetch: fakeFetch(csv) });

  it("gives a file as text, blob, bytes or stream, and the type says which", async () => {
    const text = await client.GET("/reports/{id}/content", { ...one, parseAs: "text" });
    expectTypeOf(text.data).toEqualTypeOf<string | undefined>();
    expect(text.data).toBe("é,b\n");

    const blob = await client.GET("/reports/{id}/content", { ...one, parseAs: "blob" });
    expectTypeOf(blob.data).toEqualTypeOf<Blob | undefined>();
    expect(blob.data?.type).toBe("text/csv");

    const bytes = await client.GET("/reports/{id}/content", { ...one, parseAs: "arrayBuffer" });
    expectTypeOf(bytes.data).toEqualTypeOf<ArrayBuffer | undefined>();
    expect(bytes.data?.byteLength).toBe(5);

    const stream = orThrow(await client.GET("/reports/{id}/content", { ...one, parseAs: "stream" }));
    expectTypeOf(stream.data).toEqualTypeOf<ReadableStream<Uint8Array<ArrayBuffer>>>();
    expect(await new Response(stream.data).text()).toBe("é,b\n");
  });

  it("gives a stream, never null, for an answer without a body", async () => {
    const empty = exampleClient({ fetch: fakeFetch(new Response(null)) });
    const { data } = orThrow(await empty.GET("/reports/{id}/content", { ...one, parseAs: "stream" }));
    expect(await new Response(data).text()).toBe("");
  });

  it("must be given, and not be json, where the description has files alone", async () => {
    await expect(client.GET("/reports/{id}/content", one)).rejects.toMatchObject({ mediaType: "text/csv" });
    await expect(client.GET("/reports/{id}/content", { ...one, parseAs: "json" })).rejects.toBeInstanceOf(
      TransportError,
    );
  });
});

describe("orThrow", () => {
  const create = async (answer: Response) =>
    orThrow(
      await exampleClient({ fetch: fakeFetch(answer), now: () => Date.parse("2026-11-21T00:00:00Z") }).POST(
        "/reports",
        {
          body: { type: "day", date: "2026-11-19" },
        },
      ),
    );

  it("tells the documented successes apart by their status, in types as in life", async () => {
    const ready = await create(json({ id: "r1", link: "https://x" }, 200));
    if (ready.status === 200) expectTypeOf(ready.data).toEqualTypeOf<{ id: string; link: string }>();
    if (ready.status === 202) expectTypeOf(ready.data).toEqualTypeOf<{ id: string; queue: number }>();
    if (ready.status === 203) expectTypeOf(ready.data).toEqualTypeOf<undefined>();
    expectTypeOf(ready.status).toEqualTypeOf<200 | 202 | 203>();
    // @ts-expect-error: only a ready report has a link
    expect(ready.data?.link).toBe("https://x");
    expect(ready).toMatchObject({ status: 200, data: { id: "r1" } });
    expect(await create(json({ id: "r1", queue: 3 }, 202))).toMatchObject({ status: 202, data: { queue: 3 } });
    expect(await create(new Response(null, { status: 203 }))).toMatchObject({ status: 203, data: undefined });
  });

  it("throws a ProviderError that says what happened, what to do, and what the provider's support asks for", async () => {
    const headers = { "x-request-id": "req-7", "retry-after": "120" };
    const error: unknown = await create(json({ code: 11, message: "Too many requests" }, 429, headers)).catch(
      (thrown: unknown) => thrown,
    );
    if (!ProviderError.isInstance(error)) throw error;
    expect(Object.fromEntries(Object.entries(error))).toEqual({
      name: "ProviderError",
      code: "http-429",
      phase: undefined,
      retryable: true,
      bookmark: undefined,
      provider: "example",
      operationId: "createReport",
      status: 429,
      providerCode: "11",
      requestId: "req-7",
      retryAfterMs: 120_000,
      body: { code: 11, message: "Too many requests" },
    });
    expect(error.message).toBe("example answered HTTP 429 to createReport: Too many requests. Try again in 120 s.");
  });

  it.each([
    [
      { error: { code: "unauthorized", message: "Unauthorized", friendly_message: "Wrong key" } },
      "unauthorized",
      "Wrong key",
    ],
    [{ message: "Report not found", error: "not_found", status: 404 }, "not_found", "Report not found"],
    [{ code: 3, message: "Invalid report_type", details: [] }, "3", "Invalid report_type"],
    [{ error: "invalid_token" }, "invalid_token", "invalid_token"],
    [{ error: "invalid_token", error_description: "The token has expired" }, "invalid_token", "The token has expired"],
    // RFC 9457, and two shapes of providers that are not ours.
    [{ type: "https://a.invalid/p", title: "No credit", detail: "Balance 30" }, undefined, "Balance 30"],
    [{ type: "about:blank", title: "Not Found", status: 404 }, undefined, "Not Found"],
    [{ problem: { slug: "bad-day", detail: "The day is not over", fields: [] } }, undefined, "The day is not over"],
    [{ errors: [{ code: "E7", message: "No such account" }, { code: "E8" }] }, "E7", "No such account"],
    [{}, undefined, "HTTP 401 with a body of application/json"],
    [{ something: 1 }, undefined, "no reason that is known, see `body`"],
    [[1], undefined, "no reason that is known, see `body`"],
  ])("reads the code and the words of each provider's envelope: %j", async (body, providerCode, words) => {
    await expect(create(json(body, 401))).rejects.toMatchObject({
      code: "http-401",
      providerCode,
      message: `example answered HTTP 401 to createReport: ${words}. Check the credentials, and that they are of this environment.`,
      retryable: false,
    });
  });

  it("says that time can help where it can, and only there", async () => {
    const retryable = await Promise.all(
      [400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 501, 502, 503, 504, 505, 520].map(async (status) => {
        const error: unknown = await create(new Response(null, { status })).catch((thrown: unknown) => thrown);
        return ProviderError.isInstance(error) && error.retryable ? [status] : [];
      }),
    );
    expect(retryable.flat()).toEqual([408, 425, 429, 500, 502, 503, 504, 520]);
  });

  it("throws for each status that is no success, and never for a success", async () => {
    for (let status = 200; status < 600; status += 1) {
      const body = [204, 205, 304].includes(status) ? null : "{}";
      const client = exampleClient({ fetch: fakeFetch(new Response(body, { status })), retry: false });
      const call = client.GET("/reports/{id}", one).then((result) => [result, orThrow(result)]);
      const thrown = await call.then(
        () => undefined,
        (error: unknown) => ProviderError.isInstance(error) && [error.status, error.operationId],
      );
      expect([status, thrown]).toEqual([status, status < 300 ? undefined : [status, "getReport"]]);
    }
  });

  it("takes a result of plain openapi-fetch as well", async () => {
    const plain = (fetch: () => Promise<Response>) =>
      createClient<ExamplePaths>({ baseUrl: "https://api.example.com", fetch }).GET("/reports/{id}", one);
    const failed = await plain(async () => json({ message: "no" }, 400));
    expect(() => orThrow(failed)).toThrow(ProviderError);
    const { status, data } = orThrow(await plain(async () => json({ id: "r1" })));
    expectTypeOf(data).toEqualTypeOf<{ id: string }>();
    expect([status, data]).toEqual([200, { id: "r1" }]);
  });

  it("keeps what it knows off prints of the result", async () => {
    const result = await exampleClient({ fetch: fakeFetch(json({ message: "no" }, 400)) }).GET("/reports/{id}", one);
    expect(Object.keys(result)).toEqual(["error", "response"]);
    expect(JSON.stringify(result)).not.toContain(secret);
  });
});

function brokenStream(beginning: string): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) controller.error(new TypeError("terminated"));
      else controller.enqueue(new TextEncoder().encode(beginning));
      sent = true;
    },
  });
}
