import { pathParameters } from "./spec-facts.ts";
import type { RequestField } from "./spec-facts.ts";
import type { ApiOperation } from "./read-spec.ts";
import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";

export const undecidedText = `
/** Ends a call at a decision that nobody has made yet. This file goes with the last of them. */
export function undecided(what: string): never {
  throw new Error(\`Not decided: \${what} (docs/project/add-a-provider.md)\`);
}
`;

const tiers =
  'the tier, by the first row of "Choose the tier" in docs/jobs/own-source.md that is true. Write { tier: "create-or-get", remakes: false, reportsDeparture: true }, or client-id or list; to those, visibilityBoundMs where the provider documents one';

export function sourceText(plan: Plan): string {
  const { name, pascal, camel, title, operations } = plan;
  const { request, look, list, file } = operations;
  const isLookup = request.method === "GET";
  const links = plan.record?.links ?? [];
  const linkHosts =
    links.length === 0
      ? '...hostsField("linkHosts", given["linkHosts"])'
      : `...${undecided('the hosts that a download link leads to, as the provider documents them: ["files.example.com"], or amazonS3Hosts')}, ...hostsField("linkHosts", given["linkHosts"])`;
  const tools = [
    "accountLabel",
    ...(isLookup ? [] : ["createSettings"]),
    "hostsField",
    "memberFields",
    ...(file === undefined ? [] : ["openSettings"]),
    "ownClient",
  ];
  return `
import { orThrow } from "@report-kit/http";
import type { ${pascal}Client } from "@report-kit/${name}";
import { ${tools.join(", ")} } from "../../source-tools/index.ts";
import type { Observation, ReportSource, SourceCall } from "../../source-tools/index.ts";
import { ${[...(list === undefined ? [] : ["lostReport"]), "observeAnswer"].join(", ")} } from "./answers.ts";
import { prepare${pascal}, requestBody } from "./request.ts";
import type { ${pascal}ReportRequest } from "./request.ts";
import { undecided } from "./undecided.ts";

export type { ${pascal}ReportRequest } from "./request.ts";

/** What \`${camel}Reports\` takes besides the client. */
export interface ${pascal}ReportsOptions {
  /** Your label of the account, the same in every process: it is part of keys, bookmarks and paths. */
  readonly account: string;
  /** Hosts a download link may lead to, besides the provider's own. */
  readonly linkHosts?: readonly string[] | undefined;
}

/**
 * The reports of the API "${title}".
 * @throws ReportRequestError for a client of another provider, or an option that can't be used.
 */
export function ${camel}Reports(client: ${pascal}Client, options: ${pascal}ReportsOptions): ReportSource<${pascal}ReportRequest> {
  ownClient("${name}", client, 'create${pascal}Client of "@report-kit/${name}"');
  const given = memberFields("options", options ?? {}, ["account", "linkHosts"], "${camel}Reports");
  const account = accountLabel("account", given["account"]);

  return {
    id: \`${name}/\${account}\`,
    provider: "${name}",
    account,
    origin: client.origin,
    profile: ${isLookup ? '{ tier: "lookup", remakes: false }' : undecided(tiers)},
    linkHosts: [${linkHosts}],
    prepare: (input) => prepare${pascal}(input),
    ${isLookup ? "" : createText(request)}
    look,
    ${isLookup ? "" : findText(list)}
    ${locateText(plan)}
  };

  async function look(call: SourceCall): Promise<Observation> {
    ${lookText(isLookup ? request : look, isLookup)}
  }
}
`;
}

/** The parameters in a path: the last one is the report's, of an operation that shows one. */
function pathText(operation: ApiOperation, ofReport: boolean): string {
  const names = pathParameters(operation);
  if (names.length === 0) return "";
  const values = names.map((parameter, index) =>
    ofReport && index === names.length - 1
      ? `${JSON.stringify(parameter)}: call.reference ?? ""`
      : `${JSON.stringify(parameter)}: ${undecided(`where ${parameter} in ${operation.path} comes from`)}`,
  );
  return `path: { ${values.join(", ")} }`;
}

function createText(request: ApiOperation): string {
  const path = pathText(request, false);
  return `async create(call): Promise<Observation> {
      const result = await client.POST(${JSON.stringify(request.path)}, {
        ${path === "" ? "" : `params: { ${path} },`}
        body: requestBody(call),
        ...createSettings(call),
      });
      return observeAnswer(orThrow(result).data);
    },`;
}

function lookText(look: ApiOperation | undefined, isLookup: boolean): string {
  if (look === undefined)
    return `return ${undecided("which operation shows one report: the spec has no GET for it beneath the request's path")};`;
  const path = pathText(look, !isLookup);
  const parameters = [path, isLookup ? "query: requestBody(call)" : ""].filter(Boolean).join(", ");
  return `const result = await client.GET(${JSON.stringify(look.path)}, { params: { ${parameters} }, signal: call.signal, retry: false });
    return observeAnswer(orThrow(result).data);`;
}

