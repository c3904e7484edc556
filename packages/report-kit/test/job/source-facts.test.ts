import { expect, it } from "vitest";
import { memoryJournal } from "../../src/index.ts";
import { sourceFacts } from "../../src/job/source-record.ts";

it.each([
  null,
  "x",
  7,
  [],
  { camt: { v: 2, bins: {}, doubt: 0 } },
  { camt: { v: 1, bins: { a: "b" } } },
  { camt: null },
])(
  "learned times that another version wrote, or that are damaged, count as none, and are learned anew: %j",
  async (times) => {
    const journal = memoryJournal();
    await sourceFacts(journal).recordEcho("circle/treasury", true);
    for await (const name of journal.list("source-")) {
      const record = await journal.read(name);
      await journal.write(name, { ...record?.value, times }, record?.revision ?? 0);
    }
    const facts = sourceFacts(journal);
    expect(await facts.readyTimes("circle/treasury", "camt")).toBeUndefined();
    await facts.recordReady("circle/treasury", "camt", [{ afterMs: 1_000, byMs: 60_000 }]);
    expect(await facts.readyTimes("circle/treasury", "camt")).toMatchObject({ v: 1 });
    expect(await facts.echoProven("circle/treasury")).toBe(true);
  },
);
