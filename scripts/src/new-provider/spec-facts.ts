import { entries, isObject, locate } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import { objectAt, parametersOf } from "./parameters.ts";
import { bodySchema, successes } from "./read-spec.ts";
import type { ApiOperation, ReportOperations } from "./read-spec.ts";
import { isChoice, membersOf } from "./schema-members.ts";

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
  const body = bodySchema(document, request.segments)?.segments ?? [];
  return isChoice(document, body) ? [] : membersOf(document, body);
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
