import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pageValues } from "../src/page-values.ts";

const values = (page: string): readonly unknown[] => pageValues(page).map(({ value }) => value);

test("the reader of pages finds the outermost JSON values in order, by line", () => {
  expect(pageValues('Text.\n\n```json\n{\n  "a": [1, { "b": 2 }]\n}\n```\nor ["x"]\n')).toEqual([
    { place: { line: 4 }, value: { a: [1, { b: 2 }] } },
    { place: { line: 8 }, value: ["x"] },
  ]);
});

test("the reader of pages ignores what is no JSON and what is empty", () => {
  expect(values('{YOUR DWH URL} [link](https://example.com) {} [] { "a": <br/> } GET /v1/{id}')).toEqual([]);
});

test("the reader of pages finds a value inside brackets that are no JSON", () => {
  expect(values('[see: {"a": 1}] and {x: {"b": 2}}')).toEqual([{ a: 1 }, { b: 2 }]);
});

test("the reader of pages does not end a value at brackets and quotes inside strings", () => {
  expect(values(String.raw`{"a": "}{][", "b": "say \"}\" twice \\"} {"c": 1}`)).toEqual([
    { a: "}{][", b: String.raw`say "}" twice ${"\\"}` },
    { c: 1 },
  ]);
});

test("the reader of pages finds the values after a bracket that never closes", () => {
  expect(values('{ never closed {"a": 1}')).toEqual([{ a: 1 }]);
});

test("the reader of pages takes the examples of an OpenAPI fragment as the page's values, by pointer", () => {
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

test("the reader of pages finds any JSON object in a text without other brackets, whole and alone", () => {
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
