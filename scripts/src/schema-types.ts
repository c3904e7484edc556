import openapiTypescript, { astToString, tsLiteral, tsUnion, NULL, STRING, UNKNOWN } from "openapi-typescript";
import type { SchemaObject } from "openapi-typescript";
import ts from "typescript";

/**
 * The TypeScript types (`paths`, `components`, `operations`, `webhooks`) of an effective text. Type-only, without imports.
 * Throws when the text is no valid OpenAPI, or when an open enum is no enum of strings.
 */
export async function schemaTypes(effectiveText: string): Promise<string> {
  const nodes = await openapiTypescript(effectiveText, {
    alphabetize: true,
    immutable: true,
    defaultNonNullable: false,
    emptyObjectsUnknown: true,
    silent: true,
    transform: (schema, { path }) => fileType(schema) ?? openEnumType(schema, path ?? "?"),
  });
  return astToString(nodes);
}

/** A file's type is up to the caller's `parseAs` (stream, bytes, text), so the description makes no claim: `unknown`. */
function fileType(schema: SchemaObject): ts.TypeNode | undefined {
  return schema.format === "binary" ? UNKNOWN : undefined;
}

/** `'a' | 'b' | (string & {})`: known values are offered by the editor, unknown ones are no type error. */
function openEnumType(schema: SchemaObject, path: string): ts.TypeNode | undefined {
  if (!("x-extensible-enum" in schema)) return undefined;
  const values: unknown = schema["x-extensible-enum"];
  const types = [schema.type].flat();
  const isOpenStringEnum =
    Array.isArray(values) &&
    values.every((value) => typeof value === "string") &&
    types.every((type) => type === "string" || type === "null");
  if (!isOpenStringEnum || values.length === 0)
    throw new Error(`x-extensible-enum at ${path} must list strings on \`type: string\`.`);
  const anyString = ts.factory.createParenthesizedType(
    ts.factory.createIntersectionTypeNode([STRING, ts.factory.createTypeLiteralNode([])]),
  );
  const isNullable = types.includes("null") || ("nullable" in schema && schema.nullable);
  return tsUnion([...values.map((value) => tsLiteral(value)), anyString, ...(isNullable ? [NULL] : [])]);
}
