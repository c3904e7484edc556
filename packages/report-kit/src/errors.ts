import { ReportKitError } from "@report-kit/http";
import type { ReportKitErrorOptions } from "@report-kit/http";
import type { FoundReport } from "./found-report.ts";

/** What every error of report-kit is made from; see `ReportKitError`. */
type ErrorDetails = Omit<ReportKitErrorOptions, "code" | "phase" | "retryable"> & { readonly code: string };

function kind(error: unknown, name: string): boolean {
  return ReportKitError.isInstance(error) && error.name === name;
}

/** Bad input, found before any request left. Names the field, what was expected and what came. */
export class ReportRequestError extends ReportKitError {
  override readonly name = "ReportRequestError";
  /** The field, as a path: `"request.date"`. */
  readonly field: string;
  readonly expected: string;
  /** What came, in a few words; never a secret. */
  readonly received: string;

  constructor(details: {
    readonly code?: string | undefined;
    readonly field: string;
    readonly expected: string;
    readonly received: string;
    readonly bookmark?: string | undefined;
  }) {
    super({
      code: details.code ?? "invalid-request",
      message: `${details.field}: expected ${details.expected}, got ${details.received}. Nothing was sent.`,
      phase: "request",
      retryable: false,
      ...(details.bookmark === undefined ? {} : { bookmark: details.bookmark }),
    });
    this.field = details.field;
    this.expected = details.expected;
    this.received = details.received;
  }

  static override isInstance(error: unknown): error is ReportRequestError {
    return kind(error, "ReportRequestError");
  }
}

/** The report will not come: the provider refused it, made nothing, or says that it failed. */
export class ReportFailedError extends ReportKitError {
  override readonly name = "ReportFailedError";
  /** Whether a report was made at the provider. When not, running the job again asks again. */
  readonly made: boolean;

  constructor(details: ErrorDetails & { readonly made: boolean; readonly retryable?: boolean | undefined }) {
    super({ ...details, phase: "wait" });
    this.made = details.made;
  }

  static override isInstance(error: unknown): error is ReportFailedError {
    return kind(error, "ReportFailedError");
  }
}

/** The report was there and is no longer: raise the epoch to have it made anew, where the provider can. */
export class ReportExpiredError extends ReportKitError {
  override readonly name = "ReportExpiredError";

  constructor(details: Omit<ErrorDetails, "code">) {
    super({ ...details, code: "expired", phase: "download", retryable: false });
  }

  static override isInstance(error: unknown): error is ReportExpiredError {
    return kind(error, "ReportExpiredError");
  }
}

/** The caller's deadline passed. The job goes on at the provider; the bookmark goes on waiting for it. */
export class ReportDeadlineError extends ReportKitError {
  override readonly name = "ReportDeadlineError";

  constructor(details: Omit<ErrorDetails, "code">) {
    super({ ...details, code: "deadline", phase: "wait", retryable: true });
  }

  static override isInstance(error: unknown): error is ReportDeadlineError {
    return kind(error, "ReportDeadlineError");
  }
}

/** It can't be known whether the report was made: says what was found and what the choices are. */
export class ReportIndeterminateError extends ReportKitError {
  override readonly name = "ReportIndeterminateError";
  /** Reports that may be the one. */
  readonly found: readonly FoundReport[];

  constructor(details: Omit<ErrorDetails, "code"> & { readonly found: readonly FoundReport[] }) {
    super({ ...details, code: "indeterminate", phase: "create", retryable: false });
    this.found = details.found;
  }

  static override isInstance(error: unknown): error is ReportIndeterminateError {
    return kind(error, "ReportIndeterminateError");
  }
}

/** The journal could not be read or durably written; without it nothing is sent. */
export class JournalError extends ReportKitError {
  override readonly name = "JournalError";

  constructor(details: ErrorDetails & { readonly retryable?: boolean | undefined }) {
    super({ ...details, phase: "journal", retryable: details.retryable ?? false });
  }

  static override isInstance(error: unknown): error is JournalError {
    return kind(error, "JournalError");
  }
}
