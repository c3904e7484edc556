/// <reference types="node" />
import { channel } from "node:diagnostics_channel";
import type { JobEvent } from "../job/job-event.ts";

const jobEvents = channel("report-kit:job");

/**
 * Publish every event of a kit's jobs on Node's diagnostics channel `"report-kit:job"`, for whatever traces this process:
 * `createReportKit({ journal, onEvent: publishEvents })`. Costs nothing while nobody subscribes.
 */
export function publishEvents(event: JobEvent): void {
  if (jobEvents.hasSubscribers) jobEvents.publish(event);
}
