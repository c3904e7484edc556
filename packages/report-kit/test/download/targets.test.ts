import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rename, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTarget, toStream } from "../../src/download/index.ts";
import type { DownloadOptions, PartNote, Sink } from "../../src/download/index.ts";
import { formatPartOwner, newPartOwner } from "../../src/node/files/part-owner.ts";
import { toDirectory, toFile } from "../../src/node/files/targets.ts";
import {
  collect,
  reportAt,
  csvOf,
  downloadErrorOf,
  downloadTo,
  filesBelow,
  key,
  linkTo,
  openStream,
  sha256,
  temporaryDirectory,
} from "./ready-report.ts";
import type { Storage } from "./storage.ts";
import { startStorage } from "./storage.ts";

const body = csvOf(600_000);
const name = "managed_payout_transactions-5f0c8a52.csv";

const onLinux = process.platform === "linux";

/** When a process started, in ticks since boot. */
function startOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ")[19] ?? "";
}

/** Leave a part behind: a download that is aborted once so many bytes came. */
async function leavePart(storage: Storage, directory: string, atByte: number): Promise<string> {
  const controller = new AbortController();
  const download = downloadTo(reportAt([linkTo(storage)]), toDirectory(directory), {
    signal: controller.signal,
    onProgress: ({ bytes }) => void (bytes >= atByte && controller.abort(new Error("enough"))),
  });
  await expect(download).rejects.toThrow("enough");
  const data = (await filesBelow(directory)).find((file) => file.endsWith("/data")) ?? "";
  return join(directory, dirname(data));
}

async function stored(file = { body, etag: '"e"' }): Promise<{ storage: Storage; directory: string; final: string }> {
  const directory = await temporaryDirectory();
  return { storage: await startStorage(file), directory, final: join(directory, "circle", "treasury", name) };
}

const download = (storage: Storage, directory: string, options?: DownloadOptions) =>
  downloadTo(reportAt([linkTo(storage)]), toDirectory(directory), options);

