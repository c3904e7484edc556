import { parse } from "yaml";
import { entries, isObject } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import { inertCode } from "./inert-text.ts";

const fence = /^(?<ticks>`{3,})ya?ml openapi[^\n]*\n(?<text>[\s\S]*?)\n\k<ticks>[ \t]*$/gm;

/** A text as it is kept here: with the line ends of Unix, and without a byte order mark. Git and YAML would change or refuse the others. */
export function plainText(published: string): string {
  return published.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
}

/**
 * The OpenAPI text in what a provider published: the one fragment that a page prints, or the whole of a file that is one. Throws when
 * there is none, or more than one.
 */
export function openapiTextOf(asFetched: string): string {
  const published = plainText(asFetched);
  const fragments = [...published.matchAll(fence)].map((match) => match.groups?.["text"] ?? "");
  const [text, ...more] =
    fragments.length > 0 ? fragments : /^(?:#.*\n|\s*\n)*openapi: /.test(published) ? [published] : [];
  if (text === undefined)
    throw new Error(
      "There is no OpenAPI text: no block that begins with ```yaml openapi, and it does not begin with openapi:.",
    );
  if (more.length > 0) throw new Error(`There are ${fragments.length} OpenAPI fragments on the page; it must be one.`);
  return text;
}

/**
 * Parses a text that somebody else wrote. Throws when it is no OpenAPI description, or refers to anything outside itself: bundling would
 * read that file, or fetch that address, and put it into what we publish.
 */
export function parseForeignText(text: string): JsonObject {
  const description: unknown = parse(text, { maxAliasCount: 0 });
  if (!isObject(description) || typeof description["openapi"] !== "string" || !isObject(description["paths"]))
    throw new Error("The text is no OpenAPI description: it must be an object with `openapi` and `paths`.");
  const outside = [...outsideReferences(description)];
  if (outside.length > 0)
    throw new Error(`The text refers to what is outside of it: ${outside.slice(0, 10).map(inertCode).join(", ")}.`);
  return description;
}

/** References by any of the members that tools follow, wherever they stand, that are not of the form `#/...`. */
function* outsideReferences(node: unknown, parent = "", grandparent = ""): Generator<string> {
  const isMapping = parent === "mapping" && grandparent === "discriminator";
  const members = Array.isArray(node) ? node.map((item) => ["", item] as const) : entries(node);
  for (const [name, value] of members) {
    const follows = isMapping || ["$ref", "$dynamicRef", "operationRef", "externalValue"].includes(name);
    if (follows && typeof value === "string" && !value.startsWith("#/")) yield value;
    else yield* outsideReferences(value, name, parent);
  }
}
