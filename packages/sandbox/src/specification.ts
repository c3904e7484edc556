import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, Options } from "ajv";
import formats from "ajv-formats";
import { OpenAPIBackend } from "openapi-backend";
import type { Document, Request } from "openapi-backend";
import type { Answer } from "./answer.ts";
import type { Provider } from "./provider.ts";

/** One thing wrong with a request: the JSON pointer of the value, the schema keyword it breaks, and the field it names. */
export interface Problem {
  /** "path", "query", "header" or "requestBody". */
  readonly where: string;
  /** Dotted name of the field within its place; "" for the whole. */
  readonly field: string;
  readonly keyword: string;
  readonly message: string;
  readonly limit: unknown;
}

/** A request that an operation of the spec matches, with its problems. */
export interface MatchedRequest {
  readonly operationId: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Alternatives, each a set of names of security schemes that together suffice; empty when nothing is asked. */
  readonly security: readonly (readonly string[])[];
  readonly problems: readonly Problem[];
}

/** A provider's effective spec, ready to route and to judge both sides of the conversation. */
export interface Specification {
  /** Undefined when no operation matches. */
  match(request: Request): MatchedRequest | undefined;
  /** What the spec says against an answer; empty when it agrees. */
  judge(operationId: string, answer: Answer): readonly string[];
  /** What the spec says against the body of a webhook; empty when it agrees. */
  judgeWebhook(name: string, body: unknown): readonly string[];
}