describe("a part of an earlier download", () => {
  it("is taken up where it ended, after its bytes were hashed again", async () => {
    const { storage, directory, final } = await stored();
    await leavePart(storage, directory, 300_000);
    const file = await download(storage, directory);
    expect(file).toMatchObject({ path: final, sha256: sha256(body), resumed: true, requests: 1 });
    expect(Number(/\d+/.exec(storage.seen[1]?.headers.range ?? "")?.[0])).toBeGreaterThanOrEqual(300_000);
    expect(await filesBelow(directory)).toEqual([join("circle", "treasury", name)]);
  });

  it("needs no request when it is whole", async () => {
    const { storage, directory } = await stored();
    const part = await leavePart(storage, directory, 300_000);
    const note: PartNote = {
      ...(JSON.parse(await readFile(join(part, "note.json"), "utf8")) as PartNote), // just written by us
      bytes: body.length,
      sha256: sha256(body),
    };
    await writeFile(join(part, "note.json"), JSON.stringify(note));
    await writeFile(join(part, "data"), body);
    expect(await download(storage, directory)).toMatchObject({ sha256: sha256(body), requests: 0, resumed: true });
  });

  const spoiled: [string, (part: string) => Promise<void>][] = [
    ["bytes that were lost", async (part) => writeFile(join(part, "data"), Buffer.alloc(400_000))],
    ["fewer bytes than noted", async (part) => truncate(join(part, "data"), 100_000)],
    ["no data", async (part) => rename(join(part, "data"), `${part}.gone`)],
    ["a note cut in the middle", async (part) => truncate(join(part, "note.json"), 40)],
    ["no note", async (part) => truncate(join(part, "note.json"), 0)],
    ["a note of a later version", async (part) => editNote(part, { v: 2 })],
    ["a weak validator", async (part) => editNote(part, { validator: 'W/"e"' })],
    ["more bytes than the whole", async (part) => editNote(part, { totalBytes: 5 })],
    ["another hash", async (part) => editNote(part, { sha256: "0".repeat(64) })],
    ["a name with a path in it", async (part) => editNote(part, { name: "../../evil.csv" })],
  ];
  it.each(spoiled)("is thrown away when it has %s", async (_what, spoil) => {
    const { storage, directory, final } = await stored();
    await spoil(await leavePart(storage, directory, 300_000));
    const file = await download(storage, directory);
    expect(file).toMatchObject({ path: final, sha256: sha256(body), resumed: false });
    expect(storage.seen[1]?.headers.range).toBeUndefined();
  });

  it("is thrown away when the file changed meanwhile", async () => {
    const { storage, directory } = await stored();
    await leavePart(storage, directory, 300_000);
    const other = csvOf(500_000, 9);
    storage.file = { body: other, etag: '"f"' };
    expect(await download(storage, directory)).toMatchObject({ sha256: sha256(other), requests: 1 });
  });

  it("that is the file itself, since a crash came right after naming it, is read and never written", async () => {
    const { storage, directory, final } = await stored();
    const part = await leavePart(storage, directory, 300_000);
    await writeFile(join(part, "data"), body);
    await link(join(part, "data"), final);
    expect(await download(storage, directory)).toMatchObject({ sha256: sha256(body), resumed: true });
    expect(sha256(await readFile(final))).toBe(sha256(body));
    expect(await filesBelow(directory)).toEqual([join("circle", "treasury", name)]);
  });

  it("belongs to one worker: two downloads at once are two parts, and one file", async () => {
    const { storage, directory, final } = await stored();
    const files = await Promise.all([1, 2, 3].map(() => download(storage, directory)));
    for (const file of files) expect(file).toMatchObject({ path: final, sha256: sha256(body), requests: 1 });
    expect(await filesBelow(directory)).toEqual([join("circle", "treasury", name)]);
  });

  const here = formatPartOwner(newPartOwner()).split("-", 1)[0] ?? "";
  const [started] = onLinux ? [startOf(process.ppid)] : ["0"];
  const owners: [string, string, number, boolean][] = [
    ["a process that is gone", `${here}-4194999-77-th-id`, 0, onLinux],
    ["a process whose pid another one has by now", `${here}-${process.ppid}-77-th-id`, 0, onLinux],
    ["a process that lives", `${here}-${process.ppid}-${started}-th-id`, 0, false],
    ["a living process, silent for an hour", `${here}-${process.ppid}-${started}-th-id`, 3_600_000, true],
    ["another machine or PID namespace, with a pid that is gone here", "00000000-4194999-77-th-id", 0, false],
    ["another machine or PID namespace, silent for an hour", "00000000-77-77-th-id", 3_600_000, true],
    ["a machine that can't be known, with a pid that is gone here", "0-4194999-0-th-id", 0, false],
    ["a machine that can't be known, silent for an hour", "0-4194999-0-th-id", 3_600_000, true],
    ["a name that names no owner", "whatever", 3_600_000, false],
  ];
  it.each(owners)("of %s is taken up, or left alone", async (_who, owner, silentMs, taken) => {
    const { storage, directory } = await stored();
    const part = await leavePart(storage, directory, 300_000);
    const theirs = join(dirname(part), `.report-${key}.${owner}.part`);
    await rename(part, theirs);
    const then = new Date(Date.now() - silentMs);
    await utimes(theirs, then, then);
    expect(await download(storage, directory)).toMatchObject({ resumed: taken, sha256: sha256(body) });
    expect(await filesBelow(directory)).toHaveLength(taken ? 1 : 3);
  });

  it("that its owner let go of is taken over at once by any process", async () => {
    const { storage, directory } = await stored();
    const part = await leavePart(storage, directory, 300_000);
    await rename(part, join(dirname(part), `.report-${key}.00000000-77-77-th-id.part`));
    expect(await download(storage, directory)).toMatchObject({ resumed: true, sha256: sha256(body) });
  });

  it("of another report is left alone", async () => {
    const { storage, directory } = await stored();
    const part = await leavePart(storage, directory, 300_000);
    const context = reportAt([linkTo(storage)]);
    const other = { ...context, key: "00000000-0000-8000-8000-000000000000" };
    expect(await downloadTo(other, toDirectory(directory))).toMatchObject({ resumed: false });
    expect((await stat(part)).isDirectory()).toBe(true);
  });
});

