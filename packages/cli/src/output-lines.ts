import type { JobEvent } from "report-kit";

/** What `--json` writes to standard output, one object a line: docs/cli.md, and output.schema.json beside this file when it is built. */
export type OutputLine =
  | { readonly line: "event"; readonly event: JobEvent }
  | ReportLine
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
