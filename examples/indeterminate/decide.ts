/** Every indeterminate job of a journal: looked for once more, and what is left for a person. */
import { listJobs, ReportIndeterminateError } from "report-kit";
import type { ReportFile, ReportKit, ReportSource, Target } from "report-kit";

/** @returns the bookmarks of the jobs that a person has to decide on, with what was found. */
export async function lookOnceMore(
  kit: ReportKit,
  sources: readonly ReportSource[],
  target: Target<ReportFile>,
): Promise<ReadonlyMap<string, string>> {
  const open = new Map<string, string>();
  for await (const job of listJobs(kit.journal, { phase: "indeterminate" })) {
    if ("unreadable" in job) continue; // a damaged record has no bookmark: an event names it
    const { bookmark } = job;
    try {
      await kit.resume(bookmark, sources).deliver(target); // makes another report only if certainly none was made
    } catch (error) {
      if (!ReportIndeterminateError.isInstance(error)) throw error;
      open.set(bookmark, error.message);
    }
  }
  return open;
}

/** A person has looked at the provider's dashboard: no such report is there, or a duplicate does no harm. */
export async function makeAnother(
  kit: ReportKit,
  sources: readonly ReportSource[],
  bookmark: string,
  target: Target<ReportFile>,
): Promise<void> {
  await kit.resume(bookmark, sources).deliver(target, { onIndeterminate: "recreate" });
}
