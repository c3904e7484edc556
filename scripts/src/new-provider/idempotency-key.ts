import { entries, isObject } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import { isIdempotencyHeader, isNamedIdempotency, objectAt, requiredParameters } from "./parameters.ts";
import { bodySchema } from "./read-spec.ts";
import type { ReportOperations } from "./read-spec.ts";

/** Where a create takes an idempotency key: the same one with a repeated create gives the first report again. */
export interface IdempotencyKey {
  readonly place: "header" | "body";
  readonly name: string;
  /** Whether it can be the job's key as it is, which is a UUID. */
  readonly takesJobKey: boolean;
}

export function idempotencyKey(document: JsonObject, { request }: ReportOperations): IdempotencyKey | undefined {
  if (request.method === "GET") return undefined;
  const headers = requiredParameters(document, request, true).filter(
    ({ place, name }) => place === "header" && isIdempotencyHeader(name),
  );
  // Beside a key, a request id is no more than that.
  const header = headers.find(({ name }) => isNamedIdempotency(name)) ?? headers[0];
  if (header !== undefined) return { place: "header", name: header.name, takesJobKey: takesUuid(header.schema) };
  const body = bodySchema(document, request.segments);
  const [member] =
    entries(isObject(body?.value) ? body.value["properties"] : undefined).find(([name]) => isNamedIdempotency(name)) ??
    [];
  if (member === undefined) return undefined;
  const schema = objectAt(document, [...(body?.segments ?? []), "properties", member]);
  return { place: "body", name: member, takesJobKey: takesUuid(schema) };
}

/** Any UUID: keys of jobs are. */
const uuid = "6f1f1bd3-3f0b-8a4f-9d51-0c7f3d0c3a11";

export function takesUuid(schema: JsonObject): boolean {
  return takesText(schema, uuid, ["uuid"]);
}

/** Whether a schema takes this text, as far as a schema can be read without running a pattern out of it. */
export function takesText(schema: JsonObject, text: string, formats: readonly unknown[]): boolean {
  const { type, format, enum: values, minLength, maxLength } = schema;
  return (
    ["pattern", "const", "not", "oneOf", "anyOf", "allOf"].every((keyword) => schema[keyword] === undefined) &&
    [type ?? "string"].flat().includes("string") &&
    (format === undefined || formats.includes(format)) &&
    (!Array.isArray(values) || values.includes(text)) &&
    (typeof minLength !== "number" || minLength <= text.length) &&
    (typeof maxLength !== "number" || text.length <= maxLength)
  );
}
