import { onAbort } from "@report-kit/http";
import type { ReadyReport, Target } from "../source/ready-report.ts";
import { createTarget } from "./create-target.ts";
import { downloadOptions, readSettings } from "./download-settings.ts";
import { download } from "./download.ts";
import type { DownloadOptions, ReportFile, ReportStream } from "./report-file.ts";
import type { FileHead, Sink } from "./sink.ts";

/**
 * A web stream as a target: it is closed after the last verified byte, and aborted with the error otherwise. What was
 * written can't be taken back: use none of it before the stream was closed.
 */
export function toStream(stream: WritableStream<Uint8Array>): Target<ReportFile, DownloadOptions> {
  return createTarget({ open: async (_file, { signal }) => streamSink(stream, signal) });
}

/**
 * The report's file as a stream to read from, which errors unless the whole file came. `job.download(asStream())` resolves
 * when the first bytes came and were recognised.
 */
export function asStream(): Target<ReportStream, DownloadOptions> {
  return {
    options: downloadOptions,
    async check(options) {
      readSettings(options);
    },
    receive: async (report, options) => openStream(report, options),
  };
}

function openStream(report: ReadyReport, options: Partial<DownloadOptions>): Promise<ReportStream> {
  const settings = readSettings(options);
  settings.signal?.throwIfAborted();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return new Promise<ReportStream>((resolve, reject) => {
    const file = download(report, streamSink(writable, settings.signal, begin), settings);
    // Before it has begun the caller gets the error here; after that the stream errors, and `file` rejects.
    file.catch(reject);
    function begin({ name, mediaType, totalBytes }: FileHead): void {
      resolve({ stream: readable, name, mediaType, totalBytes, file });
    }
  });
}

/**
 * Nothing written can be taken back, so what comes again must be the same as what was written.
 * @param signal ends a write that waits for a reader who does not read.
 * @param onBegin called before the first byte.
 */
function streamSink(
  stream: WritableStream<Uint8Array>,
  signal: AbortSignal | undefined,
  onBegin?: (head: FileHead) => void,
): Sink {
  const writer = stream.getWriter();
  const failed = new AbortController();
  const unfollow = signal && onAbort(signal, () => void writer.abort(signal.reason).catch(() => {}));
  writer.closed.then(unfollow, (error: unknown) => {
    unfollow?.();
    failed.abort(error);
  });
  return {
    failed: failed.signal,
    async begin(head) {
      onBegin?.(head);
    },
    async write(bytes) {
      await writer.ready;
      await writer.write(bytes);
    },
    async commit() {
      await writer.close();
      return {};
    },
    async abandon(reason) {
      await writer.abort(reason);
    },
  };
}
