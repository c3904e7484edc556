import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { reportFacts } from "../support/report-facts.ts";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { toDirectory } from "../../src/node/files/targets.ts";
import { unpacked } from "../../src/unpack/index.ts";
import type { UnpackLimits } from "../../src/unpack/index.ts";
import { csvOf, downloadErrorOf, filesBelow, sha256, temporaryDirectory } from "../download/ready-report.ts";
import { fetchAndUnpack } from "./fetch-and-unpack.ts";
import { zipOf } from "./zip.ts";

const csv = csvOf(200_000);
const rows = csvOf(5000, 3);

/** It must fail, and leave nothing. */
async function refusal(body: Uint8Array, name: string, limits?: UnpackLimits) {
  const directory = await temporaryDirectory();
  const error = await downloadErrorOf(fetchAndUnpack(body, name, { directory, ...(limits && { limits }) }));
  expect(await filesBelow(directory)).toEqual([]);
  return error;
}

describe("an archive", () => {
  it("that is none is left as it is", async () => {
    expect((await fetchAndUnpack(csv, "r.csv")).file.unpacked).toEqual([]);
  });

  it("that is a zip is unpacked into a directory named after it", async () => {
    const zip = zipOf({ "report.csv": csv, "sub/rows.csv": rows });
    const { file, directory } = await fetchAndUnpack(zip, "report_c3050350.zip");
    const base = join(directory, "circle", "treasury");
    expect(file).toMatchObject({ path: join(base, "report_c3050350.zip"), sha256: sha256(zip) });
    expect(file.unpacked).toEqual([
      { path: join(base, "report_c3050350", "report.csv"), name: "report.csv", bytes: csv.length, sha256: sha256(csv) },
      {
        path: join(base, "report_c3050350", "sub", "rows.csv"),
        name: "rows.csv",
        bytes: rows.length,
        sha256: sha256(rows),
      },
    ]);
    expect(sha256(await readFile(join(base, "report_c3050350", "report.csv")))).toBe(sha256(csv));
    expect(await filesBelow(directory)).toHaveLength(3);
    // And again, which finds the same.
    expect((await fetchAndUnpack(zip, "report_c3050350.zip", { directory })).file).toEqual({ ...file, existed: true });
    await writeFile(join(base, "report_c3050350", "report.csv"), "mine");
    expect(await downloadErrorOf(fetchAndUnpack(zip, "report_c3050350.zip", { directory }))).toMatchObject({
      code: "exists",
    });
  });

  it("that is a gzip is unpacked beside itself, all its members", async () => {
    const gzip = Buffer.concat([gzipSync(csv), gzipSync(rows)]);
    const both = Buffer.concat([csv, rows]);
    const { file, directory } = await fetchAndUnpack(gzip, "report.csv.gz");
    expect(file.unpacked).toEqual([
      {
        path: join(directory, "circle", "treasury", "report.csv"),
        name: "report.csv",
        bytes: both.length,
        sha256: sha256(both),
      },
    ]);
    expect((await fetchAndUnpack(gzip, "report")).file.unpacked).toMatchObject([{ name: "report.unpacked" }]);
  });

  it("that is a workbook is not taken apart", async () => {
    const { file } = await fetchAndUnpack(zipOf({ "[Content_Types].xml": rows, "xl/workbook.xml": rows }), "r.xlsx");
    expect(file.unpacked).toEqual([]);
  });

  it.each(["../evil.csv", "/etc/cron.d/evil", "a/../../evil.csv", "C:\\evil.csv", "..\\evil.csv", "a/./b"])(
    "never writes elsewhere, through a file named %s",
    async (name) => {
      expect(await refusal(zipOf({ [name]: csv }), "r.zip")).toMatchObject({
        code: "unsafe-archive",
        retryable: false,
      });
    },
  );

  it.each<[string, Readonly<Record<string, Uint8Array>>]>([
    ["a file and a file below it", { a: csv, "a/b": rows }],
    ["a file and a file far below it", { "x/a": csv, "x/a/b/c/d": rows }],
    ["a file behind the one below it", { "a/b": rows, a: csv }],
    ["names that differ in case alone", { A: csv, "a/b": rows }],
  ])("is refused when a file would have to be a directory: %s", async (_what, files) => {
    expect(await refusal(zipOf(files), "r.zip")).toMatchObject({ code: "unsafe-archive", retryable: false });
  });

  it.each([9, 12, 14, 93, 95, 98])("is unsupported when it is compressed by method %i", async (method) => {
    const error = await refusal(zipOf({ "a.csv": csv }, { method }), "r.zip");
    expect(error).toMatchObject({
      code: "unsupported-archive",
      retryable: false,
      message: expect.stringContaining(`${method}`),
    });
  });

  it("is unsupported when it is encrypted", async () => {
    const error = await refusal(zipOf({ "a.csv": csv }, { flags: 1 }), "r.zip");
    expect(error).toMatchObject({ code: "unsupported-archive", retryable: false });
  });

  it.each([
    ["a symbolic link", 0o120777],
    ["a FIFO", 0o010644],
    ["a device", 0o060644],
    ["a socket", 0o140644],
  ])("is refused when it holds %s", async (_what, unixMode) => {
    expect(await refusal(zipOf({ "a.csv": csv }, { unixMode }), "r.zip")).toMatchObject({ code: "unsafe-archive" });
  });

  it("with directories as old .NET writes them is unpacked, and so are plain files of Unix", async () => {
    const empty = Buffer.alloc(0);
    const zip = zipOf({ "reports\\": empty, "reports\\a.csv": csv, "reports\\deep\\": empty, "other/b.csv": rows });
    const { file, directory } = await fetchAndUnpack(zip, "r.zip");
    const base = join(directory, "circle", "treasury", "r");
    expect(file.unpacked.map(({ path }) => path)).toEqual([
      join(base, "reports", "a.csv"),
      join(base, "other", "b.csv"),
    ]);
    const plain = zipOf({ "a.csv": csv }, { unixMode: 0o100644 });
    expect((await fetchAndUnpack(plain, "r.zip")).file.unpacked).toHaveLength(1);
  });

  it("is refused when two of its files would have one name", async () => {
    expect(await refusal(zipOf({ "a.csv": csv, "A.csv": rows }), "r.zip")).toMatchObject({ code: "unsafe-archive" });
    expect(await refusal(zipOf({ "a?.csv": csv, "a*.csv": rows }), "r.zip")).toMatchObject({ code: "unsafe-archive" });
  });

  it("is refused when it swells beyond its limits: by ratio, bytes or files", async () => {
    const zeros = Buffer.alloc(20 * 1024 * 1024, "0");
    expect(await refusal(zipOf({ "bomb.csv": zeros }), "r.zip")).toMatchObject({ code: "unsafe-archive" });
    expect(await refusal(gzipSync(zeros), "r.gz")).toMatchObject({ code: "unsafe-archive" });
    expect(await refusal(zipOf({ "a.csv": csv, "b.csv": csv }), "r.zip", { maxBytes: 300_000 })).toMatchObject({
      code: "unsafe-archive",
    });
    expect(await refusal(zipOf({ "a.csv": csv, "b.csv": csv }), "r.zip", { maxFiles: 1 })).toMatchObject({
      code: "unsafe-archive",
    });
    const { file } = await fetchAndUnpack(zipOf({ "big.csv": zeros }), "r.zip", { limits: { maxRatio: 2000 } });
    expect(file.unpacked).toMatchObject([{ bytes: zeros.length }]);
  });

  it("is refused when a file in it is damaged, although its length fits", async () => {
    const zip = zipOf({ "a.csv": csv });
    zip[5000] = (zip[5000] ?? 0) ^ 0xff;
    expect(await refusal(zip, "r.zip")).toMatchObject({ code: "truncated" });
  });
});

