import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { checkPackage } from "@arethetypeswrong/core";
import type { ResolutionKind } from "@arethetypeswrong/core";
import { problemAffectsResolutionKind } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entries, isObject, readDocument } from "../src/openapi-document.ts";
import type { JsonObject } from "../src/openapi-document.ts";
import { repository } from "../test/altered-copy.ts";
import { packPackages } from "./packed-packages.ts";
import type { PackedPackage } from "./packed-packages.ts";

const folder = mkdtempSync(join(tmpdir(), "report-kit-packed-"));
let packages: readonly PackedPackage[] = [];
beforeAll(async () => {
  packages = await packPackages(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the same check says of each package, by its name: `{}` when all is well. */
function problemsByPackage(check: (item: PackedPackage) => readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    packages.map((item) => [item.name, check(item)] as const).filter(([, problems]) => problems.length > 0),
  );
}

test("a tarball has its licence, notice, readme and what is built of today's sources, and nothing else", () => {
  const always = ["LICENSE", "NOTICE", "README.md", "package.json"];
  const isBuilt = (item: PackedPackage, file: string): boolean => {
    const source = /^dist\/(?<path>.+?)(?:\.d\.ts|\.js)$/.exec(file)?.groups?.["path"];
    return source !== undefined && existsSync(join(repository, item.folder, "src", `${source}.ts`));
  };
  // The sandbox brings the specs that it is held to.
  const isSpec = (item: PackedPackage, file: string): boolean =>
    item.name === "@report-kit/sandbox" && /^dist\/specs\/\w+\.json$/.test(file);
  expect(
    problemsByPackage((item) => [
      ...always.filter((file) => !item.files.includes(file)).map((file) => `lacks ${file}`),
      ...item.files
        .filter((file) => !always.includes(file) && !isBuilt(item, file) && !isSpec(item, file))
        .map(
          (file) => `${file} has no place in it, or no source any more (then remove ${item.folder}/dist, and build)`,
        ),
    ]),
  ).toEqual({});
});

test("a packed manifest has ranges that npm knows, and what all our packages say", () => {
  const repositoryField = readDocument(repository, "package.json")["repository"];
  const common = (item: PackedPackage): JsonObject => ({
    license: "Apache-2.0",
    repository: { ...(isObject(repositoryField) ? repositoryField : {}), directory: item.folder },
    engines: { node: ">=20.19.0" },
    publishConfig: { access: "public" },
    private: undefined,
  });
  expect(
    problemsByPackage((item) => [
      ...["dependencies", "peerDependencies", "optionalDependencies"]
        .flatMap((kind) => entries(item.manifest[kind]))
        .filter(([, range]) => !/^(?:\^|~|>=)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(String(range)))
        .map(([name, range]) => `${name}: ${String(range)} is no range that npm knows`),
      ...entries(common(item))
        .filter(([field, value]) => !isDeepStrictEqual(item.manifest[field], value))
        .map(([field]) => `${field} is ${JSON.stringify(item.manifest[field])}`),
    ]),
  ).toEqual({});
});

test("publint finds nothing to say", async () => {
  const said = await Promise.all(
    packages.map(async ({ name, tarball, manifest }) => {
      const { messages } = await publint({ pack: { tarball: arrayBuffer(tarball) }, strict: true });
      return [name, messages.map((message) => formatMessage(message, manifest, { color: false }))] as const;
    }),
  );
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(packages.map(({ name }) => [name, []])));
});

test("the types of each entry are what a user's TypeScript resolves, by import and by bundlers", async () => {
  // The profile `esm-only` of attw: what an old `require` would resolve is not looked at.
  const kinds: readonly ResolutionKind[] = ["node16-esm", "bundler"];
  const found = await Promise.all(
    packages.map(async ({ name, contents }) => {
      const analysis = await checkPackage(contents);
      if (!analysis.types) return [name, ["has no types"]] as const;
      const problems = analysis.problems.filter((problem) =>
        kinds.some((kind) => problemAffectsResolutionKind(problem, kind, analysis)),
      );
      return [name, problems.map((problem) => JSON.stringify(problem))] as const;
    }),
  );
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(packages.map(({ name }) => [name, []])));
});

function arrayBuffer(path: string): ArrayBuffer {
  const bytes = new Uint8Array(readFileSync(path));
  return bytes.buffer;
}
