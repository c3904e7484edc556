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

/** All operations and webhooks of a document. Throws when an operation has no operationId. */
export function namedOperations(document: JsonObject): readonly NamedOperation[] {
  return ["paths", "webhooks"].flatMap((part) =>
    entries(document[part]).flatMap(([key, item]) =>
      entries(item).flatMap(([method, operation]) => {
        if (!httpMethods.has(method) || !isObject(operation)) return [];
        const segments = [part, key, method];
        if (part === "webhooks") return [{ name: `webhook.${key}`, segments }];
        if (typeof operation["operationId"] !== "string") throw new Error(`${pointerOf(segments)} has no operationId.`);
        return [{ name: operation["operationId"], segments }];
      }),
    ),
  );
}

/** The entries of an object; of anything else, none. */
export function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}
