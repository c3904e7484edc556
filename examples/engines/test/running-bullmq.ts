import { setTimeout as sleep } from "node:timers/promises";
import { createPostgresBackend, withBackend } from "bullmq";
import { enqueueReport, reportQueue, startReportWorker } from "../bullmq.ts";
import type { StartEngine } from "./running-engine.ts";

const { Queue, Worker } = withBackend(createPostgresBackend);

/** A dead worker is noticed in a second or two rather than in a minute. */
const quick = { lockDuration: 1_000, stalledInterval: 500 };

export const startBullmq: StartEngine = async (stage, postgres, naive) => {
  const connection = { connectionString: postgres, migrate: true };
  const reports = naive ? undefined : reportQueue(postgres);
  const queue = reports ?? new Queue<{ bookmark: string }, unknown>("naive", { connection });
  const worker = naive
    ? new Worker<{ bookmark: string }, unknown>("naive", () => stage.createReport(), { ...quick, connection })
    : startReportWorker(postgres, stage.reports, quick);
  return {
    handOver: (job) =>
      reports === undefined ? queue.add("report", { bookmark: job.bookmark }) : enqueueReport(reports, job),
    async ended({ bookmark }) {
      for (;;) {
        const jobs = await queue.getJobs(["completed", "failed"]);
        const job = jobs.find(({ data }) => data.bookmark === bookmark);
        if (job?.finishedOn !== undefined && job.failedReason) throw new Error(job.failedReason);
        if (job?.finishedOn !== undefined) return job.returnvalue;
        await sleep(100);
      }
    },
    async stop() {
      await worker.close();
      await queue.close();
    },
  };
};
