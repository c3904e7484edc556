import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { createPackageFromTarballData } from "@arethetypeswrong/core";
import type { Package } from "@arethetypeswrong/core";
import { isObject, readDocument } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import { workspacePackages } from "./workspace-packages.ts";
import { output } from "./run-program.ts";

/** A package as it would be published. */
export interface PackedPackage {
  readonly name: string;
  /** `packages/<folder>`. */
  readonly folder: string;
  readonly tarball: string;
  readonly tarballBytes: number;
  /** Paths inside the package. */
  readonly files: readonly string[];
  /** package.json as it lies in the tarball. */
  readonly manifest: JsonObject;
  /** What a program imports: `report-kit`, `report-kit/circle`, ...; without the JSON files. */
  readonly specifiers: readonly string[];
  readonly contents: Package;
}

/**
 * Packs every package of `packages/` into a folder, with the pnpm that the root's package.json names.
 * @param root of the workspace
 */
export async function packPackages(root: string, destination: string): Promise<readonly PackedPackage[]> {
  const pnpm = String(readDocument(root, "package.json")["packageManager"]);
  const args = ["-y", pnpm, "--filter", "./packages/*", "pack", "--json", "--pack-destination", destination];
  const listed: unknown = JSON.parse(await output("npx", args, root));
  const tarballs = new Map(
    (Array.isArray(listed) ? listed : [listed])
      .filter(isObject)
      .map((item) => [item["name"], String(item["filename"])]),
  );
  return workspacePackages(root).map(({ folder, manifest }) => {
    const tarball = tarballs.get(manifest["name"]);
    if (tarball === undefined) throw new Error(`${folder} was not packed.`);
    return readPacked(folder, tarball);
  });
}

/** Reads packages that were packed before. */
export function packedPackages(
  tarballs: readonly { readonly folder: string; readonly tarball: string }[],
): readonly PackedPackage[] {
  return tarballs.map(({ folder, tarball }) => readPacked(folder, tarball));
}

function readPacked(folder: string, tarball: string): PackedPackage {
  const data = readFileSync(tarball);
  const contents = createPackageFromTarballData(new Uint8Array(data));
  const root = `/node_modules/${contents.packageName}`;
  const manifest: unknown = JSON.parse(contents.readFile(`${root}/package.json`));
  if (!isObject(manifest) || !isObject(manifest["exports"]))
    throw new Error(`${tarball}: its package.json has no exports.`);
  return {
    name: contents.packageName,
    folder,
    tarball,
    tarballBytes: data.byteLength,
    files: contents.listFiles(root).map((path) => relative(root, path).replaceAll("\\", "/")),
    manifest,
    specifiers: Object.keys(manifest["exports"])
      .filter((entry) => !entry.endsWith(".json"))
      .map((entry) => contents.packageName + entry.slice(1)),
    contents,
  };
}
