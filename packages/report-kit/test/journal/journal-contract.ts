import { describe, expect, test } from "vitest";
import { pruneJobs } from "../../src/journal-admin/jobs-in-journal.ts";
import type { Journal } from "../../src/journal/journal.ts";
import type { JsonObject } from "../../src/json.ts";
import type { JobState } from "../../src/job/job-state.ts";
import { stateToJson } from "../../src/job/job-state.ts";

const waiting: JobState = {
  v: 1,
  source: "circle/treasury",
  reportType: "camt053",
  request: { reportType: "camt053", timeframe: "daily", date: "2026-11-19" },
  epoch: 0,
  phase: "waiting",
  startedAt: Date.parse("2026-11-20T06:00:00Z"),
  requests: 1,
  nextAt: Date.parse("2026-11-20T06:01:00Z"),
};

/** What every journal promises, whatever it keeps its records in. `open` gives an empty one. */
export function describeJournal(kind: string, open: () => Journal | Promise<Journal>): void {
  describe(`${kind}: the journal contract`, () => {
    test("has no record before the first write", async () => {
      const journal = await open();
      expect(await journal.read("job-1")).toBeUndefined();
    });

    test("gives back what was written, at revisions that rise by one", async () => {
      const journal = await open();
      expect(await journal.write("job-1", { phase: "new" }, 0)).toBe(1);
      expect(await journal.read("job-1")).toEqual({ revision: 1, value: { phase: "new" } });
      expect(await journal.write("job-1", { phase: "waiting" }, 1)).toBe(2);
      expect(await journal.write("job-1", { phase: "ready" }, 2)).toBe(3);
      expect(await journal.read("job-1")).toEqual({ revision: 3, value: { phase: "ready" } });
    });

    test("refuses to create a record twice, and writes nothing", async () => {
      const journal = await open();
      await journal.write("job-1", { by: "first" }, 0);
      expect(await journal.write("job-1", { by: "second" }, 0)).toBeUndefined();
      expect(await journal.read("job-1")).toEqual({ revision: 1, value: { by: "first" } });
    });

    test("refuses a writer whose revision is old, too high, or of a record that is not there", async () => {
      const journal = await open();
      await journal.write("job-1", { n: 1 }, 0);
      await journal.write("job-1", { n: 2 }, 1);
      expect(await journal.write("job-1", { n: 9 }, 1)).toBeUndefined();
      expect(await journal.write("job-1", { n: 9 }, 3)).toBeUndefined();
      expect(await journal.write("job-2", { n: 9 }, 1)).toBeUndefined();
      expect(await journal.read("job-1")).toEqual({ revision: 2, value: { n: 2 } });
      expect(await journal.read("job-2")).toBeUndefined();
    });

    test("lets exactly one of many simultaneous creators win", async () => {
      const journal = await open();
      const revisions = await Promise.all(Array.from({ length: 16 }, (_, by) => journal.write("job-1", { by }, 0)));
      const winner = revisions.indexOf(1);
      expect(revisions.filter((revision) => revision !== undefined)).toEqual([1]);
      expect(await journal.read("job-1")).toEqual({ revision: 1, value: { by: winner } });
    });

    test("lets exactly one of many simultaneous writers win, at each revision", async () => {
      const journal = await open();
      await journal.write("job-1", { by: -1 }, 0);
      for (let expected = 1; expected <= 5; expected += 1) {
        const revisions = await Promise.all(
          Array.from({ length: 8 }, (_, by) => journal.write("job-1", { by }, expected)),
        );
        expect(revisions.filter((revision) => revision !== undefined)).toEqual([expected + 1]);
        expect(await journal.read("job-1")).toEqual({
          revision: expected + 1,
          value: { by: revisions.indexOf(expected + 1) },
        });
      }
    });

    test("loses no increment of many that read, add one and write", async () => {
      const journal = await open();
      await Promise.all(Array.from({ length: 8 }, () => increment(journal, "job-sum", 10)));
      expect(await journal.read("job-sum")).toEqual({ revision: 80, value: { sum: 80 } });
    });

    test("removes a record at its revision only, and it can be created again", async () => {
      const journal = await open();
      await journal.write("job-1", { n: 1 }, 0);
      await journal.write("job-1", { n: 2 }, 1);
      expect(await journal.remove("job-1", 1)).toBe(false);
      expect(await journal.remove("job-1", 3)).toBe(false);
      expect(await journal.remove("job-0", 1)).toBe(false);
      expect(await journal.read("job-1")).toEqual({ revision: 2, value: { n: 2 } });
      expect(await journal.remove("job-1", 2)).toBe(true);
      expect(await journal.remove("job-1", 2)).toBe(false);
      expect(await journal.read("job-1")).toBeUndefined();
      expect(await namesIn(journal, "")).toEqual([]);
      expect(await journal.write("job-1", { n: 3 }, 2)).toBeUndefined();
      expect(await journal.write("job-1", { n: 4 }, 0)).toBe(1);
      expect(await journal.read("job-1")).toEqual({ revision: 1, value: { n: 4 } });
    });

    test("lets either a removal or a write at the same revision win, never both", async () => {
      const journal = await open();
      for (let round = 0; round < 10; round += 1) {
        const name = `job-${round}`;
        await journal.write(name, { n: 1 }, 0);
        const [removed, revision] = await Promise.all([journal.remove(name, 1), journal.write(name, { n: 2 }, 1)]);
        expect(removed).toBe(revision === undefined);
        expect(await journal.read(name)).toEqual(removed ? undefined : { revision: 2, value: { n: 2 } });
      }
    });

    test("lists the names with a prefix, each once", async () => {
      const journal = await open();
      for (const name of ["job-a", "job-b", "source-a", "job"]) await journal.write(name, {}, 0);
      await journal.write("job-a", {}, 1);
      expect(await namesIn(journal, "job-")).toEqual(["job-a", "job-b"]);
      expect(await namesIn(journal, "source-")).toEqual(["source-a"]);
      expect(await namesIn(journal, "job")).toEqual(["job", "job-a", "job-b"]);
      expect(await namesIn(journal, "nothing")).toEqual([]);
      expect(await namesIn(journal, "")).toHaveLength(4);
    });

    test("is pruned of what came to its end long ago, and of nothing that somebody still needs", async () => {
      const journal = await open();
      const ended = { ...waiting, phase: "ready", endedAt: waiting.startedAt + 1000 } as const;
      const later = waiting.startedAt + 86_400_000;
      const delivered = { n: 1, at: later, name: "a.csv", bytes: 3, sha256: "5f" };
      await journal.write("job-waiting", stateToJson(waiting), 0);
      await journal.write("job-ended", stateToJson(ended), 0);
      await journal.write("job-delivered", stateToJson({ ...ended, delivered }), 0);
      await journal.write("job-delivering", stateToJson({ ...ended, lease: { by: "w", until: later } }), 0);
      await journal.write("job-open", stateToJson({ ...ended, phase: "indeterminate" }), 0);
      expect(await pruneJobs(journal, waiting.startedAt)).toBe(0);
      expect(await pruneJobs(journal, later)).toBe(1);
      expect(await namesIn(journal, "")).toEqual(["job-delivered", "job-delivering", "job-open", "job-waiting"]);
      expect(await pruneJobs(journal, later + 1)).toBe(2);
      expect(await namesIn(journal, "")).toEqual(["job-open", "job-waiting"]);
    });

    test("keeps JSON as it is: names in order, every character, numbers to the last digit", async () => {
      const journal = await open();
      const value: JsonObject = {
        z: 1,
        a: [null, true, "", -0.5, 1e21, 9007199254740991, 5e-324],
        "": { nested: [[], {}] },
        text: "línea\nnueva \u2028 \0 \\ ' $1 %s \u{1f4b6} é é",
        constructor: "own",
      };
      await journal.write("job-1", value, 0);
      const read = await journal.read("job-1");
      expect(read?.value).toEqual(value);
      expect(JSON.stringify(read?.value)).toBe(JSON.stringify(value));
    });

    test("keeps no reference to what it was given or gave", async () => {
      const journal = await open();
      const value = { list: ["one"] };
      await journal.write("job-1", value, 0);
      value.list.push("two");
      const first = await journal.read("job-1");
      Object.assign(first?.value ?? {}, { list: "changed" });
      expect(await journal.read("job-1")).toEqual({ revision: 1, value: { list: ["one"] } });
    });

    test.each(["", "Job-1", "job_1", "../job", "job/1", "job 1", "jób", "job.", "a".repeat(101)])(
      "refuses the name %j before it touches anything",
      async (name) => {
        const journal = await open();
        const refusal = { name: "JournalError", code: "invalid-name" };
        await expect(journal.read(name)).rejects.toMatchObject(refusal);
        await expect(journal.write(name, {}, 0)).rejects.toMatchObject(refusal);
        await expect(journal.remove(name, 1)).rejects.toMatchObject(refusal);
      },
    );

    test("takes the longest name", async () => {
      const journal = await open();
      expect(await journal.write("a".repeat(100), {}, 0)).toBe(1);
      expect(await namesIn(journal, "aa")).toEqual(["a".repeat(100)]);
    });
  });
}

/** Add one `times` times, each by reading and writing if nobody else has. */
export async function increment(journal: Journal, name: string, times: number): Promise<void> {
  for (let done = 0; done < times;) {
    const record = await journal.read(name);
    const sum = Number(record?.value["sum"] ?? 0) + 1;
    if ((await journal.write(name, { sum }, record?.revision ?? 0)) !== undefined) done += 1;
  }
}

/** The names in a journal, sorted. */
export async function namesIn(journal: Journal, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of journal.list(prefix)) names.push(name);
  return names.sort();
}
