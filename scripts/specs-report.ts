import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeDrift, writeIfDifferent } from "./src/drift.ts";
import type { WantedFile } from "./src/drift.ts";
import { factsTable, openQuestions, pageWithFacts } from "./src/facts-at-a-glance.ts";
import { providerPages } from "./src/provider-pages.ts";
import { listProviders } from "./src/providers.ts";
import { runCommand } from "./src/run-command.ts";
import type { Printer } from "./src/run-command.ts";

const usage = `Usage: specs-report [--write | --check] [--root DIR]
Prints each provider's operations, how sure they and their names are, and the open questions, out of its sources.md. With --write it writes
the table into docs/project/specs.md and each provider's facts into docs/providers/, with --check it fails when what is there differs.`;

function wantedPages(root: string): readonly WantedFile[] {
  const providers = listProviders(root);
  return [pageWithFacts(root, providers), ...providerPages(root, providers)];
}

export function specsReport(args: readonly string[], print: Printer): number {
  const { values } = parseArgs({
    args,
    options: {
      write: { type: "boolean" },
      check: { type: "boolean" },
      root: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const root = values.root ?? join(import.meta.dirname, "..");
  const providers = listProviders(root);
  if (values.help || (values.write && values.check)) {
    print.log(usage);
  } else if (values.write) {
    for (const file of wantedPages(root)) if (writeIfDifferent(root, file)) print.log(`${file.path}: written`);
  } else if (values.check) {
    const drifts = wantedPages(root)
      .map((file) => describeDrift(root, file))
      .filter((drift) => drift !== undefined);
    if (drifts.length === 0) return 0;
    print.error(`${drifts.join("\n")}\nThe pages are out of date: run \`pnpm specs:report --write\`.`);
    return 1;
  } else {
    print.log(`${factsTable(root, providers)}\n\nOpen questions\n\n${openQuestions(root, providers)}`);
  }
  return 0;
}

if (import.meta.main) await runCommand(specsReport);
