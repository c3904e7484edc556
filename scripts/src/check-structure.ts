import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { entries } from "./openapi-document.ts";
import { listProviders } from "./providers.ts";
import { listFiles, workspacePackages } from "./workspace-packages.ts";
import type { PackageEntry, WorkspacePackage } from "./workspace-packages.ts";

const http = "@report-kit/http";

/**
 * Checks the arrows of the house: specs -> types -> provider clients (-> http) -> adapters -> core, one way; and that the provider
 * packages, and the folders of specs/, have one shape; and that each package carries the licence.
 */
export function checkStructure(root: string): readonly string[] {
  const names = listProviders(root).map(({ name }) => name);
  const packages = workspacePackages(root);
  return [
    ...packages.flatMap(({ problems }) => problems),
    ...packages.flatMap((item) => item.entries.flatMap((entry) => checkArrows(item, entry, names))),
    ...checkProviderShape(root, packages, names),
    ...checkSpecShape(root, names),
    ...packages.flatMap(({ folder }) => checkNotices(root, folder)),
  ];
}

interface Allowed {
  readonly workspace: readonly string[];
  readonly builtins: boolean;
  readonly openapiFetch: boolean;
}

/** What the files behind an entry may import. The rules are by entry, so a file shared by two must keep to both. */
function allowedFor(packageName: string, entryName: string, providers: readonly string[]): Allowed {
  const nothing = { workspace: [], builtins: false, openapiFetch: false };
  if (packageName === http) return { ...nothing, openapiFetch: true };
  if (packageName === "@report-kit/sandbox") return { ...nothing, builtins: true };
  if (packageName !== "report-kit") return { ...nothing, workspace: [http] };
  // The one webhook there is, is Monato's.
  const provider = providers.find(
    (name) => entryName === `./${name}` || (entryName === "./webhook" && name === "monato"),
  );
  return {
    workspace: provider === undefined ? [http] : [http, `@report-kit/${provider}`],
    builtins: entryName === "./node",
    openapiFetch: false,
  };
}

function checkArrows(item: WorkspacePackage, entry: PackageEntry, providers: readonly string[]): readonly string[] {
  const packageName = String(item.manifest["name"]);
  const allowed = allowedFor(packageName, entry.name, providers);
  const declared = new Set(
    ["dependencies", "peerDependencies"].flatMap((kind) => entries(item.manifest[kind]).map(([name]) => name)),
  );
  return [...entry.reached].flatMap(([source, { specifiers }]) =>
    specifiers
      .filter((specifier) => !specifier.startsWith("."))
      .flatMap((specifier) => {
        const target = packageOf(specifier);
        const isOurs = target === "report-kit" || target.startsWith("@report-kit/");
        const isAllowed = isBuiltin(specifier)
          ? allowed.builtins
          : isOurs
            ? allowed.workspace.includes(target)
            : allowed.openapiFetch || !isGeneratorPart(target);
        const where = `${source}: imports ${specifier}`;
        if (!isAllowed) return [`${where}, which the entry ${entry.name} of ${packageName} must not reach`];
        return isBuiltin(specifier) || declared.has(target)
          ? []
          : [`${where}, which ${item.folder}/package.json does not declare`];
      }),
  );
}

/** openapi-fetch and its type helpers are behind `@report-kit/http` alone, so that they can be replaced in one place. */
function isGeneratorPart(target: string): boolean {
  return target === "openapi-fetch" || target.startsWith("openapi-typescript");
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Each provider package is compared with the first: its files at the top and the public ones of src/, its package.json, its exports. */
function checkProviderShape(
  root: string,
  packages: readonly WorkspacePackage[],
  names: readonly string[],
): readonly string[] {
  const shapes = names.map((name) => {
    const item = packages.find(({ folder }) => folder === `packages/${name}`);
    return { name, shape: item === undefined ? undefined : providerShape(root, item, name) };
  });
  const [first] = shapes;
  return shapes.flatMap(({ name, shape }) => {
    if (shape === undefined) return [`packages/${name}: missing`];
    return Object.entries(shape)
      .filter(([part, text]) => first?.shape?.[part] !== undefined && first.shape[part] !== text)
      .map(
        ([part, text]) =>
          `packages/${name}: its ${part} differ from packages/${first?.name}:\n  ${first?.shape?.[part]}\n  ${text}`,
      );
  });
}

/** A provider's own name is written `*`, and the words that describe it are left out, and which spec it is of (`pnpm generate --check`). */
function providerShape(root: string, item: WorkspacePackage, name: string): Readonly<Record<string, string>> {
  const { description: _, keywords: __, version: ___, openapi, ...manifest } = item.manifest;
  const nameless = (text: string): string =>
    text.replaceAll(name, "*").replaceAll(name.charAt(0).toUpperCase() + name.slice(1), "*");
  const main = item.entries.find((entry) => entry.name === ".");
  const [, mainModule] = [...(main?.reached ?? [])].find(([source]) => source === main?.source) ?? [];
  const clientImports =
    [...(main?.reached ?? [])].find(([source]) => source === `${item.folder}/src/client.ts`)?.[1].specifiers ?? [];
  // A file that client.ts alone needs is that provider's own business (an exchange of tokens); everything else is shape.
  const ownFiles = new Set(
    clientImports.filter((specifier) => /^\.\/(?!.*\.gen\.ts$)/.test(specifier)).map((specifier) => specifier.slice(2)),
  );
  return {
    files: readdirSync(join(root, item.folder))
      .filter(
        (file) =>
          !["node_modules", "dist", "CHANGELOG.md", ".turbo", "coverage"].includes(file) &&
          !file.endsWith(".tsbuildinfo"),
      )
      .toSorted()
      .join(" "),
    "source files": listFiles(root, `${item.folder}/src`)
      .map((file) => file.slice(`${item.folder}/src/`.length))
      .filter((file) => !ownFiles.has(file))
      .join(" "),
    "fields of package.json": nameless(JSON.stringify({ ...manifest, openapi: Object.keys(openapi ?? {}) })),
    "exported values": nameless((mainModule?.exportedValues ?? []).toSorted().join(" ")),
  };
}

const specFiles = [
  "effective.gen.yaml",
  "examples.yaml",
  "fixtures",
  "openapi.yaml",
  "sources.md",
  "workflow.arazzo.yaml",
];
const ownTextFiles = ["known-faults.yaml", "upstream.json"];

/** A folder of specs/ has these files; one that is a provider's own text also has overlays, its pin and its known faults. */
function checkSpecShape(root: string, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const files = readdirSync(join(root, "specs", name)).filter((file) => !file.endsWith(".overlay.yaml"));
    const wanted = files.includes("upstream.json") ? [...specFiles, ...ownTextFiles] : specFiles;
    return [
      ...wanted.filter((file) => !files.includes(file)).map((file) => `specs/${name}/${file}: missing`),
      ...files.filter((file) => !wanted.includes(file)).map((file) => `specs/${name}/${file}: has no place there`),
    ];
  });
}

/** Every tarball has to bring the licence and the notice (Apache-2.0, section 4), so each package has a copy of the root's. */
function checkNotices(root: string, folder: string): readonly string[] {
  const textOf = (path: string): string | undefined =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
  return ["LICENSE", "NOTICE"]
    .filter((file) => textOf(`${folder}/${file}`) !== textOf(file))
    .map((file) => `${folder}/${file}: is no copy of ${file} at the root`);
}
