import { globSync } from "node:fs";
import { dirname } from "node:path";
import { readDocument } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";

/** A package of `packages/`: its folder, relative to the root, and its package.json. */
export interface WorkspacePackage {
  readonly folder: string;
  readonly manifest: JsonObject;
}

/** The packages of `packages/`, by name. */
export function workspacePackages(root: string): readonly WorkspacePackage[] {
  return globSync("packages/*/package.json", { cwd: root })
    .toSorted()
    .map((path) => ({ folder: dirname(path).replaceAll("\\", "/"), manifest: readDocument(root, path) }));
}
