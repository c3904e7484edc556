import { linkWay, shownOperation, undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { typesOf } from "./schema-members.ts";
import { withoutUnused } from "./source-text.ts";

/** `answers.ts` of a source: what the provider's record of a report means. */
export function answersText(plan: Plan): string {
  const { operations, listing, pages } = plan;
  const { request, look, list } = operations;
  const isLookup = request.method === "GET";
  const parts = [
    recordText(plan),
    look === undefined && !isLookup ? "" : answerText(plan),
    isLookup ? "" : createdText(plan),
    linkWay(plan) === undefined ? "" : linkText(plan),
    list === undefined ? "" : listedText(plan),
    list === undefined ? "" : lostText(plan),
    pages.length === 0 ? "" : pageText(plan),
  ];
  const body = parts.filter(Boolean).join("\n");
  const uses = (names: readonly string[]): string =>
    names.filter((name) => new RegExp(`\\b${name}\\b`).test(body)).join(", ");
  const tools = uses(["identifierIn", "untrusted"]);
  return withoutUnused(`
${tools === "" ? "" : `import { ${tools} } from "../../source-tools/index.ts";`}
import type { ${uses(["LinkLocation", "Observation", "SourceCall", "Untrusted"])} } from "../../source-tools/index.ts";
import { undecided } from "./undecided.ts";
${body}`);

  function listedText({ operations: { request: created } }: Plan): string {
    const reports =
      listing === undefined
        ? `  return ${undecided(`where the reports are in the answer of ${shownListName(plan)}: the spec has no list of objects in it, or more than one`)};`
        : listing.within.length === 0
          ? "  return Array.isArray(listed) ? listed.map(untrusted) : [];"
          : `  const reports = ${within("listed", listing.within.slice(0, -1))}[${JSON.stringify(listing.within.at(-1))}];
  return Array.isArray(reports) ? reports.map(untrusted) : [];`;
    const looked = `
/** The report of a look, out of a listing. */
export function listedReport(listed: unknown, { reference }: SourceCall): Observation {
  const report = reportsIn(listed).find((each) => referenceIn(each) === reference);
  return report === undefined ? { is: "absent", status: "not listed", reference } : observeRecord(report);
}
`;
    return `
/** The reports of a listing. */
function reportsIn(${listing === undefined ? "_listed" : "listed"}: unknown): readonly Untrusted[] {
${reports}
}
${look === undefined && created.method !== "GET" ? looked : ""}`;
  }
}

function shownListName({ operations: { list } }: Plan): string {
  return list?.name ?? "the listing";
}

/** `untrusted(untrusted(answer)["data"])`, as code. */
function within(text: string, members: readonly string[]): string {
  return members.reduce((inner, member) => `untrusted(${inner}[${JSON.stringify(member)}])`, `untrusted(${text})`);
}

function recordText(plan: Plan): string {
  const { record } = plan.shown;
  const words = record?.words ?? [];
  const link = linkWay(plan) === undefined ? "" : ", link: linkIn(record)";
  const ready = `{ is: "ready", reference${link} }`;
  const meaning = (word: string): string =>
    undecided(
      `what the status ${JSON.stringify(word)} means: return { is: "pending", status, reference }, ${ready}, or { is: "failed", code: "failed", message, reference }`,
    );
  const cases =
    words.length > 0
      ? words.map((word) => `    case ${JSON.stringify(word)}:\n      return ${meaning(word)};`)
      : [`    case ${undecided("which words the status has, one case each: the spec lists none")}:`];
  const shown = shownOperation(plan).name;
  const id = record?.id;
  const idText =
    id === undefined
      ? `  return identifierIn(${undecided(`which member of the answer of ${shown} is the report's id; String(…) of a number`)});`
      : record?.hasNumberId === true
        ? `  const id = record[${JSON.stringify(id)}];
  return identifierIn(Number.isSafeInteger(id) ? String(id) : id);`
        : `  return identifierIn(record[${JSON.stringify(id)}]);`;
  const { look, list, request } = plan.operations;
  const isUsed = look !== undefined || list !== undefined || request.method === "GET" || isAsShown(plan);
  const status =
    record?.status === undefined
      ? undecided(`which member of the answer of ${shown} has the status`)
      : `record[${JSON.stringify(record.status)}]`;
  return `
/** What the provider's record of a report means. A status that is not known is never success. */
${isUsed ? "" : "export "}function observeRecord(record: Untrusted): Observation {
  const reference = referenceIn(record);
  const given: unknown = ${status};
  const status = typeof given === "string" ? given.slice(0, 60) : "no status";
  if (reference === undefined) return { is: "unknown", status, sample: "an answer without a report's id" };
  switch (status) {
${cases.join("\n")}
    default:
      return { is: "unknown", status, sample: \`status \${JSON.stringify(status)}\`, reference };
  }
}

/** The report's id${record?.hasNumberId === true ? ", which the spec has as a number" : ""}. */
function referenceIn(${id === undefined ? "_record" : "record"}: Untrusted): string | undefined {
${idText}
}
`;
}

/** The answer of the operation that shows one report. */
function answerText(plan: Plan): string {
  return `
/** What the answer of ${(plan.operations.look ?? plan.operations.request).name} means. */
export function observeAnswer(answer: unknown): Observation {
  return observeRecord(${within("answer", plan.shown.record?.within ?? [])});
}
`;
}

function createdText(plan: Plan): string {
  const { name } = plan.operations.request;
  const isSame = isAsShown(plan);
  const value = isSame
    ? `observeRecord(${within("answer", plan.created.record?.within ?? [])})`
    : undecided(
        `what the answer of ${name} means: the spec shows no record there with the status and id that ${shownOperation(plan).name} has. Return { is: "pending", status: "asked for", reference } with the report's id${plan.created.id === undefined ? "" : `, which is ${plan.created.id.join(".")}`}`,
      );
  return `
/** What the answer of ${name} means. */
export function observeCreated(${isSame ? "answer" : "_answer"}: unknown): Observation {
  return ${value};
}
`;
}

/** Has the answer to the request the members that a report is read from elsewhere? */
function isAsShown({ created: { record: created }, shown: { record } }: Plan): boolean {
  return created !== undefined && created.id === record?.id && created.status === record?.status;
}

function linkText(plan: Plan): string {
  const way = linkWay(plan) ?? [];
  const value = `${way.slice(0, -1).reduce((inner, member) => `untrusted(${inner}[${JSON.stringify(member)}])`, "record")}[${JSON.stringify(way.at(-1))}]`;
  return `
/** The link to the file, where the answer has one. When it expires is not read: see \`LinkLocation\`. */
export function linkIn(record: Untrusted): LinkLocation | undefined {
  const url = ${value};
  return typeof url === "string" && URL.canParse(url) ? { via: "link", url } : undefined;
}
`;
}

function lostText(plan: Plan): string {
  const pages = [...plan.pages.map(({ name }) => name), ...(plan.listing?.pageMembers ?? [])];
  const last =
    pages.length === 0
      ? ""
      : ` The listing has pages (${[...new Set(pages)].join(", ")}): "absent" is true only after the last page. Before it, answer { is: "searching", more: true, found: [] }, and find is called with the next place.`;
  return `
/** Which report of a listing a lost create made: of the same request, made since \`call.intentAt\`, and of no other job. Delete it for the tiers create-or-get and lookup. */
export async function lostReport(listed: unknown, call: SourceCall): Promise<Observation> {
  for (const report of reportsIn(listed)) {
    const reference = referenceIn(report);
    if (reference === undefined || !isOfRequest(report, call) || (await call.belongsToAnotherJob?.(reference))) continue;
    return observeRecord(report);
  }
  return ${undecided(`what it proves that no listed report is the lost one: { is: "absent" } only if the provider documents that the listing shows every report that was made, else { is: "searching", more: false, found: [] }.${last} Delete lostReport and find for the tiers create-or-get and lookup`)};
}

/** Is a listed report of this request, and made since the intent? */
function isOfRequest(_report: Untrusted, _call: SourceCall): boolean {
  return ${undecided("whether a listed report is of the same request (its members against call.request) and made since (call.intentAt ?? 0) - clockSkewMs: acmeListedReports in docs/jobs/own-source.md is a whole one")};
}
`;
}

function pageText({ pages, operations: { list } }: Plan): string {
  const members = pages.map(({ name, schema, isRequired }) => {
    const isNumber = typesOf(schema).some((type) => type === "integer" || type === "number");
    const { enum: values } = schema;
    const type = Array.isArray(values)
      ? values.map((value) => JSON.stringify(value)).join(" | ")
      : isNumber
        ? "number"
        : "string";
    return `readonly ${JSON.stringify(name)}${isRequired ? "" : "?"}: ${type}`;
  });
  const names = pages.map(({ name }) => name).join(", ");
  return `
/** The parameters that ask for a page of the listing. A look asks for place 0; \`find\` for 0, 1, … while it answers \`searching\` with \`more\`. */
export function pageAt(_place: number): { ${members.join("; ")} } {
  return ${undecided(`which page of ${list?.name ?? "the listing"} a place is (${names}), such as { page: place + 1 }. A look sees place 0 alone: choose a page, an order or a filter that has the report there`)};
}
`;
}
