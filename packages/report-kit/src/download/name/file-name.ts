import type { ReadyReport } from "../../source/ready-report.ts";
import type { FileType } from "../content/file-type.ts";
import { typeNames } from "../content/file-type.ts";
import { safeName } from "./safe-name.ts";

/** What is known of a file besides its bytes. All of it is the provider's: untrusted. */
export interface Hints {
  readonly link: URL | undefined;
  /** Names, the most trustworthy first. */
  readonly names: readonly (string | undefined)[];
  readonly mediaTypes: readonly (string | null | undefined)[];
}

/** Endings that say what a file is, and so must not say otherwise than its bytes. */
const endings: Readonly<Partial<Record<FileType, readonly string[]>>> = {
  text: ["csv", "tsv", "txt", "psv"],
  xml: ["xml"],
  xlsx: ["xlsx", "xlsm"],
  zip: ["zip"],
  gzip: ["gz", "gzip", "tgz"],
  json: ["json"],
};

/**
 * What to call a file. Without a name from the provider it is made of the report type and the key, never of the link: links
 * to the reports of two days commonly end in the same word. Its ending follows the bytes.
 */
export function nameFile(
  { key, reportType, fileName, expects }: Pick<ReadyReport, "key" | "reportType" | "fileName" | "expects">,
  type: FileType,
  hints: Hints,
): { readonly name: string; readonly mediaType: string } {
  const [extension, mediaType] = typeNames[type];
  const own = `${reportType}-${key.slice(0, 8)}.${extension}`;
  const names = [fileName, ...hints.names, own].map((each) => safeName(each ?? ""));
  const name = names.find((each) => each !== undefined) ?? own;
  return {
    name: safeName(withEndingOf(type, name)) ?? name,
    mediaType: mediaType ?? (expects === "csv" ? "text/csv" : (mediaTypeIn(hints) ?? "application/octet-stream")),
  };
}

/** A plain CSV that is called `x.csv.gz` becomes `x.csv`; a gzip called `x.csv`, `x.csv.gz`; a workbook called `x.zip`, `x.xlsx`. */
function withEndingOf(type: FileType, name: string): string {
  const own = endings[type];
  if (own === undefined) return name;
  let stem = name;
  for (;;) {
    const ending = stem.slice(stem.lastIndexOf(".") + 1).toLowerCase();
    const means = ending === stem.toLowerCase() ? undefined : typeOfEnding(ending);
    if (means === type) return stem;
    // An ending that says nothing, or none: the name is what it is, but for what was taken off.
    if (means === undefined) return stem === name ? name : `${stem}.${typeNames[type][0]}`;
    // What a gzip holds may be said before its own ending.
    if (type === "gzip") return `${stem}.gz`;
    stem = stem.slice(0, stem.lastIndexOf("."));
  }
}

function typeOfEnding(ending: string): FileType | undefined {
  return (Object.keys(endings) as FileType[]).find((type) => endings[type]?.includes(ending)); // its keys are types
}

/** The first media type that is one, without its parameters. */
function mediaTypeIn({ mediaTypes }: Hints): string | undefined {
  return mediaTypes
    .map((each) => each?.split(";", 1)[0]?.trim().toLowerCase())
    .find((each) => each !== undefined && each.length < 128 && /^[\w.+-]+\/[\w.+-]+$/.test(each));
}
