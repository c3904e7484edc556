import { bodySchema } from "./read-spec.ts";
import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { SignIn } from "./spec-facts.ts";

interface Option {
  readonly name: string;
  readonly type: "string" | "Secret";
  readonly about: string;
}

/** The options that a client needs to sign in. */
export function signInOptions({ kind }: SignIn): readonly Option[] {
  switch (kind) {
    case "bearer":
      return [{ name: "token", type: "Secret", about: "The bearer token, sent to the API's own origin alone." }];
    case "header":
      return [{ name: "apiKey", type: "Secret", about: "The API key, sent to the API's own origin alone." }];
    case "basic":
      return [
        { name: "user", type: "string", about: "The user name of HTTP Basic." },
        { name: "password", type: "Secret", about: "The password, sent to the API's own origin alone." },
      ];
    case "other":
      return [];
  }
}

function credentials({ signIn }: Plan): { readonly imports: string; readonly text: string } {
  switch (signIn.kind) {
    case "bearer":
      return { imports: "bearer", text: 'bearer(options.token, "token")' };
    case "header":
      return {
        imports: "apiKeyHeader",
        text: `apiKeyHeader(${JSON.stringify(signIn.header.toLowerCase())}, options.apiKey, "apiKey")`,
      };
    case "basic":
      return {
        imports: "basic",
        text: 'basic(options.user, options.password, { user: "user", password: "password" })',
      };
    case "other": {
      const ways = signIn.names.join(", ") || "none";
      return {
        imports: "",
        text: undecided(
          `how a caller signs in: the spec's ways are ${ways}. See bearer, basic and apiKeyHeader of @report-kit/http, and token-exchange.ts of packages/monato`,
        ),
      };
    }
  }
}

/** The type of a request, by its name in the spec where it has one. */
function requestType({ document, operations: { request }, requestIn }: Plan): string {
  if (requestIn === "nowhere") return "Readonly<Record<string, never>>";
  if (requestIn === "query") return `NonNullable<operations[${JSON.stringify(request.name)}]["parameters"]["query"]>`;
  const segments = bodySchema(document, request.segments)?.segments ?? [];
  const [components, schemas, name] = segments;
  if (components === "components" && schemas === "schemas" && name !== undefined && segments.length === 3)
    return `components["schemas"][${JSON.stringify(name)}]`;
  return `operations[${JSON.stringify(request.name)}]["requestBody"]["content"]["application/json"]`;
}

export function clientText(plan: Plan): string {
  const { name, pascal, title, today, operations, addresses } = plan;
  const options = signInOptions(plan.signIn);
  const sign = credentials(plan);
  const type = requestType(plan);
  const [address, ...others] = addresses;
  const isFixed = address !== undefined && others.length === 0;
  const known = addresses.length > 1 ? ` The spec names ${addresses.join(", ")}.` : "";
  const baseUrl = isFixed
    ? `/** Default \`${address}\`. */\n  readonly baseUrl?: string;`
    : `/** The address of the API.${known} */\n  readonly baseUrl: string;`;
  const table = [
    ...options.map((each) => [each.name, each.type === "Secret" ? "string function" : "string"]),
    ["baseUrl", "string"],
  ];
  const imports = [sign.imports, "checkOptions", "clientOptions", "createProviderClient"].filter(Boolean).toSorted();
  const types = ["ClientOptions", "ProviderClient", ...(options.length > 0 ? ["Secret"] : [])];
  const named = /^components\b/.test(type)
    ? ["components"]
    : /\boperations\b/.test(type)
      ? ["operations as Operations"]
      : [];
  const generated = [...named, "paths"].toSorted();
  return `
import { ${imports.join(", ")} } from "@report-kit/http";
import type { ${types.join(", ")} } from "@report-kit/http";
import { operations } from "./operations.gen.ts";
import type { ${generated.join(", ")} } from "./schema.gen.ts";
${sign.text.startsWith("undecided") ? undecidedFunction : ""}
/** A typed client of the API "${title}". */
export type ${pascal}Client = ProviderClient<paths> & { readonly provider: "${name}" };

/** Which report to make: what \`${operations.request.method} ${operations.request.path}\` takes. */
export type ReportRequest = ${type.replaceAll(/\boperations\[/g, "Operations[")};

export interface ${pascal}ClientOptions extends ClientOptions {
${options.map((each) => `  /** ${each.about} */\n  readonly ${each.name}: ${each.type};`).join("\n")}
  ${baseUrl}
}

/**
 * Make a client of the API "${title}" (its spec was read ${today}).
 *
 * @throws RequestRefusedError for an option that is missing or can't be used.
 */
export function create${pascal}Client(options: ${pascal}ClientOptions): ${pascal}Client {
  const own = { ${table.map(([option, kind]) => `${option}: "${kind}"`).join(", ")} };
  checkOptions("create${pascal}Client", options, { ...clientOptions, ...own });
  return createProviderClient<paths>({
    ...options,
    provider: "${name}",
    ${isFixed ? `baseUrl: options.baseUrl ?? "${address}",` : ""}
    credentials: ${sign.text},
    operations,
  }) as ${pascal}Client; // its provider is the one given above
}
`;
}

/** What a file has that leaves a decision open and stands alone. */
const undecidedFunction = `
function undecided(what: string): never {
  throw new Error(\`Not decided: \${what} (docs/project/add-a-provider.md)\`);
}
`;

export function indexText({ pascal }: Plan): string {
  return `
export { create${pascal}Client } from "./client.ts";
export type { ${pascal}Client, ${pascal}ClientOptions, ReportRequest } from "./client.ts";
export { ProviderError, ReportKitError, RequestRefusedError, TransportError, orThrow } from "@report-kit/http";
export type { components, operations, paths } from "./schema.gen.ts";
`;
}
