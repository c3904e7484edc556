import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { entries, isObject, readDocument } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import { moduleImports } from "./module-imports.ts";
import type { ModuleImports } from "./module-imports.ts";

/** An entry of a package (`.`, `./node`, or `bin:<name>`) and every source file that it reaches, with its imports. */
export interface PackageEntry {
  readonly name: string;
  readonly source: string;
  readonly reached: ReadonlyMap<string, ModuleImports>;
}

/** A package of `packages/`; `sources` are the files of its `src/`, relative to the root. */
export interface WorkspacePackage {
  readonly folder: string;
  readonly manifest: JsonObject;
  readonly sources: readonly string[];
  readonly entries: readonly PackageEntry[];
  readonly problems: readonly string[];
}

/** Reads the packages under `packages/` that have a package.json. */
export function workspacePackages(root: string): readonly WorkspacePackage[] {
  return readdirSync(join(root, "packages"))
    .toSorted()
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => readPackage(root, folder));
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const manifest = readDocument(root, `${folder}/package.json`);
  const sources = listFiles(root, `${folder}/src`);
  const problems: string[] = [];
  const packageEntries = entrySources(folder, manifest).map(({ name, source }) => {
    if (!sources.includes(source))
      problems.push(`${folder}: its entry ${name} comes from ${source}, which does not exist`);
    return { name, source, reached: reachedFrom(root, folder, source, sources, problems) };
  });
  const reached = new Set(packageEntries.flatMap((entry) => [...entry.reached.keys()]));
  for (const source of sources)
    if (!reached.has(source)) problems.push(`${source}: is reached from no entry of its package`);
  return { folder, manifest, sources, entries: packageEntries, problems: [...new Set(problems)] };
}

/** All files below a folder, relative to the root; none when it does not exist. */
export function listFiles(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();
}

/** `./dist/node/index.js` is built from `src/node/index.ts`. What is no JavaScript has no source. */
function entrySources(
  folder: string,
  manifest: JsonObject,
): readonly { readonly name: string; readonly source: string }[] {
  const bin = typeof manifest["bin"] === "string" ? { bin: manifest["bin"] } : manifest["bin"];
  const targets = [
    ...entries(manifest["exports"]).map(
      ([name, target]) => [name, isObject(target) ? target["default"] : target] as const,
    ),
    ...entries(bin).map(([name, target]) => [`bin:${name}`, target] as const),
  ];
  return targets.flatMap(([name, target]) => {
    const match = /^(?:\.\/)?dist\/(?<path>.+)\.js$/.exec(String(target));
    return match?.groups === undefined ? [] : [{ name, source: `${folder}/src/${match.groups["path"]}.ts` }];
  });
}

function reachedFrom(
  root: string,
  folder: string,
  start: string,
  sources: readonly string[],
  problems: string[],
): ReadonlyMap<string, ModuleImports> {
  const reached = new Map<string, ModuleImports>();
  const waiting = sources.includes(start) ? [start] : [];
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    if (reached.has(source)) continue;
    const imports = moduleImports(join(root, source));
    reached.set(source, imports);
    if (imports.hasComputedImport) problems.push(`${source}: imports a computed name`);
    for (const specifier of imports.specifiers.filter((name) => name.startsWith("."))) {
      const target = normalize(join(dirname(source), specifier));
      if (sources.includes(target)) waiting.push(target);
      else problems.push(`${source}: imports ${specifier}, which is no file of ${folder}/src`);
    }
  }
  return reached;
}
