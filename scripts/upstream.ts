import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inertCode } from "./src/inert-text.ts";
import { listProviders } from "./src/providers.ts";
import { runCommand } from "./src/run-command.ts";
import type { Printer } from "./src/run-command.ts";
import { changeLines } from "./src/spec-impact.ts";
import { applyUpstream, prepareUpstream } from "./src/upstream-change.ts";
import type { UpstreamChange } from "./src/upstream-change.ts";

const usage = `Usage: upstream PROVIDER --file FILE [--date YYYY-MM-DD] [--root DIR]
Takes a provider's own text anew from a page or file that was fetched on a day (today in UTC unless said): writes it with its pin, the copy
of the page, what is generated of it and the missing changesets, and prints the impact as Markdown. Prints nothing when the text is the one
we have; writes nothing when it cannot be used or an overlay no longer fits, and then fails.`;

function report({ impacts, left }: UpstreamChange, readOn: string): string {
  return [
    `The provider's text as it was read on ${readOn} is another one. Its text, pin, page, generated files and changesets are in this change.`,
    ...impacts.flatMap((impact) => [
      "",
      `## ${impact.packageName}: at least ${impact.floor}`,
      "",
      ...changeLines(impact),
    ]),
    "",
    "## Left for a person",
    "",
    ...(left.length === 0 ? ["Nothing."] : left.map((problem) => `- ${inertCode(problem)}`)),
  ].join("\n");
}

export async function upstream(args: readonly string[], print: Printer): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { file: { type: "string" }, date: { type: "string" }, root: { type: "string" } },
    allowPositionals: true,
  });
  const readOn = values.date ?? new Date().toISOString().slice(0, 10);
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0 || values.file === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(readOn))
    throw new Error(usage);
  const root = values.root ?? join(import.meta.dirname, "..");
  const provider = listProviders(root).find((candidate) => candidate.name === name);
  if (provider === undefined) throw new Error(`There is no specs/${name}.\n${usage}`);
  const change = await prepareUpstream(root, provider, readFileSync(values.file, "utf8"), readOn);
  if (change === undefined) return 0;
  applyUpstream(root, change);
  print.log(report(change, readOn));
  return 0;
}

if (import.meta.main) await runCommand(upstream);
