import { exampleOf } from "./example-value.ts";
import { fixedValue, inputName, parametersOf, requiredParameters } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import { pathParameters } from "./read-spec.ts";
import type { ApiOperation } from "./read-spec.ts";
import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { typesOf } from "./schema-members.ts";

/** The parameters that a call of an operation has: those that must be there, and the idempotency key of a create. */
function wantedParameters(
  { document, operations, idempotency, pages, place }: Plan,
  operation: ApiOperation,
): readonly Parameter[] {
  const isRequest = operation === operations.request;
  return parametersOf(document, operation).filter(({ name, in: where, isRequired }) => {
    if (isRequest && where === "query" && place === "query") return false; // the request itself
    if (operation === operations.list && pages.some((page) => page.name === name && where === "query")) return false; // `pageAt`
    return isRequired || (isRequest && where === "header" && name === idempotency?.name);
  });
}

/** Is a parameter the id of the report that an operation is about: the first in its path that the request's path does not have? */
function isOfReport(
  { operations: { request, look }, shown }: Plan,
  operation: ApiOperation,
  parameter: Parameter,
): boolean {
  if (look === undefined && request.method !== "GET" && shown.record?.id === undefined) return false;
  const own = pathParameters(request);
  const first = pathParameters(operation).find((name) => !own.includes(name));
  return parameter.in === "path" && parameter.name === first && operation.path.startsWith(`${request.path}/`);
}

/** `{ path: { id: call.reference ?? "" }, header: { "Idempotency-Key": call.key } }`, as the source passes them; empty where there is none. */
export function sourceParameters(plan: Plan, operation: ApiOperation): string {
  const { operations, place, pages } = plan;
  const ofQuery =
    operation === operations.request && place === "query" && plan.fields.length > 0
      ? ["...requestBody(call)"]
      : operation === operations.list && pages.length > 0
        ? ["...pageAt(place)"]
        : [];
  return groups(wantedParameters(plan, operation), (parameter) => sourceValue(plan, operation, parameter), ofQuery);
}

function sourceValue(plan: Plan, operation: ApiOperation, parameter: Parameter): string {
  const isNumber = typesOf(parameter.schema).some((type) => type === "integer" || type === "number");
  if (isOfReport(plan, operation, parameter)) return isNumber ? "Number(call.reference)" : 'call.reference ?? ""';
  if (isKey(plan, operation, parameter)) return "call.key";
  const fixed = fixedValue(parameter);
  if (fixed !== undefined) return JSON.stringify(fixed);
  return undecided(
    parameter.in === "path"
      ? `where ${parameter.name} in ${operation.path} comes from${operation === plan.operations.file ? ": call.reference if it is the report's id, call.fileName if it is the file's name" : ""}`
      : `where the ${parameter.in} ${parameter.name} of ${operation.name} comes from, which the spec requires: an option of this source, a field of the request, or the same for all`,
  );
}

function isKey({ operations, idempotency }: Plan, operation: ApiOperation, { name, in: place }: Parameter): boolean {
  return operation === operations.request && place === "header" && name === idempotency?.name;
}

/** The same as values of an example: for the test of the client, and for its README. */
export function exampleParameters(plan: Plan, operation: ApiOperation, use: "test" | "README"): string {
  const ofQuery =
    operation === plan.operations.request && plan.place === "query" && plan.fields.length > 0 ? ["...body"] : [];
  return groups(
    wantedParameters(plan, operation),
    (parameter) =>
      use === "README" && isKey(plan, operation, parameter)
        ? "crypto.randomUUID()"
        : JSON.stringify(exampleValue(plan, parameter)),
    ofQuery,
  );
}

/** The path of an operation with those values, and its headers. */
export function exampleRequest(
  plan: Plan,
  operation: ApiOperation,
): { readonly path: string; readonly headers: readonly (readonly [string, string])[] } {
  const wanted = wantedParameters(plan, operation);
  const path = operation.path.replaceAll(/\{([^/{}]+)\}/g, (_, name: string) => {
    const parameter = wanted.find((each) => each.in === "path" && each.name === name);
    return parameter === undefined ? "main" : encodeURIComponent(String(exampleValue(plan, parameter)));
  });
  const headers = wanted
    .filter((each) => each.in === "header")
    .map((each) => [each.name, String(exampleValue(plan, each))] as const);
  return { path, headers };
}

function exampleValue({ document }: Plan, parameter: Parameter): unknown {
  const value = fixedValue(parameter) ?? exampleOf(document, parameter.segments);
  return parameter.in === "path" && (value === "text" || value === "") ? "main" : value;
}

/** Parameters by the place they have in a call, as code. */
function groups(
  parameters: readonly Parameter[],
  value: (parameter: Parameter) => string,
  ofQuery: readonly string[],
): string {
  const all = (["path", "query", "header", "cookie"] as const).flatMap((place) => {
    const members = [
      ...(place === "query" ? ofQuery : []),
      ...parameters.filter((each) => each.in === place).map((each) => `${JSON.stringify(each.name)}: ${value(each)}`),
    ];
    const [spread] = members;
    if (spread === undefined) return [];
    const only = members.length === 1 && spread.startsWith("...");
    return [`${place}: ${only ? spread.slice("...".length) : `{ ${members.join(", ")} }`}`];
  });
  return all.length === 0 ? "" : `params: { ${all.join(", ")} }`;
}

/** A parameter of a step of the workflow, and the input that it needs. */
export interface StepParameter {
  readonly name: string;
  readonly in: string;
  readonly value: unknown;
  readonly input: { readonly name: string; readonly type: string; readonly description: string } | undefined;
}

/** The parameters of an operation as a step of the workflow passes them. */
export function stepParameters(plan: Plan, operation: ApiOperation): readonly StepParameter[] {
  const { request } = plan.operations;
  const isRequestInQuery = operation === request && plan.place === "query";
  // The source writes these by a function: `requestBody` or `pageAt`.
  const inQuery = requiredParameters(plan.document, operation).filter(
    (each) =>
      each.in === "query" &&
      (isRequestInQuery || (operation === plan.operations.list && plan.pages.some(({ name }) => name === each.name))),
  );
  return [...wantedParameters(plan, operation), ...inQuery].map((parameter) => {
    const { name, in: place } = parameter;
    if (isOfReport(plan, operation, parameter) && request.method !== "GET")
      return { name, in: place, value: "$steps.request.outputs.reportId", input: undefined };
    const fixed =
      fixedValue(parameter) ?? (inQuery.includes(parameter) ? exampleOf(plan.document, parameter.segments) : undefined);
    if (fixed !== undefined) return { name, in: place, value: fixed, input: undefined };
    const input = inputName(name);
    const description = isKey(plan, operation, parameter)
      ? `A new UUID for each run. With one that was used before, the provider may answer with the report of then.`
      : pathParameters(request).includes(name)
        ? `The ${name} of the account.`
        : `The ${place} ${name} of ${operation.name}.`;
    const [type = "string"] = typesOf(parameter.schema);
    return { name, in: place, value: `$inputs.${input}`, input: { name: input, type, description } };
  });
}
