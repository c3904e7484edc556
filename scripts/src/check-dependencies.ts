import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { installedPackages, isOurs, packagesWith } from "./installed-packages.ts";
import type { InstalledPackage } from "./installed-packages.ts";
import { entries, readDocument } from "./openapi-document.ts";

const page = "docs/project/dependencies.md";
const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/** Licences that ask for a notice, and for nothing else. */
const permissive: ReadonlySet<string> = new Set(
  "MIT ISC Apache-2.0 BSD-2-Clause BSD-3-Clause 0BSD BlueOak-1.0.0 Python-2.0".split(" "),
);

/** Other licences of tools, which no package of ours brings along: lightningcss, below vitest, is used unchanged. */
const fitForTools: ReadonlySet<string> = new Set([...permissive, "MPL-2.0"]);

/**
 * Checks that each dependency of the repository has its reason in docs/project/dependencies.md, that all that is installed may be used as it is
 * used, and that nothing that comes with our packages runs a script at installation.
 */
export function checkDependencies(root: string): readonly string[] {
  const published = globSync("packages/*/package.json", { cwd: root }).flatMap((file) =>
    packagesWith(root, dirname(file)),
  );
  return [
    ...checkReasons(readFileSync(join(root, page), "utf8"), namedDependencies(root)),
    ...new Set(published.flatMap((item) => [...checkLicence(item, permissive), ...checkScripts(item)])),
    ...installedPackages(root).flatMap((item) => checkLicence(item, fitForTools)),
  ].toSorted();
}

/** The packages that manifests name, in the workspace and beside it, with who names them. */
function namedDependencies(root: string): ReadonlyMap<string, string> {
  const manifests = ["", "{docs,scripts,examples,bench}/", "{packages,scripts,examples}/*/", "examples/engines/*/"];
  const files = globSync(
    manifests.map((folder) => `${folder}package.json`),
    { cwd: root },
  ).filter((file) => !file.includes("node_modules"));
  return new Map(
    files.flatMap((file) => {
      const manifest = readDocument(root, file);
      const names = kinds.flatMap((kind) => entries(manifest[kind]).map(([name]) => name));
      return names.filter((name) => !isOurs(name)).map((name) => [name, file] as const);
    }),
  );
}

/** @param named what manifests name, with who does */
export function checkReasons(text: string, named: ReadonlyMap<string, string>): readonly string[] {
  const rows = text.split("\n").flatMap((line) => {
    const [, first = "", ...cells] = line.split("|");
    const names = Array.from(first.matchAll(/`([^`]+)`/g), ([, name = ""]) => name);
    return names.map((name) => ({ name, reason: cells.at(-2)?.trim() ?? "" }));
  });
  const explained = new Set(rows.filter(({ reason }) => reason !== "").map(({ name }) => name));
  return [
    ...[...named]
      .filter(([name]) => !explained.has(name))
      .map(([name, file]) => `${page}: does not say what ${name} is for, which ${file} names`),
    ...rows.filter(({ name }) => !named.has(name)).map(({ name }) => `${page}: has ${name}, which no manifest names`),
  ];
}

export function checkLicence({ name, manifest }: InstalledPackage, fit: ReadonlySet<string>): readonly string[] {
  const licence = typeof manifest["license"] === "string" ? manifest["license"] : JSON.stringify(manifest["license"]);
  const choices = licence?.replace(/^\((.*)\)$/, "$1").split(" OR ") ?? [];
  return choices.some((choice) => fit.has(choice)) ? [] : [`${name}: its licence is ${licence ?? "not said"}`];
}

/** npm builds a package that has a binding.gyp, though no script says so. */
export function checkScripts({ name, folder, manifest }: InstalledPackage): readonly string[] {
  const scripts = entries(manifest["scripts"])
    .map(([script]) => script)
    .filter((script) => ["preinstall", "install", "postinstall"].includes(script));
  const found = existsSync(join(folder, "binding.gyp")) ? [...scripts, "node-gyp"] : scripts;
  return found.map((script) => `${name}: runs ${script} when it is installed`);
}
