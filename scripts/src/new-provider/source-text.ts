import { sourceParams } from "./parameter-text.ts";
import type { ApiOperation } from "./read-spec.ts";
import { linkWay, shownOperation, undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";

export const undecidedText = `
/** Ends a call at a decision that nobody has made yet. This file goes with the last of them. */
export function undecided(what: string): never {
  throw new Error(\`Not decided: \${what} (docs/project/add-a-provider.md)\`);
}
`;

/** A text without the import of `undecided` when it has no decision. */
export function withoutUnused(text: string): string {
  return text.includes("undecided(") ? text : text.replace('import { undecided } from "./undecided.ts";\n', "");
}

function profileText({ operations: { request }, idempotencyKey }: Plan): string {
  if (request.method === "GET") return '{ tier: "lookup", remakes: false }';
  const choose = 'the tier, by the first row of "Choose the tier" in docs/jobs/own-source.md that is true';
  return undecided(
    idempotencyKey === undefined
      ? `${choose}. Write { tier: "create-or-get", remakes: false, reportsDeparture: true }, or client-id or list; to those, visibilityBoundMs where the provider documents one`
      : `${choose}. The create sends the job's key as ${idempotencyKey.name}: if the provider documents that a repeated key gives the first report again, for longer than a job waits, write { tier: "create-or-get", remakes: true, reportsDeparture: true } (another epoch has another key) and delete find; else client-id or list`,
  );
}

export function sourceText(plan: Plan): string {
  const { name, pascal, camel, title, operations, pages } = plan;
  const { request, look, list } = operations;
  const isLookup = request.method === "GET";
  const hasLinks = (plan.shown.record?.links ?? []).length > 0 || plan.shown.otherLinks.length > 0;
  const linkHosts = hasLinks
    ? `...${undecided('the hosts that a download link leads to, as the provider documents them: ["files.example.com"], or amazonS3Hosts')}, ...hostsField("linkHosts", given["linkHosts"])`
    : '...hostsField("linkHosts", given["linkHosts"])';
  const tools = [
    "accountLabel",
    ...(isLookup ? [] : ["createSettings"]),
    "hostsField",
    "memberFields",
    ...(opensFile(plan) ? ["openSettings"] : []),
    "ownClient",
  ];
  const looksInList = look === undefined && list !== undefined;
  const answers = [
    ...(looksInList ? ["listedReport"] : []),
    ...(list === undefined ? [] : ["lostReport"]),
    ...(look === undefined && !isLookup ? [] : ["observeAnswer"]),
    ...(isLookup ? [] : ["observeCreated"]),
    ...(pages.length > 0 ? ["pageAt"] : []),
  ];
  const text = `
import { orThrow } from "@report-kit/http";
import type { ${pascal}Client } from "@report-kit/${name}";
import { ${tools.join(", ")} } from "../../source-tools/index.ts";
import type { Observation, ReportSource, SourceCall } from "../../source-tools/index.ts";
import { ${answers.join(", ")} } from "./answers.ts";
import { prepare${pascal}${plan.requestIn === "nowhere" ? "" : ", requestBody"} } from "./request.ts";
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
    profile: ${profileText(plan)},
    linkHosts: [${linkHosts}],
    prepare: (input, { now }) => prepare${pascal}(input, now),
    ${isLookup ? "" : createText(plan)}
    look,
    ${isLookup ? "" : findText(plan)}
    ${locateText(plan)}
  };

  async function look(${look === undefined && list === undefined && !isLookup ? "_call" : "call"}: SourceCall): Promise<Observation> {
    ${lookText(plan)}
  }
${list === undefined ? "" : listText(plan, list)}}
`;
  return withoutUnused(text);
}

/** Does the source open the file through the API? */
function opensFile({ operations: { file }, shown }: Plan): boolean {
  return file !== undefined && linksOf(shown).length === 0;
}

function linksOf({ record, otherLinks }: Plan["shown"]): readonly string[] {
  return [...(record?.links ?? []).map((way) => [...(record?.within ?? []), ...way].join(".")), ...otherLinks];
}

function createText(plan: Plan): string {
  const { request } = plan.operations;
  const settings = [
    sourceParams(plan, request),
    plan.requestIn === "body" ? "body: requestBody(call)," : "",
    "...createSettings(call),",
  ].filter(Boolean);
  const why =
    "// call.key is the same however often the job creates: by it the provider recognises a repeated create.\n";
  return `async create(call): Promise<Observation> {
      ${plan.idempotencyKey === undefined ? "" : why}const result = await client.${request.method}(${JSON.stringify(request.path)}, {
        ${settings.join("\n        ")}
      });
      return observeCreated(orThrow(result).data);
    },`;
}

function getText(plan: Plan, operation: ApiOperation): string {
  return `const result = await client.GET(${JSON.stringify(operation.path)}, { ${sourceParams(plan, operation)} signal: call.signal, retry: false });`;
}

function lookText(plan: Plan): string {
  const { request, look, list } = plan.operations;
  if (look === undefined && list !== undefined && request.method !== "GET")
    return `return listedReport(await getListing(call${plan.pages.length > 0 ? ", 0" : ""}), call);`;
  const operation = request.method === "GET" ? request : look;
  if (operation === undefined)
    return `return ${undecided(`which operation shows one report: the spec has no GET for ${request.path}/{…}, and none for ${request.path} itself. It has ${readsText(plan)}`)};`;
  return `${getText(plan, operation)}
    return observeAnswer(orThrow(result).data);`;
}

function readsText({ operations: { reads } }: Plan): string {
  return reads.length === 0 ? "no GET" : reads.map(({ name, path }) => `${name} (GET ${path})`).join(", ");
}

function listText(plan: Plan, list: ApiOperation): string {
  return `
  async function getListing(call: SourceCall${plan.pages.length > 0 ? ", place: number" : ""}): Promise<unknown> {
    ${getText(plan, list)}
    return orThrow(result).data;
  }
`;
}

function findText(plan: Plan): string {
  const why =
    "// After a create whose answer was lost: was the report made? Of use to the tiers client-id and list; delete it for the others.";
  if (plan.operations.list === undefined)
    return `${why}
    find: () => ${undecided("how a lost create is found again: ask by the key for the tier client-id; for the tier list, by a listing, which the spec does not have")},`;
  return plan.pages.length > 0
    ? `${why}
    find: async (call, place) => lostReport(await getListing(call, place), call),`
    : `${why}
    find: async (call) => lostReport(await getListing(call), call),`;
}

function locateText(plan: Plan): string {
  const { file, files } = plan.operations;
  const { nearLinks } = plan.shown;
  const links = linksOf(plan.shown);
  if (file !== undefined && links.length === 0) {
    const parameters = sourceParams(plan, file);
    const open = `client.GET(${JSON.stringify(file.path)}, { ${parameters} ...openSettings(init) })`;
    const withoutTexts = parameters.replaceAll(/"(?:[^"\\]|\\.)*"/g, "");
    return `locate: async (${withoutTexts.includes("call.") ? "call" : ""}) => ({
      via: "api",
      async open(init) {
        const { response } = await ${open};
        return response;
      },
    }),`;
  }
  if (linkWay(plan) !== undefined)
    return `async locate(call) {
      const seen = await look(call);
      if (seen.is === "ready" && seen.link !== undefined) return seen.link;
      if (seen.is === "failed") return { via: "none", reason: "failed", message: seen.message };
      return { via: "none", reason: "pending", message: "The provider gives no link to the file now." };
    },`;
  const shown = shownOperation(plan).name;
  const found = [
    ...links.map((each) => `the member ${each} in the answer of ${shown}`),
    ...files.map(({ name, path }) => `the operation ${name} (GET ${path})`),
  ];
  const near = nearLinks.length === 0 ? "" : ` (named like one: ${nearLinks.join(", ")})`;
  const seen =
    found.length > 0
      ? `the spec has more than one place: ${found.join(", ")}.`
      : `looked for one member with format: uri in the answer of ${shown}, and found none${near}; and for one GET that answers with something else than JSON, and found none among ${readsText(plan)}.`;
  return `locate: () => ${undecided(`where the file of a ready report lies: ${seen} Return { via: "link", url }, with its hosts in linkHosts, or { via: "api", open }`)},`;
}
