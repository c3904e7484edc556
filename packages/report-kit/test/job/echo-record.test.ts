import { expect, it } from "vitest";
import { memoryJournal } from "../../src/index.ts";
import { isEchoProven, recordEcho } from "../../src/job/echo-record.ts";
import { recordName } from "../../src/journal/journal.ts";

const live = { id: "begateway/psp", origin: "https://api.begateway.com" };
const staging = { ...live, origin: "https://staging.begateway.com" };

it("an identifier that staging keeps proves nothing about production over the same journal, nor the other way round", async () => {
  const journal = memoryJournal();
  await recordEcho(journal, staging, true);
  expect(await isEchoProven(journal, staging)).toBe(true);
  expect(await isEchoProven(journal, live)).toBe(false);
  await recordEcho(journal, live, true);
  await recordEcho(journal, staging, false);
  expect([await isEchoProven(journal, live), await isEchoProven(journal, staging)]).toEqual([true, false]);
});

it("an identifier that was not kept once is never proved again", async () => {
  const journal = memoryJournal();
  await recordEcho(journal, live, false);
  await recordEcho(journal, live, true);
  expect(await isEchoProven(journal, live)).toBe(false);
});

it.each([
  [true, "proves nothing, because it has no origin", true],
  [false, "counts for every origin", false],
])("an older record with echo: %j %s", async (echo, _, provenAfterOneAnswer) => {
  const journal = memoryJournal();
  await journal.write(recordName("source", live.id), { v: 1, source: live.id, echo }, 0);
  expect([await isEchoProven(journal, live), await isEchoProven(journal, staging)]).toEqual([false, false]);
  await recordEcho(journal, live, true);
  expect(await isEchoProven(journal, live)).toBe(provenAfterOneAnswer);
});
