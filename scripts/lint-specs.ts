import { join } from "node:path";
import { parseArgs } from "node:util";
import { lintSpecs } from "./src/lint.ts";
import { runCommand } from "./src/run-command.ts";
import type { Printer } from "./src/run-command.ts";
import { listProviders } from "./src/providers.ts";
import { runRedocly } from "./src/redocly.ts";

export async function lintSpecsCommand(args: readonly string[], print: Printer): Promise<number> {
  const { values } = parseArgs({ args, options: { root: { type: "string" }, format: { type: "string" } } });
  const root = values.root ?? join(import.meta.dirname, "..");
  const providers = listProviders(root);
  const { problems, faulty } = await lintSpecs(root, providers);
  if (faulty.length > 0) {
    const { stdout } = await runRedocly(root, ["lint", ...faulty, `--format=${values.format ?? "codeframe"}`]);
    print.log(stdout);
  }
  if (problems.length > 0) {
    print.error(`${problems.join("\n")}\n${problems.length} problems.`);
    return 1;
  }
  print.log(`${providers.map(({ name }) => name).join(", ")}: no errors, no warnings.`);
  return 0;
}

if (import.meta.main) await runCommand(lintSpecsCommand);
