/** Catch up after an outage: what is missing and why, then all of it, oldest first. */
import type { ReportFile, Target } from "report-kit";
import type { Series } from "report-kit/series";

export async function catchUp(
  series: Series,
  target: Target<ReportFile>,
  print: (line: string) => void,
): Promise<number> {
  const missing = await series.missing(); // sends nothing
  for (const { period, reason, message } of missing) print(`${period.from} ${reason}${message ? `: ${message}` : ""}`);

  let failed = 0;
  for await (const result of series.deliverMissing(target, { concurrency: 8, deadlineMs: 24 * 3_600_000 })) {
    print(`${result.period.from} ${result.status}`);
    if (result.status === "failed") {
      failed += 1;
      print(`  ${String(result.error)}`);
    }
  }
  return failed;
}
