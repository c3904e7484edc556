import { entries, isObject, locate } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import { objectAt, parametersOf, pathParameters } from "./parameters.ts";
import { bodySchema, successes } from "./read-spec.ts";
import type { ApiOperation, ReportOperations } from "./read-spec.ts";

/** A field of the report request. */
export interface RequestField {
  readonly name: string;
  readonly schema: JsonObject;
  readonly isRequired: boolean;
}

/** How the spec says that a caller signs in. */
export type SignIn =
  | { readonly kind: "bearer" | "basic" }
  | { readonly kind: "header"; readonly header: string }
  /** Something else, or several ways. */
  | { readonly kind: "other"; readonly names: readonly string[] };

/** Where in an answer the provider's record of a report lies, and what it has. */
export interface ReportRecord {
  /** The members on the way to it: `["data", "report"]`. */
  readonly within: readonly string[];
  readonly id: string | undefined;
  readonly status: string | undefined;
  /** The words of the status that the spec lists. */
  readonly words: readonly string[];
  /** The members that hold a link. */
  readonly links: readonly string[];
}

/** Where the request for a report is: in the body, in the query, or nowhere, where an operation takes neither. */
export function placeOfRequest(document: JsonObject, request: ApiOperation): "body" | "query" | "nowhere" {
  if (request.method !== "GET" && bodySchema(document, request.segments) !== undefined) return "body";
  const hasQuery = parametersOf(document, request).some(({ place }) => place === "query");
  return hasQuery ? "query" : "nowhere";
}

/** The fields of a request's body, or of its query. None when the spec has no plain list of them. */
export function requestFields(document: JsonObject, request: ApiOperation): readonly RequestField[] {
  if (placeOfRequest(document, request) !== "body")
    return parametersOf(document, request).filter(({ place }) => place === "query");
  const schema = bodySchema(document, request.segments);
  if (!isObject(schema?.value)) return [];
  const { required } = schema.value;
  return entries(schema.value["properties"]).map(([name]) => ({
    name,
    schema: objectAt(document, [...schema.segments, "properties", name]),
    isRequired: Array.isArray(required) && required.includes(name),
  }));
}

/** How the operations sign in, where they all do it in one way. */
export function signIn(document: JsonObject, operations: readonly ApiOperation[]): SignIn {
  const wanted = operations.flatMap(({ segments }) => {
    const security = locate(document, [...segments, "security"])?.value ?? document["security"];
    return Array.isArray(security) ? security : [];
  });
  const names = [...new Set(wanted.flatMap((each) => entries(each).map(([name]) => name)))];
  const scheme = names.length === 1 ? objectAt(document, ["components", "securitySchemes", names[0] ?? ""]) : {};
  const { type, scheme: word, in: place, name } = scheme;
  if (type === "http" && (word === "bearer" || word === "basic")) return { kind: word };
  if (type === "apiKey" && place === "header" && typeof name === "string") return { kind: "header", header: name };
  return { kind: "other", names };
}

/** The addresses that need nothing filled in. */
export function addresses(document: JsonObject): readonly string[] {
  const { servers } = document;
  return (Array.isArray(servers) ? servers : []).flatMap((server: unknown) => {
    const url = isObject(server) ? server["url"] : undefined;
    return typeof url === "string" && /^https:\/\/[\w.:/~%-]+$/.test(url) && URL.canParse(url) ? [url] : [];
  });
}

/** The record of a report, in the answer that shows one. */
export function reportRecord(document: JsonObject, { look, request }: ReportOperations): ReportRecord | undefined {
  const shown = look ?? request;
  const [success] = successes(document, shown.segments);
  if (success === undefined) return undefined;
  const answer = [...shown.segments, "responses", success.status, "content", "application/json", "schema"];
  const [parameter] = look === undefined ? [] : pathParameters(look).slice(pathParameters(request).length);
  return recordBelow(document, answer, [], parameter);
}

/** The object itself, or the one within it (three levels at most) that has a status. */
function recordBelow(
  document: JsonObject,
  segments: readonly string[],
  within: readonly string[],
  parameter: string | undefined,
): ReportRecord | undefined {
  const here = locate(document, segments);
  if (!isObject(here?.value)) return undefined;
  const properties = entries(here.value["properties"]).map(
    ([name]) => [name, objectAt(document, [...here.segments, "properties", name])] as const,
  );
  const names = properties.map(([name]) => name);
  const status = names.find((name) => /^(?:status|state)$/i.test(name));
  if (status !== undefined) {
    const isId = (name: string): boolean => name === parameter || (name === "id" && /id$/i.test(parameter ?? ""));
    const ofStatus = properties.find(([name]) => name === status)?.[1] ?? {};
    const words = ofStatus["enum"] ?? ofStatus["x-extensible-enum"];
    return {
      within,
      id: names.find(isId),
      status,
      words: Array.isArray(words) ? words.filter((word) => typeof word === "string") : [],
      links: properties.filter(([, { format }]) => format === "uri" || format === "url").map(([name]) => name),
    };
  }
  if (within.length === 3) return undefined;
  const inner = names.flatMap(
    (name) => recordBelow(document, [...here.segments, "properties", name], [...within, name], parameter) ?? [],
  );
  return inner.length === 1 ? inner[0] : undefined;
}

/** What a file is, where the spec names one media type and a source can expect it. */
export function fileType(document: JsonObject, { file }: ReportOperations): string | undefined {
  const types = file === undefined ? [] : successes(document, file.segments).flatMap(({ types }) => types);
  const kinds = { "text/csv": "csv", "application/xml": "xml", "text/xml": "xml", "application/zip": "zip" };
  const [type, ...more] = types;
  return more.length === 0
    ? entries(kinds)
        .find(([name]) => name === type)?.[1]
        ?.toString()
    : undefined;
}
