import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FileType } from "../../src/download/content/file-type.ts";
import { dispositionName } from "../../src/download/name/content-disposition.ts";
import { nameFile } from "../../src/download/name/file-name.ts";
import { safeName } from "../../src/download/name/safe-name.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";

describe("a name from outside", () => {
  it.each([
    ["camt053_2026-11-19_report.xml", "camt053_2026-11-19_report.xml"],
    ["settlement-report-USER_ID-2022-10-11-182907.csv", "settlement-report-USER_ID-2022-10-11-182907.csv"],
    [
      "daily_account_statement_646180110400000007_20260224.csv",
      "daily_account_statement_646180110400000007_20260224.csv",
    ],
    ["Relatório ñ 報告.csv", "Relatório ñ 報告.csv"],
    ["../../etc/passwd", "passwd"],
    ["..\\..\\Windows\\system.ini", "system.ini"],
    ["/absolute/name.csv", "name.csv"],
    ["C:\\reports\\a.csv", "a.csv"],
    ["C:a.csv", "C_a.csv"],
    ["a.csv:stream", "a.csv_stream"],
    ["directory/", "directory"],
    [".bashrc", "bashrc"],
    ["...csv", "csv"],
    ["-rf", "rf"],
    ["name. . ", "name"],
    ["con", "_con"],
    ["CON.csv", "_CON.csv"],
    ["nul .txt", "_nul .txt"],
    ["com¹.csv", "_com¹.csv"],
    ["LPT9.tar.gz", "_LPT9.tar.gz"],
    ["conto.csv", "conto.csv"],
    ["a\u0000b\nc.csv", "a_b_c.csv"],
    ["invoice\u202Evsc.exe", "invoice_vsc.exe"],
    ["cafe\u0301.csv", "café.csv"],
    ["a\ud800b.csv", "a_b.csv"],
    ['what?*"<>|.csv', "what______.csv"],
    [`${"x".repeat(300)}.csv`, `${"x".repeat(196)}.csv`],
    [`${"é".repeat(150)}.csv`, `${"é".repeat(98)}.csv`],
  ])("%j becomes %j", (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it.each(["", ".", "..", "/", "../", "\\", " ", "...", "?", "\u0000", "a/.."])(
    "%j has nothing to be a name",
    (name) => {
      expect(safeName(name)).toBeUndefined();
    },
  );

  it("is safe, and stays as it is when made safe again, whatever it was", { timeout: soak ? 600_000 : 60_000 }, () => {
    const piece = fc.constantFrom(
      "..",
      "/",
      "\\",
      ".",
      " ",
      "-",
      ":",
      "con",
      "NUL",
      "com1",
      "lpt²",
      "\u0000",
      "\u202e",
      "\ufeff",
      "é",
      "e\u0301",
      "𝒳",
      "\ud83d",
      "a",
      ".csv",
    );
    const name = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.array(fc.oneof(piece, fc.string({ unit: "binary" })), { maxLength: 300 }).map((parts) => parts.join("")),
      fc.string({ unit: "binary", maxLength: 300 }),
    );
    fc.assert(
      fc.property(name, (text) => {
        const safe = safeName(text);
        if (safe === undefined) return;
        expect(safeName(safe)).toBe(safe);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(200);
        expect(safe).toBe(safe.normalize("NFC"));
        expect(safe).not.toMatch(/^[.\s-]|[.\s]$|[/\\:*?"<>|]|\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/u);
        expect(safe).not.toMatch(/^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i);
      }),
      { seed: 20_261_121, numRuns: soak ? 1_000_000 : 5_000 },
    );
  });
});

describe("a Content-Disposition", () => {
  it.each<[string | null, string | undefined]>([
    [null, undefined],
    ["attachment", undefined],
    ["attachment; filename=camt053_2026-11-19_report.xml", "camt053_2026-11-19_report.xml"],
    ['attachment; filename="a b.csv"', "a b.csv"],
    ['attachment; filename="a\\"b;c.csv"; size=5', 'a"b;c.csv'],
    ['ATTACHMENT; FileName = "a.csv"', "a.csv"],
    ["attachment; filename=plain.csv; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.csv", "naïve €.csv"],
    ["attachment; filename*=utf-8'en'a%20b.csv; filename=plain.csv", "a b.csv"],
    ["attachment; filename*=ISO-8859-1''na%EFve.csv; filename=plain.csv", "plain.csv"],
    ["attachment; filename*=UTF-8''%zz; filename=plain.csv", "plain.csv"],
    ["attachment; filename*=UTF-8''", undefined],
    ['attachment; filename="na\u00c3\u00afve.csv"', "naïve.csv"],
    ['attachment; filename="na\u00efve.csv"', "naïve.csv"],
    ['inline; filename="../../x.csv"', "../../x.csv"],
    ['attachment; note="; filename=evil.csv"; filename=good.csv', "good.csv"],
    ["attachment; filename=Settlement report 2026-11-19.csv", "Settlement report 2026-11-19.csv"],
    ["attachment; filename=Settlement report 2026-11-19.csv ; size=7", "Settlement report 2026-11-19.csv"],
    ["attachment; filename=a=b.csv; filename*=UTF-8''", "a=b.csv"],
    ["attachment; filename='a b.csv'", "a b.csv"],
    ["attachment; size=1; filename='a b.csv' ;x", "a b.csv"],
    ["attachment; filename=it's.csv", "it's.csv"],
    ["attachment; filename='", "'"],
    ["attachment; filename=''", undefined],
    ["attachment; filename=; size=3", undefined],
    ["attachment; filename", undefined],
    ["attachment; filename; filename=a.csv", "a.csv"],
    ['attachment; filename="a.csv', "a.csv"],
    ['attachment; filename="a.csv\\', "a.csv\\"],
    ['attachment; filename="a.csv"b; filename=c.csv', "a.csv"],
    [`attachment; filename=\t"a b.csv"`, "a b.csv"],
    ["attachment; filename*=UTF-8'en'it%27s'%20mine.csv", "it's' mine.csv"],
    ["attachment; filename*=a.csv; filename=b.csv", "b.csv"],
    ["filename=a.csv", undefined],
    [`attachment; filename=${"a".repeat(20_000)}.csv`, undefined],
  ])("%j names %j", (header, name) => {
    expect(dispositionName(header)).toBe(name);
  });
});

describe("a file's name", () => {
  const named = (type: FileType, fileName: string): string =>
    nameFile({ key: "5f0c8a52-9d3e", reportType: "camt053", fileName, expects: undefined, period: undefined }, type, {
      link: undefined,
      names: [],
      mediaTypes: [],
    }).name;

  it.each<[FileType, string, string]>([
    ["text", "x.csv.gz", "x.csv"],
    ["text", "x.csv.GZIP", "x.csv"],
    ["text", "x.gz", "x.csv"],
    ["text", "x.zip", "x.csv"],
    ["text", "x.csv.gz.gz", "x.csv"],
    ["text", "x.xlsx", "x.csv"],
    ["text", "x.txt", "x.txt"],
    ["text", "x.TSV", "x.TSV"],
    ["text", "statement.940", "statement.940"],
    ["text", "statement", "statement"],
    ["text", "gz", "gz"],
    ["gzip", "x.csv.gz", "x.csv.gz"],
    ["gzip", "x.csv", "x.csv.gz"],
    ["gzip", "x.tgz", "x.tgz"],
    ["gzip", "x", "x"],
    ["zip", "x.csv", "x.zip"],
    ["zip", "x.xlsx", "x.zip"],
    ["zip", "x.csv.zip", "x.csv.zip"],
    ["zip", "x.2026", "x.2026"],
    ["xlsx", "x.zip", "x.xlsx"],
    ["xlsx", "x.csv", "x.xlsx"],
    ["xlsx", "x.xlsm", "x.xlsm"],
    ["xml", "x.csv", "x.xml"],
    ["xml", "x.xml.gz", "x.xml"],
    ["xml", "x.camt", "x.camt"],
    ["binary", "x.csv", "x.csv"],
    ["gzip", `${"x".repeat(196)}.csv`, `${"x".repeat(196)}.csv`.slice(0, 197) + ".gz"],
  ])("of %s that is called %s is %s: its ending follows the bytes", (type, name, right) => {
    expect(named(type, name)).toBe(right);
    expect(safeName(right)).toBe(right);
  });
});
