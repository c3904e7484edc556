import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isObject, locate, namedOperations, pointerSegments, readDocument } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import { pageValues } from "./page-values.ts";
import type { PageValue } from "./page-values.ts";
import type { Provider } from "./providers.ts";
import { schemaValidator } from "./schema-validator.ts";

/** An example of a provider's page, what examples.yaml says of it, and the schema it has to satisfy. */
export interface PageExample {
  readonly page: string;
  readonly place: string;
  /** The operationId or `webhook.<name>` whose body it is; undefined for an example of a schema alone. */
  readonly operation: string | undefined;
  readonly part: "request" | "response" | "schema";
  readonly schema: readonly string[];
  readonly value: unknown;
  readonly faults: readonly string[];
}

/** The examples of all pages in `fixtures/`. Anything in examples.yaml that is not as it must be is a problem, one sentence each. */
export function pageExamples(
  root: string,
  provider: Provider,
): { readonly examples: readonly PageExample[]; readonly problems: readonly string[] } {
  const list = `${provider.folder}/examples.yaml`;
  if (!existsSync(join(root, list))) return { examples: [], problems: [`${list}: missing`] };
  const entriesOfList = listEntries(readFileSync(join(root, list), "utf8"));
  const description = readDocument(root, provider.effective);
  const pages = readdirSync(join(root, provider.folder, "fixtures"))
    .toSorted()
    .map((name) => `fixtures/${name}`);
  const printed = pages.flatMap((page) =>
    pageValues(readFileSync(join(root, provider.folder, page), "utf8")).map(({ place, value }) => ({
      page,
      place,
      value,
    })),
  );
  const problems: string[] = [];
  const examples: PageExample[] = [];
  const placesOfList = entriesOfList.map((entry) => placeName(String(entry["page"]), entryPlace(entry)));
  for (const { page, place, value } of printed) {
    const name = placeName(page, place);
    const matches = entriesOfList.filter((_, index) => placesOfList[index] === name);
    const [entry] = matches;
    if (entry === undefined || matches.length > 1) {
      problems.push(`${name}: ${matches.length} entries in examples.yaml, must be one`);
      continue;
    }
    const { faults } = entry;
    const schema = entrySchema(description, entry["validates"]);
    if (!Array.isArray(faults) || !faults.every(isSentence))
      problems.push(`${name}: \`faults\` must be a list of sentences, [] where the page has no mistake`);
    if (typeof entry["what"] !== "string") problems.push(`${name}: has no \`what\``);
    if (schema === undefined) problems.push(`${name}: \`validates\` leads to no schema of the description`);
    else
      examples.push({ page, place: name, ...schema, value, faults: Array.isArray(faults) ? faults.map(String) : [] });
  }
  const printedNames = printed.map(({ page, place }) => placeName(page, place));
  for (const name of placesOfList.filter((name) => !printedNames.includes(name)))
    problems.push(`${name}: the page prints no value there`);
  const inOrder = printedNames.filter((name) => placesOfList.includes(name));
  if (inOrder.join() !== placesOfList.filter((name) => printedNames.includes(name)).join())
    problems.push("its entries are not in the order of the pages");
  return { examples, problems: problems.map((problem) => `${list}: ${problem}`) };
}

/** Says which examples of a provider's pages do not satisfy their schemas, or are not accounted for. */
export function checkPageExamples(root: string, provider: Provider): readonly string[] {
  const { examples, problems } = pageExamples(root, provider);
  const validate = schemaValidator(readDocument(root, provider.effective));
  return [
    ...problems,
    ...(examples.length === 0 ? [`${provider.folder}/examples.yaml: accounts for no example`] : []),
    ...examples.flatMap(({ place, schema, value }) =>
      validate(schema, value).map((problem) => `${provider.folder}/${place}: ${problem}`),
    ),
  ];
}

function isSentence(fault: unknown): boolean {
  return typeof fault === "string" && /^[^a-z].*\.$/s.test(fault);
}

function listEntries(text: string): readonly JsonObject[] {
  const list: unknown = parse(text);
  if (!Array.isArray(list) || !list.every(isObject)) throw new Error("examples.yaml must be a list of objects.");
  return list;
}

function entryPlace(entry: JsonObject): PageValue["place"] {
  return typeof entry["pointer"] === "string" ? { pointer: entry["pointer"] } : { line: Number(entry["line"]) };
}

function placeName(page: string, place: PageValue["place"]): string {
  return "line" in place ? `${page}:${place.line}` : `${page}#${place.pointer}`;
}

/** `{ operation, part, status? }`, `{ webhook, part, status? }` or, for a part of the description itself, `{ schema: pointer }`. */
function entrySchema(
  description: JsonObject,
  validates: unknown,
): Pick<PageExample, "operation" | "part" | "schema"> | undefined {
  if (!isObject(validates)) return undefined;
  const { operation, webhook, part, status, schema } = validates;
  if (typeof schema === "string") {
    const found = locate(description, pointerSegments(schema));
    return found && { operation: undefined, part: "schema", schema: found.segments };
  }
  const name = typeof webhook === "string" ? `webhook.${webhook}` : operation;
  const named = namedOperations(description).find((candidate) => candidate.name === name);
  if (named === undefined || (part !== "request" && part !== "response")) return undefined;
  const body = part === "request" ? ["requestBody"] : ["responses", String(status)];
  const found = locate(description, [...named.segments, ...body, "content", "application/json", "schema"]);
  return found && { operation: named.name, part, schema: found.segments };
}
