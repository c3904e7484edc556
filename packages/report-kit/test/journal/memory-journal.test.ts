import { expect, test } from "vitest";
import { memoryJournal } from "../../src/journal/memory-journal.ts";
import { describeJournal } from "./journal-contract.ts";

describeJournal("memoryJournal", memoryJournal);

test("a memory journal says that it ends with the process", () => {
  expect(memoryJournal().keeps).toBe("process");
});
