import { ReportKitError } from "report-kit";
import type { ReportFile, ReportKit, ReportSource, Target } from "report-kit";

/** What a worker needs, whichever engine it runs under. Every worker of an engine is given the same. */
export interface Reports {
  /** Over a journal that all workers share: `postgresJournal(query)` on the engine's own PostgreSQL. */
  readonly kit: ReportKit;
  readonly sources: readonly ReportSource[];
  /** Storage that outlives the worker: a mounted volume, or a target of your own. */
  readonly target: Target<ReportFile>;
}

/** What one turn of a report job came to. JSON, so that an engine can keep it. */
export type Turn =
  | {
      /** Take the next turn then: the engine's timer keeps the appointment, no worker waits. */
      readonly again: { readonly at: string; readonly afterMs: number };
    }
  | { readonly file: ReportFile }
  | {
      /** There will be no file, and no retry brings one: why, for a person. */
      readonly ended: string;
    };

/**
 * One turn of a report job: a step, and the download once the report is ready. All that an engine's worker has to do.
 * @param bookmark the job's; the only thing an engine needs to keep
 * @throws what may pass (the network, the database, the disk, a shutdown): let the engine try again. Trying again is
 * always safe; so is a turn taken early, twice, or by two workers at once.
 */
export async function takeTurn(bookmark: string, reports: Reports, signal?: AbortSignal): Promise<Turn> {
  const { kit, sources, target } = reports;
  const options = signal === undefined ? {} : { signal };
  try {
    const step = await kit.step(bookmark, sources, options);
    if ("again" in step) return { again: { at: step.again.at, afterMs: step.again.afterMs } };
    if (step.outcome.status !== "ready") return { ended: step.outcome.message };
    return { file: await kit.resume(bookmark, sources).download(target, options) };
  } catch (error) {
    if (!ReportKitError.isInstance(error) || error.retryable) throw error;
    // Ours to mend: the database, the disk, a worker of yesterday's deployment that lacks a source. Then the job goes on.
    if (error.phase === "journal" || error.code === "target" || error.code === "unknown-source") throw error;
    return { ended: error.message };
  }
}
