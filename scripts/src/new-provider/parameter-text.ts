import { exampleAt } from "./example-value.ts";
import { takesText, takesUuid } from "./idempotency-key.ts";
import { isIdempotencyHeader, requiredParameters } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { successes } from "./read-spec.ts";
import type { ApiOperation } from "./read-spec.ts";

/** A parameter of an operation, and who asks. */
export interface Given {
  readonly plan: Plan;
  readonly operation: ApiOperation;
  readonly parameter: Parameter;
}

/**
 * The `params` of a source's call, as code, with all that the operation requires: what the spec and the job decide is written out, the
 * rest is left as decisions.
 */
export function sourceParams(plan: Plan, operation: ApiOperation): string {
  return paramsText(plan, operation, "requestBody(call)", valueInSource);
}

/** The `params` of a call in a test or on a page, as code: examples. */
export function exampleParams(plan: Plan, operation: ApiOperation): string {
  return paramsText(plan, operation, "body", exampleInCode);
}

function paramsText(plan: Plan, operation: ApiOperation, query: string, value: (given: Given) => string): string {
  const { document, operations, requestIn } = plan;
  const isRequest = operation === operations.request;
  const required = requiredParameters(document, operation, isRequest);
  const places = (["path", "query", "header"] as const).flatMap((place) => {
    // The request itself is the query where there is no body.
    if (isRequest && place === "query" && requestIn === "query") return [`query: ${query}`];
    const pages = operation === operations.list && place === "query" ? plan.pages.map(({ name }) => name) : [];
    const members = required
      .filter((parameter) => parameter.place === place && !pages.includes(parameter.name))
      .map((parameter) => `${JSON.stringify(parameter.name)}: ${value({ plan, operation, parameter })}`);
    if (pages.length > 0)
      return [members.length === 0 ? "query: pageAt(place)" : `query: { ...pageAt(place), ${members.join(", ")} }`];
    return members.length === 0 ? [] : [`${place}: { ${members.join(", ")} }`];
  });
  return places.length === 0 ? "" : `params: { ${places.join(", ")} },`;
}

/** Where a source has the value from. */
function valueInSource(given: Given): string {
  const { plan, operation, parameter } = given;
  const fixed = fixedValue(given);
  if (fixed !== undefined) return JSON.stringify(fixed);
  if (parameter.place === "path" && parameter.name === plan.reportParameter && operation !== plan.operations.request)
    return reportId(given);
  const { name, place } = parameter;
  const where = `${place === "path" ? "" : `the ${place} parameter `}${name} of ${operation.method} ${operation.path}`;
  if (isSignIn(given))
    return undecided(
      `${where}: the client signs in by itself, so take this parameter out of the spec (docs/project/specs.md has overlays for that), and this line with it`,
    );
  if (place === "header" && isIdempotencyHeader(name)) return keyText(given, where);
  return undecided(
    `where ${where} comes from, which is required: a fixed text, an option of ${plan.camel}Reports, or a field of the request`,
  );
}

function reportId({ operation: { method, path }, parameter: { name, schema } }: Given): string {
  const { type } = schema;
  const isPlain = ["enum", "const", "oneOf", "anyOf", "allOf"].every((keyword) => schema[keyword] === undefined);
  const takes = (kind: string): boolean => isPlain && [type ?? "string"].flat().includes(kind);
  if (takes("string")) return 'call.reference ?? ""';
  if (takes("integer") || takes("number")) return "Number(call.reference)";
  return undecided(`how ${name} of ${method} ${path} is written: the report's id is call.reference, a text`);
}

/**
 * The job's key for a create: a repeated one must be recognised. Never for anything else: a provider that remembers answers by it would
 * give the first look's answer to every look.
 */
function keyText({ plan, operation, parameter: { schema } }: Given, where: string): string {
  const creates = operation === plan.operations.request && operation.method !== "GET";
  if (takesUuid(schema)) return creates ? "call.key" : "crypto.randomUUID()";
  return undecided(
    creates
      ? keyDecision(where)
      : `what ${where} is, another one in each request: the spec does not take any UUID there`,
  );
}

/** What is left to decide where a key can't be the job's own. */
export function keyDecision(where: string): string {
  return `how ${where} is made of call.key, a UUID that stays the same however often the job creates: the spec does not take any UUID there`;
}

/** A value that does not depend on the report: the only one there is, and what the client reads and writes. */
export function fixedValue({ plan, operation, parameter: { name, place, schema } }: Given): unknown {
  const { const: only, enum: values } = schema;
  if (only !== undefined) return only;
  if (Array.isArray(values) && values.length === 1) return values[0];
  if (place !== "header") return undefined;
  const [success] = successes(plan.document, operation.segments);
  const media = {
    accept: operation === plan.operations.file ? (success?.types[0] ?? "*/*") : "application/json",
    "content-type": plan.requestIn === "body" && operation === plan.operations.request ? "application/json" : undefined,
  }[name.toLowerCase()];
  return media !== undefined && takesText(schema, media, []) ? media : undefined;
}

/** A header that the client sets itself, which OpenAPI wants to be no parameter. */
function isSignIn({ plan: { signIn }, parameter: { name, place } }: Given): boolean {
  const own = signIn.kind === "header" ? signIn.header.toLowerCase() : undefined;
  return place === "header" && ["authorization", own].includes(name.toLowerCase());
}

function exampleInCode(given: Given): string {
  const { plan, operation, parameter } = given;
  const { name, place, schema } = parameter;
  const isFreeKey = place === "header" && isIdempotencyHeader(name) && takesUuid(schema);
  return isFreeKey ? "crypto.randomUUID()" : JSON.stringify(exampleValue(plan, operation, parameter));
}

/** A value of a parameter for an example. */
export function exampleValue(plan: Plan, operation: ApiOperation, parameter: Parameter): unknown {
  return fixedValue({ plan, operation, parameter }) ?? exampleAt(plan.document, parameter.segments);
}