describe("a name that is taken", () => {
  it("is success for the same bytes, and an error for others, unless told otherwise", async () => {
    const { storage, directory, final } = await stored();
    const first = await download(storage, directory);
    const { ino } = await stat(final);
    expect(await download(storage, directory)).toEqual({ ...first, existed: true });
    expect((await stat(final)).ino).toBe(ino);

    expect(await downloadErrorOf(download(storage, directory, { overwrite: "never" }))).toMatchObject({
      code: "exists",
      retryable: false,
    });

    await writeFile(final, "mine");
    expect(await downloadErrorOf(download(storage, directory))).toMatchObject({ code: "exists" });
    expect(await readFile(final, "utf8")).toBe("mine");

    expect(await download(storage, directory, { overwrite: "always" })).toEqual(first);
    expect(sha256(await readFile(final))).toBe(sha256(body));
    expect(await filesBelow(directory)).toEqual([join("circle", "treasury", name)]);
  });

  it("is refused before the body comes with overwrite: never", async () => {
    const { storage, directory, final } = await stored({ body: csvOf(5_000_000), etag: '"e"' });
    await mkdir(dirname(final), { recursive: true });
    await writeFile(final, "mine");
    let bytes = 0;
    const error = await downloadErrorOf(
      download(storage, directory, { overwrite: "never", onProgress: (progress) => (bytes = progress.bytes) }),
    );
    expect(error).toMatchObject({ code: "exists" });
    expect(bytes).toBeLessThan(1_000_000);
  });

  it("is an error when a directory has it", async () => {
    const { storage, directory, final } = await stored();
    await mkdir(final, { recursive: true });
    expect(await downloadErrorOf(download(storage, directory))).toMatchObject({ code: "exists" });
  });
});

describe("a target", () => {
  it("keeps sources apart, whatever their ids are made of", async () => {
    const { storage, directory } = await stored();
    const paths = new Set<string | undefined>();
    for (const source of ["circle/a", "circle/a ", "circle/../a", "circle/A:b", "circle/A_b", "circle/con"]) {
      const context = reportAt([linkTo(storage)]);
      const { path } = await downloadTo({ ...context, source }, toDirectory(directory));
      expect(path?.startsWith(directory)).toBe(true);
      paths.add(path);
    }
    expect(paths.size).toBe(6);
  });

  it("can be one path", async () => {
    const { storage, directory } = await stored();
    const path = join(directory, "deep", "er", "today.csv");
    expect(await downloadTo(reportAt([linkTo(storage)]), toFile(path))).toMatchObject({ path, name });
    expect(await filesBelow(directory)).toEqual([join("deep", "er", "today.csv")]);
    expect(() => toFile("")).toThrow(/path: expected a path/);
    expect(() => toDirectory("")).toThrow(/directory: expected a path/);
  });

  it("that can't be written to is an error of the target", async () => {
    const { storage, directory } = await stored();
    await writeFile(join(directory, "circle"), "in the way");
    expect(await downloadErrorOf(download(storage, directory))).toMatchObject({
      code: "target",
      message: expect.stringMatching(/ENOTDIR|EEXIST/),
    });
    const full = new WritableStream<Uint8Array>({
      write() {
        throw new Error("no space left");
      },
    });
    const error = await downloadErrorOf(downloadTo(reportAt([linkTo(storage)]), toStream(full)));
    expect(error).toMatchObject({ code: "target", message: expect.stringContaining("no space left") });
  });

  it("that takes long to open does not outlive an abort", async () => {
    const { storage } = await stored();
    const controller = new AbortController();
    const reason = new Error("called off");
    const abandoned: boolean[] = [];
    const slow = createTarget({
      async open() {
        controller.abort(reason);
        const sink: Sink = {
          write: async () => {},
          commit: async () => ({}),
          abandon: async (_reason, keep) => void abandoned.push(keep),
        };
        return sink;
      },
    });
    const download = downloadTo(reportAt([linkTo(storage)]), slow, { signal: controller.signal });
    await expect(download).rejects.toBe(reason);
    expect(storage.seen).toEqual([]);
    expect(abandoned).toEqual([false]);
  });

  it("can be a stream of one's own: closed when whole, aborted when not", async () => {
    const { storage } = await stored();
    const chunks: Uint8Array[] = [];
    const ends: string[] = [];
    const sink = () =>
      new WritableStream<Uint8Array>({
        write: (chunk) => void chunks.push(chunk),
        close: () => void ends.push("closed"),
        abort: (reason: Error) => void ends.push(reason.name),
      });
    await downloadTo(reportAt([linkTo(storage)]), toStream(sink()));
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(body));
    storage.file = { body: Buffer.from("<html>") };
    await downloadErrorOf(downloadTo(reportAt([linkTo(storage)]), toStream(sink())));
    expect(ends).toEqual(["closed", "DownloadError"]);
  });
});

