import { entries, isObject, locate } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import { requiredParameters } from "./parameters.ts";
import { bodySchema, jsonAnswer } from "./read-spec.ts";
import type { ApiOperation } from "./read-spec.ts";
import { isChoice, membersOf, plainSchema } from "./schema-members.ts";

/** A value for a schema: its example if it has one, else one that fits its type. Optional members are left out. */
export function exampleOf(document: JsonObject, segments: readonly string[], depth = 0): unknown {
  const found = plainSchema(document, segments);
  if (!isObject(found?.value) || depth > 8) return {};
  const { value: schema, segments: here } = found;
  const given = schema["example"] ?? first(schema["examples"]) ?? schema["const"] ?? schema["default"];
  if (given !== undefined) return given;
  const value = first(schema["enum"]) ?? first(schema["x-extensible-enum"]);
  if (value !== undefined) return value;
  const members = membersOf(document, here);
  const isObjectSchema = members.length > 0 && !isChoice(document, here);
  if (isObjectSchema)
    return Object.fromEntries(
      members
        .filter(({ isRequired }) => isRequired)
        .map((member) => [member.name, exampleOf(document, member.segments, depth + 1)]),
    );
  for (const key of ["oneOf", "anyOf", "allOf"])
    if (Array.isArray(schema[key])) {
      const chosen = exampleOf(document, [...here, key, "0"], depth + 1);
      const own = members.filter(({ isRequired }) => isRequired);
      return isObject(chosen)
        ? {
            ...Object.fromEntries(own.map((each) => [each.name, exampleOf(document, each.segments, depth + 1)])),
            ...chosen,
          }
        : chosen;
    }
  return plainValue(schema);
}

/** One or more classes with a fixed number of characters each, such as `^[A-Z]{3}$`: nothing in it can backtrack. */
export function isSimplePattern(pattern: string): boolean {
  return /^\^(?:(?:\[[\w-]+\]|\\d|[\w-])(?:\{\d{1,3}\})?){1,12}\$$/.test(pattern);
}

/** `^[A-Z]{3}$` becomes `AAA`. */
function textLike(pattern: string): string {
  const parts = pattern.slice(1, -1).matchAll(/(?:\[([\w-])[\w-]*\]|(\\d)|([\w-]))(?:\{(\d+)\})?/g);
  return Array.from(parts, ([, first, digit, plain, times = "1"]) =>
    (first ?? plain ?? (digit === undefined ? "" : "1")).repeat(Number(times)),
  ).join("");
}

function plainValue({ type, format, minimum, pattern }: JsonObject): unknown {
  const formats: Readonly<Record<string, string>> = {
    date: "2026-11-19",
    "date-time": "2026-11-19T00:00:00Z",
    uuid: "6f1f1bd3-3f0b-4a4f-9d51-0c7f3d0c3a11",
    email: "reports@example.com",
    uri: "https://files.example.com/report",
  };
  switch ([type].flat()[0]) {
    case "integer":
    case "number":
      return typeof minimum === "number" ? minimum : 1;
    case "boolean":
      return true;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return typeof pattern === "string" && isSimplePattern(pattern)
        ? textLike(pattern)
        : (formats[String(format)] ?? "text");
  }
}

/** An operation's body, or its query, as the spec gives an example of it, or one that fits its schema. */
export function exampleBody(document: JsonObject, operation: ApiOperation): unknown {
  if (bodySchema(document, operation.segments) === undefined) return exampleQuery(document, operation);
  const media = [...operation.segments, "requestBody", "content", "application/json"];
  return exampleOfMedia(document, media) ?? exampleOf(document, [...media, "schema"]);
}

function exampleQuery(document: JsonObject, operation: ApiOperation): unknown {
  const wanted = requiredParameters(document, operation).filter((each) => each.in === "query");
  return Object.fromEntries(wanted.map(({ name, segments }) => [name, exampleOf(document, segments)]));
}

/** The example of an operation's first success that the spec prints; undefined when it prints none. */
export function printedAnswer(document: JsonObject, { segments }: ApiOperation): unknown {
  const answer = jsonAnswer(document, segments);
  return answer === undefined ? undefined : exampleOfMedia(document, answer.slice(0, -1));
}

function exampleOfMedia(document: JsonObject, segments: readonly string[]): unknown {
  const example = locate(document, [...segments, "example"])?.value;
  if (example !== undefined) return example;
  const [named] = entries(locate(document, [...segments, "examples"])?.value);
  return named === undefined ? undefined : locate(document, [...segments, "examples", named[0], "value"])?.value;
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}
