import type { JournalWatch } from "../journal/journal-watch.ts";
import type { StepEngine } from "../job/step.ts";
import type { OnIndeterminate } from "../job/transitions.ts";
import type { EventBus } from "./event-bus.ts";
import type { Waits } from "./wait-registry.ts";

/** What all jobs of one kit share. Made once, in create-report-kit.ts. */
export interface Engine extends StepEngine {
  readonly watch: JournalWatch;
  readonly bus: EventBus;
  readonly waits: Waits;
  readonly onIndeterminate: OnIndeterminate;
}
