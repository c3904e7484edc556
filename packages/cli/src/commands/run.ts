import { relative, resolve } from "node:path";
import { createReportKit, showJob } from "report-kit";
import type { JobEvent, Journal, KeptJob, ReportFile, ReportKit, ReportPeriod } from "report-kit";
import { toDirectory } from "report-kit/node";
import type { SeriesResult } from "report-kit/series";
import type { Config, ConfiguredSeries } from "../config/config.ts";
import { readConfig } from "../config/config.ts";
import { chosenSeries, openSeries } from "../config/configured-series.ts";
import { durationMs } from "../duration.ts";
import { exitCodes, worstOf } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { failureOf } from "../failure.ts";
import type { Failure } from "../failure.ts";
import type { Io } from "../io.ts";
import { defaultJournal, openJournal } from "../journals.ts";
import { createReporter } from "../reporter.ts";
import type { Reporter } from "../reporter.ts";
import { oneLine, styled, table } from "../terminal.ts";
import type { ConfigOptions } from "./fetch-options.ts";
import { defaultTarget } from "./get.ts";

export interface RunOptions extends ConfigOptions {
  readonly deadline?: string | undefined;
}

/** What became of one series in this run. */
interface SeriesCount {
  readonly name: string;
  delivered: number;
  corrected: number;
  failed: number;
  /** What went wrong first. */
  failure?: Failure | undefined;
}

/** `report-kit run`: every series up to yesterday, without a hole. */
export async function run(options: RunOptions, io: Io): Promise<ExitCode> {
  const config = await readConfig(options.config, io);
  const wanted = chosenSeries(config, options.only);
  const deadlineMs = options.deadline === undefined ? undefined : durationMs("--deadline", options.deadline);
  const startedAt = performance.now();
  // Series of one source run one after the other, and all within the deadline of the run.
  const leftMs = (): number | undefined => deadlineMs && Math.max(1, deadlineMs - (performance.now() - startedAt));
  const reporter = createReporter(io, options);
  const { journal, close } = await openJournal(options.journal ?? config.journal ?? defaultJournal, io);
  const codes: ExitCode[] = [];
  const written = new Set<string>();
  /** Keys of the jobs that are not at their end. */
  const underWay = new Set<string>();
  /** The period of each job, by its key: lines of many days differ in it alone. */
  const periods = new Map<string, string>();
  try {
    const kit = createReportKit({
      journal,
      requestCostS: io.requestCostS,
      onEvent: (event) => {
        if (lastEvents.has(event.type)) underWay.delete(event.key);
        else underWay.add(event.key);
        const period = periods.get(event.key);
        const named = reporter.json || period === undefined ? event.reportType : `${event.reportType} ${period}`;
        reporter.onEvent({ ...event, reportType: named });
      },
    });
    const runs = bySource(wanted).map(async (series) => {
      const counts: SeriesCount[] = [];
      // One after the other: they share what the provider allows.
      for (const each of series)
        counts.push(await runSeries(each, { kit, config, reporter, leftMs, io, codes, written, periods }));
      return counts;
    });
    const counts = (await Promise.all(runs)).flat();
    reporter.close();
    if (io.signal.aborted) await writeUnderWay(reporter, underWay, journal, failureOf(io.signal.reason));
    const exit = io.signal.aborted ? failureOf(io.signal.reason).exit : worstOf(codes);
    writeSummary(reporter, counts, exit, io);
    return exit;
  } finally {
    reporter.close();
    await close();
  }
}

/** After these, a run has no more to do for a job. */
const lastEvents: ReadonlySet<JobEvent["type"]> = new Set([
  "delivered",
  "refused",
  "failed",
  "expired",
  "indeterminate",
  "deadline",
]);

/** The bookmark of each job that an interruption left open: it continues anywhere, also without this journal. */
async function writeUnderWay(
  reporter: Reporter,
  keys: ReadonlySet<string>,
  journal: Journal,
  { exit, code }: Failure,
): Promise<void> {
  for (const key of keys) {
    const job = await showJob(journal, key);
    if (job === undefined) continue;
    const message = `${stateText(job)} The next run continues it, and so does report-kit resume with its bookmark.`;
    const period = job.period === undefined ? "" : ` ${periodText(job.period)}`;
    reporter.failure({ exit, code, message, bookmark: job.bookmark }, `${job.source} ${job.reportType}${period}`);
  }
}

/** How far a job had come when it was interrupted. */
function stateText({ phase }: KeptJob): string {
  switch (phase) {
    case "new":
      return "the provider has accepted nothing yet.";
    case "creating":
      return "it may or may not have been asked for: that is found out first.";
    case "waiting":
      return "the provider has the job, and goes on with it.";
    case "ready":
    case "failed":
    case "expired":
    case "indeterminate":
      return `the job is ${phase}.`;
  }
}

