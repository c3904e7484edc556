import { entries, isObject, locate } from "../openapi-document.ts";
import type { JsonObject, Located } from "../openapi-document.ts";

/** A member of an object that a schema describes. */
export interface Member {
  readonly name: string;
  /** What the spec has of it, without null beside it. */
  readonly schema: JsonObject;
  readonly segments: readonly string[];
  readonly isRequired: boolean;
}

/** A schema without null beside it: of `anyOf` or `oneOf` with one other alternative, that one. A choice of several is left as it is. */
export function plainSchema(document: JsonObject, segments: readonly string[]): Located | undefined {
  const found = locate(document, segments);
  if (!isObject(found?.value)) return undefined;
  const alternatives = alternativesOf(document, found);
  const [only] = alternatives;
  return only !== undefined && alternatives.length === 1 ? plainSchema(document, only) : found;
}

/** The alternatives of a schema that are not null. */
function alternativesOf(document: JsonObject, { value, segments }: Located): readonly (readonly string[])[] {
  const lists = isObject(value) ? ["oneOf", "anyOf"].filter((key) => Array.isArray(value[key])) : [];
  return lists
    .flatMap((key) => indices(document, [...segments, key]))
    .filter((each) => {
      const alternative = locate(document, each)?.value;
      return !isObject(alternative) || alternative["type"] !== "null";
    });
}

function indices(document: JsonObject, segments: readonly string[]): readonly (readonly string[])[] {
  const list = locate(document, segments)?.value;
  return Array.isArray(list) ? [...list.keys()].map((index) => [...segments, String(index)]) : [];
}

/** Whether an object is one of several, so that its members are no plain list. */
export function isChoice(document: JsonObject, segments: readonly string[]): boolean {
  const found = plainSchema(document, segments);
  if (found === undefined) return false;
  return (
    alternativesOf(document, found).length > 0 ||
    indices(document, [...found.segments, "allOf"]).some((each) => isChoice(document, each))
  );
}

/** The members of an object: its own, and those of `allOf`. */
export function membersOf(document: JsonObject, segments: readonly string[], depth = 0): readonly Member[] {
  const found = plainSchema(document, segments);
  if (!isObject(found?.value) || depth > 8) return [];
  const { required } = found.value;
  const own = entries(found.value["properties"]).map(([name, written]): Member => {
    const at = plainSchema(document, [...found.segments, "properties", name]);
    const within = indices(document, [...(at?.segments ?? []), "allOf"]);
    const [inner] = within;
    // The only schema of an `allOf` is what OpenAPI 3.0 writes for a `$ref` with something beside it.
    const plain = inner !== undefined && within.length === 1 ? plainSchema(document, inner) : at;
    const schema = { ...objectIn(plain?.value), ...withoutCompositions(objectIn(written)) };
    return {
      name,
      schema,
      segments: plain?.segments ?? [],
      isRequired: Array.isArray(required) && required.includes(name),
    };
  });
  const inherited = indices(document, [...found.segments, "allOf"]).flatMap((each) =>
    membersOf(document, each, depth + 1),
  );
  const names = new Set(own.map(({ name }) => name));
  const all = [...inherited.filter(({ name }) => !names.has(name)), ...own];
  return all.map((member) => ({
    ...member,
    isRequired: member.isRequired || (Array.isArray(required) && required.includes(member.name)),
  }));
}

function withoutCompositions(schema: JsonObject): JsonObject {
  const { $ref: _ref, oneOf: _oneOf, anyOf: _anyOf, allOf: _allOf, ...rest } = schema;
  return rest;
}

function objectIn(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The types of a schema but null: `["integer"]`. */
export function typesOf({ type }: JsonObject): readonly string[] {
  const all: readonly unknown[] = Array.isArray(type) ? type : [type];
  return all.flatMap((each) => (typeof each === "string" && each !== "null" ? [each] : []));
}
