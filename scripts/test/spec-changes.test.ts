import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bumpBelowOne, greatestBump } from "../src/bump.ts";
import { operationsTable } from "../src/operations-table.ts";
import { schemaTypes } from "../src/schema-types.ts";
import { specChanges } from "../src/spec-changes.ts";
import type { GeneratedTexts } from "../src/spec-changes.ts";
import { repository, soak } from "./altered-copy.ts";
import { providerNamed } from "../src/providers.ts";

async function generatedFrom(effective: string): Promise<GeneratedTexts> {
  return { effective, schema: await schemaTypes(effective), operations: operationsTable(effective) };
}

/** The same of our own spec, made once for all tests. */
const ours = new Map<string, Promise<GeneratedTexts>>();
function generatedOf(provider: string): Promise<GeneratedTexts> {
  const made = ours.get(provider) ?? generatedFrom(effectiveTextOf(provider));
  ours.set(provider, made);
  return made;
}

function effectiveTextOf(provider: string): string {
  return readFileSync(join(repository, providerNamed(repository, provider).effective), "utf8");
}

function replaced(text: string, from: string | RegExp, to: string): string {
  const altered = text.replace(from, () => to);
  if (altered === text) throw new Error(`There is no ${String(from)}.`);
  return altered;
}

const listOperation = /^ {2}\/v1\/reports\/\{id\}\/content:\n(?: {4}.*\n)+/m;

/** How a spec is altered, and the bump that this asks for. */
const alterations: readonly (readonly [string, string, string | RegExp, string, string])[] = [
  ["a word of a description", "circle", "Pre-signed URL", "Presigned URL", "patch"],
  ["a comment of an input", "circle", /openapi\.yaml sha256:\w+/, "openapi.yaml sha256:0", "patch"],
  [
    "a new value in a response enum",
    "circle",
    "            - failed\n",
    "            - failed\n            - expired\n",
    "minor",
  ],
  [
    "a new value in an open enum",
    "circle",
    "x-extensible-enum:\n            - daily\n",
    "x-extensible-enum:\n            - hourly\n            - daily\n",
    "minor",
  ],
  [
    "a new optional field of a request",
    "circle",
    "        clientEntityId:\n",
    "        label:\n          type: string\n        clientEntityId:\n",
    "minor",
  ],
  [
    "a new field of a response",
    "circle",
    "        reportDate:\n",
    "        rows:\n          type: integer\n        reportDate:\n",
    "minor",
  ],
  ["a POST that may no longer be repeated", "circle", "x-repeatable: true", "x-repeatable: false", "minor"],
  ["an operation that is gone", "circle", listOperation, "", "major"],
  ["another operationId", "circle", "operationId: getReport\n", "operationId: readReport\n", "major"],
  ["a field of a response that is gone", "circle", /^ {8}reportDate:\n(?: {10}.*\n)+/m, "", "major"],
  [
    "another type of a field of a response",
    "circle",
    "        reportDate:\n          type: string\n",
    "        reportDate:\n          type: integer\n",
    "major",
  ],
  [
    "a field of a response that may be missing now",
    "circle",
    "        - reportType\n        - status\n",
    "        - reportType\n",
    "major",
  ],
  [
    "a field of a request that is required now",
    "circle",
    "        - timeframe\n        - date\n",
    "        - timeframe\n        - date\n        - clientEntityId\n",
    "major",
  ],
  ["a renamed field of an open request", "circle", "        clientEntityId:\n", "        clientEntity:\n", "major"],
  ["a value gone from a request enum", "circle", "              - camt053_managed\n", "", "major"],
  ["a renamed schema", "circle", /\bListedReport\b/g, "StoredReport", "major"],
  ["a renamed webhook", "monato", "  report:\n    post:\n", "  notice:\n    post:\n", "major"],
];

/** The first of each bump, and the one of a webhook. */
const oneOfEach = alterations.filter(
  ([, , , , bump], at) => alterations[at - 1]?.[4] !== bump || at === alterations.length - 1,
);

test.concurrent.for(soak ? alterations : oneOfEach)(
  "%s in the spec of %s asks for the right bump",
  async ([, provider, from, to, bump], { expect }) => {
    const base = await generatedOf(provider);
    const changes = await specChanges(base, await generatedFrom(replaced(base.effective, from, to)));
    expect([greatestBump(changes.map((change) => change.bump)), changes]).toEqual([bump, changes]);
  },
);

test("below 1.0 a breaking change asks for a minor, and other bumps are as above 1.0", () => {
  const bumps = ["patch", "minor", "major"] as const;
  expect(bumps.map((bump) => bumpBelowOne(bump, "0.12.3"))).toEqual(["patch", "minor", "minor"]);
  expect(bumps.map((bump) => bumpBelowOne(bump, "1.0.0"))).toEqual(bumps);
  expect(bumps.map((bump) => bumpBelowOne(bump, "10.0.0"))).toEqual(bumps);
});

test("a spec change that only the generated types show asks for a minor", async () => {
  const base = await generatedOf("circle");
  const effective = replaced(base.effective, "Pre-signed URL", "Presigned URL");
  const schema = replaced(base.schema, "reportDate?: string;", "reportDate?: string | boolean;");
  const operations = replaced(base.operations, "repeatable: true", "repeatable: false");
  const bumpsOf = async (head: GeneratedTexts): Promise<readonly string[]> =>
    (await specChanges(base, head)).map(({ bump }) => bump);
  expect(await bumpsOf({ ...base, effective, schema })).toEqual(["minor"]);
  expect(await bumpsOf({ ...base, effective, operations })).toEqual(["minor"]);
});

test("the comparison of specs refuses a text that redocly cannot compare, with redocly's message", async () => {
  const base = await generatedOf("circle");
  const effective = replaced(base.effective, "#/components/responses/LimitExceeded", "#/components/responses/Nowhere");
  await expect(specChanges(base, { ...base, effective })).rejects.toThrow(/redocly diff gave no result:[^]*Nowhere/);
});

test("the comparison of specs finds no change in an unaltered spec", async () => {
  const same = await generatedOf("circle");
  expect(await specChanges(same, same)).toEqual([]);
});
