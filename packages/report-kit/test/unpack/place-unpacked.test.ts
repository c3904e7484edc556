import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toDirectory } from "../../src/node/files/targets.ts";
import { unpacked } from "../../src/unpack/index.ts";
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
import { fetchAndUnpack } from "./fetch-and-unpack.ts";
import { zipOf } from "./zip.ts";

const csv = csvOf(200_000);
const rows = csvOf(5000, 3);

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
