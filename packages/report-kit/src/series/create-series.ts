import type { DeliveredFile } from "../delivery/delivery.ts";
import { ReportRequestError } from "../errors.ts";
import type { ReportJob } from "../kit/report-job.ts";
import type { Target } from "../source/ready-report.ts";
import type { ReportPeriod, ReportSource, RequestOf } from "../source-tools/index.ts";
import { checkOptions } from "../refuse.ts";
import { refuse, timeZoneField, wholeNumber } from "../source-tools/index.ts";
import type { Attempt } from "./attempts.ts";
import { attemptsAt, nextEpoch, reasonOf } from "./attempts.ts";
import { deliverAll } from "./deliver-all.ts";
import type { PeriodWork } from "./deliver-all.ts";
import { checkEvery, endedPeriods, endedWithin } from "./periods.ts";
import { compare, comparisonFor } from "./recheck.ts";
import type { DeliverMissingOptions, MissingReport, RetryPolicy, Series, SeriesOptions } from "./series.ts";

const hourMs = 3_600_000;
/** Records that are read at once: a journal may read them together. */
const together = 50;
const targets =
  "a target with room for every period, toDirectory(path) or toConsumer(path, function); toFile has room for one";

/** One period of a series, and what the journal has of it. */
export interface SeriesPeriod {
  readonly period: ReportPeriod;
  readonly attempts: readonly Attempt[];
  /** The source does not take the request. */
  readonly refused?: ReportRequestError | undefined;
}

/**
 * The reports of all periods of one source: every day, month or window of days, from a first day on.
 * @throws ReportRequestError for an option that can't be used, and for a request that the source refuses for the first period.
 */
