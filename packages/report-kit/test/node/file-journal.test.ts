import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileJournal } from "../../src/node/journal/file-journal.ts";
import { describeJournal, namesIn } from "../journal/journal-contract.ts";
import {
  appendTogether,
  appendUnderKills,
  churnTogether,
  churnUnderKills,
  seededRandom,
} from "../kills/journal-kills.ts";
import { temporaryDirectory as newDirectory } from "../support/temporary-directory.ts";

const kills = process.env["REPORT_KIT_SOAK"] === "1" ? 1000 : 6;
const seed = Number(process.env["REPORT_KIT_SEED"] ?? Date.now());

/** The directory of a record's revision in force, and the file in it. */
async function inForce(root: string, name: string) {
  const record = join(root, "records", name);
  const [head = ""] = await readdir(record);
  return { directory: join(record, head), file: join(record, head, `${head}.json`) };
}

/** Values that were written over or removed more than once. */
function repeated(over: readonly string[]): string[] {
  const seen = new Set(["nothing"]);
  return over.filter((id) => id !== "nothing" && seen.size === seen.add(id).size);
}

describeJournal("fileJournal", async () => fileJournal(await newDirectory()));

describe("several processes", () => {
  test("four processes lose no append", async () => {
    const location = await newDirectory();
    expect(await appendTogether({ kind: "file", location }, fileJournal(location), 50)).toEqual([]);
  }, 60_000);

  test("four processes that create, write over and remove one record never do so to the same value twice", async () => {
    const over = await churnTogether({ kind: "file", location: await newDirectory() }, 200);
    expect(over).toHaveLength(800);
    expect(repeated(over)).toEqual([]);
  }, 60_000);

  test("the same check notices a journal that does not compare revisions", async () => {
    const location = await newDirectory();
    expect(await appendTogether({ kind: "careless", location }, fileJournal(location), 50)).not.toEqual([]);
  }, 60_000);

  test(
    `no acknowledged revision is lost or written twice over ${kills} kills (seed ${seed})`,
    async () => {
      const location = await newDirectory();
      const journal = fileJournal(location);
      expect(await appendUnderKills({ kind: "file", location }, journal, kills, seededRandom(seed))).toEqual([]);
      const over = await churnUnderKills({ kind: "file", location }, journal, kills / 2, seededRandom(seed + 1));
      expect(repeated(over)).toEqual([]);
    },
    kills * 2_000 + 30_000,
  );

  test("two journals of one directory see each other's writes at once", async () => {
    const root = await newDirectory();
    const [one, other] = [fileJournal(root), fileJournal(root)];
    await one.write("job-1", { by: "one" }, 0);
    expect(await other.write("job-1", { by: "other" }, 1)).toBe(2);
    expect(await one.read("job-1")).toEqual({ revision: 2, value: { by: "other" } });
    expect(await one.write("job-1", { by: "one" }, 1)).toBeUndefined();
    expect(await one.remove("job-1", 2)).toBe(true);
    expect(await other.read("job-1")).toBeUndefined();
    expect(await other.write("job-1", { by: "other" }, 2)).toBeUndefined();
    expect(await other.write("job-1", { by: "other" }, 0)).toBe(1);
    expect(await one.write("job-1", { by: "one" }, 1)).toBe(2);
  });

  test("a removed and created record is not mistaken for the one a process remembers", async () => {
    const root = await newDirectory();
    const [one, other] = [fileJournal(root), fileJournal(root)];
    await one.write("job-1", { life: 1 }, 0);
    await other.remove("job-1", 1);
    await other.write("job-1", { life: 2 }, 0);
    expect(await one.read("job-1")).toEqual({ revision: 1, value: { life: 2 } });
    await other.remove("job-1", 1);
    expect(await one.read("job-1")).toBeUndefined();
  });
});

