import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument } from "./openapi-document.ts";
import { overlayActions } from "./overlays.ts";
import type { Provider } from "./providers.ts";
import { readSources } from "./sources-document.ts";
import { specNames } from "./spec-names.ts";

/** Says where a provider's sources.md and its effective description (with the overlays' `x-source`) differ, both ways. */
export function checkSources(root: string, provider: Provider): readonly string[] {
  const path = `${provider.folder}/sources.md`;
  if (!existsSync(join(root, path))) return [`${path}: missing`];
  const { keys, facts, problems } = readSources(readFileSync(join(root, path), "utf8"));
  const wanted = specNames(readDocument(root, provider.effective));
  const covered = new Map<string, number>();
  const repeated: string[] = [];
  for (const { line, names } of facts)
    for (const name of names) {
      if (covered.has(name)) repeated.push(`line ${line}: \`${name}\` is already on line ${covered.get(name)}`);
      covered.set(name, line);
    }
  const stale = [...covered].filter(([name]) => !wanted.has(name));
  const missing = [...wanted].filter((name) => !covered.has(name));
  const unknownSources = overlayActions(root, provider).flatMap(({ overlay, action }) => {
    const cited = action["x-source"];
    const where = `${overlay}, ${String(action["target"])}`;
    if (!Array.isArray(cited) || cited.length === 0) return [`${where}: has no x-source`];
    return cited
      .filter((key) => !keys.includes(String(key)))
      .map((key) => `${where}: there is no source ${String(key)}`);
  });
  return [
    ...[
      ...problems,
      ...repeated,
      ...stale.map(([name, line]) => `line ${line}: \`${name}\` is not in the description`),
      ...missing.map((name) => `\`${name}\` has no source`),
    ].map((problem) => `${path}: ${problem}`),
    ...unknownSources,
  ];
}
