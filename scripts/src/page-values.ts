import { parse } from "yaml";
import { entries, isObject, pointerOf } from "./openapi-document.ts";

/** A JSON value that a provider's page prints, and where: by line (1-based), or by JSON pointer into the page's OpenAPI fragment. */
export interface PageValue {
  readonly place: { readonly line: number } | { readonly pointer: string };
  readonly value: unknown;
}

const fragment = /^````?yaml openapi[^\n]*\n(?<text>[\s\S]*?)^````?$/m;

/**
 * Every JSON value a page prints, in its order: each outermost `{...}` or `[...]` that parses as JSON and is not empty; on a page that
 * embeds an OpenAPI fragment, each example of the fragment.
 */
export function pageValues(page: string): readonly PageValue[] {
  const text = fragment.exec(page)?.groups?.["text"];
  return text === undefined ? printedValues(page) : fragmentExamples(parse(text), []);
}

function printedValues(page: string): readonly PageValue[] {
  const found: PageValue[] = [];
  for (let start = 0; start < page.length; start += 1) {
    const end = closingBracket(page, start);
    const value = end === undefined ? undefined : jsonValue(page.slice(start, end + 1));
    if (end === undefined || value === undefined) continue;
    if (Object.keys(value).length > 0) found.push({ place: { line: page.slice(0, start).split("\n").length }, value });
    start = end;
  }
  return found;
}

/** Where the bracket that opens at `start` closes, brackets inside JSON strings aside; undefined when none opens, or it never closes. */
function closingBracket(page: string, start: number): number | undefined {
  if (!"{[".includes(page.charAt(start))) return undefined;
  let depth = 0;
  let isInString = false;
  for (let at = start; at < page.length; at += 1) {
    const character = page.charAt(at);
    if (isInString && character === "\\") at += 1;
    else if (character === '"') isInString = !isInString;
    else if (!isInString && "{[".includes(character)) depth += 1;
    else if (!isInString && "}]".includes(character)) depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

function jsonValue(text: string): object | undefined {
  try {
    // It starts with a bracket, so what parses is an object or a list.
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** The `example` and `examples.*.value` nodes of a description. `properties` has names of its own, which may be these words. */
function fragmentExamples(node: unknown, segments: readonly string[]): readonly PageValue[] {
  if (Array.isArray(node)) return node.flatMap((item, index) => fragmentExamples(item, [...segments, String(index)]));
  const isNameMap = segments.at(-1) === "properties" && segments.at(-2) !== "properties";
  return entries(node).flatMap(([key, value]) => {
    const here = [...segments, key];
    if (isNameMap) return fragmentExamples(value, here);
    if (key === "example") return [{ place: { pointer: pointerOf(here) }, value }];
    if (key === "examples" && isObject(value))
      return entries(value).flatMap(([name, example]) =>
        isObject(example) ? [{ place: { pointer: pointerOf([...here, name, "value"]) }, value: example["value"] }] : [],
      );
    return fragmentExamples(value, here);
  });
}
