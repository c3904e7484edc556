import { existsSync } from "node:fs";
import { join } from "node:path";
import { isObject, namedOperations, readDocument } from "./openapi-document.ts";
import type { Provider } from "./providers.ts";
import { checkSteps, operationName } from "./workflow-steps.ts";

/**
 * Says which steps of a provider's workflow.arazzo.yaml name an operation that its description does not have, lack what it requires, or could
 * make a second report: redocly does not.
 */
export function checkWorkflow(root: string, provider: Provider): readonly string[] {
  const path = `${provider.folder}/workflow.arazzo.yaml`;
  if (!existsSync(join(root, path))) return [`${path}: missing`];
  const document = readDocument(root, path);
  const effective = readDocument(root, provider.effective);
  const operations = new Set(namedOperations(effective).map(({ name }) => name));
  const sources = objects(document["sourceDescriptions"]);
  const workflows = new Set(objects(document["workflows"]).map(({ workflowId }) => workflowId));
  const steps = objects(document["workflows"]).flatMap((workflow) => objects(workflow["steps"]));
  const named = steps.flatMap((step) => (typeof step["operationId"] === "string" ? [step["operationId"]] : []));
  return [
    ...(sources.some(({ url }) => url === "./effective.gen.yaml")
      ? []
      : ["no source description is ./effective.gen.yaml"]),
    ...(named.length === 0 ? ["no step names an operation"] : []),
    ...named.filter((name) => !operations.has(operationName(name))).map((name) => `there is no operation ${name}`),
    ...steps
      .filter((step) => !("operationId" in step || "x-operation" in step || workflows.has(step["workflowId"])))
      .map((step) => `step ${String(step["stepId"])} calls nothing`),
    ...checkSteps(objects(document["workflows"]), effective),
  ].map((problem) => `${path}: ${problem}`);
}

/** The operation that asks for a report: the first of the workflow that sends a body. Undefined when none does. */
export function requestOperation(root: string, provider: Provider): string | undefined {
  const workflows = objects(readDocument(root, `${provider.folder}/workflow.arazzo.yaml`)["workflows"]);
  const step = workflows.flatMap(({ steps }) => objects(steps)).find((each) => "requestBody" in each);
  return typeof step?.["operationId"] === "string" ? operationName(step["operationId"]) : undefined;
}

function objects(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
