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

  const secret = "sk_live/Zm9v+YmFy=&'!pä~";
  const html = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
  const lowerCase = (text: string): string => text.replaceAll(/%../g, (escape) => escape.toLowerCase());
  const strict = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  const inBase64 = (before: string, after: string): string => Buffer.from(before + secret + after).toString("base64");
  const units = (text: string, write: (code: number) => string): string =>
    Array.from({ length: text.length }, (_, index) => write(text.charCodeAt(index))).join("");

  it.each<[string, string]>([
    ["as it is", secret],
    ["encoded as a component", encodeURIComponent(secret)],
    ["encoded in lower case", lowerCase(encodeURIComponent(secret))],
    ["encoded by RFC 3986", strict(secret)],
    ["encoded by RFC 3986 in lower case", lowerCase(strict(secret))],
    ["encoded in a form", new URLSearchParams({ x: secret }).toString().slice(2)],
    ["encoded twice", encodeURIComponent(encodeURIComponent(secret))],
    ["in JSON", JSON.stringify(secret)],
    ["in JSON with escaped slashes", JSON.stringify(secret).replaceAll("/", "\\/")],
    [
      "in JSON as PHP writes it",
      units(secret, (code) =>
        code < 127 && /[\w ]/.test(String.fromCharCode(code))
          ? String.fromCharCode(code)
          : `\\u${code.toString(16).padStart(4, "0")}`,
      ),
    ],
    ["in JSON, all of it escaped", units(secret, (code) => `\\u${code.toString(16).padStart(4, "0").toUpperCase()}`)],
    ["in HTML", html(secret)],
    ["in HTML, escaped twice", html(html(secret))],
    ["in HTML by numbers", units(secret, (code) => `&#${code};`)],
    ["in HTML by hexadecimal numbers", units(secret, (code) => `&#x${code.toString(16)};`)],
    ["in a URL in HTML", html(`https://x.test/?a=1&key=${encodeURIComponent(secret)}`)],
    ["in base64", inBase64("", "")],
    ["in base64 behind one byte", inBase64("u", ":x")],
    ["in base64 behind two bytes", inBase64("u:", "x")],
    ["in base64 of URLs", inBase64("u:", "").replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")],
    ["in base64 of URLs, in a URL", encodeURIComponent(inBase64("us:", "-"))],
  ])("takes a known secret out %s", (_, spelling) => {
    for (const text of [
      `before ${spelling} after`,
      `<p title="${spelling}">`,
      `{"note":"it was ${spelling}"}`,
      spelling,
    ]) {
      const shown = redactText(text, ["another secret", secret]);
      // In a query the whole value goes.
      expect(shown).toMatch(/\[redacted\]|…/);
      expect(shown.replaceAll("[redacted]", "")).not.toMatch(/sk_live|Zm9v|YmFy|c2tfbGl2|rX2xpdm|za19saX/);
    }
  });

  it("takes out a secret, or what looks like one, that is cut at the end of the text", () => {
    for (let length = 6; length <= secret.length; length += 1)
      expect(redactText(`you sent ${secret.slice(0, length)}`, [secret])).toBe("you sent [redacted]");
    for (const cut of [
      '{"client_secret":"abcdef',
      '{"client_secret":"abc\\',
      '{"id":1,"token":"x\\"abcdef',
      `see ${link.slice(0, -3)}`,
    ])
      expect(redactText(cut)).not.toMatch(/abc|0123/);
  });

  it("finds a secret among escapes that are no UTF-8 or no character, however many there are", () => {
    const secret = "sk_live_abcd";
    expect(redactText("%ff%73k_live_abcd", [secret])).toBe("\uFFFD[redacted]");
    expect(redactText("%E2%82 %73k_live_abcd", [secret])).toBe("\uFFFD [redacted]");
    expect(redactText("%E2%82%AC%73k_live_abcd", [secret])).toBe("€[redacted]");
    expect(redactText("&#1114112;&#x73;k_live_abcd", [secret])).toBe("&#1114112;[redacted]");
    expect(redactText("\\ud83d\\u0073k_live_abcd", [secret])).toBe("\ud83d[redacted]");
    expect(redactText(`${"%25".repeat(400_000)}%73k_live_abcd`, [secret])).toBe(`${"%".repeat(400_000)}[redacted]`);
  });

  it("takes the values out of a query whose marks are escaped", () => {
    for (const text of [
      "https://x.test/?a=1\\u0026X-Amz-Signature=abcdef",
      "https://x.test/\\u003fX-Amz-Signature\\u003dabcdef",
      "https%3A%2F%2Fx.test%2Ff%3FX-Amz-Signature%3Dabcdef%26x%3D1",
      "https://x.test/?a=1&amp;X-Amz-Signature=abcdef",
    ])
      expect(redactText(text)).not.toContain("abcdef");
  });

  it("leaves a text without a secret as it is, escapes and all", () => {
    const text = '{"a":"1%2b2 \\u002b &amp; \\/ aGVsbG8gd29ybGQ"}';
    expect(redactText(text, [secret])).toBe(text);
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

  it("keeps its shape where a secret stands in another spelling, and no secret in any", () => {
    const secret = "a+b/c?d=e&f";
    const echo = {
      at: `x ${encodeURIComponent(secret).toLowerCase()} y`,
      html: secret.replaceAll("&", "&amp;"),
      deep: { b: [secret] },
    };
    expect(redactValue(echo, [secret])).toEqual({
      at: "x [redacted] y",
      html: "[redacted]",
      deep: { b: ["[redacted]"] },
    });
    const quote = 'pass"word';
    const value = redactValue({ at: `x ${encodeURIComponent(quote)}`, more: "%22" }, [quote]);
    expect(JSON.stringify(value)).not.toMatch(/pass|word/);
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
