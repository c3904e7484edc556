import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WantedFile } from "../drift.ts";
import { entries, isObject, readDocument } from "../openapi-document.ts";
import type { JsonObject } from "../openapi-document.ts";

/** The files that name each provider, with a new one added: package.json files, which no tool derives. */
export function workspaceEdits(root: string, name: string, siblings: readonly string[]): readonly WantedFile[] {
  const packageName = `@report-kit/${name}`;
  return [
    edit(root, "packages/report-kit/package.json", (manifest) => ({
      ...manifest,
      exports: withEntry(manifest["exports"], name, siblings),
      devDependencies: sorted(manifest["devDependencies"], packageName, "workspace:^"),
      peerDependencies: sorted(manifest["peerDependencies"], packageName, "workspace:^"),
      peerDependenciesMeta: sorted(manifest["peerDependenciesMeta"], packageName, { optional: true }),
    })),
    // Sizes are measured here, and code of READMEs is compiled there.
    edit(root, "scripts/package.json", (manifest) => ({
      ...manifest,
      devDependencies: sorted(manifest["devDependencies"], packageName, "workspace:*"),
    })),
    edit(root, "docs/package.json", (manifest) => {
      const field =
        isObject(manifest["dependencies"]) && `@report-kit/${siblings[0]}` in manifest["dependencies"]
          ? "dependencies"
          : "devDependencies";
      return { ...manifest, [field]: sorted(manifest[field], packageName, "workspace:^") };
    }),
  ];
}

function edit(root: string, path: string, change: (manifest: JsonObject) => JsonObject): WantedFile {
  const manifest = readDocument(root, path);
  const end = readFileSync(join(root, path), "utf8").endsWith("\n") ? "\n" : "";
  return { path, text: JSON.stringify(change(manifest), null, 2) + end };
}

/** `./name` after the last provider's entry. */
function withEntry(exports: unknown, name: string, siblings: readonly string[]): JsonObject {
  const present = entries(exports);
  const last = present.findLastIndex(([entry]) => siblings.includes(entry.slice(2)));
  const own = [
    `./${name}`,
    { types: `./dist/sources/${name}/${name}.d.ts`, default: `./dist/sources/${name}/${name}.js` },
  ] as const;
  return Object.fromEntries([...present.slice(0, last + 1), own, ...present.slice(last + 1)]);
}

function sorted(members: unknown, name: string, value: unknown): JsonObject {
  const all = [...entries(members), [name, value] as const];
  return Object.fromEntries(all.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
