import { ReportKitError } from "@report-kit/http";
import type { ReportKitErrorOptions } from "@report-kit/http";
import type { FoundReport } from "./found-report.ts";

/** What every error of report-kit is made from; see `ReportKitError`. */
type ErrorDetails = Omit<ReportKitErrorOptions, "code" | "phase" | "retryable"> & { readonly code: string };

function kind(error: unknown, name: string): boolean {
  return ReportKitError.isInstance(error) && error.name === name;
}

/** What a ReportRequestError is made from. */
interface Refusal {
  readonly code?: string | undefined;
  readonly field: string;
  readonly expected: string;
  readonly received: string;
  readonly bookmark?: string | undefined;
}

/** Bad input, found before any request left. Names the field, what was expected and what came. */
export class ReportRequestError extends ReportKitError {
  override readonly name = "ReportRequestError";
  /** The field, as a path: `"request.date"`. */
  declare readonly field: string;
  declare readonly expected: string;
  /** What came, in a few words; never a secret. */
  declare readonly received: string;

  constructor({ code = "invalid-request", ...details }: Refusal) {
    const message = `${details.field}: expected ${details.expected}, got ${details.received}. Nothing was sent.`;
    super({ ...details, code, message, phase: "request" });
  }

  static override isInstance(error: unknown): error is ReportRequestError {
    return kind(error, "ReportRequestError");
  }
}

/** The report will not come: the provider refused it, made nothing, or says that it failed. */
export class ReportFailedError extends ReportKitError {
  override readonly name = "ReportFailedError";
  /** Whether a report was made at the provider. When not, running the job again asks again. */
  declare readonly made: boolean;

  constructor(details: ErrorDetails & { readonly made: boolean; readonly retryable?: boolean | undefined }) {
    super({ ...details, phase: "wait" });
  }

  static override isInstance(error: unknown): error is ReportFailedError {
    return kind(error, "ReportFailedError");
  }
}

/** The report was there and is no longer: raise the epoch to have it made again, where the provider can. */
export class ReportExpiredError extends ReportKitError {
  override readonly name = "ReportExpiredError";

  constructor(details: Omit<ErrorDetails, "code">) {
    super({ ...details, code: "expired", phase: "download" });
  }

  static override isInstance(error: unknown): error is ReportExpiredError {
    return kind(error, "ReportExpiredError");
  }
}

/** What was seen last when a deadline passed. */
export interface DeadlineFacts {
  /**
   * Did the provider accept the report? `"yes"`: it is being made. `"no"`: no create was accepted, so none is being made.
   * `"unclear"`: a create ended without a clear answer. Undefined where
   * the provider makes its reports by itself, and for `poll`.
   */
  readonly accepted?: "yes" | "no" | "unclear" | undefined;
  /** The provider's last status, or why the last request gave no answer: `"pending"`, `"unreachable: network"`. */
  readonly lastStatus?: string | undefined;
  /** When the next look would have been: ISO 8601, UTC. */
  readonly nextLookAt?: string | undefined;
}

/** The caller's deadline passed. The bookmark continues the wait: `cause` and the facts are what was seen last. */
export class ReportDeadlineError extends ReportKitError implements DeadlineFacts {
  override readonly name = "ReportDeadlineError";
  declare readonly accepted: DeadlineFacts["accepted"];
  declare readonly lastStatus: string | undefined;
  declare readonly nextLookAt: string | undefined;

  constructor(details: Omit<ErrorDetails, "code"> & DeadlineFacts) {
    super({ ...details, code: "deadline", phase: "wait", retryable: true });
  }

  static override isInstance(error: unknown): error is ReportDeadlineError {
    return kind(error, "ReportDeadlineError");
  }
}

/** It can't be known whether the report was made: names what was found and what the choices are. */
export class ReportIndeterminateError extends ReportKitError {
  override readonly name = "ReportIndeterminateError";
  /** Reports that may be the one. */
  declare readonly found: readonly FoundReport[];

  constructor(details: Omit<ErrorDetails, "code"> & { readonly found: readonly FoundReport[] }) {
    super({ ...details, code: "indeterminate", phase: "create" });
  }

  static override isInstance(error: unknown): error is ReportIndeterminateError {
    return kind(error, "ReportIndeterminateError");
  }
}

/** The journal could not be read or durably written; without it nothing is sent. */
export class JournalError extends ReportKitError {
  override readonly name = "JournalError";

  constructor(details: ErrorDetails & { readonly retryable?: boolean | undefined }) {
    super({ ...details, phase: "journal" });
  }

  static override isInstance(error: unknown): error is JournalError {
    return kind(error, "JournalError");
  }
}
