import { DBOS } from "@dbos-inc/dbos-sdk";
import { registerReportWorkflow, startReport } from "../dbos.ts";
import type { WorkerRun } from "./worker.ts";

/** Run a worker. @returns what DBOS keeps as the result of the report's workflow */
export async function dbosWorker({ stage, postgres, naive, start }: WorkerRun): Promise<unknown> {
  const ours = registerReportWorkflow(stage.reports);
  const alone = DBOS.registerWorkflow(async () => DBOS.runStep(() => stage.createReport(), { name: "create" }), {
    name: "naive",
  });
  DBOS.setConfig({ name: "reports", systemDatabaseUrl: postgres, logLevel: "error" });
  await DBOS.launch(); // takes up what a crash left behind
  if (start) {
    if (naive) await DBOS.startWorkflow(alone, { workflowID: "naive" })();
    else await startReport(ours, stage.job);
  }
  const id = naive ? "naive" : `report-${stage.job.key}-0`;
  return DBOS.retrieveWorkflow(id).getResult();
}
