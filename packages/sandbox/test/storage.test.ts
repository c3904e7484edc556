import { describe, expect, it } from "vitest";
import { openSandbox, tell } from "./open-sandbox.ts";
import type { OpenSandbox } from "./open-sandbox.ts";

async function signedLink(open: OpenSandbox): Promise<string> {
  const body = { reportType: "camt053", date: "2026-11-19" };
  return (await open.circle("POST", "/v1/reports", body)).json.data.downloadUrl;
}

describe("the storage server", () => {
  it("is an origin of its own and serves the file with its length, name and entity tag", async () => {
    const open = await openSandbox({ readyAfterMs: 0 });
    const { circle, begateway, monato, mercadopago, storage } = open.sandbox;
    const origins = [circle.baseUrl, begateway.baseUrl, monato.baseUrl, mercadopago.baseUrl, storage.origin];
    expect(new Set(origins.map((url) => new URL(url).origin)).size).toBe(5);
    const link = await signedLink(open);
    const file = await tell(link);
    expect(file.status).toBe(200);
    expect(file.headers.get("content-length")).toBe(String(Buffer.byteLength(file.text)));
    expect(file.headers.get("content-disposition")).toBe('attachment; filename="camt053_2026-11-19_report.xml"');
    expect(file.headers.get("etag")).toMatch(/^"[0-9a-f]{32}"$/);
    const head = await tell(link, { method: "HEAD" });
    expect([head.status, head.text, head.headers.get("content-length")]).toEqual([
      200,
      "",
      file.headers.get("content-length"),
    ]);
  });

  it("refuses any Authorization header with 400, as S3 does, and keeps it out of the record", async () => {
    const open = await openSandbox({ readyAfterMs: 0 });
    const link = await signedLink(open);
    const answer = await tell(link, { headers: { authorization: `Bearer ${open.sandbox.circle.apiKey}` } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("<Code>InvalidArgument</Code>");
    const seen = open.sandbox.requests.at(-1);
    expect(seen).toMatchObject({
      origin: "storage",
      status: 400,
      carriesSecret: true,
      secrets: [{ provider: "circle", name: "apiKey", where: "header" }],
    });
    expect(JSON.stringify(open.sandbox.requests)).not.toContain(open.sandbox.circle.apiKey);
    await tell(link);
    expect(open.sandbox.requests.at(-1)?.carriesSecret).toBe(false);
  });

  it("refuses an expired link, an altered one and one without a signature with 403", async () => {
    const open = await openSandbox({ readyAfterMs: 0, linkLifeMs: { circle: 60_000 } });
    const link = await signedLink(open);
    const longer = new URL(link);
    longer.searchParams.set("X-Amz-Expires", "9999999");
    expect((await tell(longer.href)).text).toContain("<Code>SignatureDoesNotMatch</Code>");
    expect((await tell(link.split("?")[0] ?? "")).status).toBe(403);
    open.clock.advance(59_999);
    expect((await tell(link)).status).toBe(200);
    open.clock.advance(1);
    const expired = await tell(link);
    expect([expired.status, expired.headers.get("content-type")]).toEqual([403, "application/xml"]);
    expect(expired.text).toContain(
      "<Code>AccessDenied</Code><Message>Request has expired</Message><Expires>2026-11-21T12:01:00.000Z</Expires>",
    );
  });

  it.each([
    ["bytes=0-9", 206, 0, 10],
    ["bytes=100-", 206, 100, undefined],
    ["bytes=-7", 206, -7, undefined],
    ["bytes=5-99999999", 206, 5, undefined],
    ["bytes=9-5", 200, 0, undefined],
    ["lines=1-2", 200, 0, undefined],
  ])("answers a range of %s with %i and just those bytes", async (range, status, start, end) => {
    const open = await openSandbox({ readyAfterMs: 0 });
    const link = await signedLink(open);
    const whole = Buffer.from(await (await fetch(link)).arrayBuffer());
    const part = await fetch(link, { headers: { range } });
    expect(part.status).toBe(status);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(start, end))).toBe(true);
  });

  it("answers 416 past the end, and the whole file when If-Range does not fit", async () => {
    const open = await openSandbox({ readyAfterMs: 0 });
    const link = await signedLink(open);
    const etag = (await tell(link)).headers.get("etag") ?? "";
    const past = await tell(link, { headers: { range: "bytes=99999999-" } });
    expect([past.status, past.headers.get("content-range")]).toEqual([416, expect.stringMatching(/^bytes \*\/\d+$/)]);
    expect((await tell(link, { headers: { range: "bytes=1-2", "if-range": etag } })).status).toBe(206);
    expect((await tell(link, { headers: { range: "bytes=1-2", "if-range": '"other"' } })).status).toBe(200);
    expect((await tell(link, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await tell(link, { headers: { "if-match": '"other"' } })).status).toBe(412);
  });

  it("streams a file of a hundred thousand rows, and resumes near its end", async () => {
    const open = await openSandbox({ readyAfterMs: 0, rows: 100_000 });
    const body = { reportType: "managed_payin_transactions", timeframe: "daily", date: "2026-11-19" };
    const link = (await open.circle("POST", "/v1/reports", body)).json.data.downloadUrl;
    const response = await fetch(link);
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.byteLength;
    expect(bytes).toBe(Number(response.headers.get("content-length")));
    expect(bytes).toBeGreaterThan(15_000_000);
    const tail = await tell(link, { headers: { range: "bytes=-20" } });
    expect([tail.status, tail.text]).toEqual([206, expect.stringMatching(/complete\r\n$/)]);
  });
});
