import { DBOS } from "@dbos-inc/dbos-sdk";
import type { ReportFile, ReportJob } from "report-kit";
import { takeTurn } from "./turn.ts";
import type { Reports } from "./turn.ts";

/** The workflow that gets one report. */
export type ReportWorkflow = (bookmark: string) => Promise<ReportFile>;

/** Register the workflow, before `DBOS.launch()`: a workflow that a crash left behind is taken up again by its name. */
export function registerReportWorkflow(reports: Reports): ReportWorkflow {
  return DBOS.registerWorkflow(
    async (bookmark: string): Promise<ReportFile> => {
      for (;;) {
        const turn = await DBOS.runStep(() => takeTurn(bookmark, reports, DBOS.stepStatus?.cancelSignal), {
          name: "turn",
          // For errors that pass: eight hours of them. Waiting for the report does not count.
          retriesAllowed: true,
          maxAttempts: 1_000,
          intervalSeconds: 30,
          backoffRate: 1,
        });
        if ("file" in turn) return turn.file;
        if ("ended" in turn) throw new Error(turn.ended);
        await DBOS.sleep(turn.again.afterMs);
      }
    },
    { name: "report" },
  );
}

/**
 * Start the workflow of a report job, or join it: the key names it. DBOS runs a name once, for good; to have a report
 * that ended without a file asked for again, start it under another (`attempt`).
 */
export async function startReport(workflow: ReportWorkflow, { key, bookmark }: ReportJob, attempt = 0) {
  return DBOS.startWorkflow(workflow, { workflowID: `report-${key}-${attempt}` })(bookmark);
}
