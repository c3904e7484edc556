import type { JobEvent, JobEventDetails } from "../job/job-event.ts";
import type { JobState } from "../job/job-state.ts";
import { hasEnded } from "../job/job-state.ts";

/** What a journal's state tells of a job's past, as events. */
export function pastEvents(state: JobState, key: string): readonly JobEvent[] {
  const events: JobEvent[] = [];
  const add = (atMs: number, details: JobEventDetails): void => {
    events.push({
      at: new Date(atMs).toISOString(),
      key,
      source: state.source,
      reportType: state.reportType,
      ...details,
    });
  };
  const reference = state.reference ?? "";
  if (state.acceptedAt !== undefined) {
    if (state.adopted === true) add(state.acceptedAt, { type: "adopted", reference });
    else add(state.acceptedAt, { type: "submitted", ...(reference === "" ? {} : { reference }) });
  }
  const endedAt = state.endedAt ?? state.nextAt;
  if (!hasEnded(state)) {
    add(state.startedAt, { type: "observed", status: state.status ?? state.phase, requests: state.requests });
    return events;
  }
  if (state.phase === "ready") add(endedAt, { type: "ready", reference, requests: state.requests });
  if (state.phase === "failed") {
    add(endedAt, { type: "failed", code: state.code ?? "failed", message: state.message ?? "" });
  }
  if (state.phase === "expired") add(endedAt, { type: "expired", message: state.message ?? "" });
  if (state.phase === "indeterminate") {
    add(endedAt, { type: "indeterminate", message: state.message ?? "", found: state.found ?? [] });
  }
  return events;
}
