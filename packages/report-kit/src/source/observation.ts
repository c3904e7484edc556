import type { FoundReport } from "../found-report.ts";
import type { LinkLocation } from "./file-location.ts";

/** What one look at the provider said. */
export type Observation =
  /** The provider is making it. `reference` is its own identifier; `echoed` says that it kept the one we sent. */
  | {
      readonly is: "pending";
      readonly status: string;
      readonly reference?: string;
      readonly echoed?: boolean;
      /** Milliseconds the provider asked to be left alone: a floor for the next look. */
      readonly retryAfterMs?: number;
    }
  /** It is there. `link` saves asking for one again; it never enters the journal. */
  | {
      readonly is: "ready";
      readonly reference: string;
      readonly fileName?: string;
      readonly link?: LinkLocation;
      readonly echoed?: boolean;
    }
  /** The provider says that it will not come. Final: the report was made, and failed. */
  | { readonly is: "failed"; readonly code: string; readonly message: string; readonly reference?: string }
  /** It was there, and is no longer. */
  | { readonly is: "expired"; readonly message: string }
  /** Not there (yet): the lookup found nothing, or `find` proves that nothing was made. */
  | { readonly is: "absent"; readonly retryAfterMs?: number }
  /** A status we do not know. Never success: we keep looking, slowly. `sample` is redacted. */
  | {
      readonly is: "unknown";
      readonly status: string;
      readonly sample: string;
      readonly reference?: string;
      readonly retryAfterMs?: number;
    }
  /** `find` has not decided. `more`: there is another place to look in, one request each; otherwise a later round may. */
  | { readonly is: "searching"; readonly more: boolean; readonly found: readonly FoundReport[] }
  /** The provider refused to make it, and nothing was made: asking again later is safe. */
  | { readonly is: "refused"; readonly code: string; readonly message: string; readonly error?: unknown }
  /** A create that may or may not have been carried out. */
  | { readonly is: "unclear"; readonly error: unknown; readonly retryAfterMs?: number }
  /** No useful answer, and nothing changed: look again. */
  | { readonly is: "unreachable"; readonly error: unknown; readonly retryAfterMs?: number }
  /** The credentials are not accepted. The job stays where it is; the caller gets the error. */
  | { readonly is: "denied"; readonly error: unknown };
