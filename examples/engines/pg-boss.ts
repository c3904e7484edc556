import type { Job, JobResult, PgBoss, Queue } from "pg-boss";
import type { ReportJob } from "report-kit";
import { takeTurn } from "./turn.ts";
import type { Reports } from "./turn.ts";

const queue = "reports";

interface ReportData {
  readonly key: string;
  readonly bookmark: string;
}

/** Make the queue. Call it once after `boss.start()`, in every process; it leaves a queue that is there alone. */
export async function createReportQueue(boss: PgBoss, options: Partial<Queue> = {}): Promise<void> {
  await boss.createQueue("reports-ended");
  await boss.createQueue(queue, {
    // One job of a key in each state: one waits, one is under way.
    policy: "stately",
    // For errors that pass (eight hours of them) and for workers that die. Waiting for the report does not count.
    retryLimit: 1_000,
    retryDelay: 30,
    // A dead worker is noticed by its silence, so that a long download is not mistaken for one.
    heartbeatSeconds: 30,
    expireInSeconds: 6 * 3_600,
    deadLetter: "reports-ended",
    ...options,
  });
}

/** Hand a report job to the workers. While one waits in the queue, handing it over again changes nothing. */
export async function enqueueReport(boss: PgBoss, { key, bookmark }: ReportData | ReportJob): Promise<void> {
  await boss.send(queue, { key, bookmark }, { singletonKey: key });
}

/** Start a worker in this process. Run as many processes as you like. */
export async function startReportWorker(
  boss: PgBoss,
  reports: Reports,
  options: { readonly pollingIntervalSeconds?: number } = {},
): Promise<void> {
  await boss.work(queue, { perJobResults: true, ...options }, async (jobs: Job<ReportData>[]) =>
    Promise.all(jobs.map((job) => work(job))),
  );

  async function work({ id, data: { key, bookmark }, signal }: Job<ReportData>): Promise<JobResult> {
    const turn = await takeTurn(bookmark, reports, signal);
    if ("ended" in turn) return { id, status: "deadletter", output: { message: turn.ended } };
    if ("file" in turn) return { id, status: "completed", output: turn.file };
    // The next turn is written before this one is given back: a crash in between leaves two, and never none.
    await boss.send(queue, { key, bookmark }, { singletonKey: key, startAfter: new Date(turn.again.at) });
    return { id, status: "completed" };
  }
}
