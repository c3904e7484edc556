import * as fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { redactError, redactText, redactUrl, redactValue } from "../src/index.ts";

const link =
  "https://user:pass@bucket.s3.amazonaws.com/r/2026.csv?X-Amz-Credential=AKIA&X-Amz-Signature=0123456789abcdef";

describe("redactUrl", () => {
  it("keeps where a link leads, and the names in its query", () => {
    expect(redactUrl(link)).toBe("https://bucket.s3.amazonaws.com/r/2026.csv?X-Amz-Credential=…&X-Amz-Signature=…");
    expect(redactUrl("https://api.example.com:8443/v1")).toBe("https://api.example.com:8443/v1");
    expect(redactUrl("/v1?token=abc#id_token=def")).toBe("/v1?token=…#id_token=…");
    expect(redactUrl("data:text/plain,secret?x=1")).not.toContain("x=1");
  });

  it("keeps no value of query or fragment, and no user info, of any URL", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: false }), fc.stringMatching(/^[0-9a-f]{12}$/), (url, value) => {
        const base = url.replace("://", `://u:${value}@`);
        expect(redactUrl(`${base}?sig=${value}&x=${value}#y=${value}`)).not.toContain(`=${value}`);
        expect(redactUrl(base)).not.toContain(value);
      }),
      { seed: 2026 },
    );
  });
});

describe("redactText", () => {
  it.each([
    [`see ${link}.`, "0123456789abcdef"],
    ["Authorization: Bearer abc.def-ghi", "abc.def-ghi"],
    ["authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
    ["got eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln as token", "eyJleHAiOjF9"],
    ['{"client_secret": "s3cr\\"et", "id": 1}', "s3cr"],
    ["GET /file?Signature=abcdef&x=1", "abcdef"],
  ])("takes the secret out of %j", (text, hidden) => {
    expect(redactText(text)).not.toContain(hidden);
  });

  it("takes known secrets out wherever they stand, as they are, in a URL, or in JSON", () => {
    const secret = 'p"a s/s+w$&rd';
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret)])
      expect(redactText(`x ${form} y`, [secret])).not.toContain("rd");
    expect(redactText("nothing to hide: report r1 of 2026-11-19", ["abc"])).toBe(
      "nothing to hide: report r1 of 2026-11-19",
    );
  });

  it("is quick on hostile text", () => {
    const started = performance.now();
    for (const text of [
      '"'.repeat(100_000),
      "https://".repeat(20_000),
      "?a=".repeat(50_000),
      "eyJ".repeat(50_000),
      "eyJ-".repeat(250_000),
      "Bearer ".repeat(20_000),
      '"a":'.repeat(30_000),
    ])
      redactText(text, ["secret"]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("redactValue", () => {
  it("keeps the shape and drops the secrets", () => {
    const body = {
      code: 7,
      token: "abcd",
      nested: [{ apiKey: "efgh", url: link, text: "key efgh-known" }],
      nothing: null,
    };
    expect(redactValue(body, ["efgh-known"])).toEqual({
      code: 7,
      token: "[redacted]",
      nested: [
        {
          apiKey: "[redacted]",
          url: "https://bucket.s3.amazonaws.com/r/2026.csv?X-Amz-Credential=…&X-Amz-Signature=…",
          text: "key [redacted]",
        },
      ],
      nothing: null,
    });
  });

  it("is bounded, and survives what is no JSON", () => {
    const text = redactValue({ rows: Array.from({ length: 10_000 }, () => "row") });
    expect(typeof text === "string" && text.length).toBe(8193);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(redactValue(cycle)).toBeUndefined();
    expect(redactValue(undefined)).toBeUndefined();
  });
});

describe("redactError", () => {
  it("keeps name, message, code, stack and causes, all without secrets, and nothing else", () => {
    const secret = "sk_live_0123456789";
    const inner = Object.assign(new Error(`Headers: "Bearer ${secret}" is invalid`), {
      code: "ERR_INVALID",
      config: { headers: { authorization: secret } },
    });
    const copy = redactError(new TypeError(`fetch ${link} failed`, { cause: inner }), [secret]);
    expect(copy).toMatchObject({ name: "TypeError", cause: { name: "Error", code: "ERR_INVALID" } });
    const printed = inspect(copy, { depth: 10, showHidden: true }) + String(copy.stack) + JSON.stringify(copy);
    expect(printed).not.toContain(secret);
    expect(printed).not.toContain("0123456789abcdef");
    expect(printed).toContain("bucket.s3.amazonaws.com");
  });

  it("ends on a chain of causes that goes round", () => {
    const error = new Error("a");
    error.cause = error;
    expect(inspect(redactError(error)).length).toBeGreaterThan(0);
    expect(redactError("a text").message).toBe("a text");
  });
});
