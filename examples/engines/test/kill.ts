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

/** What came of a report whose first worker was killed. */
export interface Aftermath {
  /** Reports the provider has made in the end. */
  readonly made: number;
  /** Creates the provider has seen. */
  readonly creates: number;
  /** What the engine kept as the result of the report's job. */
  readonly result: unknown;
  /** How the journal says that the job ended: with `ours`. */
  readonly outcome?: Outcome;
  /** Of the file that the result names, if it names one: its bytes and SHA-256 as they lie on the disk. */
  readonly file?: { readonly bytes: number; readonly sha256: string };
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
  const { sandbox, scene, creates, clear } = await setScene(server);
  const workers: ChildProcess[] = [];
  const startWorker = (mode: "start" | "go-on"): Worker => {
    const worker = runWorker(program, [engine, how, mode, JSON.stringify(scene)]);
    workers.push(worker.child);
    return worker;
  };
  try {
    // The provider does its work, and its answer is on its way for longer than the worker lives.
    sandbox.fail({ operationId: "createSettlementReport" }, { kind: "latency", milliseconds: 600_000 });
    const first = startWorker("start");
    while (sandbox.made() === 0) await Promise.race([sleep(5), first.failure]);
    first.child.kill("SIGKILL");

    const second = startWorker("go-on");
    const result: unknown = JSON.parse(await Promise.race([second.said, second.failure]));
    const file = await fileOf(result);
    return {
      made: sandbox.made(),
      creates: creates(),
      result,
      ...(how === "ours" ? { outcome: await journalOutcome(scene) } : {}),
      ...(file === undefined ? {} : { file }),
      violations: sandbox.violations,
    };
  } finally {
    for (const worker of workers) worker.kill("SIGKILL");
    await clear();
  }
}

interface Worker {
  readonly child: ChildProcess;
  /** Its first line. */
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
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
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
