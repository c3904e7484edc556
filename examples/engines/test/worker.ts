/*
 * A worker process of an engine, started and killed by the tests:
 *
 *   node worker.ts <bullmq|pg-boss|dbos> <ours|naive> <start|go-on> <scene as JSON>
 *
 * `naive` is the engine alone: the report is asked for in the engine's own step. `start` hands the report over first;
 * `go-on` only works. It prints `result` and what the engine keeps as the result of the report's job, and stays.
 */
import { writeSync } from "node:fs";
import { startBullmq } from "./running-bullmq.ts";
import { startDbos } from "./running-dbos.ts";
import { startPgBoss } from "./running-pg-boss.ts";
import { openStage } from "./scene.ts";
import type { Scene } from "./scene.ts";

const [engine = "", how, mode, json = "{}"] = process.argv.slice(2);
const scene = JSON.parse(json) as Scene; // from the test that started us
const start = new Map([
  ["bullmq", startBullmq],
  ["pg-boss", startPgBoss],
  ["dbos", startDbos],
]).get(engine);
if (start === undefined) throw new Error(`no engine ${engine}`);
const stage = await openStage(scene);
const running = await start(stage, scene.postgres, how === "naive");
if (mode === "start") await running.handOver(stage.job);
writeSync(1, `result ${JSON.stringify(await running.ended(stage.job))}\n`);
