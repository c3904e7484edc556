import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";

/** `answers.ts` of a source: what the provider's record of a report means. */
export function answersText({ operations, record }: Plan): string {
  const words = record?.words ?? [];
  const within = (record?.within ?? []).reduce(
    (text, member) => `untrusted(${text}[${JSON.stringify(member)}])`,
    "untrusted(answer)",
  );
  const [link, ...moreLinks] = record?.links ?? [];
  const hasLink = link !== undefined && moreLinks.length === 0 && operations.file === undefined;
  const ready = `{ is: "ready", reference${hasLink ? ", link: linkIn(record)" : ""} }`;
  const meaning = (word: string): string =>
    undecided(
      `what the status ${JSON.stringify(word)} means: return { is: "pending", status, reference }, ${ready}, or { is: "failed", code: "failed", message, reference }`,
    );
  const cases =
    words.length > 0
      ? words.map((word) => `    case ${JSON.stringify(word)}:\n      return ${meaning(word)};`)
      : [`    case ${undecided("which words the status has, one case each: the spec lists none")}:`];
  const value = (member: string | undefined, what: string): string =>
    record === undefined || member === undefined ? undecided(what) : `record[${JSON.stringify(member)}]`;
  const reads = record?.id !== undefined || record?.status !== undefined || hasLink;
  return `
import { identifierIn${reads ? ", untrusted" : ""} } from "../../source-tools/index.ts";
import type { ${[...(hasLink ? ["LinkLocation"] : []), "Observation", ...(operations.list === undefined ? [] : ["SourceCall"]), ...(hasLink ? ["Untrusted"] : [])].join(", ")} } from "../../source-tools/index.ts";
import { undecided } from "./undecided.ts";

/** What the provider's record of a report means. A status that is not known is never success. */
export function observeAnswer(${reads ? "answer" : "_answer"}: unknown): Observation {
  ${reads ? `const record = ${within};` : ""}
  const reference = identifierIn(${value(record?.id, "which member of the answer is the report's id")});
  const given: unknown = ${value(record?.status, "which member of the answer has the status")};
  const status = typeof given === "string" ? given.slice(0, 60) : "no status";
  if (reference === undefined) return { is: "unknown", status, sample: "an answer without a report's id" };
  switch (status) {
${cases.join("\n")}
    default:
      return { is: "unknown", status, sample: \`status \${JSON.stringify(status)}\`, reference };
  }
}
${
  hasLink
    ? `
/** The link to the file, where the answer has one. When it expires is not read: see \`LinkLocation\`. */
export function linkIn(record: Untrusted): LinkLocation | undefined {
  const url = record[${JSON.stringify(link)}];
  return typeof url === "string" && URL.canParse(url) ? { via: "link", url } : undefined;
}
`
    : ""
}${
    operations.list === undefined
      ? ""
      : `
/** Which report of a listing a lost create made: of the same request, made since \`call.intentAt\`, and of no other job. */
export async function lostReport(_listed: unknown, _call: SourceCall): Promise<Observation> {
  return ${undecided("which listed report is the lost one: acmeListedReports in docs/jobs/own-source.md is a whole one. Delete lostReport and find for the tiers create-or-get and lookup")};
}
`
  }`;
}
