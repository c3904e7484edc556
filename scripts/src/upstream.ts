import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument } from "./openapi-document.ts";
import type { Provider } from "./providers.ts";
import { sha256 } from "./sha256.ts";

/**
 * Checks a description that is a provider's own text (its folder has an upstream.json): it must have the sha256 that was pinned when
 * it was read, and be what the copy of the page prints, so that neither can be edited alone.
 */
export function checkUpstream(root: string, provider: Provider): readonly string[] {
  const path = `${provider.folder}/upstream.json`;
  if (!existsSync(join(root, path))) return [];
  const pin = readDocument(root, path);
  const missing = ["source", "document", "readOn", "page", "sha256"].filter((name) => typeof pin[name] !== "string");
  if (missing.length > 0) return [`${path}: has no ${missing.join(", ")}`];
  const text = readFileSync(join(root, provider.spec));
  const page = `${provider.folder}/${String(pin["page"])}`;
  const hash = sha256(text);
  return [
    ...(hash === pin["sha256"]
      ? []
      : [`${provider.spec}: has sha256 ${hash}, but ${path} pins ${String(pin["sha256"])}; never edit it`]),
    ...(readFileSync(join(root, page)).includes(text) ? [] : [`${provider.spec}: is not the text that ${page} prints`]),
  ];
}
