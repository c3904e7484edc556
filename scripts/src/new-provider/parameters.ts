import { entries, isObject, locate } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";
import type { ApiOperation, ReportOperations } from "./read-spec.ts";

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  /** Undefined: a reference to nowhere. */
  readonly place: "path" | "query" | "header" | "cookie" | undefined;
  readonly isRequired: boolean;
  readonly schema: JsonObject;
  /** Where the schema lies in the document. */
  readonly segments: readonly string[];
}

/** The parameters of an operation: its path's, and its own, of which one takes the place of the path's with the same name. */
export function parametersOf(document: JsonObject, { segments }: Pick<ApiOperation, "segments">): readonly Parameter[] {
  const all = [segments.slice(0, -1), segments].flatMap((owner) => {
    const list = locate(document, [...owner, "parameters"])?.value;
    const indices = Array.isArray(list) ? [...list.keys()] : [];
    return indices.map((index) => parameterAt(document, [...owner, "parameters", String(index)]));
  });
  const byName = new Map(all.map((each) => [`${each.place} ${each.name}`, each]));
  return [...byName.values()];
}

function parameterAt(document: JsonObject, segments: readonly string[]): Parameter {
  const parameter = objectAt(document, segments);
  const place = parameter["in"] as Parameter["place"]; // `checkParameters` refuses any other
  const [media] = entries(parameter["content"]);
  const schema = [...segments, ...(media === undefined ? [] : ["content", media[0]]), "schema"];
  return {
    name: String(parameter["name"]),
    place,
    isRequired: parameter["required"] === true,
    // Of a text in JSON, the schema is not what is sent.
    schema: media === undefined ? objectAt(document, schema) : { type: "object" },
    segments: schema,
  };
}

export function objectAt(document: JsonObject, segments: readonly string[]): JsonObject {
  const value = locate(document, segments)?.value;
  return isObject(value) ? value : {};
}

/** The names of an operation's parameters in the path, in its order. */
export function pathParameters({ path }: Pick<ApiOperation, "path">): readonly string[] {
  return Array.from(path.matchAll(/\{([^/{}]+)\}/g), ([, name = ""]) => name);
}

const places: ReadonlySet<unknown> = new Set(["path", "query", "header", "cookie"]);

/** Throws when one of the operations takes a parameter or a body that no call of a client can give. */
export function checkParameters(document: JsonObject, file: string, operations: ReportOperations): void {
  const { request, look, list, file: fileOperation } = operations;
  for (const operation of [request, look, list, fileOperation]) {
    if (operation === undefined) continue;
    const where = `${file}: ${operation.name} (${operation.method} ${operation.path})`;
    const parameters = parametersOf(document, operation);
    // A reference to nowhere is named when the spec is bundled.
    if (parameters.some(({ place }) => place === undefined)) continue;
    const declared = parameters.filter(({ place }) => place === "path").map(({ name }) => name);
    const inPath = pathParameters(operation);
    const undeclared = inPath.find((name) => !declared.includes(name));
    if (undeclared !== undefined)
      throw new Error(
        `${where}: the path has {${undeclared}}, but no parameter with "in: path" has this name. Add it.`,
      );
    const placeless = declared.find((name) => !inPath.includes(name));
    if (placeless !== undefined)
      throw new Error(
        `${where}: the parameter ${placeless} is "in: path", but the path has no {${placeless}}. Take it out.`,
      );
    for (const { name, place, isRequired } of parameters) {
      if (!places.has(place))
        throw new Error(`${where}: the parameter ${name}: expected in: path, query, header or cookie, got ${place}.`);
      if (place === "cookie" && isRequired)
        throw new Error(
          `${where}: it requires the cookie ${name}, and the clients of report-kit send no cookies. If this is how a caller signs in, take the parameter out of the spec and add a security scheme "type: apiKey, in: cookie".`,
        );
    }
    checkBody(document, where, operation);
  }
}

function checkBody(document: JsonObject, where: string, { segments, method }: ApiOperation): void {
  const types = entries(locate(document, [...segments, "requestBody", "content"])?.value).map(([type]) => type);
  if (types.length > 0 && (method === "GET" || !types.includes("application/json")))
    throw new Error(
      `${where}: it takes a body of ${types.join(" or ")}. The clients of report-kit send application/json, and none with a GET.`,
    );
}

/**
 * What a call has to give: the path first, in its order.
 * @param creates whether the call asks for a report: then a parameter named after idempotency is given even where it may be left out
 */
export function requiredParameters(
  document: JsonObject,
  operation: ApiOperation,
  creates: boolean,
): readonly Parameter[] {
  const all = parametersOf(document, operation);
  const inPath = pathParameters(operation).flatMap((name) =>
    all.filter((each) => each.place === "path" && each.name === name),
  );
  const isGiven = (each: Parameter): boolean =>
    each.isRequired || (creates && each.place === "header" && isNamedIdempotency(each.name));
  return [...inPath, ...all.filter((each) => each.place !== "path" && isGiven(each))];
}

/** Idempotency-Key, X-Idempotency-Key, idempotencyKey, idempotency_key and the like. */
export function isNamedIdempotency(name: string): boolean {
  return /(?:^|[-_])idempotency[-_]?(?:key|id|token)$/i.test(name);
}

/**
 * Whether a header takes an idempotency key. A request id is often one; where it is not, it does no harm that a repeated create has the
 * same.
 */
export function isIdempotencyHeader(name: string): boolean {
  return isNamedIdempotency(name) || /(?:^|-)request-?id$/i.test(name);
}
