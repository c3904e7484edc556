import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listProviders, pascalCase } from "./providers.ts";
import { workspacePackages } from "./workspace-packages.ts";
import type { WorkspacePackage } from "./workspace-packages.ts";

/**
 * Checks what no linter does: that the provider packages have one shape, and the folders of specs/ another; and that each package carries
 * the licence. Which file may import which is in `rooms.ts`, and the linter holds it.
 */
export function checkStructure(root: string): readonly string[] {
  const names = listProviders(root).map(({ name }) => name);
  const packages = workspacePackages(root);
  return [
    ...checkProviderShape(root, packages, names),
    ...checkSpecShape(root, names),
    ...packages.flatMap(({ folder }) => checkNotices(root, folder)),
  ];
}

/** Each provider package is compared with the first. */
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
function providerShape(
  root: string,
  { folder, manifest }: WorkspacePackage,
  name: string,
): Readonly<Record<string, string>> {
  const { description: _, keywords: __, version: ___, openapi, ...fields } = manifest;
  // Only where it is a name of ours: a provider may be called `exports`.
  const nameless = (text: string): string =>
    text
      .replaceAll(new RegExp(`(@report-kit/|packages/|specs/)${name}\\b`, "g"), "$1*")
      .replaceAll(`${pascalCase(name)}Client`, "*Client");
  const made = new Set(["node_modules", "dist", "CHANGELOG.md", ".turbo", "coverage"]);
  const files = readdirSync(join(root, folder)).filter((file) => !made.has(file) && !file.endsWith(".tsbuildinfo"));
  // A file that index.ts does not export is a provider's own business: an exchange of tokens.
  return {
    files: files.toSorted().join(" "),
    "fields of package.json": nameless(JSON.stringify({ ...fields, openapi: Object.keys(openapi ?? {}) })),
    exports: nameless(readFileSync(join(root, folder, "src/index.ts"), "utf8")),
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
