import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Overwrite } from "../../src/download/index.ts";
import { unpacked } from "../../src/unpack/index.ts";
import type { UnpackedReportFile, UnpackLimits } from "../../src/unpack/index.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import {
  csvOf,
  downloadErrorOf,
  downloadTo,
  filesBelow,
  key,
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

describe("a directory of an archive that is there already", () => {
  const zip = zipOf({ "a.csv": csv, "deep/b.csv": rows });
  const other = zipOf({ "a.csv": rows, "c.csv": csv });

  async function unpackedOnce(): Promise<{ directory: string; base: string }> {
    const { directory } = await fetchAndUnpack(zip, "r.zip");
    return { directory, base: join(directory, "circle", "treasury") };
  }

  it("with the same files is success, whatever else is in it", async () => {
    const { directory, base } = await unpackedOnce();
    await writeFile(join(base, "r", "booked.txt"), "mine");
    for (const overwrite of ["same", "always"] as const) {
      expect((await fetchAndUnpack(zip, "r.zip", { directory, overwrite })).file.unpacked).toHaveLength(2);
      expect(await readFile(join(base, "r", "booked.txt"), "utf8")).toBe("mine");
    }
  });

  it("with other files is an error, and stays as it is; the archive that came is deleted", async () => {
    const { directory, base } = await unpackedOnce();
    await rm(join(base, "r.zip"));
    const before = await filesBelow(directory);
    const error = await downloadErrorOf(fetchAndUnpack(other, "r.zip", { directory }));
    expect(error).toMatchObject({ code: "exists", retryable: false });
    expect(await filesBelow(directory)).toEqual(before);
  });

  it("is an error with overwrite: never, and the archive that was there stays", async () => {
    const { directory, base } = await unpackedOnce();
    const before = await filesBelow(directory);
    expect(await downloadErrorOf(fetchAndUnpack(zip, "r.zip", { directory, overwrite: "never" }))).toMatchObject({
      code: "exists",
    });
    await rm(join(base, "r.zip"));
    expect(await downloadErrorOf(fetchAndUnpack(zip, "r.zip", { directory, overwrite: "never" }))).toMatchObject({
      code: "exists",
    });
    expect(await filesBelow(directory)).toEqual(before.filter((path) => !path.endsWith("r.zip")));
  });

  it("with other files is replaced as a whole with overwrite: always", async () => {
    const { directory } = await unpackedOnce();
    await fetchAndUnpack(other, "r.zip", { directory, overwrite: "always" });
    const place = join("circle", "treasury");
    expect(await filesBelow(directory)).toEqual(
      ["r.zip", "r/a.csv", "r/c.csv"].map((path) => join(place, path)).toSorted(),
    );
  });

  it("an archive that was there before stays when it can't be unpacked", async () => {
    const { directory } = await unpackedOnce();
    const error = await downloadErrorOf(fetchAndUnpack(zip, "r.zip", { directory, limits: { maxFiles: 1 } }));
    expect(error).toMatchObject({ code: "unsafe-archive" });
    expect(await filesBelow(directory)).toHaveLength(3);
  });

  it("that is a file is an error", async () => {
    const { directory, base } = await unpackedOnce();
    await rm(join(base, "r"), { recursive: true });
    await writeFile(join(base, "r"), "in the way");
    expect(await downloadErrorOf(fetchAndUnpack(zip, "r.zip", { directory }))).toMatchObject({ code: "exists" });
    expect(await readFile(join(base, "r"), "utf8")).toBe("in the way");
  });
});

