import { stringify } from "yaml";
import { locate, pointerOf } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import { specNames } from "../spec-names.ts";
import { exampleRequest } from "./example-value.ts";
import { linkWay } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { successes } from "./read-spec.ts";
import type { ApiOperation } from "./read-spec.ts";
import { stepParameters } from "./step-parameters.ts";

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
export const examplesText = `# DECIDE: one entry for each JSON value that the pages in fixtures/ print, in their order: page, line, what, validates, faults ([] for none).
# specs/begateway/examples.yaml shows the form; \`pnpm check:specs\` names each value that is missing.
[]
`;

export function fixtureText({ title }: Plan): string {
  return `DECIDE: put copies of the provider's pages about ${title} here, unchanged, named YYYY-MM-DD-what-it-is.md, and delete this file.\n`;
}

/** The workflow: request, wait, fetch the file. */
export function workflowText(plan: Plan): string {
  const { name, title, operations, document, created } = plan;
  const { request, look, list, file } = operations;
  const isRead = request.method === "GET";
  const statusOk =
    successes(document, request.segments)
      .map(({ status }) => `$statusCode == ${status}`)
      .join(" || ") || "$statusCode == 200";
  const security = securityOf(plan);
  const step = (stepId: string, description: string, operation: ApiOperation, more: object): object => {
    const parameters = stepParameters(plan, operation).map(({ name: parameter, in: place, value }) => ({
      name: parameter,
      in: place,
      value,
    }));
    return {
      stepId,
      description,
      operationId: `$sourceDescriptions.${name}.${operation.name}`,
      ...security,
      ...(parameters.length > 0 ? { parameters } : {}),
      ...more,
    };
  };
  const hasId = created.id !== undefined;
  const ask = {
    ...(plan.requestIn === "body"
      ? { requestBody: { contentType: "application/json", payload: exampleRequest(document, request) } }
      : {}),
    successCriteria: [{ condition: statusOk }],
    ...(isRead ? {} : { outputs: { reportId: pointer(created.id ?? ["id"]) } }),
  };
  const unknownId = `DECIDE: which member of the answer is the report's id; outputs has /id, which the spec does not have.`;
  const shown = look ?? list;
  const steps = [
    step("request", `Ask for the report.${isRead || hasId ? "" : ` ${unknownId}`}`, request, ask),
    ...(shown === undefined || isRead ? [] : [step("wait", waitText(plan), shown, waiting(plan))]),
    ...fetchSteps(plan, (operation) =>
      step("fetch-file", "Fetch the file.", operation, { successCriteria: [{ condition: "$statusCode == 200" }] }),
    ),
  ];
  const open = [
    ...(isRead || shown !== undefined ? [] : ["a step that waits: the spec has no GET that shows a report"]),
    ...(file !== undefined || linkWay(plan) !== undefined ? [] : ["a step that fetches the file"]),
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
          summary: open.length === 0 ? "One report." : `One report. DECIDE: ${open.join(", and ")}`,
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

function pointer(members: readonly string[]): string {
  return `$response.body#${pointerOf(members)}`;
}

function waitText({ operations: { look } }: Plan): string {
  return look === undefined
    ? "Look at the listing. DECIDE: is its first report the newest? The conditions read the first one."
    : "Look at the report until it is ready.";
}

/** What the step that waits expects: of a listing, that the first report is the wanted one. */
function waiting(plan: Plan): object {
  const { operations, shown, listing } = plan;
  const { record } = shown;
  const inListing = operations.look === undefined;
  const before = [...(inListing ? [...(listing?.within ?? []), "0"] : []), ...(record?.within ?? [])];
  const way = linkWay(plan);
  return {
    successCriteria: [
      { condition: "$statusCode == 200" },
      ...(inListing
        ? [{ condition: `${pointer([...before, record?.id ?? "id"])} == $steps.request.outputs.reportId` }]
        : []),
      {
        condition: `${pointer([...before, record?.status ?? "status"])} == 'DECIDE: the status of a report that is ready'`,
      },
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
    ...(way === undefined ? {} : { outputs: { downloadUrl: pointer([...before, ...way]) } }),
  };
}

/** The step that fetches the file: through the API, or by the link, without credentials. */
function fetchSteps(plan: Plan, step: (operation: ApiOperation) => object): readonly object[] {
  const { file, request, look, list } = plan.operations;
  if (file !== undefined) return [step(file)];
  if (linkWay(plan) === undefined || request.method === "GET" || (look ?? list) === undefined) return [];
  return [
    {
      stepId: "fetch-file",
      description: "Fetch the file by its link, without the credentials of the API.",
      "x-operation": { url: "$steps.wait.outputs.downloadUrl", method: "get" },
      successCriteria: [{ condition: "$statusCode == 200" }],
    },
  ];
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
  const secrets = Object.values(secretsOf(plan)).map((value) => {
    const name = value.replace("$inputs.", "");
    return [
      name,
      {
        type: "string",
        ...(name === "user" ? {} : { format: "password" }),
        description: `The ${name} of the account.`,
      },
    ] as const;
  });
  const { request, look, list, file } = plan.operations;
  const steps = [request, look ?? list, file].filter((each) => each !== undefined);
  const parameters = steps
    .flatMap((operation) => stepParameters(plan, operation))
    .flatMap(({ input }) => (input === undefined ? [] : [input]))
    .map(({ name, type, description }) => [name, { type, description }] as const);
  const properties = Object.fromEntries([...parameters, ...secrets]);
  const names = [...new Set([...secrets, ...parameters].map(([name]) => name))];
  return {
    type: "object",
    ...(names.length === 0 ? {} : { required: names }),
    properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
  };
}
