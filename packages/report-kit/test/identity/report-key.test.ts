import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/identity/canonical-json.ts";
import { ReportRequestError } from "../../src/errors.ts";
import { reportKey } from "../../src/identity/report-key.ts";
import type { KeyMaterial } from "../../src/identity/report-key.ts";
import { readableKey } from "../../src/journal-admin/key-label.ts";

interface KeyVector {
  readonly name: string;
  readonly material: KeyMaterial;
  readonly canonical: string;
  readonly key: string;
}

// Made once by another implementation (Python's json and hashlib). They never change: a changed key makes a report twice.
const vectors: readonly KeyVector[] = JSON.parse(readFileSync(new URL("key-vectors.json", import.meta.url), "utf8"));

const material: KeyMaterial = {
  provider: "circle",
  origin: "https://api.circle.com",
  account: "treasury",
  reportType: "camt053",
  request: { reportType: "camt053", timeframe: "daily", date: "2026-11-19" },
  epoch: 0,
};

/** The key of a request that JavaScript, unlike the types, lets through. */
function keyOf(request: unknown): string {
  return reportKey({ ...material, request: request as KeyMaterial["request"] }); // what the refusals are about
}

function refusal(request: unknown): ReportRequestError {
  try {
    keyOf(request);
  } catch (error) {
    if (ReportRequestError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("the request was not refused");
}

describe("golden vectors", () => {
  test.each(vectors)("$name", ({ material, canonical, key }) => {
    expect(canonicalJson({ ...material, v: 1 })).toBe(canonical);
    expect(reportKey(material)).toBe(key);
  });

  test("all differ, and are UUIDs of version 8 out of the SHA-256 of the canonical text", () => {
    expect(new Set(vectors.map(({ key }) => key)).size).toBe(vectors.length);
    for (const { canonical, key } of vectors) {
      expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const hash = createHash("sha256").update(canonical).digest("hex");
      expect(key.slice(0, 13)).toBe(`${hash.slice(0, 8)}-${hash.slice(8, 12)}`);
      expect(key.slice(24)).toBe(hash.slice(20, 32));
    }
  });
});

describe("RFC 8785", () => {
  // Appendix B: the bits of a double, and its one text.
  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("the number %s is written %s", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });

  test("the example of section 3.2.2", () => {
    const parsed: unknown = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(parsed)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test("the order of section 3.2.3, by UTF-16 code unit", () => {
    const names = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
    const parsed: unknown = JSON.parse(canonicalJson(Object.fromEntries(names.map((name, index) => [name, index]))));
    expect(parsed).toEqual(Object.fromEntries(names.map((name, index) => [name, index])));
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, true])));
    const order = ["\\r", "1", "\u0080", "\u00f6", "\u20ac", "\u{1f600}", "\ufb33"];
    expect(text).toBe(`{${order.map((name) => `"${name}":true`).join(",")}}`);
  });
});

