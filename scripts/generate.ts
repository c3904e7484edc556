import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand } from "./src/run-command.ts";
import type { Printer } from "./src/run-command.ts";
import { describeDrift, writeIfDifferent } from "./src/drift.ts";
import type { WantedFile } from "./src/drift.ts";
import { generatedFiles } from "./src/generated-files.ts";
import { listProviders } from "./src/providers.ts";
import { reportFieldsFile } from "./src/report-fields.ts";

const usage = `Usage: generate [--check] [--root DIR] [PROVIDER...]
Makes specs/*/effective.gen.yaml, packages/*/src/*.gen.ts and the field openapi of packages/*/package.json from specs/.
With --check it writes nothing and fails on any difference.`;

/** Generated files that nothing makes any more: left behind by a renamed or removed provider. */
function staleFiles(root: string, wanted: readonly WantedFile[]): readonly string[] {
  const present = ["specs", "packages"].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((name) =>
      [`${folder}/${name}`, `${folder}/${name}/src`]
        .filter((path) => existsSync(join(root, path)))
        .flatMap((path) =>
          readdirSync(join(root, path))
            .filter((file) => file.includes(".gen."))
            .map((file) => `${path}/${file}`),
        ),
    ),
  );
  return present.filter((path) => !wanted.some((file) => file.path === path));
}

export async function generate(args: readonly string[], print: Printer): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { check: { type: "boolean" }, root: { type: "string" }, help: { type: "boolean" } },
    allowPositionals: true,
  });
  if (values.help) {
    print.log(usage);
    return 0;
  }
  const root = values.root ?? join(import.meta.dirname, "..");
  const all = listProviders(root);
  const unknown = positionals.filter((name) => !all.some((provider) => provider.name === name));
  if (unknown.length > 0) throw new Error(`No specs/${unknown.join(", specs/")}.\n${usage}`);
  const chosen = positionals.length === 0 ? all : all.filter((provider) => positionals.includes(provider.name));

  const wanted = (await Promise.all(chosen.map((provider) => generatedFiles(root, provider)))).flat();
  if (chosen === all) wanted.push(reportFieldsFile(root, all, wanted));
  if (values.check) {
    const stale = chosen === all ? staleFiles(root, wanted) : [];
    const drift = [
      ...wanted.flatMap((file) => describeDrift(root, file) ?? []),
      ...stale.map((path) => `${path}: nothing generates it`),
    ];
    if (drift.length > 0) {
      print.error(
        `${drift.join("\n")}\nGenerated files are out of date: run \`pnpm generate\` and commit what it changes.`,
      );
      return 1;
    }
  } else {
    for (const file of wanted) if (writeIfDifferent(root, file)) print.log(`${file.path}: written`);
  }
  return 0;
}

if (import.meta.main) await runCommand(generate);
