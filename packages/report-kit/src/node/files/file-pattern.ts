/// <reference types="node" />
import { nearestName } from "@report-kit/http";
import { withDelivery } from "../../download/name/file-name.ts";
import { safeName } from "../../download/name/safe-name.ts";
import type { ReportIdentity } from "../../source/ready-report.ts";
import { refuse } from "../../refuse.ts";
import { hashText } from "./hash.ts";

/** A pattern for paths below a target's directory, in parts between its slashes. */
export type FilePattern = readonly string[];

const days = ["from", "to"] as const;
const ofReport = ["source", "provider", "account", "reportType", "key", ...days] as const;
/** Known once the file has come: a directory can't be named by them. */
const ofFile = ["name", "ext"] as const;
const known: readonly string[] = [...ofReport, ...ofFile];

const longestPattern = 500;

/** @throws ReportRequestError for a pattern that can't be used. */
export function readPattern(value: unknown): FilePattern {
  const field = "fileName";
  if (typeof value !== "string" || value === "" || value.length > longestPattern) {
    return refuse(field, 'a pattern such as "{provider}/{account}/{reportType}/{from}_{to}.{ext}"', value);
  }
  const parts = value.split("/");
  for (const [place, part] of parts.entries()) {
    const isLast = place === parts.length - 1;
    const plain = part.replaceAll("{", "").replaceAll("}", "");
    if (safeName(plain) !== plain) {
      refuse(
        field,
        "a relative path of names that are safe on Linux, macOS and Windows, between single slashes",
        value,
      );
    }
    const members = membersOf(part);
    if (members === undefined) refuse(field, "a { and a } around each member", value);
    for (const name of members) {
      if (!known.includes(name)) refuse(field, `members that are known (${known.join(", ")}${meant(name)})`, value);
      if (!isLast && isOfFile(name)) refuse(field, `{${name}} in the last part alone`, value);
    }
    if (isLast && !members.some(isOfFile)) refuse(field, "{ext} or {name} in the last part", value);
  }
  return parts;
}

/** @throws ReportRequestError when the report has no days, and the pattern wants them. */
export function checkPattern(pattern: FilePattern, { period, source }: ReportIdentity): void {
  const wanted = days.find((name) => pattern.some((part) => part.includes(`{${name}}`)));
  if (period !== undefined || wanted === undefined) return;
  refuse(
    "fileName",
    `a pattern without {${wanted}}: ${source} does not name the days of this report`,
    pattern.join("/"),
  );
}

export function directoriesOf(pattern: FilePattern, report: ReportIdentity): readonly string[] {
  return pattern.slice(0, -1).flatMap((part) => {
    // A source's id is a provider and an account: two directories.
    if (part === "{source}") return report.source.split("/").map(segment);
    return [filled(part, report)];
  });
}

/** @param name what the file is called without a pattern: safe, its ending by its bytes */
export function fileNameOf(pattern: FilePattern, report: ReportIdentity, name: string): string {
  const part = pattern.at(-1) ?? "{name}";
  if (part === "{name}") return name;
  const made = filled(part, report, name);
  // `name` has the delivery in it already.
  return part.includes("{name}") ? made : (safeName(withDelivery(made, report.delivery)) ?? made);
}

function filled(part: string, report: ReportIdentity, name = ""): string {
  const { source, provider, account, reportType, key, period } = report;
  const values: Readonly<Record<string, string>> = {
    source: segment(source),
    provider: segment(provider),
    account: segment(account),
    reportType: segment(reportType),
    key,
    from: period?.from ?? "",
    to: period?.to ?? "",
    name,
    ext: name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "bin",
  };
  const text = part.replaceAll(/\{(\w{1,20})\}/g, (_, member: string) => values[member] ?? "");
  return safeName(text) ?? "_";
}

/** The members of a part; undefined when its braces don't match. */
function membersOf(part: string): readonly string[] | undefined {
  const [, ...rest] = part.split("{");
  const members = rest.map((each) => each.split("}"));
  const isSound = members.every(({ length }) => length === 2) && !part.slice(0, part.indexOf("{")).includes("}");
  return isSound ? members.map(([name = ""]) => name) : undefined;
}

function isOfFile(name: string): boolean {
  return (ofFile as readonly string[]).includes(name);
}

function meant(name: string): string {
  const near = nearestName(name, known);
  return near === undefined ? "" : `; did you mean {${near}}?`;
}

/** A directory's name for a part of a source's id. Two ids never share one: what had to be changed gets a hash. */
function segment(part: string): string {
  const safe = safeName(part);
  return safe === part ? part : `${safe ?? "_"}-${hashText(part).slice(0, 8)}`;
}
