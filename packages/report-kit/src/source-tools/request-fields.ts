import { nearestName } from "@report-kit/http";
import type { JsonObject, JsonValue } from "../json.ts";
import { describeValue, refuse } from "../refuse.ts";

/**
 * A request's members, with null and undefined left out: they are one to us.
 * @throws ReportRequestError when it is not an object, or has a member that is not known.
 */
export function requestFields(request: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  return memberFields("request", request, known, "the request");
}

/**
 * The same for an object inside a request, or for a source's options.
 * @param owner what takes the members, for the error: `"circleReports"`
 */
export function memberFields(
  field: string,
  value: unknown,
  known: readonly string[],
  owner: string = field,
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(field, known.length === 0 ? "an object" : `an object with ${known.join(", ")}`, value);
  }
  const fields: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (!known.includes(name)) refuseMember(`${field}.${name.slice(0, 80)}`, owner, [name, member], known);
    if (member !== undefined && member !== null) fields[name] = member;
  }
  return fields;
}

/** `request.type: expected a name that the request takes: reportType, date (did you mean reportType?), got an unknown one with "camt053"`. */
function refuseMember(
  field: string,
  owner: string,
  [name, member]: readonly [string, unknown],
  known: readonly string[],
): never {
  const near = nearestName(name, known);
  const meant = near === undefined ? "" : ` (did you mean ${near}?)`;
  const names = known.join(", ") || "none";
  return refuse(
    field,
    `a name that ${owner} takes: ${names}${meant}`,
    member,
    `an unknown one with ${describeValue(member)}`,
  );
}

export function oneOf<Value extends string>(field: string, value: unknown, allowed: readonly Value[]): Value {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const near = typeof value === "string" ? nearestName(value, allowed) : undefined;
  const names = allowed.map((candidate) => JSON.stringify(candidate)).join(" or ");
  return refuse(field, near === undefined ? names : `${names} (did you mean ${JSON.stringify(near)}?)`, value);
}

/** `true`, or undefined for `false` and nothing: the two are one request. */
export function trueField(field: string, value: unknown): true | undefined {
  if (value === undefined || value === false) return undefined;
  return value === true ? true : refuse(field, "true or false", value);
}

/**
 * Hosts that a download link may lead to, besides the source's own.
 * @throws ReportRequestError
 */
export function hostsField(field: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuse(field, 'a list of hosts, such as ["files.example.com"]', value);
  return value.map((host: unknown, index) =>
    matching(`${field}[${index}]`, host, /^[A-Za-z0-9*][A-Za-z0-9*.-]{0,252}$/, 'a host such as "files.example.com"'),
  );
}

/** The members that are there: a normalised request is JSON, which has no undefined. */
export function presentMembers(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const present: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(members)) if (member !== undefined) present[name] = member;
  return present;
}

export function matching(field: string, value: unknown, pattern: RegExp, expected: string): string {
  return typeof value === "string" && pattern.test(value) ? value : refuse(field, expected, value);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** In lower case: two spellings of one UUID are one. */
export function uuidField(field: string, value: unknown): string {
  return matching(field, value, uuid, "a UUID").toLowerCase();
}

/**
 * The label or id of an account: it is part of keys, bookmarks and paths.
 * @throws ReportRequestError
 */
export function accountLabel(field: string, value: unknown): string {
  return matching(
    field,
    value,
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/,
    "1 to 64 characters of A-Z, a-z, 0-9, and . _ @ - (not first), the same in every process",
  );
}
