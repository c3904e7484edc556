import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { entries, readDocument } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";

/** A package as it lies in a node_modules. */
export interface InstalledPackage {
  /** Name and version: `ajv@8.20.0`. */
  readonly name: string;
  readonly folder: string;
  readonly manifest: JsonObject;
}

/** All packages that are installed for the workspace: pnpm keeps each of them once, in a folder of `node_modules/.pnpm`. */
export function installedPackages(root: string): readonly InstalledPackage[] {
  const store = join(root, "node_modules/.pnpm");
  return readdirSync(store)
    .map((place) => join(store, place, "node_modules"))
    .filter((folder) => existsSync(folder))
    .flatMap((modules) =>
      namesIn(modules)
        .map((name) => join(modules, name))
        // The others are links to where they lie themselves.
        .filter(
          (folder) =>
            existsSync(join(folder, "package.json")) &&
            realpathSync(folder) === realpathSync(modules) + folder.slice(modules.length),
        ),
    )
    .map((folder) => readInstalled(folder));
}

/** What comes with a package of ours: its dependencies and peers, optional ones too, and theirs. Our own packages are not listed. */
export function packagesWith(root: string, folder: string): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const waiting = dependenciesOf(readDocument(root, `${folder}/package.json`)).map(
    (name) => [join(root, folder), name] as const,
  );
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [from, name] = next;
    const place = placeOf(from, name);
    if (place === undefined || found.has(place)) continue;
    const item = readInstalled(place);
    if (!isOurs(name)) found.set(place, item);
    waiting.push(...dependenciesOf(item.manifest).map((dependency) => [place, dependency] as const));
  }
  return [...found.values()];
}

export function isOurs(name: string): boolean {
  return name === "report-kit" || name.startsWith("@report-kit/");
}

function dependenciesOf(manifest: JsonObject): readonly string[] {
  return ["dependencies", "optionalDependencies", "peerDependencies"].flatMap((kind) =>
    entries(manifest[kind]).map(([name]) => name),
  );
}

/** Where a package finds another, as Node looks for it; undefined for one that is optional, and not for this machine. */
function placeOf(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, "node_modules", name);
    if (existsSync(join(place, "package.json"))) return realpathSync(place);
    if (folder === dirname(folder)) return undefined;
  }
}

function readInstalled(folder: string): InstalledPackage {
  const manifest = readDocument(folder, "package.json");
  return { name: `${String(manifest["name"])}@${String(manifest["version"])}`, folder, manifest };
}

function namesIn(modules: string): readonly string[] {
  return readdirSync(modules).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}
