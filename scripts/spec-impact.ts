import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeIfDifferent } from "./src/drift.ts";
import { baseTree, folderTree } from "./src/file-tree.ts";
import { runCommand } from "./src/run-command.ts";
import type { Printer } from "./src/run-command.ts";
import { changeLines, isShort, missingChangesets, specImpact } from "./src/spec-impact.ts";

const usage = `Usage: spec-impact --base REF|DIR [--write] [--root DIR]
Says by how much the version of each package must rise for what changed in its spec and its public surface since the base, and fails when
no new changeset asks for as much. With --write it writes the changesets that are missing.`;

export async function specImpactCommand(args: readonly string[], print: Printer): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { base: { type: "string" }, write: { type: "boolean" }, root: { type: "string" } },
  });
  if (values.base === undefined) throw new Error(usage);
  const root = values.root ?? join(import.meta.dirname, "..");
  const impacts = await specImpact(baseTree(root, values.base), folderTree(root));
  for (const impact of impacts) {
    const { packageName, floor, changeset } = impact;
    print.log(`${packageName}: at least ${floor}; its new changesets ask for ${changeset ?? "nothing"}`);
    print.log(`${changeLines(impact).join("\n")}\n`);
  }
  const missing = missingChangesets(impacts);
  if (values.write) for (const file of missing) print.log(writeIfDifferent(root, file) ? `${file.path}: written` : "");
  else if (missing.length > 0) {
    const short = impacts.filter(isShort).map(({ packageName, floor }) => `${packageName} (${floor})`);
    print.error(`No changeset as high as the floor: ${short.join(", ")}.`);
    print.error("Write one (`pnpm changeset`), or have it written: `pnpm spec:impact --base REF --write`.");
    return 1;
  } else {
    print.log(`${impacts.length} packages changed since ${values.base}; their changesets reach their floors.`);
  }
  return 0;
}

if (import.meta.main) await runCommand(specImpactCommand);
