/*
 * A worker process of an engine, started and killed by the tests:
 *
 *   node worker.ts <engine> <ours|naive> <start|go-on> <scene as JSON>
 *
 * `naive` is the engine alone: the report is asked for in the engine's own step. `start` hands the report over first;
 * `go-on` only works. It prints what the engine says of the report once it is done, and stays.
 */
import { writeSync } from "node:fs";
import { bullmqWorker } from "./worker-bullmq.ts";
import { dbosWorker } from "./worker-dbos.ts";
import { pgBossWorker } from "./worker-pg-boss.ts";
import type { Scene, Stage } from "./scene.ts";
import { openStage } from "./scene.ts";

/** How a test runs an engine's worker. */
export interface WorkerRun {
  readonly stage: Stage;
  /** For the engine itself. */
  readonly postgres: string;
  /** The engine alone, without report-kit. */
  readonly naive: boolean;
  /** Hand the report over. */
  readonly start: boolean;
}

const workers = { bullmq: bullmqWorker, "pg-boss": pgBossWorker, dbos: dbosWorker } as const;

const [engine = "", how, mode, json = "{}"] = process.argv.slice(2);
const scene = JSON.parse(json) as Scene; // from the test that started us
const work = workers[engine as keyof typeof workers];
if (work === undefined) throw new Error(`no engine ${engine}`);
const stage = await openStage(scene);
const result = await work({ stage, postgres: scene.postgres, naive: how === "naive", start: mode === "start" });
writeSync(1, `${JSON.stringify(result)}\n`);
