import { stringify } from "yaml";
import { locate } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import { specNames } from "../spec-names.ts";
import { exampleRequest } from "./example-value.ts";
import { exampleValue } from "./parameter-text.ts";
import { isIdempotencyHeader, requiredParameters } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import type { Plan } from "./plan.ts";
import { successes } from "./read-spec.ts";
import type { ApiOperation } from "./read-spec.ts";

/**
 * sources.md with a row for every name of the spec.
 * @param effective the effective description
 */
export function sourcesText({ title, name, today }: Plan, effective: JsonObject): string {
  const rows = [...specNames(effective)].map((each) => `| \`${each}\` | S1 | ${today} | DECIDE | |`);
  return `# Where the description of "${title}" comes from

<!-- DECIDE: in sources.md, write for each row which document says so and how sure that is (the section sources.md of docs/project/specs.md) -->

## Sources

| key | document | address | read on |
| --- | --- | --- | --- |
| S1 | DECIDE: the title of the provider's page | DECIDE: its address | ${today} |

## Facts

| what | source | read on | sure | note |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

## Contradictions

1. DECIDE: where two documents of ${name} disagree, what each says and which one we follow. "None was found." is an answer.

## Open questions

- DECIDE: what only an account at ${name} can answer: limits, how long a file is kept, what a second request of the same report does.
`;
}

/** An empty list of examples, and the file that a copy of the provider's page takes the place of. */
export const examplesText = `# DECIDE: one entry for each JSON value that the pages in fixtures/ print, in their order: page, line, what, validates, faults.
# specs/begateway/examples.yaml shows the form; \`pnpm check:specs\` names each value that is missing.
[]
`;

export function fixtureText({ title }: Plan): string {
  return `DECIDE: put copies of the provider's pages about ${title} here, unchanged, named YYYY-MM-DD-what-it-is.md, and delete this file.\n`;
}

/** The workflow: request, wait, fetch the file. */
export function workflowText(plan: Plan): string {
  const { name, title, operations, document, record } = plan;
  const { request, look, file } = operations;
  const pointer = (member: string): string =>
    `$response.body#${[...(record?.within ?? []), member].map((each) => `/${each}`).join("")}`;
  const id = record?.id ?? "id";
  const isRead = request.method === "GET";
  const reportId = { reportId: pointer(id) };
  const shown = look ?? request;
  const statusOk = successes(document, request.segments)
    .map(({ status }) => `$statusCode == ${status}`)
    .join(" || ");
  const parametersFor = (operation: ApiOperation): object => {
    const values = givenParameters(plan, operation).map((each) => ({
      name: each.name,
      in: each.place,
      value: isReport(plan, operation, each)
        ? "$steps.request.outputs.reportId"
        : valueInWorkflow(plan, operation, each),
    }));
    return values.length === 0 ? {} : { parameters: values };
  };
  const security = securityOf(plan);
  const step = (stepId: string, description: string, operation: ApiOperation, more: object): object => ({
    stepId,
    description,
    operationId: `$sourceDescriptions.${name}.${operation.name}`,
    ...security,
    ...parametersFor(operation),
    ...more,
  });
  const ask = isRead
    ? { successCriteria: [{ condition: statusOk || "$statusCode == 200" }] }
    : {
        ...(plan.requestIn === "body"
          ? { requestBody: { contentType: "application/json", payload: exampleRequest(document, request) } }
          : {}),
        successCriteria: [{ condition: statusOk || "$statusCode == 200" }],
        outputs: reportId,
      };
  const wait = {
    successCriteria: [
      { condition: "$statusCode == 200" },
      { condition: `${pointer(record?.status ?? "status")} == 'DECIDE: the status of a report that is ready'` },
    ],
    onFailure: [
      {
        name: "not-ready-yet",
        type: "retry",
        retryAfter: 3,
        retryLimit: 200,
        criteria: [{ condition: "$statusCode == 200" }],
      },
    ],
  };
  const steps = [
    step("request", "Ask for the report.", request, ask),
    ...(isRead ? [] : [step("wait", "Look at the report until it is ready.", shown, wait)]),
    ...(file === undefined
      ? []
      : [step("fetch-file", "Fetch the file.", file, { successCriteria: [{ condition: "$statusCode == 200" }] })]),
  ];
  return stringify(
    {
      arazzo: "1.0.1",
      info: {
        title: `A report of ${title}, from the request to the file`,
        version: "1.0.0",
        summary: "Request a report, wait until it is ready, fetch its file.",
      },
      sourceDescriptions: [{ name, type: "openapi", url: "./effective.gen.yaml" }],
      workflows: [
        {
          workflowId: "fetch-report",
          summary: "One report.",
          inputs: inputsOf(plan),
          steps,
          ...(isRead ? {} : { outputs: { reportId: "$steps.request.outputs.reportId" } }),
        },
      ],
    },
    // With 1.1 a text that looks like a date is quoted, whichever version reads it.
    { lineWidth: 120, schema: "yaml-1.1", aliasDuplicateObjects: false },
  );
}

