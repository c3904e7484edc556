import { isDeepStrictEqual } from "node:util";
import { entries } from "../src/openapi-document.ts";
import type { JsonObject } from "../src/openapi-document.ts";
import type { PackedPackage } from "../src/packed-packages.ts";

const always = ["LICENSE", "NOTICE", "README.md", "package.json"];

/**
 * Says which files a tarball lacks, and which have no place in it: beside those that every package has, only what is built of a source that
 * is there today.
 * @param hasSource whether the package's `src/` has this file
 */
export function fileProblems(
  { name, folder, files }: Pick<PackedPackage, "name" | "folder" | "files">,
  hasSource: (path: string) => boolean,
): readonly string[] {
  const isBuilt = (file: string): boolean => {
    const source = /^dist\/(?<path>.+?)(?:\.d\.ts|\.js)$/.exec(file)?.groups?.["path"];
    return source !== undefined && hasSource(`${source}.ts`);
  };
  // The sandbox brings the specs that it is held to.
  const isSpec = (file: string): boolean => name === "@report-kit/sandbox" && /^dist\/specs\/[a-z]+\.json$/.test(file);
  // The command line brings the schemas of what it reads and writes.
  const isSchema = (file: string): boolean => name === "@report-kit/cli" && /^dist\/[a-z]+\.schema\.json$/.test(file);
  return [
    ...always.filter((file) => !files.includes(file)).map((file) => `lacks ${file}`),
    ...files
      .filter((file) => !always.includes(file) && !isBuilt(file) && !isSpec(file) && !isSchema(file))
      .map((file) => `${file} has no place in it (was its source removed? then remove ${folder}/dist, and build)`),
  ];
}

/**
 * Says which ranges npm could not read (pnpm's `workspace:` and `catalog:` must be gone), and which fields are not what every package of
 * ours has.
 * @param repository the root's field of this name
 */
export function manifestProblems(
  { folder, manifest }: Pick<PackedPackage, "folder" | "manifest">,
  repository: JsonObject,
): readonly string[] {
  const common = {
    license: "Apache-2.0",
    repository: { ...repository, directory: folder },
    engines: { node: ">=20.19.0" },
    publishConfig: { access: "public" },
    private: undefined,
  };
  return [
    ...["dependencies", "peerDependencies", "optionalDependencies"]
      .flatMap((kind) => entries(manifest[kind]))
      .filter(([, range]) => !/^(?:\^|~|>=)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(String(range)))
      .map(([name, range]) => `${name}: ${String(range)} is no range that npm knows`),
    ...entries(common)
      .filter(([field, value]) => !isDeepStrictEqual(manifest[field], value))
      .map(([field]) => `${field} is ${JSON.stringify(manifest[field])}`),
  ];
}
