import { isObject, locate } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import type { ApiOperation } from "./read-spec.ts";

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly isRequired: boolean;
  readonly schema: JsonObject;
  /** Where its schema is in the spec. */
  readonly segments: readonly string[];
}

const places = ["path", "query", "header", "cookie"] as const;

/** The parameters of an operation and of its path; the operation's own win. */
export function parametersOf(document: JsonObject, { segments }: Pick<ApiOperation, "segments">): readonly Parameter[] {
  const all = new Map<string, Parameter>();
  for (const owner of [segments.slice(0, -1), segments]) {
    const list = locate(document, [...owner, "parameters"])?.value;
    for (const index of Array.isArray(list) ? list.keys() : []) {
      const found = locate(document, [...owner, "parameters", String(index)]);
      if (!isObject(found?.value)) continue;
      const { name, in: given, required } = found.value;
      const place = places.find((each) => each === given);
      if (place === undefined || typeof name !== "string") continue;
      const schema = locate(document, [...found.segments, "schema"]);
      all.set(`${place} ${place === "header" ? name.toLowerCase() : name}`, {
        name,
        in: place,
        isRequired: required === true || place === "path",
        schema: isObject(schema?.value) ? schema.value : {},
        segments: schema?.segments ?? [],
      });
    }
  }
  return [...all.values()];
}

/** The parameters without which a request is not complete. */
export function requiredParameters(document: JsonObject, operation: ApiOperation): readonly Parameter[] {
  return parametersOf(document, operation).filter(({ isRequired }) => isRequired);
}

/** The header that makes a second create give the same report, where an operation has one. */
export function idempotencyHeader(document: JsonObject, operation: ApiOperation): Parameter | undefined {
  const headers = parametersOf(document, operation).filter((each) => each.in === "header");
  return (
    headers.find(({ name }) => /idempoten/i.test(name)) ??
    // Elsewhere a request id serves logs alone: only one that must be there can be a key.
    headers.find(({ name, isRequired }) => isRequired && /^(?:x-)?(?:client-)?request-id$/i.test(name))
  );
}

/** The only value that a parameter can have, where the spec leaves no choice. */
export function fixedValue({ schema }: Parameter): string | number | boolean | undefined {
  const { const: constant, enum: values } = schema;
  const [only, ...more] = Array.isArray(values) ? values : [constant];
  const isPlain = typeof only === "string" || typeof only === "number" || typeof only === "boolean";
  return isPlain && more.length === 0 ? only : undefined;
}

const pageWords =
  /^(?:page(?:[_-]?(?:no|num|number|size|token|before|after|index|key))?|per[_-]?page|(?:next|start)?[_-]?cursor|offset|skip|limit|(?:starting|ending)[_-]?(?:after|before)|continuation[_-]?token|next[_-]?(?:token|page))$/i;

/** The query parameters of an operation that choose a page of its answer. */
export function pageParameters(document: JsonObject, operation: ApiOperation): readonly Parameter[] {
  return parametersOf(document, operation).filter((each) => each.in === "query" && pageWords.test(each.name));
}

/** Whether a member of an answer belongs to its pages: `next_page`, `has_more`, `paging`. */
export function isPageMember(name: string): boolean {
  return (
    pageWords.test(name) ||
    /^(?:has[_-]?more|(?:is[_-]?)?last(?:[_-]?page)?|next|paging|pagination|total[_-]?pages)$/i.test(name)
  );
}

/** A name as an input of a workflow: `Idempotency-Key` becomes `idempotencyKey`. */
export function inputName(name: string): string {
  const words = name.split(/[^A-Za-z0-9_]+/).filter(Boolean);
  if (words.length < 2) return name;
  return words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("");
}
