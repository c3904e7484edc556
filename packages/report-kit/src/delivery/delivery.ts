import type { EarlierDelivery } from "../source/ready-report.ts";
import { readPeriod } from "../source/period-text.ts";
import type { ReportPeriod } from "../source/report-source.ts";
import type { JobState } from "../job/job-state.ts";

/** What the journal keeps of a delivered file. `ReportFile` has it all. */
export interface DeliveredFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** One delivery of a report's file. */
export interface Delivery<File = unknown> extends DeliveredFile {
  /** The same for every attempt at this delivery: a consumer that gets it twice drops the second. */
  readonly deliveryId: string;
  /** When it was recorded: ISO 8601, UTC. */
  readonly at: string;
  /** The days that the report covers, where its source names them. */
  readonly period: ReportPeriod | undefined;
  /** What the target returned; undefined where another run delivered it. */
  readonly file: File | undefined;
  /** The earlier delivery, which had other bytes. */
  readonly corrects?: EarlierDelivery | undefined;
}

/** The id of a report's n-th delivery. */
export function deliveryId(key: string, n: number): string {
  return `${key}.${n}`;
}

/** The last delivery that a job's record has, as callers get it. */
export function deliveryIn<File>(key: string, state: JobState, file?: File): Delivery<File> | undefined {
  if (state.delivered === undefined) return undefined;
  const { n, at, name = state.fileName ?? "", bytes, sha256, corrects } = state.delivered;
  return {
    deliveryId: deliveryId(key, n),
    at: new Date(at).toISOString(),
    name,
    bytes,
    sha256,
    period: readPeriod(state.period),
    file,
    corrects,
  };
}
