import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { WantedFile } from "./drift.ts";
import { isObject } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import type { Provider } from "./providers.ts";
import { sha256 } from "./sha256.ts";

/** What a provider's package.json says under `openapi`: the effective text that it was made from. Throws when that states no version. */
function openapiField(provider: Provider, effective: string): JsonObject {
  const description: unknown = parse(effective);
  const info = isObject(description) ? description["info"] : undefined;
  const version = isObject(info) ? info["version"] : undefined;
  if (typeof version !== "string") throw new Error(`${provider.effective}: its info has no version.`);
  return { source: provider.effective, version, sha256: sha256(effective) };
}

/** The package.json of a provider's package with that field. Throws when there is no package. */
export function manifestWithOpenapi(root: string, provider: Provider, effective: string): WantedFile {
  const path = `${provider.packageFolder}/package.json`;
  if (!existsSync(join(root, path))) throw new Error(`${path}: missing; pnpm new:provider makes a provider's package.`);
  const manifest: unknown = JSON.parse(readFileSync(join(root, path), "utf8"));
  if (!isObject(manifest)) throw new Error(`${path}: its root is no object.`);
  return { path, text: `${JSON.stringify({ ...manifest, openapi: openapiField(provider, effective) }, null, 2)}\n` };
}
