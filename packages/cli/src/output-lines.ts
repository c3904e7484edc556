import type { JobEvent, KeptJob } from "report-kit";

interface Period {
  readonly from: string;
  readonly to: string;
}

/** What `--json` writes to standard output, one object a line: docs/reference/cli.md, and `@report-kit/cli/output.schema.json`. */
export type OutputLine =
  | { readonly line: "event"; readonly event: JobEvent }
  | ReportLine
  | {
      readonly line: "delivery";
      readonly series: string;
      readonly period: Period;
      readonly status: "delivered" | "corrected";
      readonly key: string | null;
      readonly bookmark: string | null;
      readonly deliveryId: string;
      readonly path: string | null;
      readonly name: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly corrects?: { readonly deliveryId: string; readonly sha256: string } | undefined;
    }
  | {
      readonly line: "missing";
      readonly series: string;
      readonly period: Period;
      readonly reason: string;
      readonly message?: string | undefined;
      readonly key: string | null;
      readonly bookmark: string | null;
    }
  | {
      readonly line: "summary";
      readonly exit: number;
      readonly series: readonly {
        readonly name: string;
        readonly delivered: number;
        readonly corrected: number;
        readonly failed: number;
      }[];
    }
  | { readonly line: "job"; readonly job: KeptJob }
  | { readonly line: "unreadable-job"; readonly key: string; readonly message: string }
  | { readonly line: "removed"; readonly records: number }
  | { readonly line: "look"; readonly at: string; readonly afterMs: number; readonly why: string }
  | {
      readonly line: "check";
      readonly name: string;
      readonly ok: boolean;
      readonly message: string;
      readonly todo?: string | undefined;
    }
  | {
      readonly line: "error";
      readonly exit: number;
      readonly code: string;
      readonly message: string;
      readonly todo?: string | undefined;
      readonly source?: string | undefined;
      readonly bookmark?: string | undefined;
      readonly requestId?: string | undefined;
    };

/** A report whose file lies there. */
export interface ReportLine {
  readonly line: "report";
  readonly source: string;
  readonly reportType: string;
  readonly key: string;
  readonly bookmark: string;
  readonly path: string | null;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** A CSV with a header and no records. */
  readonly empty: boolean;
  /** The same file lay there already. */
  readonly existed: boolean;
}