describe("workers that unpack at the same time", () => {
  it("the same archive all have it", async () => {
    const directory = await temporaryDirectory();
    const zip = zipOf({ "a.csv": csv, "deep/b.csv": rows });
    const files = await Promise.all(Array.from({ length: 8 }, () => fetchAndUnpack(zip, "r.zip", { directory })));
    expect(files.map(({ file }) => file.unpacked.length)).toEqual(Array(8).fill(2));
    expect(await filesBelow(directory)).toHaveLength(3);
  });

  it("versions of it with overwrite: always leave one version, never a mixture", async () => {
    const directory = await temporaryDirectory();
    const versions = Array.from({ length: 6 }, (_, version) => {
      const bytes = csvOf(20_000, version + 1);
      return { bytes, zip: zipOf({ "a.csv": bytes, "b.csv": bytes, [`only-${version}.csv`]: bytes }) };
    });
    const runs = versions.map(({ zip }) => fetchAndUnpack(zip, "r.zip", { directory, overwrite: "always" }));
    const ends = await Promise.allSettled(runs);
    for (const end of ends) {
      // The archive of one may be replaced by another's before it was opened.
      if (end.status === "rejected")
        expect(end.reason).toMatchObject({ name: "DownloadError", code: "target", retryable: true });
    }
    expect(ends.some(({ status }) => status === "fulfilled")).toBe(true);
    const base = join(directory, "circle", "treasury");
    const names = (await readdir(join(base, "r"))).toSorted();
    const version = Number(/\d+/.exec(names[2] ?? "")?.[0]);
    expect(names).toEqual(["a.csv", "b.csv", `only-${version}.csv`]);
    for (const name of names)
      expect(sha256(await readFile(join(base, "r", name)))).toBe(sha256(versions[version]?.bytes ?? csv));
    expect((await readdir(base)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("leave nothing when one is stopped in the middle", async () => {
    const directory = await temporaryDirectory();
    const stop = new AbortController();
    const reason = new Error("called off");
    const storage = await startStorage({ body: zipOf({ "a.csv": csv, "b.csv": csvOf(3_000_000) }), etag: '"e"' });
    const inner = toDirectory(directory);
    const target = unpacked({
      ...inner,
      receive: async (report, options) => {
        const file = await inner.receive(report, options);
        setImmediate(() => stop.abort(reason));
        return file;
      },
    });
    const download = downloadTo(reportAt([linkTo(storage)], { fileName: "r.zip" }), target, { signal: stop.signal });
    await expect(download).rejects.toBe(reason);
    expect(await readdir(join(directory, "circle", "treasury"))).toEqual([]);
  });

  it("delete what one that died has left, once it is a day old", async () => {
    const { directory } = await fetchAndUnpack(zipOf({ "a.csv": csv }), "r.zip");
    const base = join(directory, "circle", "treasury");
    const left = [25, 1].map((hours) => ({ hours, path: join(base, `.report-${key}.left-${hours}.unpacked`) }));
    for (const { hours, path } of left) {
      await mkdir(join(path, "unpacked"), { recursive: true });
      const then = new Date(Date.now() - hours * 3_600_000);
      await utimes(path, then, then);
    }
    await fetchAndUnpack(zipOf({ "a.csv": csv }), "r.zip", { directory });
    expect((await readdir(base)).filter((name) => name.startsWith("."))).toEqual([`.report-${key}.left-1.unpacked`]);
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

  it("has the target that it wraps checked, with the options", async () => {
    const seen: unknown[] = [];
    const inner = { ...toDirectory("out"), check: async (options: object) => void seen.push(options) };
    await unpacked(inner).check?.({ overwrite: "never" });
    expect(seen).toEqual([{ overwrite: "never" }]);
  });

  it("is refused before anything is sent when the library is missing, with the command that installs it", async () => {
    vi.doMock("@zip.js/zip.js", () => {
      throw new Error("Cannot find package");
    });
    onTestFinished(() => vi.doUnmock("@zip.js/zip.js"));
    await expect(unpacked(toDirectory(await temporaryDirectory())).check?.({})).rejects.toMatchObject({
      name: "ReportRequestError",
      message: expect.stringContaining("npm install @zip.js/zip.js"),
    });
  });
});
