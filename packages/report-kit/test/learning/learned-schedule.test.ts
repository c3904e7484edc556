import { describe, expect, it } from "vitest";
import { memoryJournal } from "../../src/index.ts";
import type { Journal, JsonValue } from "../../src/index.ts";
import { recordName } from "../../src/journal/journal.ts";
import { createLearnedSchedule } from "../../src/learning/learned-schedule.ts";

const source = { id: "circle/treasury", origin: "https://api.circle.com" };
const sandbox = { ...source, origin: "https://api-sandbox.circle.com" };
const seen = { since: 0, notReadyAt: 590_000, readyAt: 600_000 };
const fresh = (journal: Journal) => createLearnedSchedule(journal, () => 0);

describe("what was learned of ready times", () => {
  it.each([null, "x", 7, [], { v: 2, bins: {}, doubt: 0 }, { v: 1, bins: { a: "b" } }, { v: 1 }] satisfies JsonValue[])(
    "counts as nothing when it is damaged or of another version, and is learned again: %j",
    async (times) => {
      const journal = memoryJournal();
      const name = recordName("ready", source.origin, source.id, "camt053");
      await journal.write(name, { v: 1, times }, 0);
      expect(await fresh(journal).gap(source, "camt053")).toBeUndefined();
      await fresh(journal).record(source, { reportType: "camt053" }, seen);
      expect((await journal.read(name))?.value).toMatchObject({ v: 1, times: { v: 1 } });
      expect(await fresh(journal).gap(source, "camt053")).toBeTypeOf("function");
    },
  );

  it("is of one origin: a sandbox that is quick teaches production nothing", async () => {
    const journal = memoryJournal();
    await fresh(journal).record(sandbox, { reportType: "camt053" }, seen);
    expect(await fresh(journal).gap(sandbox, "camt053")).toBeTypeOf("function");
    expect(await fresh(journal).gap(source, "camt053")).toBeUndefined();
  });

  it("begins with what an older report-kit learned, whatever the origin", async () => {
    const journal = memoryJournal();
    const times = { camt053: { v: 1, bins: { "33": 1 }, doubt: 0 } };
    await journal.write(recordName("source", source.id), { v: 1, source: source.id, times }, 0);
    expect(await fresh(journal).gap(source, "camt053")).toBeTypeOf("function");
    expect(await fresh(journal).gap(source, "other")).toBeUndefined();
  });

  it("is read again after a minute, and derived again only when another report was learned from", async () => {
    const journal = memoryJournal();
    let now = 0;
    const schedule = createLearnedSchedule(journal, () => now);
    const later = async () => {
      now += 60_000;
      return schedule.gap(source, "camt053");
    };
    expect(await later()).toBeUndefined();
    await fresh(journal).record(source, { reportType: "camt053" }, seen);
    const first = await later();
    expect(first).toBeTypeOf("function");
    expect(await later()).toBe(first);
    await fresh(journal).record(source, { reportType: "camt053" }, { ...seen, notReadyAt: 0, readyAt: 30_000 });
    expect(await schedule.gap(source, "camt053")).toBe(first);
    const second = await later();
    expect(second).not.toBe(first);
    expect(second?.(now)(0, 4)?.gapMs).toBeLessThan(first?.(now)(0, 4)?.gapMs ?? 0);
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "is kept for a report type that an object has already: %s",
    async (reportType) => {
      const journal = memoryJournal();
      await journal.write(recordName("source", source.id), { v: 1, source: source.id, times: {} }, 0);
      expect(await fresh(journal).gap(source, reportType)).toBeUndefined();
      await fresh(journal).record(source, { reportType }, seen);
      expect(await fresh(journal).gap(source, reportType)).toBeTypeOf("function");
    },
  );
});
