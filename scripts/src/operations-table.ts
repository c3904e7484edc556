import { parse } from "yaml";

/** Methods that are idempotent by HTTP (RFC 9110, 9.2.2), and the two others of OpenAPI, which are not. */
const idempotentMethods = ["get", "put", "delete", "head", "options", "trace"];
const otherMethods = ["post", "patch"];

/**
 * The run-time table of an effective text: which operation a method and path is, and whether it is safe to repeat. That is so for
 * idempotent methods and for what carries `x-repeatable: true`. Throws when an operation has no operationId or `x-repeatable` is no boolean.
 */
export function operationsTable(effectiveText: string): string {
  const document: unknown = parse(effectiveText);
  // openapi-typescript has validated the same text before (schema-types.ts).
  const { paths = {} } = document as { paths?: Record<string, Record<string, unknown>> };
  const lines = Object.entries(paths).flatMap(([path, item]) =>
    [...idempotentMethods, ...otherMethods].flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [tableLine(method, path, operation)];
    }),
  );
  return ["export const operations = {", ...lines.toSorted(), "} as const;", ""].join("\n");
}

function tableLine(method: string, path: string, operation: unknown): string {
  const name = `${method.toUpperCase()} ${path}`;
  // An OpenAPI operation is an object; its two members are checked below.
  const { operationId, "x-repeatable": declared } = operation as { operationId?: unknown; "x-repeatable"?: unknown };
  if (typeof operationId !== "string") throw new Error(`${name} has no operationId.`);
  if (declared !== undefined && typeof declared !== "boolean")
    throw new Error(`${name}: x-repeatable must be true or false.`);
  const repeatable = declared ?? idempotentMethods.includes(method);
  return `  ${JSON.stringify(name)}: { operationId: ${JSON.stringify(operationId)}, repeatable: ${repeatable} },`;
}
