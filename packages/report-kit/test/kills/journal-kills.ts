import { spawn } from "node:child_process";
import { expect } from "vitest";
import type { Journal } from "../../src/journal/journal.ts";
import { bundledWorker } from "../support/bundled-worker.ts";

/** Which journal the writers open: the arguments of `journal-writer.ts`. */
export interface JournalAddress {
  readonly kind: "file" | "postgres" | "careless";
  readonly location: string;
}

interface WriterRun {
  readonly writer: string;
  /** What it printed once the journal had acknowledged a write. */
  readonly acknowledged: readonly string[];
  readonly killed: boolean;
}

let script: Promise<string> | undefined;

/** When a writer is killed: so long after it printed so many acknowledgements. Not by time alone: machines differ. */
interface Kill {
  readonly acknowledged: number;
  readonly afterMs: number;
}

/**
 * Run one writer process to its end, or until it is killed.
 * @param start called once it is ready; it begins to write when `begin` is called
 */
async function runWriter(
  { kind, location }: JournalAddress,
  mode: "append" | "churn",
  record: string,
  writer: string,
  end: { readonly times: number } | { readonly kill: Kill },
  start: (begin: () => void) => void = (begin) => begin(),
): Promise<WriterRun> {
  const times = "times" in end ? end.times : Number.MAX_SAFE_INTEGER;
  script ??= bundledWorker(new URL("journal-writer.ts", import.meta.url));
  const child = spawn(process.execPath, [await script, kind, location, mode, record, writer, String(times)]);
  let [printed, complaint] = ["", ""];
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on("data", (data) => (complaint += String(data)));
  child.stdout.on("data", (data) => {
    if (printed === "") start(() => child.stdin.end("begin\n"));
    printed += String(data);
    // The first line is that it has started.
    const acknowledged = printed.split("\n").length - 2;
    if (!("kill" in end) || acknowledged < end.kill.acknowledged) return;
    timer ??= setTimeout(() => child.kill("SIGKILL"), end.kill.afterMs);
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      const killed = signal === "SIGKILL";
      if (code !== 0 && !killed) return reject(new Error(`the writer ended by itself: ${complaint}`));
      // A line that the kill cut off was not acknowledged to anybody; the last element is what follows the last line end.
      const acknowledged = printed.split("\n").slice(1, -1);
      resolve({ writer, acknowledged, killed });
    });
  });
}

/** Have so many writers begin in one instant: a slow machine would run them one after another. */
function beginTogether(count: number): (begin: () => void) => void {
  const ready: (() => void)[] = [];
  return (begin) => {
    if (ready.push(begin) === count) for (const each of ready) each();
  };
}

/** Four processes append to one record at once, unharmed. @returns what is wrong with the record then */
export async function appendTogether(address: JournalAddress, journal: Journal, times: number): Promise<string[]> {
  const start = beginTogether(4);
  const runs = await Promise.all(
    ["a", "b", "c", "d"].map((writer) => runWriter(address, "append", "job-together", writer, { times }, start)),
  );
  const record = await journal.read("job-together");
  const faults = await faultsIn(journal, "job-together", runs);
  return record?.revision === 4 * times ? faults : [...faults, `${4 * times} writes, but revision ${record?.revision}`];
}

/** Kill writers while they append, two at a time to one record. @returns what is wrong with the records then */
export async function appendUnderKills(
  address: JournalAddress,
  journal: Journal,
  kills: number,
  random: () => number,
): Promise<string[]> {
  const perRecord = 6;
  const faults: string[] = [];
  for (let done = 0; done < kills; done += perRecord) {
    const record = `job-killed-${done}`;
    const left = Math.min(perRecord, kills - done);
    const [even, odd] = await Promise.all([0, 1].map((lane) => killInTurn(address, record, lane, left, random)));
    faults.push(...(await faultsIn(journal, record, [...(even ?? []), ...(odd ?? [])])));
  }
  return faults;
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
    runs.push(await runWriter(address, "append", record, writer, { kill: killAt(random, 0) }));
  }
  return runs;
}

/** @param least acknowledgements that are there for sure */
function killAt(random: () => number, least: number): Kill {
  return { acknowledged: least + Math.floor(random() * 4), afterMs: random() * 20 };
}

/** The record's list says who wrote each revision: it must agree with every acknowledgement, and with nothing else. */
async function faultsIn(journal: Journal, name: string, runs: readonly WriterRun[]): Promise<string[]> {
  const record = await journal.read(name);
  const writers = record?.value["writers"] ?? [];
  if (!Array.isArray(writers)) throw new Error("not a record of this test");
  const faults: string[] = [];
  if (writers.length !== (record?.revision ?? 0))
    faults.push(`${writers.length} appends at revision ${record?.revision}`);
  for (const { writer, acknowledged, killed } of runs) {
    for (const revision of acknowledged) {
      if (writers[Number(revision) - 1] !== writer) faults.push(`lost: revision ${revision} of ${writer}`);
    }
    // A writer that is killed between the write and its acknowledgement leaves one revision it did not hear of.
    const unheard = writers.filter((by) => by === writer).length - acknowledged.length;
    if (unheard < 0 || unheard > (killed ? 1 : 0)) faults.push(`${unheard} appends too many by ${writer}`);
  }
  return faults;
}

/**
 * Kill writers while they create, write over and remove a record: whatever is left of it, the next process can use it.
 * @returns what the writers were told they wrote over, or removed
 */
export async function churnUnderKills(
  address: JournalAddress,
  journal: Journal,
  kills: number,
  random: () => number,
): Promise<readonly string[]> {
  const over: string[] = [];
  for (let turn = 0; turn < kills; turn += 2) {
    const writers = [`a${turn}`, `b${turn}`];
    const runs = await Promise.all(
      writers.map((writer) => runWriter(address, "churn", "job-churned", writer, { kill: killAt(random, 1) })),
    );
    over.push(...runs.flatMap(({ acknowledged }) => acknowledged));
    expect(await usableAgain(journal, "job-churned", writers.length)).toBe(true);
  }
  return over;
}

/**
 * Can a record be removed, created and removed again? A server may carry out the last statement of a client that was
 * killed a moment later: each of them can get in between once.
 */
async function usableAgain(journal: Journal, name: string, killed: number): Promise<boolean> {
  for (let attempt = 0; attempt <= killed; attempt += 1) {
    const found = await journal.read(name);
    if (found !== undefined && !(await journal.remove(name, found.revision))) continue;
    if ((await journal.write(name, { id: "test" }, 0)) !== 1) continue;
    if (await journal.remove(name, 1)) return true;
  }
  return false;
}

/** Four processes create, write over and remove one record at once. @returns what they were told they wrote over, or removed */
export async function churnTogether(address: JournalAddress, times: number): Promise<readonly string[]> {
  const start = beginTogether(4);
  const runs = await Promise.all(
    ["a", "b", "c", "d"].map((writer) => runWriter(address, "churn", "job-churned", writer, { times }, start)),
  );
  return runs.flatMap(({ acknowledged }) => acknowledged);
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
