import { join } from "node:path";
import { parseArgs } from "node:util";
import { lintSpecs } from "./src/lint.ts";
import { runCommand } from "./src/run-command.ts";
import { listProviders } from "./src/providers.ts";
import { runRedocly } from "./src/redocly.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { root: { type: "string" }, format: { type: "string" } } });
  const root = values.root ?? join(import.meta.dirname, "..");
  const providers = listProviders(root);
  const { problems, faulty } = await lintSpecs(root, providers);
  if (faulty.length > 0) {
    const { stdout } = await runRedocly(root, ["lint", ...faulty, `--format=${values.format ?? "codeframe"}`]);
    console.log(stdout);
  }
  if (problems.length > 0) {
    console.error(`${problems.join("\n")}\n${problems.length} problems.`);
    process.exitCode = 1;
  } else {
    console.log(`${providers.map(({ name }) => name).join(", ")}: no errors, no warnings.`);
  }
}

await runCommand(main);
