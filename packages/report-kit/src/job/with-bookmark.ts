import { ReportKitError } from "@report-kit/http";

/**
 * An error as a caller of a job receives it: one of ours names the job, by its bookmark, and the phase, unless it does
 * already. It is a copy: jobs share errors, such as that of one exchange of tokens or of a journal that can't be opened.
 */
export function withBookmark(error: unknown, bookmark: string, phase: "create" | "wait" | "download"): unknown {
  if (!ReportKitError.isInstance(error) || error.bookmark !== undefined) return error;
  // An Error for every runtime, with all that the other one is and has: the family's brand too.
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error)) as Error; // it was one
  Object.defineProperties(copy, { ...Object.getOwnPropertyDescriptors(error), stack: { value: error.stack } });
  return Object.assign(copy, { phase: error.phase ?? phase, bookmark });
}
