import type { JsonObject } from "../openapi-document.ts";
import { isPageMember } from "./listing-pages.ts";
import { pathParameters } from "./parameters.ts";
import { jsonAnswer } from "./read-spec.ts";
import type { ApiOperation, ReportOperations } from "./read-spec.ts";
import { membersOf, plainSchema, typesOf } from "./schema-members.ts";
import type { Member } from "./schema-members.ts";

/** Where in an answer the provider's record of a report lies, and what it has. */
export interface ReportRecord {
  /** The members on the way to it: `["data", "report"]`. */
  readonly within: readonly string[];
  readonly id: string | undefined;
  /** Whether the spec has the id as a number. */
  readonly hasNumberId: boolean;
  readonly status: string | undefined;
  /** The words of the status that the spec lists. */
  readonly words: readonly string[];
  /** The ways to members with format: uri, below the record: `["download", "href"]`. */
  readonly links: readonly (readonly string[])[];
}

/** What an answer has beside its record. */
export interface ShownReport {
  readonly record: ReportRecord | undefined;
  /** The way to the report's id: in the record, or elsewhere in the answer. */
  readonly id: readonly string[] | undefined;
  /** Members of the answer with format: uri that are not in the record. */
  readonly otherLinks: readonly string[];
  /** Members that are named like a link, and are not said to be one. */
  readonly nearLinks: readonly string[];
}

/** A listing: where its reports are, and what says that there are more of them. */
export interface Listing {
  readonly within: readonly string[];
  /** The schema of one of them. */
  readonly item: readonly string[];
  /** The members of its answer that belong to pages. */
  readonly pageMembers: readonly string[];
}

/** The record of a report in the answer of an operation. */
export function shownBy(document: JsonObject, operation: ApiOperation, operations: ReportOperations): ShownReport {
  return shownIn(document, jsonAnswer(document, operation.segments), reportParameter(operations));
}

/** The record of a report among those of a listing. */
export function shownInListing(document: JsonObject, { item }: Listing, operations: ReportOperations): ShownReport {
  return shownIn(document, item, reportParameter(operations));
}

/** The parameter that stands for a report in a path: the first that the request's own path does not have. */
export function reportParameter({ request, look, file }: ReportOperations): ReportParameter | undefined {
  const own = pathParameters(request);
  const below = file?.path.startsWith(`${request.path}/`) === true ? file : undefined;
  const name = [look, below]
    .flatMap((each) => (each === undefined ? [] : pathParameters(each)))
    .find((each) => !own.includes(each));
  return name === undefined ? undefined : { name, isOfLook: look !== undefined };
}

export interface ReportParameter {
  readonly name: string;
  /** That of a file alone may be a file's name. */
  readonly isOfLook: boolean;
}

function shownIn(
  document: JsonObject,
  segments: readonly string[] | undefined,
  parameter: ReportParameter | undefined,
): ShownReport {
  if (segments === undefined) return { record: undefined, id: undefined, otherLinks: [], nearLinks: [] };
  const records = recordsBelow(document, segments, [], parameter);
  // `{ status: "ok", data: { id, status } }`: the envelope has a status too, but no report's id.
  const record = records.find(({ id }) => id !== undefined) ?? records[0];
  const ways = waysBelow(document, segments, [], isLink).map((way) => way.join("."));
  const own = new Set((record?.links ?? []).map((link) => [...(record?.within ?? []), ...link].join(".")));
  const ids = waysBelow(document, segments, [], ({ name }) => isIdOf(name, parameter?.name));
  return {
    record,
    id: record?.id === undefined ? (record === undefined ? ids[0] : undefined) : [...record.within, record.id],
    otherLinks: ways.filter((way) => !own.has(way)),
    nearLinks: waysBelow(document, segments, [], isNamedLikeALink).map((way) => way.join(".")),
  };
}

