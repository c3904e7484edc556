import { ReportExpiredError, ReportFailedError, ReportIndeterminateError } from "../errors.ts";
import type { Outcome, ReadyOutcome } from "../job/outcome.ts";
import type { JobIdentity } from "../job/step.ts";

/** The error that a wait for a file ends with when there is none. */
export function outcomeError(outcome: Exclude<Outcome, ReadyOutcome>, job: JobIdentity, cause: unknown): Error {
  const { bookmark } = job;
  const what = nameOf(job);
  const { message } = outcome;
  switch (outcome.status) {
    case "failed":
      return new ReportFailedError({
        code: outcome.code,
        made: outcome.made,
        retryable: outcome.retryable,
        message: outcome.made
          ? `${what} failed at the provider: ${message} Asking again gives the same answer. ${howToRemake(job)}`
          : `${what} was not made: ${message} Nothing was made, so running the same request again ${outcome.retryable ? "later" : "once that is fixed"} is safe.`,
        bookmark,
        cause,
      });
    case "expired":
      return expiredError(message, job);
    case "indeterminate": {
      const references = outcome.found.map(({ reference }) => reference).join(", ");
      const found = references === "" ? "Nothing that could be it was found." : `Found: ${references}.`;
      return new ReportIndeterminateError({
        message: `${what} may or may not have been made: ${message} ${found} Run it again to look once more, or with onIndeterminate: "recreate" to accept a possible duplicate.`,
        found: outcome.found,
        bookmark,
      });
    }
  }
}

/** The report was there, and is no longer. */
export function expiredError(message: string, job: JobIdentity): ReportExpiredError {
  return new ReportExpiredError({
    message: `${nameOf(job)} is no longer there: ${message} ${howToRemake(job)}`,
    bookmark: job.bookmark,
  });
}

function nameOf({ prepared, source }: JobIdentity): string {
  return `The ${prepared.reportType} report of ${source.id}`;
}

/** What to do to have another report of the same request, where the provider makes one. */
function howToRemake({ source, epoch }: JobIdentity): string {
  return source.profile.remakes
    ? `To have it made again, ask with { epoch: ${epoch + 1} }.`
    : "The provider makes it once only.";
}
