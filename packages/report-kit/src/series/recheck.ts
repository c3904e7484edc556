import type { DeliveredFile, Delivery } from "../delivery/delivery.ts";
import { toStream } from "../download/index.ts";
import { ReportExpiredError } from "../errors.ts";
import type { DeliverOptions, ReportJob } from "../kit/report-job.ts";
import type { Target } from "../source/ready-report.ts";
import type { Attempt } from "./attempts.ts";

/** A new report of a period is made for comparison no more often than this: a run at the same hour each day makes one. */
const remakeEveryMs = 20 * 3_600_000;

/** What to compare a delivered period with. */
export interface Comparison {
  readonly delivered: Delivery;
  /** The key of what was delivered. */
  readonly deliveredKey: string;
  /** The epoch of the report to compare with. */
  readonly epoch: number;
}

/** @returns undefined when there is nothing to compare now. */
export function comparisonFor(attempts: readonly Attempt[], remake: boolean, now: number): Comparison | undefined {
  const latest = attempts.at(-1);
  const last = attempts.findLast(({ kept }) => kept?.delivered !== undefined);
  const delivered = last?.kept?.delivered;
  if (latest === undefined || last === undefined || delivered === undefined) return undefined;
  const compared = (epoch: number): Comparison => ({ delivered, deliveredKey: last.job.key, epoch });
  if (!remake) return last.kept?.phase === "ready" ? compared(last.epoch) : undefined;
  const { endedAt } = latest.kept ?? {};
  if (endedAt === undefined) return compared(latest.epoch);
  return Date.parse(endedAt) + remakeEveryMs > now ? undefined : compared(latest.epoch + 1);
}

export type Compared<File> =
  | { readonly status: "unchanged" }
  | { readonly status: "delivered" | "corrected"; readonly delivery: Delivery<File> };

/** Download a delivered period's report once more, and deliver it again where its bytes differ. */
export async function compare<File extends DeliveredFile, Options extends object>(
  job: ReportJob,
  { delivered: { deliveryId, sha256 }, deliveredKey }: Comparison,
  target: Target<File, Options>,
  options: DeliverOptions & Partial<Options>,
): Promise<Compared<File>> {
  const { deadlineMs, signal } = options;
  try {
    const seen = await job.download(toStream(new WritableStream()), { deadlineMs, signal });
    if (seen.sha256 === sha256) return { status: "unchanged" };
  } catch (error) {
    // The provider no longer has the file: what was delivered stays.
    if (ReportExpiredError.isInstance(error)) return { status: "unchanged" };
    throw error;
  }
  const isSame = job.key === deliveredKey;
  const corrects = isSame ? undefined : { deliveryId, sha256 };
  const delivery = await job.deliver(target, { ...options, again: isSame, corrects });
  return { status: delivery.corrects === undefined ? "delivered" : "corrected", delivery };
}
