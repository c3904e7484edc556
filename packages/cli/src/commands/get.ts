import { relative, resolve } from "node:path";
import { createReportKit } from "report-kit";
import type { ReportFile, ReportJob, ReportKit, ReportSource } from "report-kit";
import { toDirectory } from "report-kit/node";
import { durationMs } from "../duration.ts";
import type { ExitCode } from "../exit-codes.ts";
import { exitCodes } from "../exit-codes.ts";
import { failureOf } from "../failure.ts";
import { reportTypeField } from "../report-fields.ts";
import type { FieldTexts } from "../report-fields.ts";
import { requestFrom } from "../report-request.ts";
import type { Io } from "../io.ts";
import { defaultJournal, openJournal } from "../journals.ts";
import type { ReportLine } from "../output-lines.ts";
import { createReporter } from "../reporter.ts";
import type { Reporter, ReporterOptions } from "../reporter.ts";
import { withSandbox } from "../sandboxed.ts";
import { openSource } from "../sources.ts";
import type { Account } from "../sources.ts";

/** Where a file goes when nobody says. */
export const defaultTarget = "reports";

/** How to wait for a report, and where its file goes: of `get` and `resume`. */
export interface FetchOptions extends ReporterOptions {
  readonly to?: string | undefined;
  readonly journal?: string | undefined;
  readonly deadline?: string | undefined;
  readonly overwrite?: boolean | undefined;
  readonly recreate?: boolean | undefined;
}

export interface GetOptions extends FetchOptions {
  readonly epoch?: number | undefined;
  readonly allowPartial?: boolean | undefined;
  readonly sandbox?: boolean | undefined;
}

/** `report-kit get <source>`: one report, whole. */
export async function get(account: Account, texts: FieldTexts, options: GetOptions, io: Io): Promise<ExitCode> {
  if (options.sandbox === true)
    return withSandbox(io, (own) => get(account, texts, { ...options, sandbox: false }, own));
  const request = requestFrom(account.provider, texts, {
    timeZone: account.timeZone,
    allowPartial: options.allowPartial,
    now: io.now(),
  });
  const field = reportTypeField(account.provider);
  const source = await openSource(account, io, field && texts[field.name]);
  return fetchReport(source, (kit) => kit.report(source, request, { epoch: options.epoch }), options, io);
}

/** Wait for a job and download its file, writing what happens. */
export async function fetchReport(
  source: ReportSource,
  jobOf: (kit: ReportKit) => ReportJob,
  options: FetchOptions,
  io: Io,
): Promise<ExitCode> {
  const reporter = createReporter(io, options);
  const target = toDirectory(resolve(io.cwd, options.to ?? defaultTarget));
  const { journal, close } = await openJournal(options.journal ?? defaultJournal, io);
  let job: ReportJob | undefined;
  try {
    let reportType = "";
    const kit = createReportKit({
      journal,
      requestCostS: io.requestCostS,
      onEvent: (event) => {
        ({ reportType } = event);
        reporter.onEvent(event);
      },
    });
    job = jobOf(kit);
    const file = await job.download(target, {
      signal: io.signal,
      deadlineMs: options.deadline === undefined ? undefined : durationMs("--deadline", options.deadline),
      overwrite: options.overwrite === true ? "always" : undefined,
      onIndeterminate: options.recreate === true ? "recreate" : undefined,
    });
    reporter.close();
    writeFile(reporter, { job, file, reportType: reportType || source.id }, io);
    return exitCodes.done;
  } catch (error) {
    reporter.close();
    const failure = failureOf(error, job?.bookmark);
    reporter.failure(failure);
    return failure.exit;
  } finally {
    await close();
  }
}

function writeFile(
  reporter: Reporter,
  { job, file, reportType }: { readonly job: ReportJob; readonly file: ReportFile; readonly reportType: string },
  { cwd }: Io,
): void {
  const { path, name, bytes, sha256, empty, existed } = file;
  const { source, key, bookmark } = job;
  const line: ReportLine = {
    line: "report",
    source,
    reportType,
    key,
    bookmark,
    path: path ?? null,
    name,
    bytes,
    sha256,
    empty,
    existed,
  };
  const remarks = [
    ...(existed ? ["The same file lay there already."] : []),
    ...(empty ? ["It has a header and no records."] : []),
  ];
  reporter.result(path === undefined ? name : shorter(relative(cwd, path), path), line);
  reporter.note(`${bytes} bytes, sha256 ${sha256}${remarks.map((text) => `. ${text}`).join("")}`);
}

function shorter(one: string, other: string): string {
  return one.length < other.length ? one : other;
}
