import { describe, expect, test } from "vitest";
import { parseBookmark } from "../../src/identity/bookmark.ts";
import { forgetJob, listJobs, pruneJobs, showJob } from "../../src/journal-admin/jobs-in-journal.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { memoryJournal } from "../../src/journal/memory-journal.ts";
import type { JobState } from "../../src/job/job-state.ts";
import { stateToJson } from "../../src/job/job-state.ts";

const start = Date.parse("2026-11-20T06:00:00Z");
const hour = 3_600_000;

const job: JobState = {
  v: 1,
  source: "circle/treasury",
  reportType: "camt053",
  request: { reportType: "camt053", timeframe: "daily", date: "2026-11-19" },
  epoch: 0,
  phase: "waiting",
  startedAt: start,
  requests: 3,
  nextAt: start + 60_000,
  why: "the schedule",
  reference: "report-7",
  status: "pending",
};
const ready: JobState = { ...job, phase: "ready", endedAt: start + hour };

async function journalOf(states: Readonly<Record<string, JobState>>): Promise<Journal> {
  const journal = memoryJournal();
  for (const [key, state] of Object.entries(states)) await journal.write(`job-${key}`, stateToJson(state), 0);
  await journal.write("source-1", { v: 1, echo: true }, 0);
  return journal;
}

async function keysOf(jobs: AsyncIterable<{ readonly key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of jobs) keys.push(key);
  return keys.sort();
}

describe("listing and showing", () => {
  test("a job shows its period, its file's name, and what was delivered", async () => {
    const delivered = {
      n: 2,
      at: start + hour,
      bytes: 3,
      sha256: "5f",
      corrects: { deliveryId: "k1.1", sha256: "00" },
    };
    const period = "2026-11-01/2026-11-30";
    const journal = await journalOf({
      k1: { ...ready, period, fileName: "a.csv", delivered },
      k2: { ...ready, period: "2026-11-19", delivered: { ...delivered, name: "2026-11-19_a.csv" } },
    });
    expect(await showJob(journal, "k1")).toMatchObject({
      period: { from: "2026-11-01", to: "2026-11-30" },
      fileName: "a.csv",
      delivered: {
        deliveryId: "k1.2",
        at: "2026-11-20T07:00:00.000Z",
        name: "a.csv",
        bytes: 3,
        sha256: "5f",
        corrects: { deliveryId: "k1.1", sha256: "00" },
      },
    });
    expect(await showJob(journal, "k2")).toMatchObject({
      period: { from: "2026-11-19", to: "2026-11-19" },
      fileName: "2026-11-19_a.csv",
      delivered: { name: "2026-11-19_a.csv" },
    });
  });

  test("a job shows what it is, where it stands and how to go on with it", async () => {
    const journal = await journalOf({ k1: { ...job, lease: { by: "worker", until: start + 5_000 } } });
    const shown = await showJob(journal, "k1");
    expect(shown).toEqual({
      key: "k1",
      bookmark: expect.stringMatching(/^rk1\./),
      readable: "circle/treasury/camt053/2026-11-19.daily#0",
      source: "circle/treasury",
      reportType: "camt053",
      request: job.request,
      epoch: 0,
      phase: "waiting",
      startedAt: "2026-11-20T06:00:00.000Z",
      nextAt: "2026-11-20T06:01:00.000Z",
      why: "the schedule",
      reference: "report-7",
      status: "pending",
      requests: 3,
      leasedUntil: "2026-11-20T06:00:05.000Z",
    });
    expect(parseBookmark(shown?.bookmark ?? "")).toEqual({
      source: "circle/treasury",
      key: "k1",
      epoch: 0,
      request: job.request,
    });
    expect(await showJob(journal, shown?.bookmark ?? "")).toEqual(shown);
  });

  test("a job that ended says when and why, and no longer when it is looked at", async () => {
    const journal = await journalOf({ k1: { ...ready, phase: "failed", message: "no data for that day" } });
    const shown = await showJob(journal, "k1");
    expect(shown).toMatchObject({ phase: "failed", endedAt: "2026-11-20T07:00:00.000Z", why: "no data for that day" });
    expect(shown?.nextAt).toBeUndefined();
  });

  test("a key the journal does not have is undefined, and no bookmark is refused by name", async () => {
    const journal = await journalOf({});
    expect(await showJob(journal, "k1")).toBeUndefined();
    await expect(showJob(journal, "rk1.broken")).rejects.toMatchObject({ name: "ReportRequestError" });
  });

  test("jobs are listed by source and by phase, and what is no job is not", async () => {
    const journal = await journalOf({ k1: job, k2: ready, k3: { ...job, source: "monato/client-1" } });
    expect(await keysOf(listJobs(journal))).toEqual(["k1", "k2", "k3"]);
    expect(await keysOf(listJobs(journal, { source: "circle/treasury" }))).toEqual(["k1", "k2"]);
    expect(await keysOf(listJobs(journal, { source: "circle/treasury", phase: "waiting" }))).toEqual(["k1"]);
  });

  test("a record that can't be read is told, and does not hide the others", async () => {
    const journal = await journalOf({ k1: job });
    await journal.write("job-k2", { v: 2 }, 0);
    await journal.write("job-k3", { something: "else" }, 0);
    const codes: Record<string, string> = {};
    for await (const kept of listJobs(journal))
      codes[kept.key] = "unreadable" in kept ? kept.unreadable.code : kept.phase;
    expect(codes).toEqual({ k1: "waiting", k2: "newer-version", k3: "unreadable" });
  });

  test("a journal that can't be read is an error, not an empty list", async () => {
    const journal = await journalOf({ k1: job });
    const broken: Journal = { ...journal, read: () => Promise.reject(new Error("the disk is gone")) };
    await expect(keysOf(listJobs(broken))).rejects.toThrow("the disk is gone");
  });
});

