import { ProviderError, TransportError } from "@report-kit/http";
import type { Observation } from "./observation.ts";

/**
 * What an error of a provider call means, unless the source's own table says otherwise (`ReportSource.explain`).
 * Undefined: not an answer or a transport error at all; it is thrown on.
 *
 * A create that may have been carried out is `unclear`, never repeated blindly; an answer that proves that nothing was
 * made is `refused`; everything that says nothing about the report keeps the job alive.
 */
export function explainError(error: unknown, during: "create" | "look" | "find"): Observation | undefined {
  if (TransportError.isInstance(error)) {
    return during === "create" && error.maybeSent ? { is: "unclear", error } : { is: "unreachable", error };
  }
  if (!ProviderError.isInstance(error)) return undefined;
  const hint = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  const { status } = error;
  if (status === 401 || status === 403) return { is: "denied", error };
  if (status === 429) return { is: "unreachable", error, ...hint };
  if (during === "create") {
    const clear = status >= 400 && status < 500 && status !== 408;
    return clear
      ? { is: "refused", code: error.providerCode ?? error.code, message: error.message, error }
      : { is: "unclear", error, ...hint };
  }
  if (status >= 400 && status < 500 && status !== 408 && status !== 425) {
    // An answer that names no report decides nothing about whether one was made.
    if (during === "find") return { is: "searching", more: false, found: [] };
    return { is: "unknown", status: `http ${status}`, sample: error.message, ...hint };
  }
  return { is: "unreachable", error, ...hint };
}

/** An error in a few words, for a journal: no body, no address. */
export function describeError(error: unknown): string {
  if (ProviderError.isInstance(error)) return `http ${error.status}`;
  if (TransportError.isInstance(error)) return error.code;
  return "unexpected error";
}
