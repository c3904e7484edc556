import type { FoundReport } from "../found-report.ts";
import type { DownloadEvent, EarlierDelivery } from "../source/ready-report.ts";

interface EventBase {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly key: string;
  /** The id of the report source. */
  readonly source: string;
  readonly reportType: string;
}

/** Something that happened to a report job. Holds no secret and no link. */
export type JobEvent = EventBase &
  (
    | { readonly type: "submitted"; readonly reference?: string | undefined }
    | { readonly type: "adopted"; readonly reference: string }
    | { readonly type: "observed"; readonly status: string; readonly requests: number }
    /** It is not ready by the time at which 19 of 20 of its source's reports are, or by which the provider documents it to be. */
    | { readonly type: "late"; readonly expectedBy: string }
    | { readonly type: "unknown-status"; readonly status: string; readonly sample: string }
    | { readonly type: "unreachable"; readonly reason: string }
    | { readonly type: "waiting"; readonly until: string; readonly afterMs: number; readonly why: string }
    | { readonly type: "woken" }
    | { readonly type: "ready"; readonly reference: string; readonly requests: number }
    | { readonly type: "refused"; readonly code: string; readonly message: string }
    | { readonly type: "failed"; readonly code: string; readonly message: string }
    | { readonly type: "expired"; readonly message: string }
    | { readonly type: "indeterminate"; readonly message: string; readonly found: readonly FoundReport[] }
    | {
        readonly type: "delivered";
        readonly deliveryId: string;
        readonly name: string;
        readonly bytes: number;
        readonly sha256: string;
        readonly corrects?: EarlierDelivery | undefined;
      }
    | { readonly type: "deadline"; readonly deadlineMs: number }
    | DownloadEvent
    /** A journal record that can't be read was passed over; its source and report type are not known. Reported once. */
    | { readonly type: "unreadable-record"; readonly code: string; readonly message: string }
  );

/** An event without what all events have. */
export type JobEventDetails = JobEvent extends infer Event
  ? Event extends JobEvent
    ? Omit<Event, keyof EventBase>
    : never
  : never;