describe("a target that unpacks", () => {
  it.each([
    ["maxFiles", 0],
    ["maxBytes", "1 GB"],
    ["maxRatio", Number.NaN],
  ])("refuses a limit that can't work: %s of %j", (name, value) => {
    const limits = { [name]: value } as UnpackLimits; // plain JavaScript can pass it
    expect(() => unpacked(toDirectory("out"), limits)).toThrow(
      expect.objectContaining({ name: "ReportRequestError", field: name }),
    );
  });

  it("has the target that it wraps checked, with the options and the report", async () => {
    const seen: unknown[] = [];
    const inner = { ...toDirectory("out"), check: async (...given: readonly object[]) => void seen.push(...given) };
    const report = reportFacts("k");
    await unpacked(inner).check?.({ overwrite: "never" }, report);
    expect(seen).toEqual([{ overwrite: "never" }, report]);
  });

  it("is refused before anything is sent when the library is missing, with the command that installs it", async () => {
    vi.doMock("@zip.js/zip.js", () => {
      throw new Error("Cannot find package");
    });
    onTestFinished(() => vi.doUnmock("@zip.js/zip.js"));
    await expect(unpacked(toDirectory(await temporaryDirectory())).check?.({}, reportFacts("k"))).rejects.toMatchObject(
      {
        name: "ReportRequestError",
        message: expect.stringContaining("npm install @zip.js/zip.js"),
      },
    );
  });
});
