/** A row of the Facts tables of a sources.md: what it is about, and what says so. */
export interface Fact {
  readonly line: number;
  readonly names: readonly string[];
  readonly sources: readonly string[];
  /** How sure it is: one of `degreesOfSurety`. */
  readonly sure: string;
}

/** A row of the Sources table: a document that was read. */
export interface SourceDocument {
  readonly key: string;
  readonly document: string;
  readonly address: string;
  readonly readOn: string;
}

export interface SourcesDocument {
  readonly keys: readonly string[];
  readonly documents: readonly SourceDocument[];
  readonly facts: readonly Fact[];
  /** The open questions, each on one line. */
  readonly questions: readonly string[];
  readonly problems: readonly string[];
}

interface Line {
  readonly number: number;
  readonly text: string;
}

const sections = ["Sources", "Facts", "Contradictions", "Open questions"];
const sourceColumns = ["key", "document", "address", "read on"];
const factColumns = ["what", "source", "read on", "sure", "note"];
/** How sure a fact can be, the surest first. */
export const degreesOfSurety: readonly string[] = [
  "documented",
  "documented (old)",
  "provider code",
  "observed",
  "example",
  "inferred",
  "guess",
  "ours",
];

/** Reads a sources.md by its strict format; whatever does not keep to it is a problem, by line. */
export function readSources(markdown: string): SourcesDocument {
  const problems: string[] = [];
  const report = (line: Line, what: string): void => void problems.push(`line ${line.number}: ${what}`);
  const lines = markdown.split("\n").map((text, index) => ({ number: index + 1, text }));
  const headings = lines.filter(({ text }) => text.startsWith("## "));
  if (headings.map(({ text }) => text.slice(3)).join() !== sections.join())
    problems.push(`its sections must be ${sections.join(", ")}, in this order`);
  const section = (name: string): readonly Line[] => {
    const start = lines.findIndex(({ text }) => text === `## ${name}`);
    if (start === -1) return [];
    const end = lines.findIndex(({ text }, index) => index > start && text.startsWith("## "));
    return lines.slice(start + 1, end === -1 ? undefined : end);
  };

  const keys: string[] = [];
  const documents: SourceDocument[] = [];
  for (const { line, cells } of tableRows(section("Sources"), sourceColumns, report)) {
    const [key = "", document = "", address = "", readOn = ""] = cells;
    if (!/^S\d+[a-z]?$/.test(key)) report(line, `${key} is no source key (such as S1)`);
    if (keys.includes(key)) report(line, `${key} is there twice`);
    if (!document || !address) report(line, `${key} has no document or no address`);
    if (!isDate(readOn)) report(line, `"${readOn}" is no date`);
    keys.push(key);
    documents.push({ key, document, address, readOn });
  }

  const facts = tableRows(section("Facts"), factColumns, report).map(({ line, cells }) => {
    const [what = "", source = "", readOn = "", sure = ""] = cells;
    if (!/^`[^`\s*]+`( `[^`\s*]+`)*$/.test(what))
      report(line, `"${what}" must be names in backticks, with one space between them`);
    const names = what.split(" ").map((name) => name.slice(1, -1));
    const sources = source.split(" ");
    for (const key of sources) if (!keys.includes(key)) report(line, `there is no source ${key}`);
    if (!isDate(readOn)) report(line, `"${readOn}" is no date`);
    if (!degreesOfSurety.includes(sure)) report(line, `"${sure}" must be one of ${degreesOfSurety.join(", ")}`);
    return { line: line.number, names, sources, sure };
  });

  const numbered = section("Contradictions").filter(({ text }) => /^\d+\. /.test(text));
  for (const [index, line] of numbered.entries())
    if (!line.text.startsWith(`${index + 1}. `))
      report(line, `contradictions are numbered from 1: this one is ${index + 1}`);
  for (const [name, mark] of [
    ["Contradictions", "1. "],
    ["Open questions", "- "],
  ] as const)
    if (!section(name).some(({ text }) => text.startsWith(mark))) problems.push(`"${name}" lists nothing`);
  const questions = section("Open questions")
    .map(({ text }) => text)
    .join("\n")
    .split(/^- /m)
    .slice(1)
    .map((question) => question.trim().replaceAll(/\s+/g, " "));
  return { keys, documents, facts, questions, problems };
}

interface Row {
  readonly line: Line;
  readonly cells: readonly string[];
}

/** The body rows of all tables among `lines`, each of which must have exactly these columns. */
function tableRows(
  lines: readonly Line[],
  columns: readonly string[],
  report: (line: Line, what: string) => void,
): readonly Row[] {
  const rows: Row[] = [];
  let rowOfTable = 0;
  for (const line of lines) {
    if (!line.text.startsWith("|")) {
      rowOfTable = 0;
      continue;
    }
    rowOfTable += 1;
    const cells = line.text
      .replace(/^\|/, "")
      .replace(/\|\s*$/, "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    if (rowOfTable === 1 && cells.join() !== columns.join()) report(line, `the columns must be ${columns.join(", ")}`);
    if (rowOfTable === 2 && !cells.every((cell) => /^-{3,}$/.test(cell)))
      report(line, "the second row of a table must be its rule");
    if (rowOfTable > 2) {
      if (cells.length !== columns.length) report(line, `has ${cells.length} cells instead of ${columns.length}`);
      rows.push({ line, cells });
    }
  }
  if (rows.length === 0 && lines[0] !== undefined)
    report(lines[0], `there is no row with the columns ${columns.join(", ")}`);
  return rows;
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
