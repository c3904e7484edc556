import { exampleAt } from "./example-value.ts";
import { fixedValue } from "./parameter-text.ts";
import { isIdempotencyHeader, pathParameters, requiredParameters } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import type { Plan } from "./plan.ts";
import type { ApiOperation } from "./read-spec.ts";
import { typesOf } from "./schema-members.ts";

/** A parameter of a step of the workflow, and the input that it needs. */
export interface StepParameter {
  readonly name: string;
  readonly in: Parameter["place"];
  readonly value: unknown;
  readonly input: { readonly name: string; readonly type: string; readonly description: string } | undefined;
}

/** What a step of the workflow gives to its operation: the report's id, what the spec fixes, and inputs. */
export function stepParameters(plan: Plan, operation: ApiOperation): readonly StepParameter[] {
  const { document, operations, pages } = plan;
  const isRequest = operation === operations.request;
  return requiredParameters(document, operation, isRequest).map((parameter) => {
    const { name, place, segments, schema } = parameter;
    if (!isRequest && operations.request.method !== "GET" && place === "path" && name === plan.reportParameter)
      return { name, in: place, value: "$steps.request.outputs.reportId", input: undefined };
    const isPage = operation === operations.list && pages.some((each) => each.name === name);
    const isExample = place === "query" && (isPage || (isRequest && plan.requestIn === "query"));
    const fixed = fixedValue({ plan, operation, parameter }) ?? (isExample ? exampleAt(document, segments) : undefined);
    if (fixed !== undefined) return { name, in: place, value: fixed, input: undefined };
    const input = inputName(name);
    const [type = "string"] = typesOf(schema);
    return {
      name,
      in: place,
      value: `$inputs.${input}`,
      input: { name: input, type, description: about(plan, operation, parameter) },
    };
  });
}

function about({ operations: { request } }: Plan, operation: ApiOperation, { name, place }: Parameter): string {
  if (place === "header" && isIdempotencyHeader(name)) return "A new UUID for each run.";
  return pathParameters(request).includes(name)
    ? `The ${name} of the account.`
    : `The ${place} parameter ${name} of ${operation.name}.`;
}

/** A name as an input of a workflow: `Idempotency-Key` becomes `idempotencyKey`. */
function inputName(name: string): string {
  const words = name.split(/[^A-Za-z0-9_]+/).filter(Boolean);
  if (words.length < 2) return name;
  return words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("");
}
