import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeDrift, writeIfDifferent } from "./src/drift.ts";
import { publicSurface } from "./src/public-surface.ts";
import { runCommand } from "./src/run-command.ts";
import type { Printer } from "./src/run-command.ts";
import { workspacePackages } from "./src/workspace-packages.ts";

const usage = `Usage: public-surface [--check] [--root DIR]
Writes packages/*/public-surface.md from the built types. With --check it writes nothing and fails on any difference.`;

export function publicSurfaceCommand(args: readonly string[], print: Printer): number {
  const { values } = parseArgs({
    args,
    options: { check: { type: "boolean" }, root: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) {
    print.log(usage);
    return 0;
  }
  const root = values.root ?? join(import.meta.dirname, "..");
  const wanted = workspacePackages(root).map(({ folder }) => publicSurface(root, folder));
  if (!values.check) {
    for (const file of wanted) if (writeIfDifferent(root, file)) print.log(`${file.path}: written`);
    return 0;
  }
  const drift = wanted.flatMap((file) => describeDrift(root, file) ?? []);
  if (drift.length === 0) return 0;
  print.error(
    `${drift.join("\n")}\nThe public surface changed: run \`pnpm surface\`, and commit what is meant to change.`,
  );
  return 1;
}

if (import.meta.main) await runCommand(publicSurfaceCommand);
