import { onAbort, ProviderError } from "@report-kit/http";
import type { Delivery } from "../delivery/delivery.ts";
import { ReportDeadlineError } from "../errors.ts";
import type { ReportJob } from "../kit/report-job.ts";
import { refuse } from "../source-tools/index.ts";
import type { ReportPeriod } from "../source-tools/index.ts";
import type { DeliverMissingOptions, SeriesResult } from "./series.ts";

/** What there is to do for one period. */
export interface PeriodWork<File> {
  readonly period: ReportPeriod;
  /** Undefined where the source refuses the request. */
  readonly job: ReportJob | undefined;
  readonly run: (how: {
    readonly deadlineMs: number;
    readonly signal: AbortSignal;
  }) => Promise<
    { readonly status: "delivered" | "corrected"; readonly delivery: Delivery<File> } | { readonly status: "unchanged" }
  >;
}

const defaultConcurrency = 4;
const defaultDeadlineMs = 6 * 3_600_000;

/** Do the work of all periods, so many at once, and give each result as it comes. */
export async function* deliverAll<File>(
  name: string,
  work: readonly PeriodWork<File>[],
  { concurrency = defaultConcurrency, deadlineMs = defaultDeadlineMs, signal }: DeliverMissingOptions,
  now: () => number,
): AsyncGenerator<SeriesResult<File>, void, undefined> {
  if (!Number.isInteger(concurrency) || concurrency < 1) refuse("concurrency", "a whole number, from 1", concurrency);
  if (!(deadlineMs >= 0)) refuse("deadlineMs", "milliseconds for the run, 0 or more", deadlineMs);
  signal?.throwIfAborted();
  const deadlineAt = now() + deadlineMs;
  const stop = new AbortController();
  const unfollow = signal && onAbort(signal, () => stop.abort(signal.reason));
  /** The provider does not accept the credentials: more requests by them could lock the account. */
  let denied: unknown;

  async function end({ period, job, run }: PeriodWork<File>): Promise<SeriesResult<File>> {
    const result = { name, period, key: job?.key, bookmark: job?.bookmark };
    try {
      if (denied !== undefined) throw denied;
      const leftMs = deadlineAt - now();
      if (leftMs <= 0) throw tooLate(name, period, job?.bookmark);
      return { ...result, ...(await run({ deadlineMs: leftMs, signal: stop.signal })) };
    } catch (error) {
      if (ProviderError.isInstance(error) && (error.status === 401 || error.status === 403)) denied = error;
      return { ...result, status: "failed", error };
    }
  }

  const waiting = work.values();
  const running = new Set<Promise<void>>();
  const ended: SeriesResult<File>[] = [];
  function begin(): void {
    const { value: next } = waiting.next();
    if (next === undefined) return;
    const one = end(next).then((result) => {
      running.delete(one);
      ended.push(result);
    });
    running.add(one);
  }
  try {
    for (let place = 0; place < concurrency; place += 1) begin();
    for (;;) {
      if (ended.length === 0 && running.size > 0) await Promise.race(running);
      signal?.throwIfAborted();
      const result = ended.shift();
      if (result === undefined) {
        if (running.size === 0) return;
        continue;
      }
      begin();
      yield result;
    }
  } finally {
    // The caller has left, or its signal has aborted: what is under way gives its lease back first.
    stop.abort(signal?.reason ?? new Error("the run of the series has ended"));
    unfollow?.();
    await Promise.allSettled(running);
  }
}

function tooLate(name: string, { from, to }: ReportPeriod, bookmark: string | undefined): ReportDeadlineError {
  const days = from === to ? from : `${from} to ${to}`;
  return new ReportDeadlineError({
    message: `The time of this run was over before the report of ${days} (${name}) was asked for. Run it again, or raise deadlineMs.`,
    bookmark,
    accepted: "no",
  });
}
