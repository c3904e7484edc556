import type { FoundReport } from "../found-report.ts";
import type { LinkLocation } from "./file-location.ts";

/** What one look at the provider said. */
export type Observation =
  /** The provider is making it. `reference` is its own identifier; `echoed` says that it kept the one we sent. */
  | {
      readonly is: "pending";
      readonly status: string;
      readonly reference?: string | undefined;
      readonly echoed?: boolean | undefined;
      /**
       * Of a create: the report is there already, as the provider's refusal has it; the next look is at once. Of a look:
       * that report is found, and adopted.
       */
      readonly existed?: boolean | undefined;
      /** Milliseconds the provider asked to be left alone: a floor for the next look. */
      readonly retryAfterMs?: number | undefined;
    }
  /** It is there. `link` saves asking for one again; it never enters the journal. */
  | {
      readonly is: "ready";
      readonly reference: string;
      readonly fileName?: string | undefined;
      readonly link?: LinkLocation | undefined;
      readonly echoed?: boolean | undefined;
      /** See `pending`. */
      readonly existed?: boolean | undefined;
    }
  /** The provider says that it will not come. Final: the report was made, and failed. */
  | { readonly is: "failed"; readonly code: string; readonly message: string; readonly reference?: string | undefined }
  /** It was there, and is no longer. */
  | { readonly is: "expired"; readonly message: string }
  /**
   * Not there (yet): the lookup found nothing, or `find` proves that nothing was made. `status` is the provider's word
   * for it (default "absent"), and `reference` where to look next.
   */
  | {
      readonly is: "absent";
      readonly status?: string | undefined;
      readonly reference?: string | undefined;
      readonly retryAfterMs?: number | undefined;
      /** Why the next look is then, where the schedule's words would not fit. */
      readonly why?: string | undefined;
    }
  /** A status we do not know. Never success: we keep looking, slowly. `sample` is redacted. */
  | {
      readonly is: "unknown";
      readonly status: string;
      readonly sample: string;
      readonly reference?: string | undefined;
      readonly retryAfterMs?: number | undefined;
    }
  /** `find` has not decided. `more`: there is another place to look in, one request each; otherwise a later round may. */
  | { readonly is: "searching"; readonly more: boolean; readonly found: readonly FoundReport[] }
  /**
   * The provider refused, and the wait ends. Of a create: nothing was made. It is not kept as the job's end: running the
   * job again asks again. `retryable`: asking again later can succeed though nothing else changes (default false).
   */
  | {
      readonly is: "refused";
      readonly code: string;
      readonly message: string;
      readonly retryable?: boolean | undefined;
      readonly error?: unknown;
    }
  /** A create that may or may not have been carried out. */
  | { readonly is: "unclear"; readonly error: unknown; readonly retryAfterMs?: number | undefined }
  /** No useful answer, and nothing changed: look again. */
  | { readonly is: "unreachable"; readonly error: unknown; readonly retryAfterMs?: number | undefined }
  /** The credentials are not accepted. The job stays where it is; the caller gets the error. */
  | { readonly is: "denied"; readonly error: unknown };
