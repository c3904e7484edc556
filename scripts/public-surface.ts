import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeDrift, writeIfDifferent } from "./src/drift.ts";
import { publicSurface } from "./src/public-surface.ts";
import { runCommand } from "./src/run-command.ts";
import { workspacePackages } from "./src/workspace-packages.ts";

const usage = `Usage: public-surface [--check] [--root DIR]
Writes packages/*/public-surface.md from the built types. With --check it writes nothing and fails on any difference.`;

function main(): void {
  const { values } = parseArgs({
    options: { check: { type: "boolean" }, root: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const root = values.root ?? join(import.meta.dirname, "..");
  const wanted = workspacePackages(root).map(({ folder }) => publicSurface(root, folder));
  if (!values.check) {
    for (const file of wanted) if (writeIfDifferent(root, file)) console.log(`${file.path}: written`);
    return;
  }
  const drift = wanted.flatMap((file) => describeDrift(root, file) ?? []);
  if (drift.length === 0) return;
  console.error(
    `${drift.join("\n")}\nThe public surface changed: run \`pnpm surface\`, and commit what is meant to change.`,
  );
  process.exitCode = 1;
}

await runCommand(main);