describe("what a crash leaves", () => {
  test("a revision that was not finished does not exist, and the next writer removes it", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await journal.write("job-1", { n: 1 }, 0);
    const { directory } = await inForce(root, "job-1");
    const torn = `2-${"0".repeat(8)}-0000-4000-8000-${"0".repeat(12)}.json`;
    await writeFile(join(directory, torn), '{"revision":2,"va');
    expect(await fileJournal(root).read("job-1")).toEqual({ revision: 1, value: { n: 1 } });
    expect(await fileJournal(root).write("job-1", { n: 2 }, 1)).toBe(2);
    expect(await readdir((await inForce(root, "job-1")).directory)).toHaveLength(1);
    expect(await fileJournal(root).read("job-1")).toEqual({ revision: 2, value: { n: 2 } });
  });

  test("a draft of a revision still to come is left to the writer who may be at work on it", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await journal.write("job-1", { n: 1 }, 0);
    const ahead = `3-${"0".repeat(8)}-0000-4000-8000-${"0".repeat(12)}.json`;
    await writeFile(join((await inForce(root, "job-1")).directory, ahead), "not finished");
    await journal.write("job-1", { n: 2 }, 1);
    expect(await readdir((await inForce(root, "job-1")).directory)).toContain(ahead);
  });

  test("the empty rest of a removal is no record, and can be created", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await journal.write("job-other", {}, 0);
    await mkdir(join(root, "records", "job-1"));
    expect(await journal.read("job-1")).toBeUndefined();
    await mkdir(join(root, "records", "job-1"), { recursive: true });
    expect(await journal.write("job-1", { n: 1 }, 0)).toBe(1);
  });

  test("drafts of processes that died are swept out once they are old, and young ones are not", async () => {
    const root = await newDirectory();
    await fileJournal(root).write("job-1", {}, 0);
    const [old, young] = [join(root, "temporary", "old"), join(root, "temporary", "young")];
    for (const draft of [old, young]) await mkdir(draft);
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(old, hoursAgo, hoursAgo);
    await fileJournal(root).read("job-1");
    expect(await readdir(join(root, "temporary"))).toEqual(["young"]);
  });

  test("nothing is left behind by writes, lost races and removals", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await Promise.all(Array.from({ length: 8 }, () => journal.write("job-1", {}, 0)));
    await Promise.all(Array.from({ length: 8 }, () => journal.write("job-1", {}, 1)));
    await journal.write("job-1", {}, 2);
    expect(await readdir((await inForce(root, "job-1")).directory)).toHaveLength(1);
    await journal.remove("job-1", 3);
    expect(await readdir(join(root, "records"))).toEqual([]);
    expect(await readdir(join(root, "temporary"))).toEqual([]);
  });

  test.each([
    ["cut short", (text: string) => text.slice(0, -20)],
    ["changed", (text: string) => text.replace("waiting", "ready")],
    ["empty", () => ""],
    ["continued", (text: string) => `${text}{}`],
  ])("an acknowledged revision that was %s on the disk is reported, never guessed", async (_, damage) => {
    const root = await newDirectory();
    await fileJournal(root).write("job-1", { phase: "waiting" }, 0);
    const { file } = await inForce(root, "job-1");
    await writeFile(file, damage(await readFile(file, "utf8")));
    await expect(fileJournal(root).read("job-1")).rejects.toMatchObject({
      name: "JournalError",
      code: "unreadable",
      retryable: false,
    });
  });

  test("a revision whose file is gone is reported, never taken for a job not yet started", async () => {
    const root = await newDirectory();
    await fileJournal(root).write("job-1", { phase: "waiting" }, 0);
    await rm((await inForce(root, "job-1")).file);
    await expect(fileJournal(root).read("job-1")).rejects.toMatchObject({ name: "JournalError", code: "unreadable" });
  });
});

describe("the directory", () => {
  test("is made when it is first used, not before", async () => {
    const root = join(await newDirectory(), "a", "b");
    const journal = fileJournal(root);
    await expect(readdir(root)).rejects.toMatchObject({ code: "ENOENT" });
    await journal.write("job-1", {}, 0);
    expect(await namesIn(fileJournal(root), "")).toEqual(["job-1"]);
  });

  test("can be made by many processes at the same time", async () => {
    const root = join(await newDirectory(), "journal");
    const journals = Array.from({ length: 8 }, () => fileJournal(root));
    const revisions = await Promise.all(journals.map((journal) => journal.write("job-1", {}, 0)));
    expect(revisions.filter((revision) => revision !== undefined)).toEqual([1]);
  });

  test("is refused when it is a file, or lies below one", async () => {
    const file = join(await newDirectory(), "file");
    await writeFile(file, "");
    const refusal = { name: "JournalError", code: "unusable-directory", phase: "journal" };
    await expect(fileJournal(file).read("job-1")).rejects.toMatchObject(refusal);
    await expect(fileJournal(join(file, "below")).write("job-1", {}, 0)).rejects.toMatchObject(refusal);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
    "is refused when it can't be written to, and taken once it can",
    async () => {
      const root = await newDirectory();
      await chmod(root, 0o500);
      const journal = fileJournal(root);
      await expect(journal.read("job-1")).rejects.toMatchObject({ code: "unusable-directory" });
      await chmod(root, 0o700);
      expect(await journal.read("job-1")).toBeUndefined();
    },
  );

  test("is refused when a newer report-kit made it", async () => {
    const root = await newDirectory();
    await writeFile(join(root, "journal.json"), '{"journal":"report-kit","format":2}\n');
    const refusal = { name: "JournalError", code: "newer-version", retryable: false };
    await expect(fileJournal(root).read("job-1")).rejects.toMatchObject(refusal);
    await expect(fileJournal(root).write("job-1", {}, 0)).rejects.toMatchObject(refusal);
  });

  test.each(["", "{", "[]", "null", '{"format":1}', '{"journal":"report-kit","format":"1"}'])(
    "is refused when its journal.json is %j",
    async (text) => {
      const root = await newDirectory();
      await writeFile(join(root, "journal.json"), text);
      await expect(fileJournal(root).read("job-1")).rejects.toMatchObject({ code: "unreadable" });
    },
  );

  test("that goes away under a running process is an error when a job is written, not a success", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await journal.write("job-1", {}, 0);
    await rm(root, { recursive: true });
    await expect(journal.write("job-2", {}, 0)).rejects.toMatchObject({ name: "JournalError", code: "unavailable" });
    expect(await journal.write("job-1", {}, 1)).toBeUndefined();
  });
});

