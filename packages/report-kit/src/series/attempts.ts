import type { KeptJob } from "../journal-admin/jobs-in-journal.ts";
import { showJob } from "../journal-admin/jobs-in-journal.ts";
import type { ReportJob } from "../kit/report-job.ts";
import type { ReportKit } from "../kit/report-kit.ts";
import type { ReportSource, RequestOf } from "../source-tools/index.ts";
import type { MissingReason, RetryPolicy } from "./series.ts";

/** One epoch of a period's report: its job, and what the journal has of it. */
export interface Attempt {
  readonly epoch: number;
  readonly job: ReportJob;
  readonly kept: KeptJob | undefined;
}

/** What a series asks of its source for one period. */
export interface Asking<Source extends ReportSource> {
  readonly kit: ReportKit;
  readonly source: Source;
  readonly request: RequestOf<Source>;
}

/**
 * The attempts at one period that the journal has, by their epochs. Epochs follow each other without a gap: each is asked for
 * after the one before has ended.
 * @param all also those after one that was delivered
 */
export async function attemptsAt<Source extends ReportSource>(
  { kit, source, request }: Asking<Source>,
  all: boolean,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for (let epoch = 0; ; epoch += 1) {
    const job = kit.report(source, request, { epoch });
    const kept = await showJob(kit.journal, job.key);
    if (kept === undefined) return attempts;
    attempts.push({ epoch, job, kept });
    if (!source.profile.remakes || (kept.delivered !== undefined && !all)) return attempts;
    // Only what has ended has an epoch after it.
    if (kept.endedAt === undefined) return attempts;
  }
}

/** Why the latest attempt was not delivered. */
export function reasonOf(latest: Attempt | undefined): MissingReason {
  switch (latest?.kept?.phase) {
    case undefined:
      return "never-asked";
    case "ready":
      return "not-delivered";
    case "failed":
    case "expired":
    case "indeterminate":
      return latest.kept.phase;
    case "new":
    case "creating":
    case "waiting":
      return latest?.kept?.status === "denied" ? "denied" : "pending";
  }
}

/** The epoch to ask for now: that of the latest attempt, or the next one where the policy has an attempt left. */
export function nextEpoch(attempts: readonly Attempt[], retry: Required<RetryPolicy>, now: number): number {
  const latest = attempts.at(-1);
  const phase = latest?.kept?.phase;
  if (latest === undefined || (phase !== "failed" && phase !== "expired")) return latest?.epoch ?? 0;
  const ended = attempts.filter(({ kept }) => kept?.phase === phase).length;
  const isCool = now >= Date.parse(latest.kept?.endedAt ?? "") + (retry.coolDownMs ?? 0);
  return ended <= (retry[phase] ?? 0) && isCool ? latest.epoch + 1 : latest.epoch;
}