/** What a step gives: a required query is there also where the request is one. */
function givenParameters({ document, operations }: Plan, operation: ApiOperation): readonly Parameter[] {
  return requiredParameters(document, operation, operation === operations.request);
}

function isReport({ reportParameter, operations }: Plan, operation: ApiOperation, { name, place }: Parameter): boolean {
  return operation !== operations.request && place === "path" && name === reportParameter;
}

/** A value of an account is an input, and so is what each run has another one of; of anything else, an example. */
function valueInWorkflow(plan: Plan, operation: ApiOperation, parameter: Parameter): unknown {
  const { place, name } = parameter;
  if (place === "header" && isIdempotencyHeader(name)) return "$inputs.requestId";
  return parameter.place === "path" ? `$inputs.${parameter.name}` : exampleValue(plan, operation, parameter);
}

function secretsOf({ signIn }: Plan): Readonly<Record<string, string>> {
  switch (signIn.kind) {
    case "bearer":
      return { token: "$inputs.token" };
    case "basic":
      return { username: "$inputs.user", password: "$inputs.password" };
    case "header":
      return { apiKey: "$inputs.apiKey" };
    case "other":
      return {};
  }
}

function securityOf(plan: Plan): object {
  const { document, operations } = plan;
  const own = locate(document, [...operations.request.segments, "security", "0"])?.value;
  const all = locate(document, ["security", "0"])?.value;
  const [schemeName] = Object.keys(own ?? all ?? {});
  return plan.signIn.kind === "other" || schemeName === undefined
    ? {}
    : { "x-security": [{ schemeName, values: secretsOf(plan) }] };
}

function inputsOf(plan: Plan): object {
  const secrets = Object.values(secretsOf(plan)).map((value) => value.replace("$inputs.", ""));
  const { request, look, file } = plan.operations;
  const inPath = [request, look, file].flatMap((each) =>
    each === undefined
      ? []
      : givenParameters(plan, each)
          .filter((parameter) => parameter.place === "path" && !isReport(plan, each, parameter))
          .map(({ name }) => name),
  );
  const hasRequestId = [request, look, file].some(
    (each) =>
      each !== undefined &&
      givenParameters(plan, each).some(({ place, name }) => place === "header" && isIdempotencyHeader(name)),
  );
  const names = [...new Set([...secrets, ...inPath, ...(hasRequestId ? ["requestId"] : [])])];
  const properties = names.map((name) => [
    name,
    {
      type: "string",
      ...(secrets.includes(name) && name !== "user" ? { format: "password" } : {}),
      description: name === "requestId" ? "A new UUID for each run." : `The ${name} of the account.`,
    },
  ]);
  return {
    type: "object",
    ...(names.length === 0 ? {} : { required: names }),
    properties: Object.fromEntries(properties),
  };
}
