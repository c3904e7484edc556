import type { ReportFacts, ReportIdentity, Target } from "../source/ready-report.ts";
import { targetError } from "./download-error.ts";
import { download } from "./download.ts";
import { downloadOptions, readSettings } from "./download-settings.ts";
import type { DownloadOptions, ReportFile } from "./report-file.ts";
import type { Sink } from "./sink.ts";

/** What a target of your own is made of. */
export interface TargetParts {
  /** Called once per download, before the file is requested. */
  open(report: ReportFacts, options: { readonly signal: AbortSignal | undefined }): Promise<Sink>;
  /** Called before anything is sent. Rejects when the target can't be used, so that no caller waits for hours first. */
  check?(options: Partial<DownloadOptions>, report: ReportIdentity): Promise<void>;
}

/**
 * A target out of what opens a sink: the download does the rest. `job.download(target)` streams the file into the sink,
 * resumes it after cuts, verifies it, and only then has the sink give it its name.
 */
export function createTarget(parts: TargetParts): Target<ReportFile, DownloadOptions> {
  return {
    options: downloadOptions,
    async check(options, report) {
      readSettings(options);
      await parts.check?.(options, report);
    },
    async receive(report, options) {
      const { signal } = options;
      try {
        const settings = readSettings(options);
        signal?.throwIfAborted();
        const sink = await opened(() => parts.open(report, { signal }));
        return await download(report, sink, settings);
      } catch (error) {
        throw signal?.aborted === true ? error : report.withBookmark(error);
      }
    },
  };
}

async function opened(open: () => Promise<Sink>): Promise<Sink> {
  try {
    return await open();
  } catch (error) {
    throw targetError(error);
  }
}
