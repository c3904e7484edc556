import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Overwrite } from "../../src/download/index.ts";
import { unpacked } from "../../src/unpack/index.ts";
import type { UnpackedReportFile, UnpackLimits } from "../../src/unpack/index.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import {
  csvOf,
  downloadErrorOf,
  downloadTo,
  filesBelow,
  linkTo,
  reportAt,
  sha256,
  temporaryDirectory,
} from "../download/ready-report.ts";
import { startStorage } from "../download/storage.ts";
import { zipOf } from "./zip.ts";

const csv = csvOf(200_000);
const rows = csvOf(5000, 3);

async function fetchAndUnpack(
  body: Uint8Array,
  fileName: string,
  { limits, directory, overwrite }: { limits?: UnpackLimits; directory?: string; overwrite?: Overwrite } = {},
): Promise<{ file: UnpackedReportFile; directory: string }> {
  const into = directory ?? (await temporaryDirectory());
  const storage = await startStorage({ body, etag: '"e"' });
  const target = unpacked(toDirectory(into), limits);
  const file = await downloadTo(reportAt([linkTo(storage)], { fileName }), target, { overwrite });
  return { file, directory: into };
}

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

  it("is refused when two of its files would have one name", async () => {
    expect(await refusal(zipOf({ "a.csv": csv, "A.csv": rows }), "r.zip")).toMatchObject({ code: "unsafe-archive" });
    expect(await refusal(zipOf({ "a?.csv": csv, "a*.csv": rows }), "r.zip")).toMatchObject({ code: "unsafe-archive" });
  });

  it("is refused when it swells beyond its limits: by ratio, bytes or files", async () => {
    const zeros = Buffer.alloc(40 * 1024 * 1024, "0");
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
