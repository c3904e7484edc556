import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Journal } from "../src/journal.ts";

/** Which journal the writers open: the arguments of `journal-writer.ts`. */
export interface JournalAddress {
  readonly kind: "file" | "postgres" | "careless";
  readonly location: string;
}

interface WriterRun {
  readonly writer: string;
  /** The revisions the journal acknowledged to it. */
  readonly acknowledged: readonly number[];
  readonly killed: boolean;
}

const script = fileURLToPath(new URL("journal-writer.ts", import.meta.url));

/** Run one writer process; kill it `killAfterMs` after it started writing, if that is given. */
function runWriter(
  { kind, location }: JournalAddress,
  mode: "append" | "churn",
  record: string,
  writer: string,
  end: { readonly times: number } | { readonly killAfterMs: number },
): Promise<WriterRun> {
  const times = "times" in end ? end.times : Number.MAX_SAFE_INTEGER;
  const child = spawn(process.execPath, [script, kind, location, mode, record, writer, String(times)]);
  let [said, complaint] = ["", ""];
  child.stderr.on("data", (data) => (complaint += String(data)));
  child.stdout.on("data", (data) => {
    if (said === "" && "killAfterMs" in end) setTimeout(() => child.kill("SIGKILL"), end.killAfterMs);
    said += String(data);
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      const killed = signal === "SIGKILL";
      if (code !== 0 && !killed) return reject(new Error(`the writer ended by itself: ${complaint}`));
      // A line that the kill cut off was not acknowledged to anybody; the last element is what follows the last line end.
      const acknowledged = said.split("\n").slice(1, -1).map(Number);
      resolve({ writer, acknowledged, killed });
    });
  });
}

/** Four processes append to one record at once, unharmed: every append must be in it, each once. */
export async function appendTogether(address: JournalAddress, journal: Journal, times: number): Promise<void> {
  const runs = await Promise.all(
    ["a", "b", "c", "d"].map((writer) => runWriter(address, "append", "job-together", writer, { times })),
  );
  await expectHistory(journal, "job-together", runs);
  expect((await journal.read("job-together"))?.revision).toBe(4 * times);
}

/** Kill writers while they append, two at a time to one record; every acknowledged revision must still be there, once. */
export async function appendUnderKills(
  address: JournalAddress,
  journal: Journal,
  kills: number,
  random: () => number,
): Promise<void> {
  const perRecord = 6;
  for (let done = 0; done < kills; done += perRecord) {
    const record = `job-killed-${done}`;
    const left = Math.min(perRecord, kills - done);
    const [even, odd] = await Promise.all([0, 1].map((lane) => killInTurn(address, record, lane, left, random)));
    await expectHistory(journal, record, [...(even ?? []), ...(odd ?? [])]);
  }
}

async function killInTurn(
  address: JournalAddress,
  record: string,
  lane: number,
  kills: number,
  random: () => number,
): Promise<WriterRun[]> {
  const runs: WriterRun[] = [];
  for (let turn = lane; turn < kills; turn += 2) {
    const writer = `writer-${turn}`;
    runs.push(await runWriter(address, "append", record, writer, { killAfterMs: random() * 60 }));
  }
  return runs;
}

/** The record's list says who wrote each revision: it must agree with every acknowledgement, and with nothing else. */
async function expectHistory(journal: Journal, name: string, runs: readonly WriterRun[]): Promise<void> {
  const record = await journal.read(name);
  const writers = record?.value["writers"] ?? [];
  if (!Array.isArray(writers)) throw new Error("not a record of this test");
  expect(writers).toHaveLength(record?.revision ?? 0);
  for (const { writer, acknowledged, killed } of runs) {
    for (const revision of acknowledged) expect(writers[revision - 1]).toBe(writer);
    // A writer that is killed between the write and its acknowledgement leaves one revision it did not hear of.
    const own = writers.filter((name) => name === writer).length;
    expect(own - acknowledged.length).toBeGreaterThanOrEqual(0);
    expect(own - acknowledged.length).toBeLessThanOrEqual(killed ? 1 : 0);
  }
}

/** Kill writers while they create and remove a record: whatever is left of it, the next process can use it. */
export async function churnUnderKills(
  address: JournalAddress,
  journal: Journal,
  kills: number,
  random: () => number,
): Promise<void> {
  for (let turn = 0; turn < kills; turn += 2) {
    await Promise.all(
      ["a", "b"].map((writer) => runWriter(address, "churn", "job-churned", writer, { killAfterMs: random() * 60 })),
    );
    const found = await journal.read("job-churned");
    if (found !== undefined) expect(await journal.remove("job-churned", found.revision)).toBe(true);
    expect(await journal.read("job-churned")).toBeUndefined();
    expect(await journal.write("job-churned", { writer: "test" }, 0)).toBe(1);
    expect(await journal.remove("job-churned", 1)).toBe(true);
  }
}

/** A seeded generator (mulberry32), so that a failing run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
