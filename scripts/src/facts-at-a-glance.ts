import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WantedFile } from "./drift.ts";
import { pageWithBlock } from "./marked-block.ts";
import { namedOperations, readDocument } from "./openapi-document.ts";
import type { Provider } from "./providers.ts";
import { degreesOfSurety, readSources } from "./sources-document.ts";
import type { Fact, SourcesDocument } from "./sources-document.ts";

const page = "docs/project/specs.md";
const marks = {
  start: "<!-- specs:report begin: written by `pnpm specs:report --write` -->",
  end: "<!-- specs:report end -->",
};

function sourcesOf(root: string, provider: Provider): SourcesDocument {
  return readSources(readFileSync(join(root, provider.folder, "sources.md"), "utf8"));
}

/** How sure each operation is, and the names that belong to it (its parameters, bodies, answers), the surest first; then the rest's. */
export function factsTable(root: string, providers: readonly Provider[]): string {
  const rows = providers.flatMap((provider) => {
    const { facts } = sourcesOf(root, provider);
    const operations = namedOperations(readDocument(root, provider.effective));
    const belongs = (name: string, operation: string): boolean => name.startsWith(`${operation}.`);
    const ofOperations = operations.map(({ name, segments: [, path = "", method = ""] }) => {
      const sure = facts.find(({ names }) => names.includes(name))?.sure ?? "no source";
      const call = name.startsWith("webhook.") ? "(to you)" : `\`${method.toUpperCase()} ${path}\``;
      return [`\`${name}\``, call, sure, countBySurety(facts, (other) => belongs(other, name))];
    });
    const rest = countBySurety(
      facts,
      (other) => !operations.some(({ name }) => other === name || belongs(other, name)),
    );
    return [...ofOperations, ["schemas, servers, security", "", "", rest]].map((cells) => [provider.name, ...cells]);
  });
  return [["provider", "operation", "call", "sure", "its names"], ["---", "---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function countBySurety(facts: readonly Fact[], isMeant: (name: string) => boolean): string {
  return degreesOfSurety
    .map((sure) => ({
      sure,
      count: facts.filter((fact) => fact.sure === sure).flatMap(({ names }) => names.filter(isMeant)).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ sure, count }) => `${count} ${sure}`)
    .join(", ");
}

/** The open questions of each provider, as they stand in its sources.md. */
export function openQuestions(root: string, providers: readonly Provider[]): string {
  return providers
    .flatMap((provider) => [
      `${provider.name}:`,
      ...sourcesOf(root, provider).questions.map((question) => `- ${question}`),
      "",
    ])
    .join("\n");
}

/** docs/project/specs.md with the table between its marks as it should be. */
export function pageWithFacts(root: string, providers: readonly Provider[]): WantedFile {
  const counts = providers.map((provider) => {
    const { questions } = sourcesOf(root, provider);
    return `[${provider.name}](../../${provider.folder}/sources.md#open-questions) ${questions.length}`;
  });
  return pageWithBlock(root, page, marks, `${factsTable(root, providers)}\n\nOpen questions: ${counts.join(", ")}.`);
}
