import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pageValues } from "../src/page-values.ts";

const values = (page: string): readonly unknown[] => pageValues(page).map(({ value }) => value);

test("the outermost JSON values of a page are found in order, by line", () => {
  expect(pageValues('Text.\n\n```json\n{\n  "a": [1, { "b": 2 }]\n}\n```\nor ["x"]\n')).toEqual([
    { place: { line: 4 }, value: { a: [1, { b: 2 }] } },
    { place: { line: 8 }, value: ["x"] },
  ]);
});

test("what is no JSON, and what is empty, is passed over", () => {
  expect(values('{YOUR DWH URL} [link](https://example.com) {} [] { "a": <br/> } GET /v1/{id}')).toEqual([]);
});

test("a value inside brackets that are no JSON is found", () => {
  expect(values('[see: {"a": 1}] and {x: {"b": 2}}')).toEqual([{ a: 1 }, { b: 2 }]);
});

test("brackets and quotes inside strings do not end a value", () => {
  expect(values(String.raw`{"a": "}{][", "b": "say \"}\" twice \\"} {"c": 1}`)).toEqual([
    { a: "}{][", b: String.raw`say "}" twice ${"\\"}` },
    { c: 1 },
  ]);
});

test("a bracket that never closes hides nothing after it", () => {
  expect(values('{ never closed {"a": 1}')).toEqual([{ a: 1 }]);
});

test("of a page with an OpenAPI fragment, the fragment's examples are the values, by pointer", () => {
  const page = [
    "{not json}",
    "````yaml openapi/account.yaml post /v1/things",
    "components:",
    "  schemas:",
    "    Thing:",
    "      properties:",
    "        example: { type: string, example: named example }",
    "      example: { example: inner }",
    "paths:",
    "  /a/b:",
    "    examples: { one: { value: 1 } }",
    "````",
  ].join("\n");
  expect(pageValues(page)).toEqual([
    { place: { pointer: "/components/schemas/Thing/properties/example/example" }, value: "named example" },
    { place: { pointer: "/components/schemas/Thing/example" }, value: { example: "inner" } },
    { place: { pointer: "/paths/~1a~1b/examples/one/value" }, value: 1 },
  ]);
});

test("whatever JSON object stands in a text without brackets, it is found whole, and nothing else", () => {
  const prose = fc.string({ unit: "binary" }).map((text) => text.replaceAll(/[{}[\]]/g, ""));
  const json = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }).map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.array(fc.tuple(prose, json)), prose, (parts, end) => {
      const page = `${parts.flat().join("\n")}\n${end}`;
      expect(values(page).map((value) => JSON.stringify(value))).toEqual(parts.map(([, text]) => text));
    }),
    { seed: 20_261_121 },
  );
});
