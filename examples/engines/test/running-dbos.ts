import { DBOS } from "@dbos-inc/dbos-sdk";
import { registerReportWorkflow, startReport } from "../dbos.ts";
import type { StartEngine } from "./running-engine.ts";

export const startDbos: StartEngine = async (stage, postgres, naive) => {
  const workflow = registerReportWorkflow(stage.reports);
  const alone = DBOS.registerWorkflow(async () => DBOS.runStep(() => stage.createReport(), { name: "create" }), {
    name: "naive",
  });
  DBOS.setConfig({ name: "reports", systemDatabaseUrl: postgres, logger: quiet });
  await DBOS.launch(); // takes up what a crash left behind
  return {
    handOver: (job) => (naive ? DBOS.startWorkflow(alone, { workflowID: "naive" })() : startReport(workflow, job)),
    ended: ({ key }) => DBOS.retrieveWorkflow(naive ? "naive" : `report-${key}-0`).getResult(),
    stop: () => DBOS.shutdown({ deregister: true }),
  };
};

const quiet = { info() {}, debug() {}, warn() {}, error() {} };
