import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { newProvider } from "./src/new-provider/new-provider.ts";
import { whatRemains } from "./src/new-provider/what-remains.ts";
import { runCommand } from "./src/run-command.ts";
import type { Printer } from "./src/run-command.ts";

const usage = `Usage: pnpm new:provider NAME --spec FILE [--request OPERATION]
Writes the spec's folder, the client, the source, tests and a changeset of a new provider, and lists what a person has to decide.
  NAME       lower-case letters and digits, with - between words: acme, acme-pay
  --spec     an OpenAPI 3.0 or 3.1 document, YAML or JSON, in one file
  --request  the operationId that asks for a report; needed where several could
The page docs/project/add-a-provider.md goes through it step by step.`;

async function newProviderCommand(args: readonly string[], print: Printer): Promise<number> {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args,
    options: { spec: text, request: text, root: text, help: { type: "boolean" } },
    allowPositionals: true,
  });
  if (values.help) {
    print.log(usage);
    return 0;
  }
  const [name, ...more] = positionals;
  if (name === undefined || values.spec === undefined || more.length > 0)
    throw new Error(`Expected one NAME and --spec FILE.\n${usage}`);
  const root = values.root ?? join(import.meta.dirname, "..");
  // A script of pnpm runs at the root, wherever it was called.
  const spec = resolve(process.env["INIT_CWD"] ?? "", values.spec);
  const today = new Date().toISOString().slice(0, 10);
  const written = await newProvider(root, { name, spec, request: values.request, today });
  print.log(`${written.map((path) => `${path}: written`).join("\n")}\n\n${whatRemains(root, name)}`);
  return 0;
}

await runCommand(newProviderCommand);