describe("what others put into the directory", () => {
  const foreign = ["job-2.bak", "job-2 (copy)", ".DS_Store", "Thumbs.db", "job_2", "JOB-2"];

  test("is passed over by a list, and reported once", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await journal.write("job-1", {}, 0);
    for (const name of foreign) await mkdir(join(root, "records", name, "1-x"), { recursive: true });
    await writeFile(join(root, "records", "job-notes"), "a plain file");
    const warnings: string[] = [];
    const note = (warning: Error): unknown => warnings.push(warning.message);
    process.on("warning", note);
    expect(await namesIn(journal, "job-")).toEqual(["job-1"]);
    expect(await namesIn(journal, "")).toEqual(["job-1"]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([
      expect.stringMatching(/holds what is no record of it: .* and 4 more\. It is passed over/),
    ]);
  });

  test("under a record's own name is an error for that record alone", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await journal.write("job-1", {}, 0);
    await writeFile(join(root, "records", "job-notes"), "a plain file");
    await mkdir(join(root, "records", "job-headless", "7 (copy)"), { recursive: true });
    const refusal = { name: "JournalError", code: "unreadable", retryable: false };
    for (const name of ["job-notes", "job-headless"]) {
      await expect(journal.read(name)).rejects.toMatchObject(refusal);
      await expect(journal.write(name, {}, 0)).rejects.toMatchObject(refusal);
    }
    expect(await journal.read("job-1")).toEqual({ revision: 1, value: {} });
  });

  test("in the place of a revision's file is an error for that record alone", async () => {
    const root = await newDirectory();
    await fileJournal(root).write("job-1", {}, 0);
    const { file } = await inForce(root, "job-1");
    await rm(file);
    await mkdir(file);
    await expect(fileJournal(root).read("job-1")).rejects.toMatchObject({ code: "unreadable" });
  });

  test.each([".DS_Store", "Thumbs.db", "notes.txt", "1-old"])(
    "into a record (%s) does not outlive its removal",
    async (name) => {
      const root = await newDirectory();
      const journal = fileJournal(root);
      await journal.write("job-1", { n: 1 }, 0);
      await writeFile(join(root, "records", "job-1", name), "");
      expect(await journal.read("job-1")).toEqual({ revision: 1, value: { n: 1 } });
      expect(await journal.remove("job-1", 1)).toBe(true);
      expect(await readdir(join(root, "records"))).toEqual([]);
      expect(await fileJournal(root).write("job-1", { n: 2 }, 0)).toBe(1);
    },
  );

  test("into the empty rest of a removal by an operating system does not keep a record from being created", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await journal.write("job-other", {}, 0);
    for (const name of ["job-1", "job-2"]) await mkdir(join(root, "records", name));
    await writeFile(join(root, "records", "job-1", ".DS_Store"), "");
    await mkdir(join(root, "records", "job-2", ".AppleDouble"));
    expect(await journal.write("job-1", { n: 1 }, 0)).toBe(1);
    expect(await journal.read("job-2")).toBeUndefined();
  });

  test("is listed neither when it comes in thousands, nor does a list read what it lists", async () => {
    const root = await newDirectory();
    const journal = fileJournal(root);
    await journal.write("job-1", {}, 0);
    for (let index = 0; index < 2000; index += 1) await mkdir(join(root, "records", `job-many-${index}`));
    // They are empty: reading one would remove it.
    expect(await namesIn(journal, "job-many-")).toHaveLength(2000);
    expect(await readdir(join(root, "records"))).toHaveLength(2001);
  });
});
