import { entries, isObject, locate } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import { parametersOf } from "./parameters.ts";
import type { ApiOperation } from "./read-spec.ts";
import { jsonAnswer } from "./read-spec.ts";
import { membersOf, plainSchema } from "./schema-members.ts";
import { placeOfRequest } from "./spec-facts.ts";

/** A value for a schema: its example if it has one, else one that fits its type. Optional members are left out. */
export function exampleAt(document: JsonObject, segments: readonly string[], depth = 0): unknown {
  const found = plainSchema(document, segments);
  if (!isObject(found?.value) || depth > 8) return {};
  const { value: schema, segments: here } = found;
  const given = schema["example"] ?? first(schema["examples"]) ?? schema["const"] ?? schema["default"];
  if (given !== undefined) return given;
  const value = first(schema["enum"]) ?? first(schema["x-extensible-enum"]);
  if (value !== undefined) return value;
  const members = membersOf(document, here).filter(({ isRequired }) => isRequired);
  const own = Object.fromEntries(members.map((each) => [each.name, exampleAt(document, each.segments, depth + 1)]));
  for (const key of ["oneOf", "anyOf"])
    if (Array.isArray(schema[key])) {
      const chosen = exampleAt(document, [...here, key, "0"], depth + 1);
      return isObject(chosen) ? { ...own, ...chosen } : chosen;
    }
  if (membersOf(document, here).length > 0 || schema["properties"] !== undefined) return own;
  if (Array.isArray(schema["allOf"])) return exampleAt(document, [...here, "allOf", "0"], depth + 1);
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

/** The request for a report, a body or a query, as the spec gives an example of it, or one that fits its schema. */
export function exampleRequest(document: JsonObject, request: ApiOperation): unknown {
  const { segments } = request;
  if (placeOfRequest(document, request) !== "body")
    return Object.fromEntries(
      parametersOf(document, request)
        .filter(({ place, isRequired }) => place === "query" && isRequired)
        .map((each) => [each.name, exampleAt(document, each.segments)]),
    );
  const media = [...segments, "requestBody", "content", "application/json"];
  return exampleOfMedia(document, media) ?? exampleAt(document, [...media, "schema"]);
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
