import { ReportKitError } from "@report-kit/http";

/** The same error, carrying the bookmark to go on from if it is one of ours and has none yet. */
export function withBookmark(error: unknown, bookmark: string): unknown {
  if (ReportKitError.isInstance(error) && error.bookmark === undefined) {
    Object.defineProperty(error, "bookmark", { value: bookmark, enumerable: true, configurable: true });
  }
  return error;
}
