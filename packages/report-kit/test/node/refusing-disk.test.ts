import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DownloadOptions, ReportFile, Target } from "../../src/download/index.ts";
import type { Journal } from "../../src/journal/journal.ts";
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

/** What the disk refuses now, by operation: a code, for files or directories. */
const refused: { fsync?: (isDirectory: boolean) => string | undefined; link?: string; write?: string } = {};

let toDirectory: (directory: string) => Target<ReportFile, DownloadOptions>;
let fileJournal: (directory: string) => Journal;

beforeAll(async () => {
  const { fsync } = fs;
  const { link } = fsPromises;
  Reflect.set(fs, "fsync", (fd: number, done: (error: Error | null) => void) => {
    const code = refused.fsync?.(fs.fstatSync(fd).isDirectory());
    if (code === undefined) fsync(fd, done);
    else setImmediate(() => done(errorOf(code, "fsync")));
  });
  Reflect.set(fsPromises, "link", async (from: string, to: string) => {
    if (refused.link !== undefined) throw errorOf(refused.link, "link");
    await link(from, to);
  });
  const handle = await fsPromises.open(process.execPath);
  await handle.close();
  const ofAllHandles: object = Object.getPrototypeOf(handle) as object; // what `open` gives
  const write: unknown = Reflect.get(ofAllHandles, "write");
  Reflect.set(ofAllHandles, "write", async function (this: unknown, ...args: unknown[]) {
    if (refused.write !== undefined) throw errorOf(refused.write, "write");
    return Reflect.apply(write as () => unknown, this, args); // it is a function
  });
  syncBuiltinESMExports();
  ({ toDirectory } = await import("../../src/node/files/targets.ts"));
  ({ fileJournal } = await import("../../src/node/journal/file-journal.ts"));
});

beforeEach(() => {
  for (const name of ["fsync", "link", "write"] as const) delete refused[name];
});

function errorOf(code: string, syscall: string): Error {
  const errno = -({ EINVAL: 22, ENOSPC: 28, EIO: 5, EPERM: 1 }[code] ?? 95);
  return Object.assign(new Error(`${code}: refused, ${syscall}`), { code, syscall, errno });
}

const body = csvOf(600_000);
const final = join("circle", "treasury", "statement.csv");

async function scene() {
  const storage = await startStorage({ body, etag: '"e"' });
  const directory = await temporaryDirectory();
  const context = reportAt([linkTo(storage)], { fileName: "statement.csv" });
  return { directory, download: () => downloadTo(context, toDirectory(directory)) };
}

describe("a share that can't sync", () => {
  it.each(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EISDIR", "EPERM"])(
    "directories (%s) takes a download all the same",
    async (code) => {
      const { directory, download } = await scene();
      refused.fsync = (isDirectory) => (isDirectory ? code : undefined);
      expect(await download()).toMatchObject({ sha256: sha256(body) });
      expect(await filesBelow(directory)).toEqual([final]);
    },
  );

  it("anything, and that makes no hard links, takes a download all the same", async () => {
    for (const link of ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"]) {
      const { directory, download } = await scene();
      refused.fsync = () => "EINVAL";
      refused.link = link;
      expect(await download()).toMatchObject({ sha256: sha256(body) });
      expect(await download()).toMatchObject({ sha256: sha256(body) });
      expect(await filesBelow(directory)).toEqual([final]);
    }
  });

  it("is no place for a journal, which says so before anything is written", async () => {
    const journal = fileJournal(await temporaryDirectory());
    refused.fsync = (isDirectory) => (isDirectory ? "EINVAL" : undefined);
    await expect(journal.write("job-1", {}, 0)).rejects.toMatchObject({
      name: "JournalError",
      code: "unusable-directory",
      retryable: false,
      message: expect.stringMatching(/can't sync.*local disk/),
    });
  });
});

describe("a disk that fails", () => {
  it("to sync the directory leaves nothing under the final name", async () => {
    const { directory, download } = await scene();
    let directories = 0;
    // The directories that are made come first.
    refused.fsync = (isDirectory) => (isDirectory && (directories += 1) > 2 ? "EIO" : undefined);
    expect(await downloadErrorOf(download())).toMatchObject({
      code: "target",
      message: expect.stringContaining(join(directory, final)),
    });
    expect((await filesBelow(directory)).filter((path) => !path.includes(".part/"))).toEqual([]);
  });

  it.each([
    ["ENOSPC", true, /no space left on device.*make room/],
    ["EIO", false, /i\/o error.*system's log/],
  ])("to write (%s) is an error that names the path and what to do", async (code, retryable, message) => {
    const { directory, download } = await scene();
    refused.write = code;
    const error = await downloadErrorOf(download());
    expect(error).toMatchObject({ code: "target", retryable, message: expect.stringMatching(message) });
    expect(error?.message).toContain(join(directory, "circle", "treasury", ".report-"));
  });
});
