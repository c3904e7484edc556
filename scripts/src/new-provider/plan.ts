import type { JsonObject } from "../openapi-document.ts";
import { pascalCase } from "../providers.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import type { IdempotencyKey } from "./idempotency-key.ts";
import { pageParameters } from "./listing-pages.ts";
import type { Parameter } from "./parameters.ts";
import type { ReportOperations } from "./read-spec.ts";
import { listingOf, reportParameter, shownBy, shownInListing } from "./report-record.ts";
import type { Listing, ShownReport } from "./report-record.ts";
import { addresses, fileType, placeOfRequest, requestFields, signIn } from "./spec-facts.ts";
import type { RequestField, SignIn } from "./spec-facts.ts";

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
  readonly signIn: SignIn;
  readonly addresses: readonly string[];
  /** Where the create takes an idempotency key: the source sends the job's key there. */
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** The parameter in a path that is the report's id. */
  readonly reportParameter: string | undefined;
  /** The report in the answer to the request. */
  readonly created: ShownReport;
  /** The same where a report is looked at: by its id, else in the listing, else in the answer to the request. */
  readonly shown: ShownReport;
  readonly listing: Listing | undefined;
  /** What chooses a page of the listing. */
  readonly pages: readonly Parameter[];
  readonly fileType: string | undefined;
  /** The day on which the spec was read, YYYY-MM-DD. */
  readonly today: string;
}

export function planOf(name: string, document: JsonObject, operations: ReportOperations, today: string): Plan {
  const pascal = pascalCase(name);
  const { request, look, list, file } = operations;
  const { title } = document["info"] as { readonly title: string }; // `readSpec` holds that it is there
  const listing = list === undefined ? undefined : listingOf(document, list);
  const created = shownBy(document, request, operations);
  const shown =
    look !== undefined
      ? shownBy(document, look, operations)
      : listing === undefined
        ? created
        : shownInListing(document, listing, operations);
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
    signIn: signIn(
      document,
      [request, look, list, file].filter((each) => each !== undefined),
    ),
    addresses: addresses(document),
    idempotencyKey: idempotencyKey(document, operations),
    reportParameter:
      look !== undefined || shown.record?.id !== undefined ? reportParameter(operations)?.name : undefined,
    created,
    shown,
    listing,
    pages: list === undefined ? [] : pageParameters(document, list),
    fileType: fileType(document, operations),
    today,
  };
}

/** The operation that shows a report: by its id, in a listing, or as the answer to the request. */
export function shownOperation({ operations: { request, look, list } }: Plan): ReportOperations["request"] {
  return look ?? list ?? request;
}

/** The way from a record to the only link in the spec; undefined where the file may lie in more than one place. */
export function linkWay({ shown: { record, otherLinks }, operations: { files } }: Plan): readonly string[] | undefined {
  const [way, ...more] = record?.links ?? [];
  return more.length === 0 && otherLinks.length === 0 && files.length === 0 ? way : undefined;
}

/** A call of `undecided`, with what a person has to decide. */
export function undecided(what: string): string {
  return `undecided(${JSON.stringify(what)})`;
}
