import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readdir, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Overwrite } from "../../src/download/index.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import { seededRandom } from "../../src/testing/virtual-clock.ts";
import {
  csvOf,
  downloadTo,
  filesBelow,
  key,
  linkTo,
  reportAt,
  sha256,
  temporaryDirectory,
} from "../download/ready-report.ts";
import { startStorage } from "../download/storage.ts";
import { bundledWorker } from "../support/bundled-worker.ts";
import type { Storage } from "../download/storage.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";
const seed = Number(process.env["REPORT_KIT_SEED"] ?? Date.now());
const first = csvOf(3_000_000, 1);
const corrected = csvOf(2_800_000, 2);
const shas = [sha256(first), sha256(corrected)];
const place = join("circle", "treasury");
const canStop = process.platform !== "win32";

let script: string;

beforeAll(async () => {
  script = await bundledWorker(new URL("stopping-worker.ts", import.meta.url), "esm");
}, 60_000);

interface End {
  readonly sha256?: string;
  readonly resumed?: boolean;
  readonly error?: string;
  readonly message?: string;
  readonly retryable?: boolean;
  readonly moments: number;
}

interface Worker {
  readonly child: ChildProcess;
  /** Where it stands still; undefined when it came to its end first. */
  readonly stopped: Promise<string | undefined>;
  /** Undefined when it was killed. */
  readonly ended: Promise<End | undefined>;
}

function startWorker(
  storage: Storage,
  directory: string,
  {
    overwrite = "same",
    moment = -1,
    inNamespace = false,
  }: { overwrite?: Overwrite; moment?: number; inNamespace?: boolean },
): Worker {
  const { url = "" } = linkTo(storage) as { url?: string }; // linkTo makes links
  const command = [process.execPath, script, url, directory, key, overwrite, String(moment)];
  const [program = "", ...args] = inNamespace ? ["unshare", "-p", "-f", "--mount-proc", ...command] : command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let end: End | undefined;
  let atStop: (operation: string | undefined) => void;
  const stopped = new Promise<string | undefined>((resolve) => (atStop = resolve));
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) end = JSON.parse(line) as End; // the worker's own line
    else atStop(line);
  });
  const ended = new Promise<End | undefined>((resolve) => {
    child.on("close", () => {
      atStop(undefined);
      resolve(end);
    });
  });
  return { child, stopped, ended };
}

/** Have every part look as if its owner had been silent for an hour. */
async function silenceParts(directory: string): Promise<void> {
  const parent = join(directory, place);
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const name of await readdir(parent).catch(() => [])) {
    if (name.endsWith(".part")) await utimes(join(parent, name), longAgo, longAgo);
  }
}

/** Until each thread of a process stands still or has ended: a signal arrives some time after it was sent. Elsewhere than on Linux, 20 ms. */
async function untilStopped(pid: number | undefined): Promise<void> {
  const tasks = `/proc/${pid}/task`;
  if (process.platform !== "linux") await sleep(20);
  for (let look = 0; look < 200; look += 1) {
    const threads = await readdir(tasks).catch(() => []);
    const states = await Promise.all(
      threads.map((thread) => readFile(join(tasks, thread, "stat"), "utf8").catch(() => ") Z")),
    );
    if (states.every((stat) => /^[TtZX]/.test(stat.slice(stat.lastIndexOf(")") + 2)))) return;
    await sleep(1);
  }
}

/** The SHA-256 of what lies under the final name. */
async function finalSha(directory: string): Promise<string | undefined> {
  return readFile(join(directory, place, "statement.csv")).then(sha256, () => undefined);
}

const download = (storage: Storage, directory: string, overwrite: Overwrite) =>
  downloadTo(reportAt([linkTo(storage)], { fileName: "statement.csv" }), toDirectory(directory), { overwrite }).then(
    (file) => ({ sha256: file.sha256, resumed: file.resumed, error: undefined }),
    (error: { code: string }) => ({ sha256: undefined, resumed: false, error: error.code }),
  );

interface Round {
  readonly overwrite: Overwrite;
  /** The report is corrected while the first worker stands still. */
  readonly changed: boolean;
  /** What becomes of the first worker after the second is done. */
  readonly signal: "SIGCONT" | "SIGKILL";
  /** The first worker itself goes on from the part of a killed one. */
  readonly resuming: boolean;
}

/** Where the first worker stands still: at a moment of its file operations, or so long after its start. */
type Stop = { readonly moment: number } | { readonly afterMs: number };

/** A worker that is killed in mid-file; its part looks as if its owner had been silent for an hour. */
async function leaveAPart(storage: Storage, directory: string, overwrite: Overwrite): Promise<void> {
  const early = startWorker(storage, directory, { overwrite, moment: 41 });
  await early.stopped;
  early.child.kill("SIGKILL");
  await early.ended;
  await silenceParts(directory);
}

