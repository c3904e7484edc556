import { takeTurn } from "./turn.ts";
import type { Reports, Turn } from "./turn.ts";

/**
 * The activity of a Temporal worker; the workflow around it is in docs/jobs/engines.md.
 * @param cancellation the running activity's signal: `() => Context.current().cancellationSignal`
 */
export function reportActivities(reports: Reports, cancellation: () => AbortSignal) {
  return {
    takeReportTurn: async (bookmark: string): Promise<Turn> => takeTurn(bookmark, reports, cancellation()),
  };
}