interface MediaTypes {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
interface Described {
  readonly requestBody?: MediaTypes & { readonly required?: boolean };
  readonly responses?: Readonly<Record<string, MediaTypes>>;
}

const loaded = new Map<Provider, Promise<Specification>>();

/** Loads the effective spec of a provider, once per process: compiled schemas are the slow part of a start. */
export function loadSpecification(provider: Provider): Promise<Specification> {
  const specification = loaded.get(provider) ?? load(provider);
  loaded.set(provider, specification);
  return specification;
}

/** Reads `dist/specs/`, which is the same place seen from `src/` and from `dist/`. */
async function load(provider: Provider): Promise<Specification> {
  const file = new URL(`../dist/specs/${provider}.json`, import.meta.url);
  // A file this package builds from a linted spec: the library's own type is the right reading of it.
  const document = JSON.parse(readFileSync(file, "utf8"), withoutMapping) as Document;
  const draft2020 = document.openapi.startsWith("3.1");
  const backend = new OpenAPIBackend({
    definition: document,
    // Without quick the library refuses every 3.1 document; the specs are linted before they get here.
    quick: true,
    strict: true,
    ignoreTrailingSlashes: false,
    customizeAjv: (_ajv, options) => createValidator(draft2020, options),
  });
  await backend.init();
  const operation = (operationId: string): Described => {
    const found = backend.router.getOperation(operationId);
    if (found === undefined) throw new Error(`the spec of ${provider} has no operation ${operationId}`);
    // References are resolved by the library at init; its types do not say so.
    return found as Described;
  };
  const webhooks = createWebhookJudges(backend.definition, createValidator(draft2020, { strict: false }));
  return {
    match(request) {
      const matched = backend.router.matchOperation(request);
      if (matched?.operationId === undefined) return undefined;
      const { operationId } = matched;
      const parsed = backend.router.parseRequest(request, matched);
      const problems = (backend.validator.validateRequest(request, matched).errors ?? [])
        .map(problemFrom)
        .filter((problem) => !isUnknownQuery(problem));
      const described = operation(operationId);
      const whole = [undeclaredMediaType(described, request), noObject(described, parsed.requestBody)];
      return {
        operationId,
        path: firstValues(parsed.params),
        query: parsed.query,
        body: parsed.requestBody as unknown,
        security: (matched.security ?? []).map((alternative) => Object.keys(alternative)),
        problems: [...whole.filter((problem) => problem !== undefined), ...problems],
      };
    },
    judge(operationId, answer) {
      const { responses = {} } = operation(operationId);
      const declared = responses[String(answer.status)] ?? responses["default"];
      if (declared === undefined) return [`status ${answer.status} is not declared`];
      const mediaTypes = Object.keys(declared.content ?? {});
      const { body } = answer;
      if (body === undefined) return [];
      const mediaType = "file" in body ? body.file.mediaType : "application/json";
      if (!mediaTypes.includes(mediaType)) {
        return [
          `media type ${mediaType} is not declared for ${answer.status} (declared: ${mediaTypes.join(", ") || "none"})`,
        ];
      }
      const bodyErrors =
        "json" in body ? backend.validator.validateResponse(body.json, operationId, answer.status).errors : null;
      const headerErrors = backend.validator.validateResponseHeaders({ ...answer.headers }, operationId, {
        statusCode: answer.status,
      }).errors;
      return [...(bodyErrors ?? []), ...(headerErrors ?? [])].map(describe);
    },
    judgeWebhook(name, body) {
      const judge = webhooks.get(name);
      return judge === undefined ? [`the spec of ${provider} has no webhook ${name}`] : judge(body);
    },
  };
}

function createValidator(draft2020: boolean, options: Options): Ajv {
  // The library makes a validator for each operation and side. To judge the schemas of a linted spec by their own schema first took
  // most of the first request's time.
  const settings: Options = { ...options, validateSchema: false, discriminator: true, allErrors: true, strict: false };
  const validator = draft2020 ? new Ajv2020(settings) : new Ajv(settings);
  formats.default(validator);
  return validator;
}

/** Ajv reads discriminator.mapping as a fault; the discriminator itself makes errors name the field of the chosen branch. */
function withoutMapping(name: string, value: unknown): unknown {
  if (name !== "discriminator" || typeof value !== "object" || value === null || !("propertyName" in value))
    return value;
  return { propertyName: value.propertyName };
}

function createWebhookJudges(definition: Document, validator: Ajv): Map<string, (body: unknown) => string[]> {
  // 3.0 documents have no webhooks; the library's union type hides the field.
  const webhooks = (definition as { webhooks?: Record<string, { post?: Described }> }).webhooks ?? {};
  return new Map(
    Object.entries(webhooks).map(([name, { post }]) => {
      const validate = validator.compile(post?.requestBody?.content?.["application/json"]?.schema ?? {});
      return [name, (body: unknown) => (validate(body) ? [] : (validate.errors ?? []).map(describe))];
    }),
  );
}

function undeclaredMediaType(described: Described, request: Request): Problem | undefined {
  const declared = Object.keys(described.requestBody?.content ?? {});
  if (declared.length === 0) return undefined;
  const mediaType = [request.headers["content-type"] ?? ""].flat().join().split(";")[0]?.trim().toLowerCase() ?? "";
  if (declared.includes(mediaType)) return undefined;
  const message = `must be ${declared.join(" or ")}, got ${mediaType || "none"}`;
  return { where: "header", field: "content-type", keyword: "mediaType", message, limit: declared };
}

/** Every JSON body of the four APIs is an object. A discriminator looks at objects alone and lets anything else pass. */
function noObject({ requestBody }: Described, body: unknown): Problem | undefined {
  if (requestBody === undefined || (typeof body === "object" && body !== null && !Array.isArray(body)))
    return undefined;
  return { where: "requestBody", field: "", keyword: "type", message: "must be an object", limit: "object" };
}

/** A query parameter that the description does not have: ignored, as the providers' servers do. */
function isUnknownQuery({ where, keyword }: Problem): boolean {
  return where === "query" && keyword === "additionalProperties";
}

function problemFrom(error: ErrorObject): Problem {
  const [where = "", ...parts] = error.instancePath.split("/").slice(1);
  const params: Record<string, unknown> = error.params;
  const named =
    params["missingProperty"] ??
    params["additionalProperty"] ??
    (error.keyword === "discriminator" ? params["tag"] : undefined);
  const field = typeof named === "string" ? [...parts, named] : parts;
  return {
    where,
    field: field.join("."),
    keyword: error.keyword,
    message: error.message ?? error.keyword,
    limit: params["allowedValues"] ?? params["limit"] ?? params["format"] ?? params["pattern"] ?? params["type"],
  };
}

function describe(error: ErrorObject): string {
  return `${error.instancePath || "the whole"} ${error.message ?? error.keyword}`;
}

function firstValues(params: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [value].flat()[0] ?? ""]));
}