describe("spellings of one report have one key", () => {
  const cyclicNot = { shared: 1 };
  test.each<[string, unknown, unknown]>([
    ["members in another order", { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ["an absent member and a null one", { a: 1 }, { a: 1, b: null }],
    ["an absent member and an undefined one", { a: 1 }, { a: 1, b: undefined }],
    ["… in an object in an array in an object", { a: [{ b: [{}] }] }, { a: [{ b: [{ c: null }], d: null }] }],
    ["zero and minus zero", { a: 0 }, { a: -0 }],
    ["one number written in two ways", { a: 100 }, { a: 1e2 }],
    ["an object without a prototype", { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
    ["an object of another realm", { a: [1, {}] }, runInNewContext("({ a: [1, {}] })")],
    [
      "one object used twice, which is no cycle",
      { a: { shared: 1 }, b: { shared: 1 } },
      { a: cyclicNot, b: cyclicNot },
    ],
    ["an escape and its character", JSON.parse(String.raw`{"\u0061":"\u00e9"}`), { a: "é" }],
  ])("%s", (_, one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
  });

  test.each(["https://api.circle.com/", "HTTPS://API.Circle.com", "https://api.circle.com:443"])(
    "the origin %s",
    (origin) => {
      expect(reportKey({ ...material, origin })).toBe(reportKey(material));
    },
  );
});

describe("different reports have different keys", () => {
  test.each<[string, unknown, unknown]>([
    ["case of a name", { a: 1 }, { A: 1 }],
    ["case of a value", { a: "x" }, { a: "X" }],
    ["a number and its text", { a: 1 }, { a: "1" }],
    ["true and its text", { a: true }, { a: "true" }],
    ["null in an array and nothing", { a: [null] }, { a: [] }],
    ["null in an array and its text", { a: [null] }, { a: ["null"] }],
    ["an empty object and nothing", { a: {} }, {}],
    ["an empty array and an empty object", { a: [] }, { a: {} }],
    ["an empty text and nothing", { a: "" }, {}],
    ["the order of an array", { a: [1, 2] }, { a: [2, 1] }],
    ["how an array is nested", { a: [[1], 2] }, { a: [1, [2]] }],
    ["text that looks like JSON", { a: '1","b":"2' }, { a: "1", b: "2" }],
    ["a name that looks like JSON", { 'a":1,"b': 2 }, { a: 1, b: 2 }],
    ["a member called __proto__", JSON.parse('{"__proto__":{"a":1}}'), {}],
    ["é in one character and in two", { a: "\u00e9" }, { a: "e\u0301" }],
    ["a trailing space", { a: "x" }, { a: "x " }],
    ["the NUL character", { a: "x" }, { a: "x\0" }],
    ["neighbouring numbers", { a: 9007199254740991 }, { a: 9007199254740992 }],
    ["neighbouring fractions", { a: 0.1 }, { a: 0.30000000000000004 - 0.2 }],
  ])("%s", (_, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  test("each part of the material counts", () => {
    const others: readonly Partial<KeyMaterial>[] = [
      {},
      { provider: "monato" },
      { origin: "https://api-sandbox.circle.com" },
      { origin: "http://api.circle.com" },
      { origin: "https://api.circle.com:8443" },
      { account: "Treasury" },
      { reportType: "camt052" },
      { request: {} },
      { epoch: 1 },
    ];
    expect(new Set(others.map((part) => reportKey({ ...material, ...part }))).size).toBe(others.length);
  });
});

describe("what is not JSON is refused by name", () => {
  class Money {
    amount = "1.00";
  }
  const cycle: Record<string, unknown> = {};
  cycle["self"] = [cycle];
  const hidden = Object.defineProperty({}, "secret", { value: 1, enumerable: false });
  const deep: unknown = JSON.parse(`${"[".repeat(70)}${"]".repeat(70)}`);

  test.each<[string, unknown, RegExp]>([
    ["Map", new Map([["a", 1]]), /a Map/],
    ["Set", new Set([1]), /a Set/],
    ["Date", new Date(0), /a Date/],
    ["RegExp", /x/, /a RegExp/],
    ["URL", new URL("https://example.com"), /an? URL/],
    ["Uint8Array", new Uint8Array(2), /an? Uint8Array/],
    ["Promise", Promise.resolve(1), /a Promise/],
    ["Error", new Error("x"), /an Error/],
    ["a boxed string", Object("x"), /a String/],
    ["a class instance", new Money(), /a Money/],
    ["an object that inherits", Object.create({ inherited: 1 }), /object/],
    ["BigInt", 1n, /a BigInt/],
    ["NaN", Number.NaN, /NaN/],
    ["Infinity", Number.POSITIVE_INFINITY, /Infinity/],
    ["-Infinity", Number.NEGATIVE_INFINITY, /-Infinity/],
    ["a function", () => 1, /a function/],
    ["a symbol", Symbol("x"), /a symbol/],
    ["a toJSON method", { toJSON: () => 1 }, /a function/],
    ["a lone high surrogate", "x\ud800", /surrogate/],
    ["a lone low surrogate", "\udc00x", /surrogate/],
    ["surrogates the wrong way round", "\udc00\ud800", /surrogate/],
    ["a name with a lone surrogate", { "\ud800": 1 }, /surrogate/],
    ["a hole", Array.from({ length: 2 }).fill(1, 0, 1), /undefined/],
    ["a sparse array", Object.assign([], { length: 2 }), /hole/],
    ["undefined in an array", [undefined], /undefined/],
    ["an array with names", Object.assign([1], { name: "x" }), /named/],
    ["a symbol member", { [Symbol("x")]: 1 }, /symbol/],
    [
      "a getter",
      {
        get now() {
          return 1;
        },
      },
      /getter/,
    ],
    ["a hidden member", hidden, /hidden/],
    ["a cycle", cycle, /contains itself/],
    ["seventy levels", deep, /64 levels/],
  ])("%s", (_, value, received) => {
    const error = refusal({ filters: { list: ["fine", value] } });
    expect(error.code).toBe("not-json");
    expect(error.field).toMatch(/^request\.filters\.list\[1\]/);
    expect(error.received).toMatch(received);
    expect(error.message).toContain(error.field);
  });

  test.each<[keyof KeyMaterial, unknown]>([
    ["provider", ""],
    ["provider", undefined],
    ["account", 7],
    ["account", null],
    ["reportType", ""],
    ["reportType", ["camt053"]],
    ["origin", "api.circle.com"],
    ["origin", "https://api.circle.com/v1"],
    ["origin", "https://user@api.circle.com"],
    ["origin", "https://api.circle.com/?a"],
    ["origin", "file:///tmp"],
    ["origin", undefined],
    ["request", null],
    ["request", []],
    ["request", "x"],
    ["request", undefined],
    ["epoch", -1],
    ["epoch", 0.5],
    ["epoch", "0"],
    ["epoch", Number.NaN],
    ["epoch", 2 ** 53],
    ["epoch", undefined],
  ])("a %s that is %j", (field, value) => {
    const wrong = () => reportKey({ ...material, [field]: value });
    expect(wrong).toThrow(expect.objectContaining({ name: "ReportRequestError", code: "invalid-request", field }));
  });

  test.each(["provider", "account", "reportType"])("a lone surrogate in the %s", (field) => {
    const wrong = () => reportKey({ ...material, [field]: "\ud800" });
    expect(wrong).toThrow(expect.objectContaining({ name: "ReportRequestError", code: "not-json", field }));
  });
});

describe("a readable key", () => {
  const report = { source: "circle/treasury", reportType: "camt053", request: material.request, epoch: 0 };

  test("says the source, the report type, what tells the request apart, and the epoch", () => {
    expect(readableKey(report)).toBe("circle/treasury/camt053/2026-11-19.daily#0");
    // Whole values, and a mark for those that have no room.
    const accounts = {
      a: "2026-11-19",
      b: "646180157000000004",
      c: "America/Mexico_City",
      d: "all_transactions",
    };
    expect(readableKey({ ...report, reportType: "managed_payout_transactions", request: accounts })).toBe(
      "circle/treasury/managed_payout_transactions/2026-11-19.646180157000000004.America-Mexico_City...#0",
    );
    expect(readableKey({ ...report, request: {}, epoch: 3 })).toBe("circle/treasury/camt053#3");
  });

  test("is one line of plain characters, whatever came", () => {
    const request = { text: "a/b c\n\u{1f4b6}", nested: { list: [1, true, null, ["x"]] }, none: null };
    expect(readableKey({ ...report, source: "circle/Tesorería #1", request, epoch: 2 })).toBe(
      "circle/Tesorer-a-1/camt053/1.true.x.a-b-c-#2",
    );
  });

  test("is cut where a list goes on", () => {
    const request = { shops: Array.from({ length: 500 }, (_, index) => index) };
    expect(readableKey({ ...report, request }).length).toBeLessThanOrEqual(120);
  });
});
