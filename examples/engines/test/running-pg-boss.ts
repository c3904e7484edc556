import { setTimeout as sleep } from "node:timers/promises";
import { PgBoss } from "pg-boss";
import { createReportQueue, enqueueReport, startReportWorker } from "../pg-boss.ts";
import type { StartEngine } from "./running-engine.ts";

/** A dead worker is noticed in a few seconds rather than in a minute. */
const quick = { expireInSeconds: 2, retryDelay: 1 };

export const startPgBoss: StartEngine = async (stage, postgres, naive) => {
  const boss = new PgBoss({ connectionString: postgres, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 });
  boss.on("error", () => undefined); // it goes on by itself
  await boss.start();
  const queue = naive ? "naive" : "reports";
  if (naive) {
    await boss.createQueue(queue, quick);
    await boss.work(queue, { pollingIntervalSeconds: 0.5 }, async () => ({ file: await stage.createReport() }));
  } else {
    await createReportQueue(boss, quick);
    await startReportWorker(boss, stage.reports, { pollingIntervalSeconds: 0.5 });
  }
  return {
    handOver: (job) => (naive ? boss.send(queue, { key: job.key }) : enqueueReport(boss, job)),
    async ended({ key }) {
      for (;;) {
        const jobs = await boss.findJobs(queue, { data: { key } });
        const failed = jobs.find(({ state }) => state === "failed");
        if (failed !== undefined) throw new Error(JSON.stringify(failed.output));
        // Each turn is a job of its own; the one that ended with a file is the last.
        const output = jobs.find(({ state, output }) => state === "completed" && output !== null)?.output;
        if (output !== undefined) return output;
        await sleep(100);
      }
    },
    stop: () => boss.stop({ graceful: false }),
  };
};
