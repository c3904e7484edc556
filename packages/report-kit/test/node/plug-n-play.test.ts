import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { unpacked } from "../../src/unpack/index.ts";
import { fileJournal } from "../../src/node/journal/file-journal.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import { csvOf, downloadTo, linkTo, reportAt, sha256, temporaryDirectory } from "../download/ready-report.ts";
import { startStorage } from "../download/storage.ts";

describe("with file handles that refuse what those of Yarn's Plug'n'Play refuse", () => {
  beforeAll(async () => {
    const handle = await open(import.meta.filename);
    await handle.close();
    const refuse = async (): Promise<never> => Promise.reject(new Error("Method not implemented."));
    const ofAllHandles = Object.getPrototypeOf(handle) as FileHandle; // what `open` gives
    Object.assign(ofAllHandles, { sync: refuse, datasync: refuse, readv: refuse, utimes: refuse });
  });

  it("a journal keeps, changes and removes its records", async () => {
    const journal = fileJournal(await temporaryDirectory());
    expect(await journal.write("pulse", { beat: 1 }, 0)).toBe(1);
    expect(await journal.write("pulse", { beat: 2 }, 1)).toBe(2);
    expect(await journal.read("pulse")).toEqual({ revision: 2, value: { beat: 2 } });
    expect(await journal.remove("pulse", 2)).toBe(true);
  });

  it("a report gets its final name, and what is unpacked of it too", async () => {
    const csv = csvOf(100_000);
    const storage = await startStorage({ body: gzipSync(csv), etag: '"e"' });
    const into = await temporaryDirectory();
    const context = reportAt([linkTo(storage)], { fileName: "report.csv.gz" });
    const file = await downloadTo(context, unpacked(toDirectory(into)));
    expect(file.path).toBe(join(into, "circle", "treasury", "report.csv.gz"));
    expect(file.unpacked).toMatchObject([{ name: "report.csv", sha256: sha256(csv) }]);
  });
});
