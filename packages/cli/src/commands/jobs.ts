import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { forgetJob, listJobs, pruneJobs } from "report-kit";
import type { Journal, KeptJob, UnreadableJob } from "report-kit";
import { badInput, CliError } from "../cli-error.ts";
import { readConfig } from "../config/config.ts";
import { durationMs } from "../duration.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { findJob, unknownJob } from "../find-job.ts";
import type { Io } from "../io.ts";
import { defaultJournal, isJournalThere, openJournal } from "../journals.ts";
import { createReporter } from "../reporter.ts";
import type { Reporter } from "../reporter.ts";
import { oneLine, shortId, table } from "../terminal.ts";
import type { ConfigOptions } from "./fetch-options.ts";
import { adviceFor, factsOf, shownPhase } from "./job-facts.ts";
import { jobsPage } from "./jobs-page.ts";

export interface JobsOptions extends ConfigOptions {
  readonly source?: string | undefined;
  readonly phase?: string | undefined;
  readonly since?: string | undefined;
  readonly html?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly endedBefore?: string | undefined;
}

/** `report-kit jobs list`: by date, the newest last. */
export function list(options: JobsOptions, io: Io): Promise<ExitCode> {
  return withJournal(options, io, async (journal, reporter) => {
    const sinceMs = options.since === undefined ? 0 : io.now() - durationMs("--since", options.since);
    const jobs: KeptJob[] = [];
    const unreadable: UnreadableJob[] = [];
    for await (const job of listJobs(journal, { source: options.source }))
      if ("unreadable" in job) unreadable.push(job);
      else if (options.phase !== undefined && shownPhase(job) !== options.phase) continue;
      else if (Date.parse(job.endedAt ?? job.startedAt) >= sinceMs) jobs.push(job);
    jobs.sort((one, other) => one.startedAt.localeCompare(other.startedAt));
    if (options.html !== undefined) {
      await writeFile(resolve(io.cwd, options.html), jobsPage(jobs, unreadable, io.now()));
      reporter.note(`${options.html}: ${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}.`);
    } else if (reporter.json) {
      for (const job of jobs) reporter.result("", { line: "job", job });
      for (const { key, unreadable: error } of unreadable)
        reporter.result("", { line: "unreadable-job", key, message: error.message });
    } else writeTable(reporter, jobs, unreadable, options, io);
    return unreadable.length === 0 ? exitCodes.done : exitCodes.needsPerson;
  });
}

function writeTable(
  reporter: Reporter,
  jobs: readonly KeptJob[],
  unreadable: readonly UnreadableJob[],
  { source, phase, since }: JobsOptions,
  { out }: Io,
): void {
  if (jobs.length + unreadable.length === 0)
    return reporter.note(`The journal has no ${(source ?? phase ?? since) === undefined ? "jobs yet" : "such job"}.`);
  const rows = jobs.map((job) => [
    job.startedAt.slice(0, 16).replace("T", " "),
    shownPhase(job),
    out.isTTY === true ? shortId(job.source) : job.source,
    job.reportType,
    job.period === undefined
      ? ""
      : job.period.from === job.period.to
        ? job.period.from
        : `${job.period.from}..${job.period.to}`,
    job.key,
  ]);
  const lines = table([["started (UTC)", "phase", "source", "report", "period", "key"], ...rows]);
  for (const line of lines) reporter.text(oneLine(line));
  for (const { key, unreadable: error } of unreadable) reporter.text(`unreadable  ${key}  ${oneLine(error.message)}`);
}

/** `report-kit jobs show`: all that the journal has of one job. */
export function show(key: string, options: JobsOptions, io: Io): Promise<ExitCode> {
  return withJournal(options, io, async (journal, reporter) => {
    const job = await jobIn(journal, key);
    if (reporter.json) reporter.result("", { line: "job", job });
    else for (const line of table(factsOf(job))) reporter.text(oneLine(line));
    return exitCodes.done;
  });
}

/** `report-kit jobs why`: why it stands where it stands, and what to do. */
export function why(key: string, options: JobsOptions, io: Io): Promise<ExitCode> {
  return withJournal(options, io, async (journal, reporter) => {
    const job = await jobIn(journal, key);
    if (reporter.json) reporter.result("", { line: "job", job });
    else for (const line of adviceFor(job, io.now())) reporter.text(oneLine(line));
    return exitCodes.done;
  });
}

/** `report-kit jobs forget`: the next run asks the provider again. */
export function forget(key: string, options: JobsOptions, io: Io): Promise<ExitCode> {
  return withJournal(options, io, async (journal, reporter) => {
    const job = await jobIn(journal, key);
    if (options.yes !== true)
      throw badInput(
        `${job.readable} is ${shownPhase(job)} after ${job.requests} ${job.requests === 1 ? "request" : "requests"}. Once it is forgotten, the next run asks the provider again, which can make a second report.`,
        "Look there first. To forget it, add --yes.",
      );
    const records = (await forgetJob(journal, job.key, { now: io.now() })) ? 1 : 0;
    reporter.result(`Forgotten: ${job.readable}`, { line: "removed", records });
    return exitCodes.done;
  });
}

/** `report-kit jobs prune`: remove jobs that ended long ago. */
export async function prune(options: JobsOptions, io: Io): Promise<ExitCode> {
  if (options.endedBefore === undefined)
    throw badInput(
      "--ended-before is missing: how long ago a job must have ended.",
      "Such as --ended-before 400d. A removed job can have its report made again.",
    );
  const before = io.now() - durationMs("--ended-before", options.endedBefore);
  return withJournal(options, io, async (journal, reporter) => {
    const records = await pruneJobs(journal, before);
    reporter.result(`Removed: ${records}`, { line: "removed", records });
    return exitCodes.done;
  });
}

async function jobIn(journal: Journal, given: string): Promise<KeptJob> {
  const job = await findJob(journal, given);
  if (job === undefined) throw unknownJob(given);
  return job;
}

async function withJournal(
  options: ConfigOptions,
  io: Io,
  run: (journal: Journal, reporter: Reporter) => Promise<ExitCode>,
): Promise<ExitCode> {
  const where = await journalOf(options, io);
  if (!(await isJournalThere(where, io)))
    throw new CliError({
      code: "no-journal",
      message: `There is no journal at ${where} yet.`,
      todo: "report-kit run and get make it. --journal names another one.",
    });
  const { journal, close } = await openJournal(where, io);
  try {
    return await run(journal, createReporter(io, options));
  } finally {
    await close();
  }
}

/** The journal of the option, of the configuration, or the usual one. */
export async function journalOf({ journal, config }: ConfigOptions, io: Io): Promise<string> {
  if (journal !== undefined) return journal;
  if (config !== undefined) return (await readConfig(config, io)).journal ?? defaultJournal;
  const found = await readConfig(undefined, io).catch((error: unknown) => {
    if (error instanceof CliError && error.code === "no-config") return undefined;
    throw error;
  });
  return found?.journal ?? defaultJournal;
}