function bySource(series: readonly ConfiguredSeries[]): readonly (readonly ConfiguredSeries[])[] {
  const names = [...new Set(series.map(({ source }) => source))];
  return names.map((name) => series.filter(({ source }) => source === name));
}

interface RunContext {
  readonly kit: ReportKit;
  readonly config: Config;
  readonly reporter: Reporter;
  /** What is left of the run's deadline, in milliseconds; undefined = the default of each job. */
  readonly leftMs: () => number | undefined;
  readonly io: Io;
  /** Of everything that failed in this run. */
  readonly codes: ExitCode[];
  /** Messages of failures that were written. */
  readonly written: Set<string>;
  readonly periods: Map<string, string>;
}

async function runSeries(wanted: ConfiguredSeries, context: RunContext): Promise<SeriesCount> {
  const { kit, config, leftMs, io, reporter, codes, written, periods } = context;
  const tooLate: string[] = [];
  const count: SeriesCount = { name: wanted.name, delivered: 0, corrected: 0, failed: 0 };
  const fail = (error: unknown, bookmark?: string, period?: string): void => {
    const failure = failureOf(error, bookmark);
    codes.push(failure.exit);
    count.failure ??= failure;
    // One deadline ends all that is left of a series: for a person the first is written, and how many there are.
    if (failure.code === "deadline" && !reporter.json && period !== undefined) {
      tooLate.push(period);
      if (tooLate.length > 1) return;
    }
    // What all series of a source have in common, such as a missing credential, is written once.
    if (written.has(failure.message)) return;
    written.add(failure.message);
    reporter.failure(failure, period === undefined ? wanted.name : `${wanted.name} ${period}`);
  };
  try {
    const series = await openSeries(kit, wanted, io);
    for (const { key, period } of reporter.json ? [] : await series.missing())
      if (key !== undefined) periods.set(key, periodText(period));
    const { fileName, evidence, concurrency } = config;
    const target = toDirectory(resolve(io.cwd, config.to ?? defaultTarget), { fileName, evidence });
    for await (const result of series.deliverMissing(target, {
      concurrency,
      deadlineMs: leftMs(),
      signal: io.signal,
    })) {
      if (result.status === "failed") {
        count.failed += 1;
        fail(result.error, result.bookmark, periodText(result.period));
      } else if (result.status !== "unchanged") {
        count[result.status] += 1;
        writeDelivery(reporter, result, io);
      }
    }
  } catch (error) {
    fail(error);
  }
  if (tooLate.length > 1) {
    const [first, last] = [tooLate.toSorted()[0], tooLate.toSorted().at(-1)];
    reporter.note(
      `${wanted.name}: ${tooLate.length} reports, of ${first} to ${last}, were not delivered within the deadline of this run.`,
    );
  }
  return count;
}

function periodText({ from, to }: ReportPeriod): string {
  return from === to ? from : `${from}..${to}`;
}

function writeDelivery(
  reporter: Reporter,
  {
    name,
    period,
    key,
    bookmark,
    status,
    delivery,
  }: Extract<SeriesResult<ReportFile>, { status: "delivered" | "corrected" }>,
  { cwd }: Io,
): void {
  const path = delivery.file?.path;
  const { deliveryId, bytes, sha256, corrects } = delivery;
  reporter.result(path === undefined ? `${delivery.name} (delivered by another worker)` : relative(cwd, path), {
    line: "delivery",
    series: name,
    period,
    status,
    key: key ?? null,
    bookmark: bookmark ?? null,
    deliveryId,
    path: path ?? null,
    name: delivery.name,
    bytes,
    sha256,
    corrects,
  });
}

function writeSummary(reporter: Reporter, counts: readonly SeriesCount[], exit: ExitCode, { err }: Io): void {
  if (reporter.json) {
    const series = counts.map(({ name, delivered, corrected, failed }) => ({ name, delivered, corrected, failed }));
    return reporter.result("", { line: "summary", exit, series });
  }
  if (exit === exitCodes.done && counts.every(({ delivered, corrected }) => delivered + corrected === 0))
    return reporter.note(`Nothing to do: ${counts.length} series, no report is missing.`);
  const rows = counts.map(({ name, delivered, corrected, failed, failure }) => [
    name,
    String(delivered),
    String(corrected),
    String(failed),
    failure === undefined
      ? ""
      : `${failure.code}${failure.exit === exitCodes.temporary ? ": the next run continues" : ""}`,
  ]);
  const [head = "", ...lines] = table([["series", "delivered", "corrected", "failed", ""], ...rows]).map(oneLine);
  for (const line of [styled(err, "bold", head), ...lines]) reporter.note(line);
}