describe("forgetting", () => {
  test("a job is gone, once, by its key or its bookmark", async () => {
    const journal = await journalOf({ k1: job, k2: job });
    expect(await forgetJob(journal, "k1")).toBe(true);
    expect(await forgetJob(journal, "k1")).toBe(false);
    expect(await forgetJob(journal, (await showJob(journal, "k2"))?.bookmark ?? "")).toBe(true);
    expect(await keysOf(listJobs(journal))).toEqual([]);
  });

  test("a job at work is not forgotten before its lease is over by a clock that is behind", async () => {
    const journal = await journalOf({ k1: { ...job, lease: { by: "worker", until: start + 60_000 } } });
    const refusal = { name: "JournalError", code: "busy", retryable: true, bookmark: expect.stringMatching(/^rk1\./) };
    await expect(forgetJob(journal, "k1", { now: start + 179_999 })).rejects.toMatchObject(refusal);
    expect(await showJob(journal, "k1")).toBeDefined();
    expect(await forgetJob(journal, "k1", { now: start + 180_000 })).toBe(true);
  });

  test("a step that begins while a job is being forgotten wins", async () => {
    const journal = await journalOf({ k1: job });
    const racing: Journal = {
      ...journal,
      async remove(name, expected) {
        await journal.write(name, stateToJson({ ...job, phase: "creating" }), expected);
        return journal.remove(name, expected);
      },
    };
    await expect(forgetJob(racing, "k1")).rejects.toMatchObject({ code: "busy" });
    expect(await showJob(journal, "k1")).toMatchObject({ phase: "creating" });
  });
});

describe("pruning", () => {
  test("removes what ended before the moment, and nothing else", async () => {
    const journal = await journalOf({
      waiting: job,
      ready,
      failed: { ...ready, phase: "failed" },
      expired: { ...ready, phase: "expired" },
      late: { ...ready, endedAt: start + 2 * hour },
      undecided: { ...ready, phase: "indeterminate" },
      undated: { ...job, phase: "ready" },
    });
    await journal.write("job-newer", { v: 2 }, 0);
    expect(await pruneJobs(journal, start + hour)).toBe(0);
    expect(await pruneJobs(journal, start + 2 * hour)).toBe(3);
    expect(await keysOf(listJobs(journal))).toEqual(["late", "newer", "undated", "undecided", "waiting"]);
    expect(await journal.read("source-1")).toBeDefined();
  });

  test("leaves a job that somebody changed meanwhile", async () => {
    const journal = await journalOf({ k1: ready });
    const racing: Journal = {
      ...journal,
      async read(name) {
        const record = await journal.read(name);
        if (record !== undefined)
          await journal.write(name, stateToJson({ ...ready, phase: "expired" }), record.revision);
        return record;
      },
    };
    expect(await pruneJobs(racing, start + 2 * hour)).toBe(0);
    expect(await showJob(journal, "k1")).toMatchObject({ phase: "expired" });
  });
});
