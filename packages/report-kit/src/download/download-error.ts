import { redactError, ReportKitError } from "@report-kit/http";

/**
 * What was wrong with a download:
 *
 * - `refused-link`: the link leads to a place that is not allowed. `refused`: the storage or API answers with an error (see `status`).
 * - `interrupted`, `stalled`: the body broke off, or came too slowly, again and again. `not-ready`: there is no file (again).
 * - `short-body`: fewer or more bytes came than were announced. `changed`: the file became another one in the meantime.
 * - `unproven`: nothing proves that the file is whole. `too-large`: it has more than `maxBytes`.
 * - `empty-body`, `error-page`, `wrong-type`, `truncated`: what came is nothing, an error page, another type of file, or
 *   an archive or XML document without its end or with damage inside.
 * - `exists`: another file has the name.
 * - `unsafe-archive`: unpacking it would write elsewhere, or exceed the limits. `unsupported-archive`: it is encrypted, or
 *   compressed in a way that can't be unpacked.
 * - `target`: the target failed.
 */
export type DownloadErrorCode =
  | "refused-link"
  | "refused"
  | "interrupted"
  | "stalled"
  | "not-ready"
  | "short-body"
  | "changed"
  | "unproven"
  | "too-large"
  | "empty-body"
  | "error-page"
  | "wrong-type"
  | "truncated"
  | "exists"
  | "unsafe-archive"
  | "unsupported-archive"
  | "target";

/** Whether downloading again later can end differently. */
const retryable: ReadonlySet<DownloadErrorCode> = new Set([
  "refused",
  "interrupted",
  "stalled",
  "not-ready",
  "short-body",
  "changed",
  "empty-body",
  "error-page",
  "truncated",
]);

/** The download failed, or the file is not what it claims to be. Nothing has the final name. */
export class DownloadError extends ReportKitError {
  override readonly name = "DownloadError";
  declare readonly code: DownloadErrorCode;
  /** The first 2 KiB of what came, as text and without secrets, where something came. */
  declare readonly evidence: string | undefined;
  /** The HTTP status of the answer at fault. */
  declare readonly status: number | undefined;

  constructor(
    code: DownloadErrorCode,
    message: string,
    details: {
      readonly evidence?: string | undefined;
      readonly status?: number | undefined;
      /** Where the code alone does not decide it: a full disk passes, a missing permission does not. */
      readonly retryable?: boolean | undefined;
      /** Cleaned here, for every error that leaves: a fetch may keep the pre-signed link anywhere in its own. */
      readonly cause?: unknown;
    } = {},
  ) {
    super({
      ...details,
      code,
      message,
      phase: "download",
      retryable: details.retryable ?? retryable.has(code),
      cause: details.cause === undefined ? undefined : clean(details.cause),
    });
  }

  /** Is it a DownloadError, from whichever copy of the package? */
  static override isInstance(error: unknown): error is DownloadError {
    return ReportKitError.isInstance(error) && error.name === "DownloadError";
  }
}

/** Our own errors are clean already, and keep what they are. */
function clean(cause: unknown): Error {
  return ReportKitError.isInstance(cause) ? cause : redactError(cause);
}

/** What a target failed with, as one of ours. */
export function targetError(cause: unknown): ReportKitError {
  if (ReportKitError.isInstance(cause)) return cause;
  const why = clean(cause).message;
  return new DownloadError("target", `The target can't take the file: ${why}`, { cause });
}
