import { sourceParams } from "./parameter-text.ts";
import type { ApiOperation } from "./read-spec.ts";
import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";

export const undecidedText = `
/** Ends a call at a decision that nobody has made yet. This file goes with the last of them. */
export function undecided(what: string): never {
  throw new Error(\`Not decided: \${what} (docs/project/add-a-provider.md)\`);
}
`;

/** What to decide about the tier. An idempotency key that the spec takes can decide it. */
function tierDecision({ idempotencyKey }: Plan): string {
  if (idempotencyKey === undefined) return tiers;
  return `${tiers}. The create sends the job's key as ${idempotencyKey.name}: if the provider documents that a repeated key gives the first report again, for longer than a job waits, write { tier: "create-or-get", remakes: true, reportsDeparture: true }`;
}

const tiers =
  'the tier, by the first row of "Choose the tier" in docs/jobs/own-source.md that is true. Write { tier: "create-or-get", remakes: false, reportsDeparture: true }, or client-id or list; to those, visibilityBoundMs where the provider documents one';

export function sourceText(plan: Plan): string {
  const { name, pascal, camel, title, operations } = plan;
  const { request, look } = operations;
  const isLookup = request.method === "GET";
  const shown = isLookup ? request : look;
  const links = plan.record?.links ?? [];
  const linkHosts =
    links.length === 0
      ? '...hostsField("linkHosts", given["linkHosts"])'
      : `...${undecided('the hosts that a download link leads to, as the provider documents them: ["files.example.com"], or amazonS3Hosts')}, ...hostsField("linkHosts", given["linkHosts"])`;
  const text = `
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
    profile: ${isLookup ? '{ tier: "lookup", remakes: false }' : undecided(tierDecision(plan))},
    linkHosts: [${linkHosts}],
    prepare: (input) => prepare${pascal}(input),
    ${[...(isLookup ? ["look,"] : [createText(plan), "look,", findText(plan)]), locateText(plan)].join("\n")}
  };

  async function look(${shown === undefined ? "_call" : "call"}: SourceCall): Promise<Observation> {
    ${lookText(plan, shown)}
  }
}
`;
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\(`).test(text);
  const tools = ["accountLabel", "createSettings", "hostsField", "memberFields", "openSettings", "ownClient"].filter(
    uses,
  );
  return `
import { orThrow } from "@report-kit/http";
import type { ${pascal}Client } from "@report-kit/${name}";
import { ${tools.join(", ")} } from "../../source-tools/index.ts";
import type { Observation, ReportSource, SourceCall } from "../../source-tools/index.ts";
import { ${["lostReport", "observeAnswer"].filter(uses).join(", ")} } from "./answers.ts";
import { ${[`prepare${pascal}`, ...["requestBody"].filter(uses)].join(", ")} } from "./request.ts";
import type { ${pascal}ReportRequest } from "./request.ts";
${uses("undecided") ? 'import { undecided } from "./undecided.ts";\n' : ""}${text}`;
}

function createText(plan: Plan): string {
  const { request } = plan.operations;
  const lines = [
    sourceParams(plan, request),
    plan.requestIn === "body" ? "body: requestBody(call)," : "",
    "...createSettings(call),",
  ];
  const why =
    "// call.key is the same however often the job creates: by it the provider recognises a repeated create.\n";
  return `async create(call): Promise<Observation> {
      ${plan.idempotencyKey === undefined ? "" : why}const result = await client.${request.method}(${JSON.stringify(request.path)}, {
        ${lines.filter(Boolean).join("\n")}
      });
      return observeAnswer(orThrow(result).data);
    },`;
}

function lookText(plan: Plan, look: ApiOperation | undefined): string {
  if (look === undefined)
    return `return ${undecided("which operation shows one report: the spec has no GET for it beneath the request's path")};`;
  return `const result = await client.GET(${JSON.stringify(look.path)}, { ${sourceParams(plan, look)} signal: call.signal, retry: false });
    return observeAnswer(orThrow(result).data);`;
}

function findText(plan: Plan): string {
  const { list } = plan.operations;
  const why =
    "// After a create whose answer was lost: was the report made? Of use to the tiers client-id and list; delete it for the others.";
  if (list === undefined)
    return `${why}
    find: () => ${undecided("how a lost create is found again: ask by the key for the tier client-id; for the tier list, by a listing, which the spec does not have")},`;
  return `${why}
    async find(call) {
      const result = await client.GET(${JSON.stringify(list.path)}, { ${sourceParams(plan, list)} signal: call.signal, retry: false });
      return lostReport(orThrow(result).data, call);
    },`;
}

function locateText(plan: Plan): string {
  const { operations, record } = plan;
  const { file } = operations;
  const [link, ...moreLinks] = record?.links ?? [];
  if (file !== undefined && link === undefined) {
    return `locate: async (call) => ({
      via: "api",
      async open(init) {
        const { response } = await client.GET(${JSON.stringify(file.path)}, { ${sourceParams(plan, file)} ...openSettings(init) });
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
