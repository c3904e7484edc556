import type { JsonObject } from "../openapi-document.ts";
import { pascalCase } from "../providers.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import type { IdempotencyKey } from "./idempotency-key.ts";
import { pathParameters } from "./parameters.ts";
import { addresses, fileType, placeOfRequest, reportRecord, requestFields, signIn } from "./spec-facts.ts";
import type { ReportRecord, RequestField, SignIn } from "./spec-facts.ts";
import type { ReportOperations } from "./read-spec.ts";

/** All that the files of a new provider are written from. */
export interface Plan {
  /** `"acme-pay"` */
  readonly name: string;
  /** `"AcmePay"` */
  readonly pascal: string;
  /** `"acmePay"` */
  readonly camel: string;
  /** `"ACME_PAY"` */
  readonly constant: string;
  /** The API's own title. */
  readonly title: string;
  readonly document: JsonObject;
  readonly operations: ReportOperations;
  /** Where the request for a report is. */
  readonly requestIn: "body" | "query" | "nowhere";
  readonly fields: readonly RequestField[];
  /** Where the create takes an idempotency key: the source sends the job's key there. */
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** The parameter in a path that is the report's id. */
  readonly reportParameter: string | undefined;
  readonly signIn: SignIn;
  readonly addresses: readonly string[];
  readonly record: ReportRecord | undefined;
  readonly fileType: string | undefined;
  /** The day on which the spec was read, YYYY-MM-DD. */
  readonly today: string;
}

export function planOf(name: string, document: JsonObject, operations: ReportOperations, today: string): Plan {
  const pascal = pascalCase(name);
  const { request, look, list, file } = operations;
  const { title } = document["info"] as { readonly title: string }; // `readSpec` holds that it is there
  return {
    name,
    pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    constant: name.toUpperCase().replaceAll("-", "_"),
    // It goes into comments and Markdown.
    title:
      title
        .replaceAll(/[^\p{L}\p{N} .,()&-]+/gu, " ")
        .trim()
        .slice(0, 80) || name,
    document,
    operations,
    requestIn: placeOfRequest(document, request),
    fields: requestFields(document, request),
    idempotencyKey: idempotencyKey(document, operations),
    reportParameter: look === undefined ? undefined : pathParameters(look).at(-1),
    signIn: signIn(
      document,
      [request, look, list, file].filter((each) => each !== undefined),
    ),
    addresses: addresses(document),
    record: reportRecord(document, operations),
    fileType: fileType(document, operations),
    today,
  };
}

/** A call of `undecided`, with what a person has to decide. */
export function undecided(what: string): string {
  return `undecided(${JSON.stringify(what)})`;
}
