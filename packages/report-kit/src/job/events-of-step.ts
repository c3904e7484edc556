import type { Observation } from "../source/observation.ts";
import type { JobEventDetails } from "./job-event.ts";
import type { JobState } from "./job-state.ts";
import type { Ask } from "./transitions.ts";

/** What a step is worth reporting, in order. */
export function eventsOf(
  before: JobState,
  action: Ask,
  observation: Observation,
  after: JobState,
  now: number,
  lateAt?: number,
): JobEventDetails[] {
  const events: JobEventDetails[] = [];
  const acknowledged = after.acceptedAt !== undefined && before.acceptedAt === undefined;
  const adopted = after.adopted === true && before.adopted !== true;
  if (acknowledged && action === "create" && !adopted) events.push({ type: "submitted", reference: after.reference });
  if (adopted) events.push({ type: "adopted", reference: after.reference ?? "" });
  if (observation.is === "pending" || observation.is === "absent") {
    events.push({ type: "observed", status: after.status ?? observation.is, requests: after.requests });
    const lookedAt = before.lookedAt ?? before.acceptedAt ?? before.startedAt;
    // At the first look after that instant.
    if (lateAt !== undefined && lookedAt < lateAt && lateAt <= now) {
      events.push({ type: "late", expectedBy: new Date(lateAt).toISOString() });
    }
  }
  if (observation.is === "unknown" && before.status !== observation.status) {
    events.push({ type: "unknown-status", status: observation.status, sample: observation.sample });
  }
  // An outage is one warning, however many looks it lasts.
  if (after.failures === 1) events.push({ type: "unreachable", reason: reasonOf(observation) ?? after.status ?? "" });
  if (observation.is === "refused") {
    events.push({ type: "refused", code: observation.code, message: observation.message });
  }
  if (observation.is !== "denied" && observation.is !== "refused") events.push(lastEvent(after, now));
  return events;
}

/** The error's own words: they name the host, what happened and what to do. */
function reasonOf(observation: Observation): string | undefined {
  return "error" in observation && observation.error instanceof Error ? observation.error.message : undefined;
}

/** Where the job stands now. */
function lastEvent(after: JobState, now: number): JobEventDetails {
  const { message = "", reference = "" } = after;
  switch (after.phase) {
    case "ready":
      return { type: "ready", reference, requests: after.requests };
    case "failed":
      return { type: "failed", code: after.code ?? "failed", message };
    case "expired":
      return { type: "expired", message };
    case "indeterminate":
      return { type: "indeterminate", message, found: after.found ?? [] };
    case "new":
    case "creating":
    case "waiting":
      return {
        type: "waiting",
        until: new Date(after.nextAt).toISOString(),
        afterMs: Math.max(0, after.nextAt - now),
        why: after.why ?? "the schedule",
      };
  }
}
