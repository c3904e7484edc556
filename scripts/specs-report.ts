import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeDrift, writeIfDifferent } from "./src/drift.ts";
import { factsTable, openQuestions, pageWithFacts } from "./src/facts-at-a-glance.ts";
import { listProviders } from "./src/providers.ts";
import { runCommand } from "./src/run-command.ts";

const usage = `Usage: specs-report [--write | --check] [--root DIR]
Prints each provider's operations, how sure they and their names are, and the open questions, out of its sources.md. With --write it writes
the table into docs/project/specs.md, with --check it fails when the one there is another.`;

function main(): void {
  const { values } = parseArgs({
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
    console.log(usage);
  } else if (values.write) {
    const file = pageWithFacts(root, providers);
    if (writeIfDifferent(root, file)) console.log(`${file.path}: written`);
  } else if (values.check) {
    const drift = describeDrift(root, pageWithFacts(root, providers));
    if (drift === undefined) return;
    console.error(`${drift}\nThe table is out of date: run \`pnpm specs:report --write\`.`);
    process.exitCode = 1;
  } else {
    console.log(`${factsTable(root, providers)}\n\nOpen questions\n\n${openQuestions(root, providers)}`);
  }
}

await runCommand(main);
