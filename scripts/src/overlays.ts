import { readdirSync } from "node:fs";
import { join } from "node:path";
import { JSONPathError, query } from "json-p3";
import type { JSONValue } from "json-p3";
import { entries, isObject, readDocument } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import type { Provider } from "./providers.ts";

/**
 * The overlays redocly.yaml lists for a provider, in the order they are applied in, as paths relative to `root`; a provider without overlays
 * need not be there. Throws when the list and the `*.overlay.yaml` files of the folder differ: a file that is not listed would be without effect.
 */
export function overlaysOf(root: string, provider: Provider): readonly string[] {
  const apis = readDocument(root, "redocly.yaml")["apis"];
  const api = isObject(apis) ? apis[provider.name] : undefined;
  if (api !== undefined && (!isObject(api) || api["root"] !== provider.spec))
    throw new Error(`redocly.yaml: apis.${provider.name}.root must be ${provider.spec}.`);
  const listed = Array.isArray(api?.["overlays"]) ? api["overlays"].map(String) : [];
  const present = readdirSync(join(root, provider.folder))
    .filter((name) => name.endsWith(".overlay.yaml"))
    .map((name) => `${provider.folder}/${name}`);
  const difference = [
    ...listed.filter((path) => !present.includes(path)).map((path) => `${path} does not exist`),
    ...present.filter((path) => !listed.includes(path)).map((path) => `${path} is not listed`),
  ];
  if (difference.length > 0) throw new Error(`redocly.yaml, apis.${provider.name}.overlays: ${difference.join(", ")}.`);
  return listed;
}

/** The actions of all overlays of a provider, in order, each with the path of its overlay. */
export function overlayActions(
  root: string,
  provider: Provider,
): readonly { readonly overlay: string; readonly action: JsonObject }[] {
  return overlaysOf(root, provider).flatMap((overlay) => {
    const { actions } = readDocument(root, overlay);
    if (!Array.isArray(actions) || !actions.every(isObject))
      throw new Error(`${overlay}: actions must be a list of objects.`);
    return actions.map((action) => ({ overlay, action }));
  });
}

export interface OverlayResult {
  readonly document: JsonObject;
  /** Actions that did nothing, cannot be understood, or have no description. */
  readonly problems: readonly string[];
}

/**
 * Applies overlay actions (Overlay 1.0.0) to a copy of a document. redocly does the same for `pnpm generate`, but says nothing when
 * an action matches nothing or changes nothing: this says so.
 */
export function applyOverlays(
  document: JsonObject,
  actions: readonly { readonly overlay: string; readonly action: JsonObject }[],
): OverlayResult {
  const result = structuredClone(document);
  const problems = actions.flatMap(({ overlay, action }) => {
    const found = [applyAction(result, action), hasDescription(action) ? undefined : "has no description"];
    return found
      .filter((problem) => problem !== undefined)
      .map((problem) => `${overlay}, ${String(action["target"])}: ${problem}`);
  });
  return { document: result, problems };
}

function hasDescription(action: JsonObject): boolean {
  return typeof action["description"] === "string" && action["description"].trim() !== "";
}

function applyAction(document: JsonObject, action: JsonObject): string | undefined {
  const { target, update, remove } = action;
  if (
    typeof target !== "string" ||
    (update === undefined) === (remove === undefined) ||
    (remove !== undefined && remove !== true)
  )
    return "must have a target and either `update` or `remove: true`";
  const before = JSON.stringify(document);
  try {
    // A parsed YAML document is a JSON value.
    const nodes = [...query(target, document as JSONValue)];
    if (nodes.length === 0) return "matches nothing";
    for (const { value, location } of nodes) {
      const key = location.at(-1);
      const parent = parentOf(document, location);
      if (remove && key !== undefined && isObject(parent)) Reflect.deleteProperty(parent, key);
      else if (update !== undefined && isObject(value) && isObject(update)) merge(value, update);
      else return "this check knows only updates of objects by objects, and removals of their members";
    }
  } catch (error) {
    if (error instanceof JSONPathError) return `its target is no JSONPath: ${error.message}`;
    throw error;
  }
  return JSON.stringify(document) === before ? "changes nothing" : undefined;
}

function parentOf(document: JsonObject, location: readonly (string | number)[]): unknown {
  let here: unknown = document;
  for (const key of location.slice(0, -1))
    here = isObject(here) ? here[key] : Array.isArray(here) ? here[Number(key)] : undefined;
  return here;
}

/** Objects are merged member by member; any other value replaces what was there. */
function merge(into: JsonObject, update: JsonObject): void {
  for (const [name, value] of entries(update)) {
    const present = into[name];
    if (isObject(present) && isObject(value)) merge(present, value);
    else Reflect.set(into, name, structuredClone(value));
  }
}
