import { parseDocument } from "yaml";
import { entries, isObject, locate, namedOperations } from "../openapi-document.ts";
import type { JsonObject, Located } from "../openapi-document.ts";

/** An operation of the spec. */
export interface ApiOperation {
  readonly name: string;
  /** `"GET"` */
  readonly method: string;
  readonly path: string;
  readonly segments: readonly string[];
}

/** The operations that a report's life is made of, as far as the spec shows them beyond doubt. */
export interface ReportOperations {
  /** Asks for a report. */
  readonly request: ApiOperation;
  /** Shows one report, by the one path parameter that it has more than `request`. */
  readonly look: ApiOperation | undefined;
  /** Shows all reports. */
  readonly list: ApiOperation | undefined;
  /** Answers with a report's file. */
  readonly file: ApiOperation | undefined;
  /** All that answer with a file, where `file` is not known. */
  readonly files: readonly ApiOperation[];
  /** All that only read. */
  readonly reads: readonly ApiOperation[];
}

/**
 * Reads a spec.
 * @param file what an error calls it
 * Throws when it is no YAML or JSON, no OpenAPI 3.0 or 3.1, or has no operation.
 */
export function readSpec(text: string, file: string): JsonObject {
  const parsed = parseDocument(text);
  const [fault] = parsed.errors;
  if (fault !== undefined) throw new Error(`${file}: expected YAML or JSON. ${fault.message.split("\n")[0]}`);
  const document: unknown = parsed.toJS();
  if (!isObject(document)) throw new Error(`${file}: expected an OpenAPI document, an object at its root.`);
  const { openapi, swagger, info } = document;
  if (typeof openapi !== "string" || !/^3\.[01]\.\d+$/.test(openapi)) {
    const received =
      swagger === undefined ? (JSON.stringify(openapi) ?? "no such field") : `swagger ${JSON.stringify(swagger)}`;
    throw new Error(`${file}: expected openapi: 3.0.x or 3.1.x, got ${received}. Convert the file first.`);
  }
  for (const field of ["title", "version"])
    if (!isObject(info) || typeof info[field] !== "string") throw new Error(`${file}: info.${field} is missing.`);
  if (apiOperations(document, file).length === 0) throw new Error(`${file}: it has no operation under paths.`);
  return document;
}

function apiOperations(document: JsonObject, file: string): readonly ApiOperation[] {
  try {
    return namedOperations(document)
      .filter(({ segments }) => segments[0] === "paths")
      .map(({ name, segments }) => {
        const [, path = "", method = ""] = segments;
        // Both are written into code and Markdown.
        if (!/^\/[\w./{}~@:+-]*$/.test(path))
          throw new Error(`the path ${JSON.stringify(path)}: expected letters, digits, and / { } . _ ~ @ : + -`);
        if (!/^[A-Za-z][\w.-]*$/.test(name))
          throw new Error(`operationId ${JSON.stringify(name)}: expected a letter, then letters, digits, and _ . -`);
        return { name, method: method.toUpperCase(), path, segments };
      });
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * Finds the operations of a report's life.
 * @param requestName the operation that asks for a report, where the caller names it
 * Throws when none, or more than one, could be that.
 */
export function reportOperations(
  document: JsonObject,
  file: string,
  requestName: string | undefined,
): ReportOperations {
  const all = apiOperations(document, file);
  const request = requestOf(document, file, all, requestName);
  const reads = all.filter(({ method }) => method === "GET");
  const files = reads.filter(({ segments }) => answersWithAFile(document, segments));
  const isLookup = request.method === "GET";
  const look = isLookup
    ? undefined
    : reads.find(
        ({ path, segments }) => isOneBelow(path, request.path) && jsonAnswer(document, segments) !== undefined,
      );
  const below = files.filter(({ path }) => path.startsWith(`${look?.path ?? request.path}/`));
  return {
    request,
    look,
    list: isLookup ? undefined : reads.find(({ path }) => path === request.path),
    file: below.length === 1 ? below[0] : files.length === 1 ? files[0] : undefined,
    files,
    reads,
  };
}

/** Is it `/reports/{id}` to `/reports`? */
function isOneBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}/`) && /^\{[^/{}]+\}$/.test(path.slice(above.length + 1));
}

function requestOf(
  document: JsonObject,
  file: string,
  all: readonly ApiOperation[],
  requestName: string | undefined,
): ApiOperation {
  const named = all.find(({ name }) => name === requestName);
  if (named !== undefined) return named;
  const names = all.map(({ name, method, path }) => `  ${name} (${method} ${path})`).join("\n");
  if (requestName !== undefined)
    throw new Error(`--request: ${file} has no operation ${requestName}. It has:\n${names}`);
  const [only, ...more] = all.filter(
    ({ method, segments }) => method === "POST" && bodySchema(document, segments) !== undefined,
  );
  if (only !== undefined && more.length === 0) return only;
  throw new Error(
    `${file}: expected one POST with a JSON body, got ${only === undefined ? "none" : more.length + 1}. Name the operation that asks for a report: --request OPERATION. There are:\n${names}`,
  );
}

/** The schema of an operation's JSON body. */
export function bodySchema(document: JsonObject, segments: readonly string[]): Located | undefined {
  return locate(document, [...segments, "requestBody", "content", "application/json", "schema"]);
}

/** The 2xx statuses of an operation, and the media types of each. */
export function successes(
  document: JsonObject,
  segments: readonly string[],
): readonly { readonly status: string; readonly types: readonly string[] }[] {
  return entries(locate(document, [...segments, "responses"])?.value)
    .filter(([status]) => status.startsWith("2"))
    .map(([status]) => ({
      status,
      types: entries(locate(document, [...segments, "responses", status, "content"])?.value).map(([type]) => type),
    }));
}

/** The schema of an operation's first success that is JSON. */
export function jsonAnswer(document: JsonObject, segments: readonly string[]): readonly string[] | undefined {
  const answers = successes(document, segments).flatMap(({ status, types }) => {
    const type = types.find((each) => isJson.test(each));
    return type === undefined ? [] : [[...segments, "responses", status, "content", type, "schema"]];
  });
  return answers.find((each) => locate(document, each) !== undefined) ?? answers[0];
}

const isJson = /[/+]json\b/;

/** Does every success have something else than JSON? */
function answersWithAFile(document: JsonObject, segments: readonly string[]): boolean {
  const types = successes(document, segments).flatMap((each) => each.types);
  return types.length > 0 && !types.some((type) => isJson.test(type));
}
