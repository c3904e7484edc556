import { join } from "node:path";
import { listProviders } from "./src/providers.ts";
import { showRedocly } from "./src/redocly.ts";
import { runCommand } from "./src/run-command.ts";

const usage = `Usage: respect PROVIDER -S PROVIDER=BASE_URL [OPTION OF redocly respect...]
Runs specs/PROVIDER/workflow.arazzo.yaml against the API at BASE_URL, and really asks it for a report. The workflow's inputs come from the
environment, as JSON: REDOCLY_CLI_RESPECT_INPUT='{"apiKey":"...","date":"2026-11-19"}' (docs/project/specs.md has those of each provider).`;

async function respect(args: readonly string[]): Promise<number> {
  const root = join(import.meta.dirname, "..");
  const [name, ...options] = args;
  const provider = listProviders(root).find((candidate) => candidate.name === name);
  if (provider === undefined) throw new Error(usage);
  return showRedocly(root, ["respect", `${provider.folder}/workflow.arazzo.yaml`, ...options]);
}

await runCommand(respect);
