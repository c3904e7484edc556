import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkProvider } from "./src/check-provider.ts";
import { checkStructure } from "./src/check-structure.ts";
import { describeDrift } from "./src/drift.ts";
import { pageWithFacts } from "./src/facts-at-a-glance.ts";
import { providerPages } from "./src/provider-pages.ts";
import { listProviders } from "./src/providers.ts";
import { runCommand } from "./src/run-command.ts";
import type { Printer } from "./src/run-command.ts";

/** What is about all providers together. */
function checkWhole(root: string): readonly string[] {
  const providers = listProviders(root);
  const drifts = [pageWithFacts(root, providers), ...providerPages(root, providers)]
    .map((file) => describeDrift(root, file))
    .filter((drift) => drift !== undefined);
  return [...checkStructure(root), ...drifts.map((drift) => `${drift}\n  Run \`pnpm specs:report --write\`.`)];
}

export function checkSpecs(args: readonly string[], print: Printer): number {
  const { values, positionals } = parseArgs({ args, options: { root: { type: "string" } }, allowPositionals: true });
  const root = values.root ?? join(import.meta.dirname, "..");
  const all = listProviders(root);
  const chosen = positionals.length === 0 ? all : all.filter((provider) => positionals.includes(provider.name));
  if (chosen.length < positionals.length)
    throw new Error(
      `Usage: check-specs [--root DIR] [PROVIDER...]; providers are ${all.map(({ name }) => name).join(", ")}.`,
    );
  const problems = [
    ...chosen.flatMap((provider) => checkProvider(root, provider)),
    ...(chosen === all ? checkWhole(root) : []),
  ];
  if (problems.length > 0) {
    print.error(`${problems.join("\n")}\n${problems.length} problems.`);
    return 1;
  }
  print.log(
    `${chosen.map(({ name }) => name).join(", ")}: overlays, sources, examples, requests and workflows are as they must be.`,
  );
  return 0;
}

if (import.meta.main) await runCommand(checkSpecs);
