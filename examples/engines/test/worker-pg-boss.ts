import { setTimeout as sleep } from "node:timers/promises";
import { PgBoss } from "pg-boss";
import { createReportQueue, enqueueReport, startReportWorker } from "../pg-boss.ts";
import type { WorkerRun } from "./worker.ts";

/** A dead worker is noticed in a few seconds rather than in a minute. */
const quick = { expireInSeconds: 2, retryDelay: 1 };
const supervision = { superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 };

/** Run a worker. @returns what pg-boss keeps as the output of the report's last job */
export async function pgBossWorker({ stage, postgres, naive, start }: WorkerRun): Promise<unknown> {
  const boss = new PgBoss({ connectionString: postgres, ...supervision });
  boss.on("error", () => undefined); // it goes on by itself
  await boss.start();
  const polling = { pollingIntervalSeconds: 0.5 };
  if (!naive) {
    await createReportQueue(boss, quick);
    await startReportWorker(boss, stage.reports, polling);
    if (start) await enqueueReport(boss, stage.job);
    return completed(boss, "reports", (output) => "sha256" in output);
  }
  await boss.createQueue("naive", { expireInSeconds: 2, retryDelay: 1, retryLimit: 10 });
  await boss.work("naive", polling, async () => ({ said: await stage.createReport() }));
  if (start) await boss.send("naive", {});
  return completed(boss, "naive", (output) => "said" in output);
}

/** pg-boss has no event for the end of a job. */
async function completed(boss: PgBoss, queue: string, isResult: (output: object) => boolean): Promise<unknown> {
  for (;;) {
    const jobs = await boss.findJobs(queue);
    const done = jobs.find(({ state, output }) => state === "completed" && output !== null && isResult(output));
    if (done !== undefined) return done.output;
    await sleep(100);
  }
}
