import { createPostgresBackend, DelayedError, UnrecoverableError, withBackend } from "bullmq";
import type { PostgresConnectionOptions, WorkerOptions } from "bullmq";
import type { ReportFile, ReportJob } from "report-kit";
import { takeTurn } from "./turn.ts";
import type { Reports } from "./turn.ts";

const { Queue, Worker } = withBackend(createPostgresBackend);

interface ReportData {
  readonly bookmark: string;
}

/** The queue, on a PostgreSQL; its tables are made if need be. Close it when the process ends. */
export function reportQueue(connectionString: string) {
  return new Queue<ReportData, ReportFile>("reports", { connection: { connectionString, migrate: true } });
}

/** Hand a report job to the workers. While it is queued or under way, handing it over again changes nothing. */
export async function enqueueReport(queue: ReturnType<typeof reportQueue>, { key, bookmark }: ReportJob) {
  return queue.add(
    "report",
    { bookmark },
    {
      deduplication: { id: key },
      // For errors that pass: eight hours of them. Waiting for the report does not count.
      attempts: 1_000,
      backoff: { type: "fixed", delay: 30_000, jitter: 0.5 },
      removeOnComplete: { age: 7 * 86_400 },
    },
  );
}

/** Start a worker. Run as many as you like, on as many machines. */
export function startReportWorker(
  connectionString: string,
  reports: Reports,
  options: Partial<WorkerOptions<PostgresConnectionOptions>> = {},
) {
  return new Worker<ReportData, ReportFile>(
    "reports",
    async (job, token, signal) => {
      const turn = await takeTurn(job.data.bookmark, reports, signal);
      if ("again" in turn) {
        await job.moveToDelayed(Date.parse(turn.again.at), token);
        throw new DelayedError();
      }
      if ("ended" in turn) throw new UnrecoverableError(turn.ended);
      return turn.file;
    },
    // Each death of a worker in the middle of a turn counts, over the whole life of the job: the default of 1 gives up
    // at the second deployment.
    { concurrency: 10, maxStalledCount: 100, ...options, connection: { connectionString, migrate: true } },
  );
}
