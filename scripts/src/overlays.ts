import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Provider } from "./providers.ts";

/**
 * The overlays redocly.yaml lists for a provider, in the order they are applied in, as paths relative to `root`. Throws when the
 * list and the `*.overlay.yaml` files of the folder differ: a file that is not listed would be without effect.
 */
export function overlaysOf(root: string, provider: Provider): readonly string[] {
  const config: unknown = parse(readFileSync(join(root, "redocly.yaml"), "utf8"));
  // The shape of redocly.yaml is checked by redocly itself, which reads the same file.
  const apis = (config as { apis: Record<string, { root: string; overlays?: readonly string[] }> }).apis;
  const listed = apis[provider.name]?.overlays ?? [];
  const present = readdirSync(join(root, provider.folder))
    .filter((name) => name.endsWith(".overlay.yaml"))
    .map((name) => `${provider.folder}/${name}`);
  const difference = [
    ...listed.filter((path) => !present.includes(path)),
    ...present.filter((path) => !listed.includes(path)),
  ];
  if (difference.length > 0 || apis[provider.name]?.root !== provider.spec) {
    throw new Error(
      `redocly.yaml, apis.${provider.name}: must name ${provider.spec} and its overlays; it differs in ${difference.join(", ") || "its root"}.`,
    );
  }
  return listed;
}