function findText(list: ApiOperation | undefined): string {
  const why =
    "// After a create whose answer was lost: was the report made? Of use to the tiers client-id and list; delete it for the others.";
  if (list === undefined)
    return `${why}
    find: () => ${undecided("how a lost create is found again: ask by the key for the tier client-id; for the tier list, by a listing, which the spec does not have")},`;
  const path = pathText(list, false);
  return `${why}
    async find(call) {
      const result = await client.GET(${JSON.stringify(list.path)}, { ${path === "" ? "" : `params: { ${path} }, `}signal: call.signal, retry: false });
      return lostReport(orThrow(result).data, call);
    },`;
}

function locateText({ operations: { file }, record }: Plan): string {
  const [link, ...moreLinks] = record?.links ?? [];
  if (file !== undefined && link === undefined) {
    const path = pathText(file, true);
    return `locate: async (call) => ({
      via: "api",
      async open(init) {
        const { response } = await client.GET(${JSON.stringify(file.path)}, { params: { ${path} }, ...openSettings(init) });
        return response;
      },
    }),`;
  }
  if (file === undefined && link !== undefined && moreLinks.length === 0)
    return `async locate(call) {
      const seen = await look(call);
      if (seen.is === "ready" && seen.link !== undefined) return seen.link;
      if (seen.is === "failed") return { via: "none", reason: "failed", message: seen.message };
      return { via: "none", reason: "pending", message: "The provider gives no link to the file now." };
    },`;
  const seen = [
    ...(record?.links ?? []).map((each) => `the member ${each}`),
    ...(file === undefined ? [] : [`the operation ${file.name}`]),
  ];
  return `locate: () => ${undecided(`where the file of a ready report lies: the spec has ${seen.join(" and ") || "neither one member with format: uri nor one operation with a file"}. Return { via: "link", url } or { via: "api", open }`)},`;
}

export function requestText(plan: Plan): string {
  const { name, pascal, operations, fields } = plan;
  const members = fields.map((field) => `    ${JSON.stringify(field.name)}: ${fieldText(field)},`);
  const tools = ["calendarDay", "matching", "oneOf", "trueField", "uuidField", "wholeNumber"].filter((tool) =>
    members.some((member) => member.includes(`${tool}(`)),
  );
  const plain = members.length > 0;
  return `
import type { ReportRequest } from "@report-kit/${name}";
import { ${[...tools, ...(plain ? ["presentMembers", "requestFields"] : [])].join(", ")} } from "../../source-tools/index.ts";
import type { ${plain ? "" : "JsonObject, "}PreparedReport, SourceCall } from "../../source-tools/index.ts";
import { undecided } from "./undecided.ts";

/** A report, in the words of the API. */
export type ${pascal}ReportRequest = ReportRequest;

/** @throws ReportRequestError */
export function prepare${pascal}(input: unknown): PreparedReport {
  ${
    plain
      ? `const fields = requestFields(input, ${JSON.stringify(fields.map((field) => field.name))});
  const request = presentMembers({
${members.join("\n")}
  });`
      : `const request: JsonObject = ${undecided(`how a request is checked: the spec has no plain list of the fields of ${operations.request.name}. See circle-request.ts`)};`
  }
  return {
    reportType: ${undecided('the report type, in the provider\'s own word, such as "settlement"')},
    request,
    identity: ${undecided("identity: which fields of the request say which report it is, such as { day }. The key is made of them and never changes; leave out who asks, and e-mail addresses")},
    period: ${undecided("the days that the report covers, such as periodOf(day); undefined where the request does not say")},
    ${plan.fileType === undefined ? "" : `expects: "${plan.fileType}",`}
  };
}

/** The normalised request as the API takes it. */
export function requestBody({ request }: Pick<SourceCall, "request">): ReportRequest {
  return request as unknown as ReportRequest; // \`prepare${pascal}\` made it of this shape; the journal keeps it as JSON
}
`;
}

function fieldText({ name, schema, isRequired }: RequestField): string {
  const text = checkText(`"request.${name}"`, `fields[${JSON.stringify(name)}]`, name, schema);
  return isRequired || text.startsWith("trueField") || text.startsWith("undecided")
    ? text
    : `fields[${JSON.stringify(name)}] === undefined ? undefined : ${text}`;
}

function checkText(field: string, value: string, name: string, schema: RequestField["schema"]): string {
  const { type, format, enum: values } = schema;
  if (Array.isArray(values) && values.every((each) => typeof each === "string"))
    return `oneOf(${field}, ${value}, ${JSON.stringify(values)})`;
  if (type === "boolean") return `trueField(${field}, ${value})`;
  if (type === "integer") return `wholeNumber(${field}, ${value})`;
  if (type === "string" && format === "date") return `calendarDay(${field}, ${value})`;
  if (type === "string" && format === "uuid") return `uuidField(${field}, ${value})`;
  if (type === "string" && format === undefined) return `matching(${field}, ${value}, /\\S/, "a text")`;
  const kind = [type, format].filter((each) => typeof each === "string").join(", ") || "no plain type";
  return undecided(`how request.${name} (${kind}) is checked and written in one way only`);
}