export function createSeries<Source extends ReportSource, const Request extends RequestOf<Source>>(
  options: SeriesOptions<Source, Request>,
): Series {
  checkOptions("createSeries", options, seriesOptions);
  const { kit, source, request, now = Date.now, recheckDays = 0, remake = false } = options;
  const { name = source?.id } = options;
  if (typeof kit?.report !== "function") refuse("kit", "what createReportKit returned", kit);
  if (typeof source?.prepare !== "function") refuse("source", "a report source", source);
  if (typeof request !== "function") refuse("request", "a function that makes the request of a period", request);
  if (name === "") refuse("name", "a text that is not empty", name);
  const { every, from } = checkEvery(options.every, options.from);
  const timeZone = timeZoneField("timeZone", options.timeZone);
  const { remakes } = source.profile;
  wholeNumber("recheckDays", recheckDays);
  if (remake && !remakes) refuse("remake", `false: ${source.provider} gives the same report again`, true);
  if (recheckDays > 0 && remakes && !remake) {
    refuse(
      "recheckDays",
      `0, or remake: true: ${source.provider} keeps a report as it was made, so only a new one can differ`,
      recheckDays,
    );
  }
  const retry = checkRetry(options.retry ?? {}, source);

  const jobOf = (period: ReportPeriod, epoch = 0): ReportJob => kit.report(source, request(period), { epoch });
  const periods = (): readonly ReportPeriod[] => endedPeriods(every, from, timeZone, now());
  const [first] = periods();
  if (first !== undefined) jobOf(first);

  async function read(period: ReportPeriod): Promise<SeriesPeriod> {
    try {
      const isRechecked = endedWithin(recheckDays, period, timeZone, now());
      return { period, attempts: await attemptsAt({ kit, source, request: request(period) }, isRechecked) };
    } catch (error) {
      if (!ReportRequestError.isInstance(error)) throw error;
      return { period, attempts: [], refused: error };
    }
  }

  async function readAll(): Promise<readonly SeriesPeriod[]> {
    const all = periods();
    checkDistinct(all);
    const found: SeriesPeriod[] = [];
    for (let at = 0; at < all.length; at += together) {
      found.push(...(await Promise.all(all.slice(at, at + together).map(read))));
    }
    return found;
  }

  /** Two periods with one report would both count as delivered once one of them is. */
  function checkDistinct(all: readonly ReportPeriod[]): void {
    const seen = new Map<string, ReportPeriod>();
    for (const period of all) {
      const key = keyOf(period);
      const other = key === undefined ? undefined : seen.get(key);
      if (other !== undefined) {
        refuse(
          "request",
          "a report of its own for each period",
          request,
          `one report for ${other.from} and ${period.from}`,
        );
      }
      if (key !== undefined) seen.set(key, period);
    }
  }

  function keyOf(period: ReportPeriod): string | undefined {
    try {
      return jobOf(period).key;
    } catch (error) {
      if (ReportRequestError.isInstance(error)) return undefined;
      throw error;
    }
  }

  function isDelivered({ attempts }: SeriesPeriod): boolean {
    return attempts.some(({ kept }) => kept?.delivered !== undefined);
  }

  return {
    name,
    periods,
    async missing() {
      const open = (await readAll()).filter((each) => !isDelivered(each));
      return open.map(({ period, attempts, refused }): MissingReport => {
        if (refused !== undefined) {
          return { name, period, reason: "refused", message: refused.message, key: undefined, bookmark: undefined };
        }
        const latest = attempts.at(-1);
        const { key, bookmark } = jobOf(period, nextEpoch(attempts, retry, now()));
        return {
          name,
          period,
          reason: reasonOf(latest),
          message: latest?.kept?.why ?? latest?.kept?.status,
          key,
          bookmark,
        };
      });
    },
    async *deliverMissing<File extends DeliveredFile, Options extends object>(
      target: Target<File, Options>,
      options: DeliverMissingOptions & Partial<Options> = {},
    ) {
      if (typeof target?.receive !== "function" || target.holdsOne === true) refuse("target", targets, target);
      checkOptions("deliverMissing", options, { ...runOptions, ...target.options });
      const forJob = { ...options, concurrency: undefined };
      const work: PeriodWork<File>[] = [];
      for (const each of await readAll()) {
        const { period, attempts, refused } = each;
        if (refused !== undefined) {
          work.push({ period, job: undefined, run: () => Promise.reject(refused) });
        } else if (!isDelivered(each)) {
          const job = jobOf(period, nextEpoch(attempts, retry, now()));
          const run = async (how: object) =>
            ({ status: "delivered", delivery: await job.deliver(target, { ...forJob, ...how }) }) as const;
          work.push({ period, job, run });
        } else if (endedWithin(recheckDays, period, timeZone, now())) {
          const comparison = comparisonFor(attempts, remake, now());
          if (comparison === undefined) continue;
          const job = jobOf(period, comparison.epoch);
          work.push({ period, job, run: (how) => compare(job, comparison, target, { ...forJob, ...how }) });
        }
      }
      yield* deliverAll(name, work, options, now);
    },
  };
}

const seriesOptions = {
  kit: "object",
  source: "object",
  request: "function",
  every: "string object",
  timeZone: "string",
  from: "string",
  name: "string",
  recheckDays: "number",
  remake: "boolean",
  retry: "object",
  now: "function",
};

const runOptions = { concurrency: "number", deadlineMs: "number", signal: "object" };

/** @throws ReportRequestError */
function checkRetry(given: RetryPolicy, { provider, profile }: ReportSource): Required<RetryPolicy> {
  checkOptions("createSeries", given, { failed: "number", expired: "number", coolDownMs: "number" }, "retry");
  const { failed = 0, expired = 0, coolDownMs = hourMs } = given;
  for (const [name, times] of Object.entries({ failed, expired })) {
    if (wholeNumber(`retry.${name}`, times) > 0 && !profile.remakes) {
      refuse(`retry.${name}`, `0: ${provider} gives the same report again, and can't make another`, times);
    }
  }
  if (!(coolDownMs >= 0)) refuse("retry.coolDownMs", "milliseconds, 0 or more", coolDownMs);
  return { failed, expired, coolDownMs };
}