/** The objects that have a status, the outermost first, three levels at most. */
function recordsBelow(
  document: JsonObject,
  segments: readonly string[],
  within: readonly string[],
  parameter: ReportParameter | undefined,
): readonly ReportRecord[] {
  const members = membersOf(document, segments);
  const own = recordOf(document, segments, members, within, parameter);
  const inner =
    within.length === 3
      ? []
      : members.flatMap((member) => recordsBelow(document, member.segments, [...within, member.name], parameter));
  return own === undefined ? inner : [own, ...inner];
}

function recordOf(
  document: JsonObject,
  segments: readonly string[],
  members: readonly Member[],
  within: readonly string[],
  parameter: ReportParameter | undefined,
): ReportRecord | undefined {
  const status =
    members.find(({ name }) => /^(?:status|state)$/i.test(name)) ??
    onlyOf(
      members.filter(
        ({ name, schema }) => /(?:[_-]|[a-z](?=[A-Z]))(?:status|state)$/i.test(name) && typesOf(schema)[0] === "string",
      ),
    );
  if (status === undefined) return undefined;
  const id = idAmong(members, parameter);
  const words = status.schema["enum"] ?? status.schema["x-extensible-enum"];
  return {
    within,
    id: id?.name,
    hasNumberId: id !== undefined && typesOf(id.schema).some((type) => type === "integer" || type === "number"),
    status: status.name,
    words: Array.isArray(words) ? words.filter((word) => typeof word === "string") : [],
    links: waysBelow(document, segments, [], isLink),
  };
}

/** Where a file alone has a parameter in its path, and a report has an `id` beside a member of that name, it may be either. */
function idAmong(members: readonly Member[], parameter: ReportParameter | undefined): Member | undefined {
  const named = members.find(({ name }) => name === parameter?.name);
  const isEither = named?.name !== "id" && members.some(({ name }) => name === "id") && parameter?.isOfLook === false;
  return isEither ? undefined : (named ?? members.find(({ name }) => isIdOf(name, parameter?.name)));
}

/** Is the member `id` the `export_id` of a path, or `number` its `statement_number`? */
function isIdOf(name: string, parameter: string | undefined): boolean {
  if (parameter === undefined) return name === "id";
  const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase();
  return name.length > 1 && plain(parameter).endsWith(plain(name));
}

/** The ways to what is wanted, through objects and not through lists, two levels below an object or three below an answer. */
function waysBelow(
  document: JsonObject,
  segments: readonly string[],
  way: readonly string[],
  isWanted: (member: Member) => boolean,
): readonly (readonly string[])[] {
  return membersOf(document, segments).flatMap((member) => {
    const here = [...way, member.name];
    if (isWanted(member)) return [here];
    return here.length > 3 ? [] : waysBelow(document, member.segments, here, isWanted);
  });
}

const isLink = ({ schema }: Member): boolean => schema["format"] === "uri" || schema["format"] === "url";

const isNamedLikeALink = (member: Member): boolean =>
  !isLink(member) &&
  typesOf(member.schema)[0] === "string" &&
  /(?:^|[_-]|[a-z])(?:url|uri|href|link)$/i.test(member.name);

/** Where a listing has its reports: the answer itself, or the only list of objects in it. */
export function listingOf(document: JsonObject, list: ApiOperation): Listing | undefined {
  const answer = jsonAnswer(document, list.segments);
  if (answer === undefined) return undefined;
  const found = onlyOf(listsBelow(document, answer, []));
  const pageMembers = membersOf(document, answer).flatMap(({ name }) => (isPageMember(name) ? [name] : []));
  return found === undefined ? undefined : { ...found, pageMembers };
}

function listsBelow(
  document: JsonObject,
  segments: readonly string[],
  within: readonly string[],
): readonly Omit<Listing, "pageMembers">[] {
  const here = plainSchema(document, segments);
  const items = [...(here?.segments ?? []), "items"];
  if (membersOf(document, items).length > 0) return [{ within, item: items }];
  if (within.length === 2) return [];
  return membersOf(document, segments).flatMap((member) =>
    listsBelow(document, member.segments, [...within, member.name]),
  );
}

function onlyOf<Item>(items: readonly Item[]): Item | undefined {
  return items.length === 1 ? items[0] : undefined;
}
