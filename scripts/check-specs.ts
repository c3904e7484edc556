import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkSources } from "./src/check-sources.ts";
import { checkStructure } from "./src/check-structure.ts";
import { checkExactRequests } from "./src/exact-requests.ts";
import { readDocument } from "./src/openapi-document.ts";
import { applyOverlays, overlayActions } from "./src/overlays.ts";
import { checkPageExamples } from "./src/page-examples.ts";
import { runCommand } from "./src/run-command.ts";
import { listProviders } from "./src/providers.ts";
import type { Provider } from "./src/providers.ts";
import { checkUpstream } from "./src/upstream.ts";
import { checkWorkflow } from "./src/workflows.ts";

/** All that `pnpm check:specs` checks of one provider; the effective text is taken as it lies there (`pnpm generate --check` guards it). */
function checkProvider(root: string, provider: Provider): readonly string[] {
  const isOwnText = existsSync(join(root, provider.folder, "upstream.json"));
  return [
    ...checkUpstream(root, provider),
    ...applyOverlays(readDocument(root, provider.spec), overlayActions(root, provider)).problems,
    ...checkSources(root, provider),
    ...checkPageExamples(root, provider),
    ...(isOwnText ? [] : checkExactRequests(root, provider)),
    ...checkWorkflow(root, provider),
  ];
}

function main(): void {
  const { values, positionals } = parseArgs({ options: { root: { type: "string" } }, allowPositionals: true });
  const root = values.root ?? join(import.meta.dirname, "..");
  const all = listProviders(root);
  const chosen = positionals.length === 0 ? all : all.filter((provider) => positionals.includes(provider.name));
  if (chosen.length < positionals.length)
    throw new Error(
      `Usage: check-specs [--root DIR] [PROVIDER...]; providers are ${all.map(({ name }) => name).join(", ")}.`,
    );
  const problems = [
    ...chosen.flatMap((provider) => checkProvider(root, provider)),
    ...(chosen === all ? checkStructure(root) : []),
  ];
  if (problems.length > 0) {
    console.error(`${problems.join("\n")}\n${problems.length} problems.`);
    process.exitCode = 1;
  } else {
    console.log(
      `${chosen.map(({ name }) => name).join(", ")}: overlays, sources, examples, requests and workflows are as they must be.`,
    );
  }
}

await runCommand(main);
