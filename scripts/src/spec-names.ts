import { entries, isObject, locate, namedOperations } from "./openapi-document.ts";
import type { JsonObject, NamedOperation } from "./openapi-document.ts";

/** Every name of an effective description that its sources.md must give a source for, once each; docs/project/specs.md lists their forms. */
export function specNames(description: JsonObject): ReadonlySet<string> {
  return new Set(allNames(description));
}

function* allNames(description: JsonObject): Generator<string> {
  const components = isObject(description["components"]) ? description["components"] : {};
  for (const operation of namedOperations(description)) yield* operationNames(description, operation);
  for (const [name, schema] of entries(components["schemas"])) yield* propertyNames(name, schema);
  for (const [name] of entries(components["securitySchemes"])) yield `security.${name}`;
  for (const [index] of list(description["servers"]).entries()) yield `server.${index}`;
}

function* operationNames(description: JsonObject, { name, segments }: NamedOperation): Generator<string> {
  const follow = (...more: readonly string[]): unknown => locate(description, [...segments, ...more])?.value;
  yield name;
  for (const owner of [segments.slice(0, -1), segments])
    for (const [index] of list(locate(description, [...owner, "parameters"])?.value).entries()) {
      const parameter = locate(description, [...owner, "parameters", String(index)])?.value;
      if (isObject(parameter)) yield `${name}.${String(parameter["in"])}.${String(parameter["name"])}`;
    }
  yield* contentNames(`${name}.request`, follow("requestBody"));
  for (const [status] of entries(follow("responses"))) {
    const response = follow("responses", status);
    yield `${name}.${status}`;
    if (isObject(response))
      for (const [header] of entries(response["headers"])) yield `${name}.${status}.header.${header}`;
    yield* contentNames(`${name}.${status}`, response);
  }
}

/** The properties of the schemas that are written inline in a body. */
function* contentNames(prefix: string, body: unknown): Generator<string> {
  if (!isObject(body)) return;
  for (const [, media] of entries(body["content"])) if (isObject(media)) yield* propertyNames(prefix, media["schema"]);
}

/** The properties below a schema, through inline objects, arrays and compositions; a `$ref` is covered under its own name. */
function* propertyNames(prefix: string, schema: unknown): Generator<string> {
  if (!isObject(schema) || "$ref" in schema) return;
  for (const [name, property] of entries(schema["properties"])) {
    yield `${prefix}.${name}`;
    yield* propertyNames(`${prefix}.${name}`, property);
  }
  const members = ["allOf", "oneOf", "anyOf"].flatMap((key) => list(schema[key]));
  for (const inner of [...members, schema["items"], schema["additionalProperties"]])
    yield* propertyNames(prefix, inner);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
