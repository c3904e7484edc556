import { createPostgresBackend, withBackend } from "bullmq";
import { enqueueReport, reportQueue, startReportWorker } from "../bullmq.ts";
import type { WorkerRun } from "./worker.ts";

const { Queue, Worker } = withBackend(createPostgresBackend);

/** A dead worker is noticed in a second or two rather than in a minute. */
const quick = { lockDuration: 1_000, stalledInterval: 500 };

/** Run a worker. @returns what BullMQ keeps as the result of the report's job */
export async function bullmqWorker({ stage, postgres, naive, start }: WorkerRun): Promise<unknown> {
  if (!naive) {
    const queue = reportQueue(postgres);
    const worker = startReportWorker(postgres, stage.reports, quick);
    const result = ended(worker);
    if (start) await enqueueReport(queue, stage.job);
    return result;
  }
  const connection = { connectionString: postgres, migrate: true };
  const queue = new Queue<object, string>("naive", { connection });
  const result = ended(new Worker<object, string>("naive", async () => stage.createReport(), { ...quick, connection }));
  if (start) await queue.add("report", {});
  return result;
}

interface Emitter {
  on(event: "completed", listener: (job: unknown, result: unknown) => void): unknown;
  on(event: "failed", listener: (job: unknown, error: Error) => void): unknown;
}

function ended(worker: Emitter): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.on("completed", (_job, result) => resolve(result));
    worker.on("failed", (_job, error) => reject(error));
  });
}
