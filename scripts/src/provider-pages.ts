import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WantedFile } from "./drift.ts";
import { pageWithBlock } from "./marked-block.ts";
import { namedOperations, readDocument } from "./openapi-document.ts";
import type { Provider } from "./providers.ts";
import { readSources } from "./sources-document.ts";
import type { Fact, SourceDocument } from "./sources-document.ts";

const marks = {
  start: "<!-- provider facts begin: written by `pnpm specs:report --write` -->",
  end: "<!-- provider facts end -->",
};

/** The degrees of surety of a sources.md, in three words for a reader who asks what a fact rests on. */
const rests = new Map<string, "documented" | "seen" | "ours">([
  ["documented", "documented"],
  ["documented (old)", "documented"],
  ["provider code", "seen"],
  ["observed", "seen"],
  ["example", "seen"],
  ["inferred", "ours"],
  ["guess", "ours"],
  ["ours", "ours"],
]);

/** docs/providers/<name>.md of each provider, with what its specs folder says between the marks. */
export function providerPages(root: string, providers: readonly Provider[]): readonly WantedFile[] {
  return providers.map((provider) =>
    pageWithBlock(root, `docs/providers/${provider.name}.md`, marks, factsOf(root, provider)),
  );
}

function factsOf(root: string, provider: Provider): string {
  const { facts, documents, questions } = readSources(readFileSync(join(root, provider.folder, "sources.md"), "utf8"));
  const sources = `../../${provider.folder}/sources.md`;
  return [
    "## Its operations",
    `The names are those of the [typed client](../../${provider.packageFolder}/README.md). Parameters, answers and fields are counted by what they rest on: **documented** by the provider, **seen** (in an example, in the provider's code, or by others), or **ours** (inferred or chosen). [Each one, with its source](${sources}#facts).`,
    operationsTable(root, provider, facts),
    "## What no document answers",
    questions.map((question) => `- ${question}`).join("\n"),
    `Where documents contradict each other, [the choices](${sources}#contradictions) are listed too.`,
    "## The documents",
    documentsTable(documents),
  ].join("\n\n");
}

function operationsTable(root: string, provider: Provider, facts: readonly Fact[]): string {
  const operations = namedOperations(readDocument(root, provider.effective));
  const rows = operations.map(({ name, segments: [, path = "", method = ""] }) => {
    const call = name.startsWith("webhook.") ? "a call to you" : `\`${method.toUpperCase()} ${path}\``;
    const sure = facts.find(({ names }) => names.includes(name))?.sure;
    const counted = countByRest(facts, (other) => other.startsWith(`${name}.`));
    return [`\`${name}\``, call, (sure === undefined ? undefined : rests.get(sure)) ?? "no source", counted];
  });
  const rest = countByRest(facts, (other) =>
    operations.every(({ name }) => other !== name && !other.startsWith(`${name}.`)),
  );
  return table(
    ["operation", "call", "itself", "what belongs to it"],
    [...rows, ["shared fields, servers", "", "", rest]],
  );
}

function countByRest(facts: readonly Fact[], isMeant: (name: string) => boolean): string {
  const counts = new Map<string, number>();
  for (const { names, sure } of facts) {
    const rest = rests.get(sure) ?? "no source";
    counts.set(rest, (counts.get(rest) ?? 0) + names.filter(isMeant).length);
  }
  return ["documented", "seen", "ours", "no source"]
    .map((rest) => ({ rest, count: counts.get(rest) ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ rest, count }) => `${count} ${rest}`)
    .join(", ");
}

function documentsTable(documents: readonly SourceDocument[]): string {
  const rows = documents.map(({ key, document, address, readOn }) => {
    const [link = "", ...more] = address.split(", ");
    const isLink = link.startsWith("https://");
    const shown = isLink ? [`[${document}](${link})`, ...more] : [document, address];
    return [key, shown.join("; "), readOn];
  });
  return table(["key", "document", "read on"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
