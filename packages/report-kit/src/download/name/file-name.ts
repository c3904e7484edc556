import type { ReadyReport } from "../../source/ready-report.ts";
import type { ReportPeriod } from "../../source/report-source.ts";
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
 * What to call a file. It has the period in it, so that the files of two nights never share a name: at the front, where the
 * provider's own name lacks it. Of a report that is delivered again it has the delivery at the end. Without a name from the provider it is made of the report type and the key, never of the link: links
 * to the reports of two days commonly end in the same word. Its ending follows the bytes.
 */
export function nameFile(
  report: Pick<ReadyReport, "key" | "reportType" | "fileName" | "expects" | "period" | "delivery">,
  type: FileType,
  hints: Hints,
): { readonly name: string; readonly mediaType: string } {
  const { key, reportType, fileName, expects, period, delivery } = report;
  const [extension, mediaType] = typeNames[type];
  const own = `${reportType}-${key.slice(0, 8)}.${extension}`;
  const names = [fileName, ...hints.names, own].map((each) => safeName(each ?? ""));
  const plain = withEndingOf(type, names.find((each) => each !== undefined) ?? own);
  const name = withDelivery(period === undefined ? plain : withPeriod(plain, period), delivery);
  return {
    name: safeName(name) ?? own,
    mediaType: mediaType ?? (expects === "csv" ? "text/csv" : (mediaTypeIn(hints) ?? "application/octet-stream")),
  };
}

/** `settlement.csv` becomes `2026-11-19_settlement.csv`. */
function withPeriod(name: string, { from, to }: ReportPeriod): string {
  const month = from.slice(0, "YYYY-MM".length);
  const isMonth = from === `${month}-01` && to.startsWith(month) && isLastOfMonth(to);
  const isNamed = (hasDate(name, from) && hasDate(name, to)) || (isMonth && hasDate(name, month, "(?!-?\\d)"));
  const days = from === to ? from : `${from}_${to}`;
  return isNamed ? name : `${isMonth ? month : days}_${name}`;
}

function isLastOfMonth(day: string): boolean {
  return new Date(Date.parse(day) + 86_400_000).getUTCDate() === 1;
}

/** Whether a name has a day or month in it, as `2026-11-19` or as `20261119`, and not inside a longer number. */
function hasDate(name: string, date: string, before = ""): boolean {
  return new RegExp(`(?<!\\d)(?:${date}|${date.replaceAll("-", "")})${before}`).test(name);
}

/** What is delivered again lies beside what was delivered before: `settlement.csv` becomes `settlement_5f0c8a52-2.csv`. */
export function withDelivery(name: string, delivery: ReadyReport["delivery"]): string {
  if (delivery?.earlier === undefined) return name;
  const [key = "", n = ""] = delivery.id.split(".");
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot <= 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot)];
  return `${stem}_${key.slice(0, 8)}-${n}${ending}`;
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
    // An ending of no known type, or none: the name is what it is, but for what was taken off.
    if (means === undefined) return stem === name ? name : `${stem}.${typeNames[type][0]}`;
    // The ending before its own may name what it holds.
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
