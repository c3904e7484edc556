import { parse } from "yaml";
import { entries, isObject, locate, namedOperations } from "./openapi-document.ts";
import type { JsonObject, NamedOperation } from "./openapi-document.ts";

/** Methods that are idempotent by HTTP (RFC 9110, 9.2.2). */
const idempotentMethods: ReadonlySet<string> = new Set(["get", "put", "delete", "head", "options", "trace"]);

/**
 * The run-time table of an effective text: which operation a method and path is, and what the types can't check. Safe to repeat are
 * idempotent methods and what carries `x-repeatable: true`. Throws when an operation has no operationId or `x-repeatable` is no boolean.
 */
export function operationsTable(effectiveText: string): string {
  const document: unknown = parse(effectiveText);
  const lines = isObject(document)
    ? namedOperations(document)
        .filter(({ segments }) => segments[0] === "paths")
        .map((operation) => tableLine(document, operation))
    : [];
  return ["export const operations = {", ...lines.toSorted(), "} as const;", ""].join("\n");
}

function tableLine(document: JsonObject, { segments, name: operationId }: NamedOperation): string {
  const [, path = "", method = ""] = segments;
  const name = `${method.toUpperCase()} ${path}`;
  const at = (...more: readonly string[]): unknown => locate(document, [...segments, ...more])?.value;
  const declared = at("x-repeatable");
  if (declared !== undefined && typeof declared !== "boolean")
    throw new Error(`${name}: x-repeatable must be true or false.`);
  const facts = {
    operationId,
    repeatable: declared ?? idempotentMethods.has(method),
    file: answersWithFiles(document, segments) || undefined,
    query: queryNames(document, segments),
    body: bodyNames(document, at("requestBody", "content")),
  };
  const members = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([member, value]) => `${member}: ${JSON.stringify(value)}`);
  return `  ${JSON.stringify(name)}: { ${members.join(", ")} },`;
}

/** Is no 2xx answer JSON, while one has a body? */
function answersWithFiles(document: JsonObject, segments: readonly string[]): boolean {
  const types = entries(locate(document, [...segments, "responses"])?.value)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([status]) => entries(locate(document, [...segments, "responses", status, "content"])?.value))
    .map(([type]) => type);
  return types.length > 0 && !types.some((type) => /[/+]json\b/.test(type));
}

/** The names of the parameters in the query, of the operation and of its path. */
function queryNames(document: JsonObject, segments: readonly string[]): readonly string[] {
  return [segments.slice(0, -1), segments].flatMap((owner) => {
    const list = locate(document, [...owner, "parameters"])?.value;
    return (Array.isArray(list) ? [...list.keys()] : []).flatMap((index) => {
      const parameter = locate(document, [...owner, "parameters", String(index)])?.value;
      return isObject(parameter) && parameter["in"] === "query" ? [String(parameter["name"])] : [];
    });
  });
}

/** The names at the top of a JSON body, of all its variants together. Undefined where it may have any. */
function bodyNames(document: JsonObject, content: unknown): readonly string[] | undefined {
  const names = entries(content).map(([, media]) =>
    isObject(media) ? propertyNames(document, media["schema"]) : undefined,
  );
  return names.length === 0 || names.includes(undefined) ? undefined : [...new Set(names.flat().map(String))];
}

function propertyNames(document: JsonObject, schema: unknown): readonly string[] | undefined {
  if (!isObject(schema)) return undefined;
  const { $ref: reference, properties, additionalProperties } = schema;
  if (typeof reference === "string")
    return propertyNames(document, locate(document, reference.slice(2).split("/"))?.value);
  if (additionalProperties !== undefined && additionalProperties !== false) return undefined;
  const variants = ["allOf", "oneOf", "anyOf"].flatMap((key) => (Array.isArray(schema[key]) ? schema[key] : []));
  const inVariants = variants.map((variant) => propertyNames(document, variant));
  if (inVariants.includes(undefined) || (properties === undefined && variants.length === 0)) return undefined;
  return [...entries(properties).map(([name]) => name), ...inVariants.flat().map(String)];
}
