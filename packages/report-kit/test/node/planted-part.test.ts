import {
  link,
  lstat,
  mkdir,
  readFile,
  rename,
  symlink,
  truncate,
  utimes,
  writeFile,
  chmod,
  chown,
  lchown,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
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
import type { Storage } from "../download/storage.ts";

const body = csvOf(600_000);
const forged = csvOf(500_000, 7);
const place = join("circle", "treasury");
const longAgo = new Date(0);

const download = (storage: Storage, directory: string, overwrite?: "always") =>
  downloadTo(
    reportAt([linkTo(storage)], { fileName: "statement.csv" }),
    toDirectory(directory),
    overwrite === undefined ? {} : { overwrite },
  );

interface Planted {
  readonly directory: string;
  readonly storage: Storage;
  readonly part: string;
}

/** A part that says of itself that it is whole, silent for an hour: nobody would be asked for anything. */
async function plant(noteKey = key, name = key): Promise<Planted> {
  const directory = await temporaryDirectory();
  const storage = await startStorage({ body, etag: '"e"' });
  const part = join(directory, place, `.report-${name}.00000000-77-77-th-id.part`);
  await mkdir(part, { recursive: true, mode: 0o700 });
  await writeFile(join(part, "data"), forged);
  const note = {
    v: 1,
    bytes: forged.length,
    sha256: sha256(forged),
    validator: '"e"',
    totalBytes: forged.length,
    name: "statement.csv",
    mediaType: "text/csv",
    key: noteKey,
  };
  await writeFile(join(part, "note.json"), JSON.stringify(note));
  await utimes(part, longAgo, longAgo);
  return { directory, storage, part };
}

describe.skipIf(process.platform === "win32")("a part that somebody planted in a directory others can write to", () => {
  it("is what the next download goes on from when it is this user's own (the control)", async () => {
    const { directory, storage } = await plant();
    expect(await download(storage, directory)).toMatchObject({ sha256: sha256(forged), requests: 0 });
  });

  const planted: [string, (planted: Planted) => Promise<void>][] = [
    ["that others may write to", ({ part }) => chmod(part, 0o702)],
    ["that its group may write to", ({ part }) => chmod(part, 0o770)],
    ["that is a link to a directory", async ({ part }) => moveBehindLink(part, `${part}.elsewhere`)],
    ["whose data is a link", async ({ part }) => moveBehindLink(join(part, "data"), join(part, "elsewhere"))],
    ["whose data is a directory", async ({ part }) => replaceByDirectory(join(part, "data"))],
    ["whose note is a link", async ({ part }) => moveBehindLink(join(part, "note.json"), join(part, "elsewhere"))],
    ["whose note is a directory", async ({ part }) => replaceByDirectory(join(part, "note.json"))],
    ["whose note is endless", async ({ part }) => truncate(join(part, "note.json"), 1024 ** 3)],
  ];
  it.each(planted)("%s is not gone on from", async (_what, change) => {
    const scene = await plant();
    await change(scene);
    await utimes(scene.part, longAgo, longAgo);
    const file = await download(scene.storage, scene.directory);
    expect(file).toMatchObject({ sha256: sha256(body), requests: 1, resumed: false });
    expect(sha256(await readFile(file.path ?? ""))).toBe(sha256(body));
  });

  it.skipIf(process.getuid?.() !== 0)("by another user is not gone on from, and not touched", async () => {
    const { directory, storage, part } = await plant();
    await chown(part, 12_345, 12_345);
    expect(await download(storage, directory)).toMatchObject({ sha256: sha256(body), requests: 1 });
    expect(sha256(await readFile(join(part, "data")))).toBe(sha256(forged));
  });

  it("that is this user's part of another report, under this one's name, is not gone on from", async () => {
    const { directory, storage } = await plant("00000000-0000-8000-8000-000000000000");
    expect(await download(storage, directory)).toMatchObject({ sha256: sha256(body), requests: 1 });
  });

  it("never leads a write to the file that a link of it names", async () => {
    const { directory, storage, part } = await plant();
    const victim = join(directory, "victim");
    await writeFile(victim, "precious");
    for (const name of ["data", "note.json"]) {
      await rename(join(part, name), join(part, `${name}.old`));
      await symlink(victim, join(part, name));
    }
    await utimes(part, longAgo, longAgo);
    await download(storage, directory);
    expect(await readFile(victim, "utf8")).toBe("precious");
    expect(await filesBelow(directory)).toEqual([join(place, "statement.csv"), "victim"]);
  });

  it("hard-linked to another file leaves that file as it is", async () => {
    const { directory, storage, part } = await plant();
    const victim = join(directory, "victim");
    await writeFile(victim, forged);
    await rename(join(part, "data"), join(part, "old"));
    await link(victim, join(part, "data"));
    await utimes(part, longAgo, longAgo);
    storage.file = { body, etag: '"f"' };
    await download(storage, directory);
    expect(sha256(await readFile(victim))).toBe(sha256(forged));
  });
});

describe.skipIf(process.platform === "win32")("a final name that is a link", () => {
  it.each([undefined, "always" as const])("is never followed (overwrite: %s)", async (overwrite) => {
    const directory = await temporaryDirectory();
    const storage = await startStorage({ body, etag: '"e"' });
    const victim = join(directory, "victim");
    await writeFile(victim, body);
    const final = join(directory, place, "statement.csv");
    await mkdir(dirname(final), { recursive: true });
    await symlink(victim, final);
    if (overwrite === undefined) {
      expect(await downloadErrorOf(download(storage, directory))).toMatchObject({ code: "exists" });
    } else {
      expect(await download(storage, directory, overwrite)).toMatchObject({ sha256: sha256(body) });
      expect((await lstat(final)).isFile()).toBe(true);
    }
    expect(sha256(await readFile(victim))).toBe(sha256(body));
  });

  it.skipIf(process.getuid?.() !== 0)("of a directory below ours is refused when another user made it", async () => {
    const directory = await temporaryDirectory();
    const elsewhere = await temporaryDirectory();
    const storage = await startStorage({ body, etag: '"e"' });
    await symlink(elsewhere, join(directory, "circle"));
    await lchown(join(directory, "circle"), 12_345, 12_345);
    expect(await downloadErrorOf(download(storage, directory))).toMatchObject({
      code: "target",
      message: expect.stringContaining("a link that another user made"),
    });
    expect(storage.seen).toEqual([]);
    await lchown(join(directory, "circle"), 0, 0);
    expect(await download(storage, directory)).toMatchObject({ sha256: sha256(body) });
  });
});

async function moveBehindLink(path: string, to: string): Promise<void> {
  await rename(path, to);
  await symlink(to, path);
}

async function replaceByDirectory(path: string): Promise<void> {
  await rename(path, `${path}.old`);
  await mkdir(path);
}
