import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createHash, randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startSandbox } from "@report-kit/sandbox";
import { Pool } from "pg";
import type { Outcome } from "report-kit";
import { fastClock } from "./fast-clock.ts";
import { openStage } from "./scene.ts";
import type { Scene } from "./scene.ts";

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

/**
 * Have a worker of an engine ask for a report; kill it with SIGKILL once the provider has made the report and before its
 * answer arrives; start another one, and let it come to an end.
 * @param script the worker process; it gets `engine`, `how`, `start` or `go-on`, and the scene as JSON
 * @param server a PostgreSQL; the scene gets a database of its own in it
 */
export async function killBetweenCreateAndRecord(
  engine: string,
  how: "ours" | "naive",
  server: string,
  script = fileURLToPath(new URL("worker.ts", import.meta.url)),
): Promise<Aftermath> {
  const startMs = Date.now();
  const sandbox = await startSandbox({ clock: { now: fastClock(startMs).now }, readyAfterMs: 30_000 });
  const directory = await mkdtemp(join(tmpdir(), "report-kit-engines-"));
  const { baseUrl, accessToken } = sandbox.mercadopago;
  const postgres = await createDatabase(server);
  const scene: Scene = { postgres, mercadopago: { baseUrl, accessToken }, directory, startMs };
  const workers: ChildProcess[] = [];
  const startWorker = (mode: "start" | "go-on"): Worker => {
    const worker = runWorker(script, [engine, how, mode, JSON.stringify(scene)]);
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
    const outcome = how === "ours" ? await journalOutcome(scene) : undefined;
    const creates = sandbox.requests.filter(({ operationId }) => operationId === "createSettlementReport").length;
    const path = typeof result === "object" && result !== null && "path" in result ? String(result.path) : undefined;
    const content = path === undefined ? undefined : await readFile(path);
    return {
      made: sandbox.made(),
      creates,
      result,
      ...(outcome === undefined ? {} : { outcome }),
      ...(content === undefined
        ? {}
        : { file: { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") } }),
      violations: sandbox.violations,
    };
  } finally {
    for (const worker of workers) worker.kill("SIGKILL");
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Worker {
  readonly child: ChildProcess;
  /** Its first line. */
  readonly said: Promise<string>;
  /** Rejects when it ends by itself. */
  readonly failure: Promise<never>;
}

function runWorker(script: string, args: readonly string[]): Worker {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (data) => (complaint += String(data)));
  const said = new Promise<string>((resolve) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += String(data);
      const line = text.split("\n").find((part) => part.startsWith("{") || part.startsWith('"'));
      if (line !== undefined && text.includes("\n")) resolve(line);
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

/** The job has ended: this sends nothing. */
async function journalOutcome(scene: Scene): Promise<Outcome> {
  const stage = await openStage(scene);
  const outcome = await stage.job.outcome();
  await stage.close();
  return outcome;
}

async function createDatabase(server: string): Promise<string> {
  const name = `scene_${randomUUID().replaceAll("-", "")}`;
  const pool = new Pool({ connectionString: server, max: 1 });
  await pool.query(`CREATE DATABASE ${name}`);
  await pool.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
