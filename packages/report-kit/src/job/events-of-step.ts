import type { JobEventDetails } from "./job-event.ts";
import type { Observation } from "../source/observation.ts";
import type { JobState } from "./job-state.ts";

/** Say what happened. */
export function tell(
  before: JobState,
  action: "create" | "look" | "find",
  observation: Observation,
  after: JobState,
  context: { readonly emit: (event: JobEventDetails) => void; readonly now: () => number },
): void {
  const { emit } = context;
  const acknowledged = after.acceptedAt !== undefined && before.acceptedAt === undefined;
  const adopted = after.adopted === true && before.adopted !== true;
  if (acknowledged && action === "create" && !adopted) {
    emit({ type: "submitted", ...(after.reference === undefined ? {} : { reference: after.reference }) });
  }
  if (adopted) emit({ type: "adopted", reference: after.reference ?? "" });
  if (observation.is === "pending" || observation.is === "absent") {
    emit({ type: "observed", status: after.status ?? observation.is, requests: after.requests });
  }
  if (observation.is === "unknown" && before.status !== observation.status) {
    emit({ type: "unknown-status", status: observation.status, sample: observation.sample });
  }
  // An outage is one warning, however often it is looked into.
  if (after.failures === 1) emit({ type: "unreachable", reason: after.status ?? observation.is });
  if (observation.is === "refused") emit({ type: "refused", code: observation.code, message: observation.message });
  if (observation.is === "denied" || observation.is === "refused") return;
  switch (after.phase) {
    case "ready":
      return emit({ type: "ready", reference: after.reference ?? "", requests: after.requests });
    case "failed":
      return emit({ type: "failed", code: after.code ?? "failed", message: after.message ?? "" });
    case "expired":
      return emit({ type: "expired", message: after.message ?? "" });
    case "indeterminate":
      return emit({ type: "indeterminate", message: after.message ?? "", found: after.found ?? [] });
    case "new":
    case "creating":
    case "waiting":
      return emit({
        type: "waiting",
        until: new Date(after.nextAt).toISOString(),
        afterMs: Math.max(0, after.nextAt - context.now()),
        why: after.why ?? "the schedule",
      });
  }
}
