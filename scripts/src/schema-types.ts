import openapiTypescript, { astToString, tsUnion, NULL, STRING, UNKNOWN } from "openapi-typescript";
import type { SchemaObject } from "openapi-typescript";
import type ts from "typescript";

/**
 * The TypeScript types (`paths`, `components`, `operations`, `webhooks`) of an effective text. Type-only, without imports.
 * Throws when the text is no valid OpenAPI, or when an open enum is no enum of strings.
 */
export async function schemaTypes(effectiveText: string): Promise<string> {
  const nodes = await openapiTypescript(effectiveText, {
    alphabetize: true,
    // openapi-fetch's types take a readonly array apart (openapi-ts/openapi-typescript#2615).
    immutable: false,
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

/**
 * `string`, with the known values in its comment: unknown ones are no type error. They can't be offered by the editor: openapi-fetch's types
 * take `'a' | (string & {})` apart (#2615), and any spelling that these leave alone is `string` to the compiler.
 */
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
  const known = `Known values: ${values.map((value) => `\`${value}\``).join(", ")}. Others may come.`;
  if (!schema.description?.endsWith(known))
    schema.description = [schema.description, known].filter(Boolean).join("\n\n");
  const isNullable = types.includes("null") || ("nullable" in schema && schema.nullable);
  return isNullable ? tsUnion([STRING, NULL]) : STRING;
}
