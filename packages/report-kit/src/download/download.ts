import { onAbort } from "@report-kit/http";
import { ReportExpiredError, ReportFailedError } from "../errors.ts";
import type { ReadyReport } from "../source/ready-report.ts";
import { createAttempts } from "./attempts.ts";
import { DownloadError, targetError } from "./download-error.ts";
import type { Settings } from "./download-settings.ts";
import { unproven } from "./link/framing.ts";
import { createPart } from "./part.ts";
import type { ReportFile } from "./report-file.ts";
import type { FinishedFile, Sink } from "./sink.ts";

const progressEveryMs = 5_000;

/**
 * Bring a report's file into a sink: streamed, resumed after cuts, verified, and only then named.
 * @throws DownloadError; what `locate` throws; the abort reason. What it throws has the job's bookmark.
 */
export async function download(report: ReadyReport, sink: Sink, settings: Settings): Promise<ReportFile> {
  const { signal, maxDurationMs, stallTimeoutMs } = settings;
  const { platform } = report;
  const ended = new AbortController();
  const unfollow = [endWith(ended, signal, (reason) => reason), endWith(ended, sink.failed, targetError)];
  const limit = platform.setTimeout(
    () => ended.abort(tookTooLong(maxDurationMs)),
    Math.min(2 ** 31 - 1, maxDurationMs),
  );
  const attempts = createAttempts(report, {
    stallTimeoutMs,
    acceptUnproven: settings.acceptUnproven,
    ended: ended.signal,
    canTruncate: sink.truncate !== undefined,
  });
  const onProgress = emitProgress(report, settings.onProgress);
  const part = createPart(report, sink, { ...settings, onProgress, hints: attempts.hints });

  try {
    ended.signal.throwIfAborted();
    await part.resume();
    const framing = await attempts.complete(part);
    const { head, sha256, empty, provesItself } = await part.finish();
    const isProven = provesItself || settings.acceptUnproven || (framing !== "none" && framing !== "coded");
    if (!isProven) throw unproven(framing);
    ended.signal.throwIfAborted();
    const file: FinishedFile = { ...head, totalBytes: part.bytes, bytes: part.bytes, sha256 };
    const {
      path,
      name = head.name,
      existed = false,
    } = await sink.commit(file).catch((error: unknown) => {
      throw targetError(error);
    });
    report.emit({ type: "downloaded", name: head.name, bytes: part.bytes, sha256 });
    return {
      path,
      name,
      mediaType: head.mediaType,
      bytes: part.bytes,
      sha256,
      period: report.period,
      empty,
      existed,
      requests: attempts.requests,
      resumed: part.resumed,
      linksRenewed: attempts.linksRenewed,
    };
  } catch (thrown) {
    const end: unknown = ended.signal.aborted ? ended.signal.reason : thrown;
    // The sink passes it on to whatever reads the stream.
    const error = signal?.aborted === true ? end : report.withBookmark(end);
    const keep = canResume(error) && (await part.checkpoint().catch(() => false));
    await sink.abandon(error, keep).catch(() => {});
    throw error;
  } finally {
    platform.clearTimeout(limit);
    for (const stop of unfollow) stop?.();
  }
}

/** The caller's function, and an event of the job now and then. */
function emitProgress(report: ReadyReport, onProgress: Settings["onProgress"]): Settings["onProgress"] {
  let last: { readonly at: number; readonly bytes: number } | undefined;
  return (progress) => {
    onProgress?.(progress);
    const at = report.platform.now();
    const passedMs = last === undefined ? undefined : at - last.at;
    if (passedMs !== undefined && passedMs >= 0 && passedMs < progressEveryMs) return;
    const { bytes, totalBytes } = progress;
    const bytesPerSecond = last && passedMs ? Math.round(((bytes - last.bytes) * 1_000) / passedMs) : undefined;
    last = { at, bytes };
    report.emit({ type: "downloading", bytes, totalBytes, bytesPerSecond });
  };
}

function tookTooLong(maxDurationMs: number): DownloadError {
  return new DownloadError(
    "stalled",
    `The download took more than ${maxDurationMs} ms (maxDurationMs). Run it again: it resumes where the server allows it.`,
  );
}

/** Abort one with the other, which may have aborted already. */
function endWith(
  ended: AbortController,
  signal: AbortSignal | undefined,
  reason: (reason: unknown) => unknown,
): (() => void) | undefined {
  if (signal?.aborted === true) ended.abort(reason(signal.reason));
  return signal && onAbort(signal, () => ended.abort(reason(signal.reason)));
}

/** May a later download resume from the part? Not where the part itself is wrong, or the report is gone. */
function canResume(error: unknown): boolean {
  if (!DownloadError.isInstance(error))
    return !ReportExpiredError.isInstance(error) && !ReportFailedError.isInstance(error);
  return ["interrupted", "stalled", "refused", "refused-link", "not-ready", "target"].includes(error.code);
}
