import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Outcome } from "report-kit";
import { openStage } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { setScene } from "./scene-setting.ts";
import type { Setting } from "./scene-setting.ts";

/** What came of a report whose first worker was killed. */
export interface Aftermath {
  /** Reports the provider has made in the end. */
  readonly made: number;
  /** Creates the provider has seen. */
  readonly creates: number;
  /** What the engine kept as the result of the report's job. */
  readonly result: unknown;
  /** Of the file that the result names, if it names one: its bytes and SHA-256 as they lie on the disk. */
  readonly file?: { readonly bytes: number; readonly sha256: string };
  /** How the journal says that the job ended, if there is a file. */
  readonly outcome?: Outcome;
  readonly violations: readonly unknown[];
}

/** A worker process: it is told the engine, `ours` or `naive`, `start` or `go-on`, and the scene. */
export interface Program {
  readonly script: URL;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Have a worker of an engine ask for a report; kill it with SIGKILL once the provider has made the report and before its
 * answer arrives; start another one, and let it come to an end.
 * @param server a PostgreSQL; the scene gets a database of its own in it
 * @param program the worker process, with what it needs of its environment
 */
export async function killBetweenCreateAndRecord(
  engine: string,
  how: "ours" | "naive",
  server: string,
  program: Program = { script: new URL("worker.ts", import.meta.url) },
): Promise<Aftermath> {
  return play(server, async ({ sandbox, scene }, start) => {
    // The provider does its work, and its answer is on its way for longer than the worker lives.
    sandbox.fail({ operationId: "createSettlementReport" }, { kind: "latency", milliseconds: 600_000 });
    const first = start(program, [engine, how, "start", JSON.stringify(scene)]);
    while (sandbox.made() === 0) await Promise.race([sleep(5), first.failure]);
    first.child.kill("SIGKILL");
    return start(program, [engine, how, "go-on", JSON.stringify(scene)]);
  });
}

/**
 * Kill worker after worker with SIGKILL, wherever it happens to be, and then let one come to an end. Each of them hands the
 * report over, as a nightly job does that is started again.
 * @param livesMs how long each that is killed lives
 */
export async function killAgainAndAgain(
  engine: string,
  server: string,
  livesMs: readonly number[],
): Promise<Aftermath> {
  const program: Program = { script: new URL("worker.ts", import.meta.url) };
  return play(server, async ({ scene }, start) => {
    const args = [engine, "ours", "start", JSON.stringify(scene)];
    for (const lifeMs of livesMs) {
      const { child, failure } = start(program, args);
      await Promise.race([sleep(lifeMs), failure]);
      child.kill("SIGKILL");
    }
    return start(program, args);
  });
}

/** Set a scene, have the workers act, and see what the last of them comes to. */
async function play(
  server: string,
  act: (setting: Setting, start: (...worker: Parameters<typeof runWorker>) => Worker) => Promise<Worker>,
): Promise<Aftermath> {
  const setting = await setScene(server);
  const { sandbox, scene, creates, clear } = setting;
  const children: ChildProcess[] = [];
  try {
    const last = await act(setting, (...args) => {
      const worker = runWorker(...args);
      children.push(worker.child);
      return worker;
    });
    const result: unknown = JSON.parse(await Promise.race([last.said, last.failure]));
    const file = await fileOf(result);
    return {
      made: sandbox.made(),
      creates: creates(),
      result,
      // The naive ones have no journal: theirs has ended nowhere.
      ...(file === undefined ? {} : { file, outcome: await journalOutcome(scene) }),
      violations: sandbox.violations,
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await clear();
  }
}

interface Worker {
  readonly child: ChildProcess;
  /** What it printed as its result: JSON. Engines print lines of their own. */
  readonly said: Promise<string>;
  /** Rejects when it ends by itself. */
  readonly failure: Promise<never>;
}

function runWorker({ script, environment }: Program, args: readonly string[]): Worker {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  let complaint = "";
  child.stderr.on("data", (data) => (complaint += String(data)));
  const said = new Promise<string>((resolve) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += String(data);
      const result = /^result (.*)\n/m.exec(text)?.[1];
      if (result !== undefined) resolve(result);
    });
  });
  const failure = new Promise<never>((_resolve, reject) => {
    child.on("close", (code, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`the worker ended by itself (${code ?? signal}): ${complaint}`));
    });
  });
  failure.catch(() => undefined); // heard by whoever waits for it
  return { child, said, failure };
}

async function fileOf(result: unknown): Promise<Aftermath["file"]> {
  if (typeof result !== "object" || result === null || !("path" in result)) return undefined;
  const content = await readFile(String(result.path));
  return { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

/** The job has ended: this sends nothing. */
async function journalOutcome(scene: Scene): Promise<Outcome> {
  const stage = await openStage(scene);
  const outcome = await stage.job.outcome();
  await stage.close();
  return outcome;
}
