import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { effectiveText } from "../src/effective-text.ts";
import { isObject, locate, readDocument } from "../src/openapi-document.ts";
import { applyOverlays, overlayActions } from "../src/overlays.ts";
import { checkUpstream } from "../src/upstream.ts";
import { alter, copyOfRepository, repository } from "./altered-copy.ts";
import { providerNamed } from "../src/providers.ts";

const mapping = ["components", "schemas", "ReportRequest", "discriminator", "mapping"];
const circle = providerNamed(repository, "circle");

function mappingOf(document: Readonly<Record<string, unknown>>): unknown {
  return locate(document, mapping)?.value;
}

function withoutMapping(document: Readonly<Record<string, unknown>>): unknown {
  const copy = structuredClone(document);
  const discriminator = locate(copy, mapping.slice(0, -1))?.value;
  if (!isObject(discriminator) || !Reflect.deleteProperty(discriminator, "mapping"))
    throw new Error("There is no discriminator.");
  return copy;
}

test.each([
  ["a changed byte", "version: ${version}", "version: 1.0.0"],
  ["an added space at an end of line", "openapi: 3.0.2\n", "openapi: 3.0.2 \n"],
  ["other line ends", /\n/g, "\r\n"],
])("the check of Circle's text finds %s", (_, from, to) => {
  const root = copyOfRepository();
  alter(root, "specs/circle/openapi.yaml", from, to);
  const problems = checkUpstream(root, circle);
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain("specs/circle/openapi.yaml: has sha256");
  expect(problems[1]).toContain("is not the text that");
});

test("the check of Circle's text compares it with the saved page, so that changing the pin as well does not hide a change", () => {
  const root = copyOfRepository();
  alter(root, "specs/circle/openapi.yaml", "Core Functionality", "Core functionality");
  const hash = /has sha256 (?<hash>\w+)/.exec(checkUpstream(root, circle)[0] ?? "")?.groups?.["hash"] ?? "";
  alter(root, "specs/circle/upstream.json", /"sha256": "\w+"/, `"sha256": "${hash}"`);
  expect(checkUpstream(root, circle)).toEqual([expect.stringContaining("is not the text that")]);
});

test("the repair overlay changes nothing in Circle's text but the discriminator's mapping", async () => {
  const root = copyOfRepository();
  alter(root, "redocly.yaml", "      - specs/circle/additions.overlay.yaml\n", "");
  rmSync(join(root, "specs/circle/additions.overlay.yaml"));
  const asIs = readDocument(root, "specs/circle/openapi.yaml");
  const repaired: unknown = parse(await effectiveText(root, circle));
  if (!isObject(repaired)) throw new Error("The repaired text is no object.");
  expect(withoutMapping(repaired)).toEqual(withoutMapping(asIs));
  const mappedAsIs = mappingOf(asIs);
  if (!isObject(mappedAsIs)) throw new Error("Circle's text has no mapping.");
  const references = Object.entries(mappedAsIs).map(([name, value]) => [
    name,
    isObject(value) ? value["$ref"] : undefined,
  ]);
  expect(references).toHaveLength(4);
  expect(mappingOf(repaired)).toEqual(Object.fromEntries(references));
});

test("the additions overlay keeps each value of the repaired text but the version", () => {
  const asIs = readDocument(repository, circle.spec);
  const effective = readDocument(repository, circle.effective);
  const differences = lost(withoutMapping(asIs), withoutMapping(effective), "");
  expect(differences).toEqual(["/info/version"]);
});

test("redocly and our own implementation of Overlay 1.0.0 apply Circle's overlays with the same result", () => {
  const { document, problems } = applyOverlays(
    readDocument(repository, circle.spec),
    overlayActions(repository, circle),
  );
  expect(problems).toEqual([]);
  expect(parse(readFileSync(join(repository, circle.effective), "utf8"))).toEqual(document);
});

function lost(before: unknown, after: unknown, place: string): readonly string[] {
  if (isObject(before) && isObject(after))
    return Object.entries(before).flatMap(([name, value]) => lost(value, after[name], `${place}/${name}`));
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [place];
}
