import type { ReadyReport, Target } from "../source/ready-report.ts";
import type { DownloadContext, DownloadOptions, ReportFile, ReportStream } from "./download-contract.ts";
import { downloadTo, openStream } from "./download.ts";
import type { Target as SinkTarget } from "./target.ts";

export { DownloadError } from "./download-error.ts";
export type { DownloadOptions, ReportFile, ReportStream } from "./download-contract.ts";
export type { Sink, TargetFile } from "./target.ts";

/** A target made of what opens one file: see `Sink`. */
export function createTarget(
  target: SinkTarget & Pick<Target<ReportFile, DownloadOptions>, "check">,
): Target<ReportFile, DownloadOptions> & SinkTarget {
  return {
    open: (file) => target.open(file),
    check: async (options) => target.check?.(options),
    receive: (report, options) => downloadTo(contextOf(report), target, options),
  };
}

/** A `WritableStream` as a target: closed after the last verified byte, and aborted on an error. */
export function toStream(stream: WritableStream<Uint8Array>): Target<ReportFile, DownloadOptions> {
  return { receive: (report, options) => downloadTo(contextOf(report), stream, options) };
}

/** A target that gives the file as a web stream, which errors unless the whole file came. */
export function asStream(): Target<ReportStream, DownloadOptions> {
  return { receive: (report, options) => openStream(contextOf(report), options) };
}

function contextOf(report: ReadyReport): DownloadContext {
  const { source, provider, account, key, reportType, fileName, link, linkHosts, loopback, expects, platform } = report;
  return {
    file: { source, provider, account, key },
    reportType,
    ...(fileName === undefined ? {} : { name: fileName }),
    ...(link === undefined ? {} : { first: link }),
    linkHosts,
    loopback,
    expects,
    platform,
    locate: (signal) => report.locate(signal),
    outOfJob: (error) => report.withBookmark(error),
    timer: { waiting: 0, now: platform.now, wait: (untilMs, options) => report.waitUntil(untilMs, options) },
  };
}
