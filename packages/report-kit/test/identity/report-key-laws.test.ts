import { isDeepStrictEqual } from "node:util";
import canonicalize from "canonicalize";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/identity/canonical-json.ts";
import type { JsonObject, JsonValue } from "../../src/json.ts";
import { reportKey } from "../../src/identity/report-key.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";
const numRuns = soak ? 1_000_000 : 3_000;
const timeout = soak ? 1_800_000 : 30_000;
const seed = Number(process.env["REPORT_KIT_SEED"] ?? Date.now());
const options = { numRuns, seed };

/** Few names and values, all of them easily mistaken for one another: two of them are often nearly the same request. */
const names = fc.constantFrom(
  "a",
  "A",
  "b",
  'a"b',
  'a":1,"b',
  "",
  "1",
  "\u00e9",
  "e\u0301",
  "__proto__",
  "toJSON",
  "constructor",
);
const leaves = fc.constantFrom<JsonValue>(
  null,
  0,
  -0,
  1,
  -1,
  0.1,
  1e21,
  "0",
  "1",
  "",
  "null",
  "true",
  "1e21",
  true,
  false,
  '1","b":"1',
  "\u00e9",
  "e\u0301",
  "\u{1f4b6}",
);

const { confusable } = fc.letrec<{ confusable: JsonValue; list: JsonValue[]; object: JsonObject }>((tie) => ({
  confusable: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaves, tie("list"), tie("object")),
  list: fc.array(tie("confusable"), { maxLength: 3 }),
  object: fc.dictionary(names, tie("confusable"), { maxKeys: 3 }),
}));
const requests = fc.dictionary(names, confusable, { maxKeys: 3 });
/** Anything that JSON can say. */
const anything = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }), {
  maxKeys: 5,
}) as fc.Arbitrary<JsonObject>; // fast-check's type has no readonly arrays

function keyOf(request: JsonObject): string {
  return reportKey({
    provider: "p",
    origin: "https://api.example.com",
    account: "a",
    reportType: "r",
    request,
    epoch: 0,
  });
}

/** What a request means, found in another way than by its text: nulls dropped, no minus zero, no prototype, no order. */
function meaning(value: JsonValue | undefined): unknown {
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(meaning);
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return new Map(members.map(([name, member]) => [name, meaning(member)]));
}

/** The same request, spelt otherwise: members shuffled, nulls added where there is no member, zeros negated. */
function respelt(value: JsonValue | undefined, random: () => number): JsonValue | undefined {
  if (typeof value === "number") return value === 0 && random() < 0.5 ? -0 : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element: JsonValue) => respelt(element, random) ?? null);
  const members: [string, JsonValue | undefined][] = Object.entries(value).map(([name, member]) => [
    name,
    respelt(member, random),
  ]);
  for (const name of ["added", "__proto__", "a"]) {
    if (!Object.hasOwn(value, name) && random() < 0.5) members.push([name, random() < 0.5 ? null : undefined]);
  }
  for (let last = members.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [one, two] = [members[last], members[other]];
    if (one !== undefined && two !== undefined) [members[last], members[other]] = [two, one];
  }
  return Object.fromEntries(members);
}

describe(`laws of the key (${numRuns} runs, seed ${seed})`, () => {
  test(
    "no splits: however a request is spelt, its key is the same",
    () => {
      fc.assert(
        fc.property(
          fc.oneof(requests, anything),
          fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
          (request, draws) => {
            const random = () => draws.next().value ?? 0;
            const other = respelt(request, random) as JsonObject; // an object stays one
            expect(keyOf(other)).toBe(keyOf(request));
          },
        ),
        options,
      );
    },
    timeout,
  );

  test(
    "no collisions: two requests have one key exactly when they mean the same",
    () => {
      let same = 0;
      fc.assert(
        fc.property(requests, requests, (one, other) => {
          const equal = isDeepStrictEqual(meaning(one), meaning(other));
          same += Number(equal);
          expect(keyOf(one) === keyOf(other)).toBe(equal);
        }),
        options,
      );
      expect(same).toBeGreaterThan(0); // or the law was only seen from one side
    },
    timeout,
  );

  test(
    "the canonical text is that of the reference implementation of RFC 8785",
    () => {
      /** What is JSON for us alone: members that are null are left out. */
      const withoutNulls = (value: JsonValue | undefined): JsonValue | undefined => {
        if (typeof value !== "object" || value === null) return value;
        if (Array.isArray(value)) return value.map((element: JsonValue) => withoutNulls(element) ?? null);
        const members = Object.entries(value).filter(([, member]) => member !== null);
        return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
      };
      fc.assert(
        fc.property(fc.oneof(requests, anything), (request) => {
          const text = (() => {
            try {
              return canonicalJson(request);
            } catch {
              return undefined; // half a surrogate pair, which both refuse
            }
          })();
          if (text === undefined) expect(() => canonicalize(withoutNulls(request))).toThrow("surrogate");
          else expect(text).toBe(canonicalize(withoutNulls(request)));
        }),
        options,
      );
    },
    timeout,
  );

  test(
    "the canonical text says what the value said",
    () => {
      fc.assert(
        fc.property(fc.oneof(requests, anything), (request) => {
          const said: JsonValue = JSON.parse(canonicalJson(request)); // what JSON.parse gives
          expect(isDeepStrictEqual(meaning(said), meaning(request))).toBe(true);
        }),
        options,
      );
    },
    timeout,
  );
});
