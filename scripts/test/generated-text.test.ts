import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { operationsTable } from "../src/operations-table.ts";
import { schemaTypes } from "../src/schema-types.ts";
import { statementKinds } from "./statement-kinds.ts";

const hostile = "*/ export const stolen = process.env; /* ${`'\"\\ \u2028 */";

function description(schema: unknown, operation: object = {}): string {
  return stringify({
    openapi: "3.1.0",
    info: { title: hostile, version: "1.0.0", description: hostile },
    paths: {
      [`/it's/"quoted"/*/{${hostile}}`]: {
        description: hostile,
        post: {
          operationId: hostile,
          summary: hostile,
          description: hostile,
          responses: { "200": { description: hostile } },
          ...operation,
        },
      },
    },
    components: { schemas: { Thing: schema } },
  });
}

describe("hostile text in an API description", () => {
  test("stays in comments and names of the generated types", async () => {
    const text = await schemaTypes(
      description({
        type: "object",
        description: hostile,
        title: hostile,
        properties: {
          [hostile]: { type: "string", description: hostile, default: hostile, example: hostile, pattern: hostile },
          open: { type: "string", "x-extensible-enum": [hostile] },
          closed: { type: "string", enum: [hostile], description: "*/" },
          "*/": { const: hostile },
        },
      }),
    );
    expect(new Set(statementKinds(text))).toEqual(new Set(["InterfaceDeclaration", "TypeAliasDeclaration"]));
    expect(text).toContain("stolen");
  });

  test("stays in strings of the generated operations table", () => {
    const text = operationsTable(description({ type: "string" }));
    expect(statementKinds(text)).toEqual(["FirstStatement"]);
    expect(text).toContain(`operationId: ${JSON.stringify(hostile)}, repeatable: false`);
  });
});

describe("generated types", () => {
  const typeOfThing = async (schema: unknown): Promise<string> => {
    const text = await schemaTypes(description(schema));
    return /^ +Thing: (?<type>[^;]*);/m.exec(text)?.groups?.["type"] ?? text;
  };

  test("take any string for an open enum, and have its known values in a comment", async () => {
    const thing = { type: "string", description: "What it is.", "x-extensible-enum": ["a", "b"] };
    expect(await typeOfThing(thing)).toBe("string");
    expect(await schemaTypes(description(thing))).toContain("Known values: `a`, `b`. Others may come.");
  });

  test("allow null for an open enum that may be null", async () => {
    expect(await typeOfThing({ type: ["string", "null"], "x-extensible-enum": ["a"] })).toBe("string | null");
  });

  test("keep a closed enum closed", async () => {
    expect(await typeOfThing({ type: "string", enum: ["a", "b"] })).toBe('"a" | "b"');
  });

  test("call a file unknown, since what it is depends on how the caller reads it", async () => {
    expect(await typeOfThing({ format: "binary" })).toBe("unknown");
    expect(await typeOfThing({ type: "string", format: "binary" })).toBe("unknown");
  });

  test("keep a member with a default optional", async () => {
    expect(
      await schemaTypes(description({ type: "object", properties: { a: { type: "string", default: "b" } } })),
    ).toContain("a?: string;");
  });

  test.each([[[]], [[1]], ["a"]])("are not made of an open enum of %j, whose place the error names", async (values) => {
    await expect(schemaTypes(description({ type: "string", "x-extensible-enum": values }))).rejects.toThrow(
      /x-extensible-enum at .*Thing/,
    );
  });

  test("are not made of an open enum of numbers", async () => {
    await expect(schemaTypes(description({ type: "integer", "x-extensible-enum": ["1"] }))).rejects.toThrow(
      "x-extensible-enum",
    );
  });
});

describe("the generated operations table", () => {
  const table = (operations: Readonly<Record<string, object>>): string =>
    operationsTable(stringify({ paths: { "/a": operations } }));

  test("marks as repeatable the methods that HTTP calls idempotent, and operations that declare it", () => {
    const text = table({
      get: { operationId: "readA" },
      put: { operationId: "putA" },
      delete: { operationId: "deleteA" },
      head: { operationId: "headA" },
      post: { operationId: "createA" },
      patch: { operationId: "patchA", "x-repeatable": true },
      parameters: [],
    });
    expect(
      [...text.matchAll(/operationId: "(\w+)", repeatable: (\w+)/g)].map(([, name, value]) => `${name} ${value}`),
    ).toEqual(["deleteA true", "readA true", "headA true", "patchA true", "createA false", "putA true"]);
  });

  test("does not mark an idempotent method that declares it must not be repeated", () => {
    expect(table({ put: { operationId: "putA", "x-repeatable": false } })).toContain("repeatable: false");
  });

  test("is not made of an operation without operationId or with an x-repeatable that is no boolean", () => {
    expect(() => table({ get: {} })).toThrow("/paths/~1a/get has no operationId");
    expect(() => table({ post: { operationId: "createA", "x-repeatable": "yes" } })).toThrow(
      "POST /a: x-repeatable must be true or false",
    );
  });

  const referring = (item: object, pathItems: object = {}): string =>
    stringify({ openapi: "3.1.0", paths: { "/a": item }, components: { pathItems } });

  test("has the operations of a path item behind a reference", () => {
    const pathItems = { one: { $ref: "#/components/pathItems/two" }, two: { get: { operationId: "readA" } } };
    for (const $ref of ["#/components/pathItems/one", "#/components/pathItems/two"])
      expect(operationsTable(referring({ $ref }, pathItems))).toContain('"GET /a": { operationId: "readA"');
  });

  test("refuses a path item whose reference leads nowhere, or has operations beside it", () => {
    for (const $ref of ["#/components/pathItems/none", "other.yaml#/a", "https://example.com/a.yaml", "#"])
      expect(() => operationsTable(referring({ $ref }))).toThrow(`/paths/~1a: its $ref ${$ref} leads to nothing`);
    const item = { $ref: "#/components/pathItems/two", get: { operationId: "other" } };
    expect(() => operationsTable(referring(item, { two: {} }))).toThrow("has operations beside it");
  });

  test("names what a query and a body may have, and which answers are files", () => {
    const text = stringify({
      paths: {
        "/a": {
          parameters: [{ $ref: "#/components/parameters/Page" }, { in: "header", name: "x-no" }],
          post: {
            operationId: "createA",
            parameters: [{ in: "query", name: "limit" }],
            requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/A" } } } },
            responses: { 200: { content: { "text/csv": {} } }, 400: { content: { "application/json": {} } } },
          },
          put: {
            operationId: "putA",
            requestBody: {
              content: { "application/json": { schema: { type: "object", additionalProperties: true } } },
            },
            responses: { 200: { content: { "application/problem+json": {}, "text/csv": {} } }, 204: {} },
          },
        },
      },
      components: {
        parameters: { Page: { in: "query", name: "page" } },
        schemas: {
          A: {
            oneOf: [{ $ref: "#/components/schemas/B" }, { allOf: [{ properties: { c: {} } }], properties: { d: {} } }],
          },
          B: { properties: { b: {}, c: {} } },
        },
      },
    });
    expect(operationsTable(text).split("\n").slice(1, 3)).toEqual([
      '  "POST /a": { operationId: "createA", repeatable: false, file: true, query: ["page","limit"], body: ["b","c","d"] },',
      '  "PUT /a": { operationId: "putA", repeatable: true, query: ["page"] },',
    ]);
  });
});