describe("a stream", () => {
  it("tells what it is before the first byte is read", async () => {
    const { storage } = await stored();
    const opened = await openStream(reportAt([linkTo(storage)], { expects: "csv" }));
    expect(opened).toMatchObject({ name, mediaType: "text/csv", totalBytes: body.length });
    expect(sha256(await collect(opened.stream))).toBe(sha256(body));
  });

  it("holds back what nobody reads", async () => {
    const { storage } = await stored({ body: csvOf(8_000_000), etag: '"e"' });
    let bytes = 0;
    const opened = await openStream(reportAt([linkTo(storage)]), {
      onProgress: (progress) => (bytes = progress.bytes),
    });
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(bytes).toBeLessThan(1_000_000);
    await opened.stream.cancel();
    expect(await downloadErrorOf(opened.file)).toMatchObject({ code: "target" });
  });

  it("ends with the reason of an abort, even while nobody reads", async () => {
    const { storage } = await stored({ body: csvOf(8_000_000), etag: '"e"' });
    const controller = new AbortController();
    const opened = await openStream(reportAt([linkTo(storage)]), { signal: controller.signal });
    const reason = new Error("called off");
    controller.abort(reason);
    await expect(opened.file).rejects.toBe(reason);
    await expect(collect(opened.stream)).rejects.toBe(reason);
  });

  it("that is cancelled ends the download, even while the server says nothing", async () => {
    const { storage } = await stored();
    storage.faults = [{ stallAfter: 100_000 }];
    const opened = await openStream(reportAt([linkTo(storage)]));
    await opened.stream.cancel();
    expect(await downloadErrorOf(opened.file)).toMatchObject({ code: "target" });
    expect(storage.seen).toHaveLength(1);
  });

  it("can't be opened once aborted, nor with options that can't work", async () => {
    const { storage } = await stored();
    const reason = new Error("called off");
    await expect(openStream(reportAt([linkTo(storage)]), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(openStream(reportAt([linkTo(storage)]), { stallTimeoutMs: -1 })).rejects.toMatchObject({
      field: "stallTimeoutMs",
    });
    expect(storage.seen).toEqual([]);
  });
});

async function editNote(part: string, change: Record<string, unknown>): Promise<void> {
  const note = JSON.parse(await readFile(join(part, "note.json"), "utf8")) as object; // just written by us
  await writeFile(join(part, "note.json"), JSON.stringify({ ...note, ...change }));
}
