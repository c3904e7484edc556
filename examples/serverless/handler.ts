/** One turn of a report job, for AWS Lambda and other functions: it never waits, and returns when to call it again. */
import { ReportKitError } from "report-kit";
import type { DeliveredFile, ReportKit, ReportSource, Target } from "report-kit";

export interface Reports {
  /** Over `postgresJournal(query)`: a function's own disk is gone with it. */
  readonly kit: ReportKit;
  readonly sources: readonly ReportSource[];
  readonly target: Target<DeliveredFile>;
}

/** What the state machine, the queue or the schedule keeps between two turns. */
export interface ReportEvent {
  readonly bookmark: string;
}

export type Turn =
  | { readonly status: "again"; readonly bookmark: string; readonly at: string }
  | { readonly status: "delivered"; readonly deliveryId: string }
  | { readonly status: "ended"; readonly message: string };

export function reportHandler({ kit, sources, target }: Reports) {
  return async ({ bookmark }: ReportEvent, context: { getRemainingTimeInMillis(): number }): Promise<Turn> => {
    // Stop before the platform does: the lease in the journal is given back, and the next turn need not wait for its end.
    const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - 5_000));
    try {
      const step = await kit.step(bookmark, sources, { signal });
      if ("again" in step) return { status: "again", bookmark, at: step.again.at };
      if (step.outcome.status !== "ready") return { status: "ended", message: step.outcome.message };
      const { deliveryId } = await kit.resume(bookmark, sources).deliver(target, { signal });
      return { status: "delivered", deliveryId };
    } catch (error) {
      if (!ReportKitError.isInstance(error) || error.retryable) throw error; // the platform tries again
      // Ours to mend: the database, the disk, a deployment that lacks a source. Then the job goes on.
      if (error.phase === "journal" || error.code === "target" || error.code === "unknown-source") throw error;
      return { status: "ended", message: error.message };
    }
  };
}
