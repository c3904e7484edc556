import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface JsonObject {
  readonly [name: string]: unknown;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a YAML or JSON file whose root is an object. Throws, with its path, when it is anything else. */
export function readDocument(root: string, path: string): JsonObject {
  const value: unknown = parse(readFileSync(join(root, path), "utf8"));
  if (!isObject(value)) throw new Error(`${path}: its root is no object.`);
  return value;
}

/** A value of a document and where it is. */
export interface Located {
  readonly segments: readonly string[];
  readonly value: unknown;
}

/** Goes down `segments`, over every local `$ref` on the way and at the end; undefined when there is nothing there. */
export function locate(document: JsonObject, segments: readonly string[]): Located | undefined {
  let here: Located = { segments: [], value: document };
  for (const segment of segments) {
    const { value } = here;
    const child: unknown = Array.isArray(value) ? value[Number(segment)] : isObject(value) ? value[segment] : undefined;
    if (child === undefined) return undefined;
    here = { segments: [...here.segments, segment], value: child };
    if (isObject(child) && typeof child["$ref"] === "string") {
      const target = locate(document, pointerSegments(child["$ref"].slice(1)));
      if (target === undefined) return undefined;
      here = target;
    }
  }
  return here;
}

/** The segments of a JSON pointer (RFC 6901), such as `/paths/~1v1~1reports`. Throws when it is none. */
export function pointerSegments(pointer: string): readonly string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) throw new Error(`${pointer} is no JSON pointer.`);
  return pointer
    .slice(1)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function pointerOf(segments: readonly string[]): string {
  return segments.map((segment) => `/${segment.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

const httpMethods: ReadonlySet<string> = new Set("get put post delete options head patch trace".split(" "));

/** An operation under its `operationId`, or a webhook under `webhook.<name>`. */
export interface NamedOperation {
  readonly name: string;
  readonly segments: readonly string[];
}

/**
 * All operations and webhooks of a document, those of a path item behind a `$ref` too. Throws when an operation has no operationId, and
 * when a `$ref` leads nowhere in the document, or has operations beside it.
 */
export function namedOperations(document: JsonObject): readonly NamedOperation[] {
  return ["paths", "webhooks"].flatMap((part) =>
    entries(document[part]).flatMap(([key, item]) =>
      entries(pathItem(document, [part, key], item)).flatMap(([method, operation]) => {
        const segments = [part, key, method];
        if (!httpMethods.has(method) || !isObject(operation)) return [];
        if (part === "webhooks") return [{ name: `webhook.${key}`, segments }];
        if (typeof operation["operationId"] !== "string") throw new Error(`${pointerOf(segments)} has no operationId.`);
        return [{ name: operation["operationId"], segments }];
      }),
    ),
  );
}

/** A path item, or what its `$ref` leads to. */
function pathItem(document: JsonObject, segments: readonly string[], item: unknown): unknown {
  if (!isObject(item) || !("$ref" in item)) return item;
  const where = `${pointerOf(segments)}: its $ref ${String(item["$ref"])}`;
  if (Object.keys(item).some((name) => httpMethods.has(name)))
    throw new Error(`${where} has operations beside it; which of them count is not defined.`);
  const found = String(item["$ref"]).startsWith("#/") ? locate(document, segments) : undefined;
  if (!isObject(found?.value) || "$ref" in found.value)
    throw new Error(`${where} leads to nothing in this text: write the path item out, or bundle the file it is in.`);
  return found.value;
}

/** The entries of an object; of anything else, none. */
export function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}