/** One worker stands still, another takes its part over and ends, the first wakes up or dies. @returns what is wrong then */
async function playRound({ overwrite, changed, signal, resuming }: Round, stop: Stop): Promise<string[]> {
  const directory = await temporaryDirectory();
  const storage = await startStorage({ body: first, etag: '"1"' });
  if (resuming) await leaveAPart(storage, directory, overwrite);
  const worker = startWorker(storage, directory, { overwrite, ...("moment" in stop ? stop : {}) });
  if ("afterMs" in stop) {
    await sleep(stop.afterMs);
    worker.child.kill("SIGSTOP");
    await untilStopped(worker.child.pid);
  }
  const at = "moment" in stop ? `moment ${stop.moment}, ${await worker.stopped}` : `after ${stop.afterMs} ms`;
  const beforeSecond = await finalSha(directory);
  await silenceParts(directory);
  if (changed) storage.file = { body: corrected, etag: '"2"' };
  const faults: string[] = [];
  const note = (fault: string): void => void faults.push(`${at}: ${fault}`);

  const second = await download(storage, directory, overwrite);
  const afterSecond = await finalSha(directory);
  if (second.sha256 !== undefined && afterSecond !== second.sha256) note("not the second worker's file");
  // The first one had named its file already: the corrected one is not the same.
  if (second.error !== undefined && !(second.error === "exists" && changed)) note(`second worker: ${second.error}`);

  worker.child.kill(signal);
  const end = await worker.ended;
  const atLast = await finalSha(directory);
  if (atLast === undefined || !shas.includes(atLast)) note("the final file is no version of the report");
  // What was in place before it stood still was replaced as told to: what it returns was true, and no look can be the last.
  const wasReplaced = overwrite === "always" && end?.sha256 !== undefined && end.sha256 === beforeSecond;
  if (end?.sha256 !== undefined && atLast !== end.sha256 && !wasReplaced) note("not the first worker's file");
  if (end?.sha256 === undefined && atLast !== afterSecond) note("the final file changed under the second worker");
  if (overwrite === "same" && afterSecond !== atLast) note("the final file changed although it had its name");
  const lostPart = end?.error === "target" && end.retryable === true;
  if (end?.error !== undefined && !lostPart && end.error !== "exists")
    note(`first worker: ${end.error} ${end.message}`);

  await silenceParts(directory);
  await download(storage, directory, overwrite);
  const left = await filesBelow(directory);
  if (left.length !== 1) note(`left behind: ${left.join(", ")}`);
  return faults;
}

describe.skipIf(!canStop)("a worker that stands still at any file operation while another takes its part over", () => {
  const rounds: [string, Round][] = [
    ["and wakes up", { overwrite: "same", changed: false, signal: "SIGCONT", resuming: false }],
    ["and is killed", { overwrite: "same", changed: false, signal: "SIGKILL", resuming: true }],
    ["and wakes up after a correction", { overwrite: "same", changed: true, signal: "SIGCONT", resuming: true }],
    ["and is killed after a correction", { overwrite: "same", changed: true, signal: "SIGKILL", resuming: false }],
    ["and wakes up to overwrite", { overwrite: "always", changed: true, signal: "SIGCONT", resuming: true }],
    ["and wakes up to overwrite the same", { overwrite: "always", changed: false, signal: "SIGCONT", resuming: false }],
  ];
  const sampled = 2;

  it.each(rounds)(
    `%s, the final file has the SHA-256 that was returned (seed ${seed})`,
    async (_what, round) => {
      const moments = await momentsOf(round);
      expect(moments).toBeGreaterThan(60);
      const random = seededRandom(seed);
      const chosen = soak
        ? Array.from({ length: moments }, (_, moment) => moment)
        : Array.from({ length: sampled }, (_, index) => Math.floor(((index + random()) * moments) / sampled));
      const faults: string[] = [];
      for (const moment of chosen) faults.push(...(await playRound(round, { moment })));
      expect(faults).toEqual([]);
    },
    soak ? 1_200_000 : 60_000,
  );

  const atRandom = soak ? 2000 : 3;
  it(
    `at any time, ${atRandom} times, the final file has the SHA-256 that was returned (seed ${seed})`,
    async () => {
      const random = seededRandom(seed);
      const faults: string[] = [];
      for (let turn = 0; turn < atRandom; turn += 1) {
        const [, round] = rounds[Math.floor(random() * rounds.length)] ?? [];
        if (round !== undefined) faults.push(...(await playRound(round, { afterMs: 50 + Math.floor(random() * 150) })));
      }
      expect(faults).toEqual([]);
    },
    soak ? 2_400_000 : 60_000,
  );
});

/** How many moments an undisturbed worker passes: one that goes on from another's part passes others. */
async function momentsOf({ overwrite, resuming }: Pick<Round, "overwrite" | "resuming">): Promise<number> {
  const directory = await temporaryDirectory();
  const storage = await startStorage({ body: first, etag: '"1"' });
  if (resuming) await leaveAPart(storage, directory, overwrite);
  const end = await startWorker(storage, directory, { overwrite }).ended;
  expect(end).toMatchObject({ sha256: shas[0] });
  return end?.moments ?? 0;
}

const namespaces = spawnSync("unshare", ["-p", "-f", "--mount-proc", "true"]).status === 0;
if (!namespaces) console.warn("PID namespaces can't be made here: the test of two containers is skipped"); // oxlint-disable-line no-console -- the reason of a skip

describe.skipIf(!namespaces)("two containers of one host name, each with its own pid 1", () => {
  it.each([0.5, ...(soak ? [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9] : [])])(
    "that share a directory keep their parts apart while both live, at %f of the file",
    async (share) => {
      const directory = await temporaryDirectory();
      const storage = await startStorage({ body: first, etag: '"1"' });
      const moment = Math.floor(share * (await momentsOf({ overwrite: "same", resuming: false })));
      const one = startWorker(storage, directory, { moment, inNamespace: true });
      expect(await one.stopped).toMatch(/^at /);
      const requests = storage.seen.length;
      const other = await startWorker(storage, directory, { inNamespace: true }).ended;
      expect(other).toMatchObject({ sha256: shas[0], resumed: false });
      expect(storage.seen.slice(requests).map(({ headers }) => headers.range)).toEqual([undefined]);
      expect(await finalSha(directory)).toBe(shas[0]);
      one.child.stdin?.end("go on\n");
      expect(await one.ended).toMatchObject({ sha256: shas[0] });
      expect(await finalSha(directory)).toBe(shas[0]);
      expect(await filesBelow(directory)).toEqual([join(place, "statement.csv")]);
    },
    60_000,
  );
});
