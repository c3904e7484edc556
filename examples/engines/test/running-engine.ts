import type { ReportJob } from "report-kit";
import type { Stage } from "./scene.ts";

/** An engine with one worker in this process. */
export interface RunningEngine {
  readonly handOver: (job: ReportJob) => Promise<unknown>;
  /** Wait until the engine calls the job done. @returns what it keeps as the result. @throws what it keeps as the reason */
  readonly ended: (job: ReportJob) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/**
 * Start an engine's worker: with the recipe, or `naive`, the engine alone, whose own step asks for the report.
 * @param postgres for the engine itself
 */
export type StartEngine = (stage: Stage, postgres: string, naive: boolean) => Promise<RunningEngine>;
