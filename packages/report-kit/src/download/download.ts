import { ReportRequestError } from "../errors.ts";
import type { FileHead, Sink, Target, TargetFile } from "./target.ts";
import type { DownloadContext, DownloadOptions, ReportFile, ReportStream } from "./download-contract.ts";
import { targetError } from "./part.ts";
import { streamSink } from "./stream-sink.ts";
import { transfer } from "./transfer.ts";

/**
 * Download a report's file to a target: streamed, resumed after cuts, verified, and only then named. A `WritableStream`
 * is closed after the last verified byte, and aborted on an error.
 * @throws DownloadError; ReportRequestError for options that can't work; what `locate` throws; the abort reason.
 */
export async function downloadTo(
  context: DownloadContext,
  target: Target | WritableStream<Uint8Array>,
  options: DownloadOptions = {},
): Promise<ReportFile> {
  const { stallTimeoutMs = 60_000 } = options;
  try {
    if (!(stallTimeoutMs > 0)) {
      throw new ReportRequestError({
        field: "stallTimeoutMs",
        expected: "milliseconds above 0",
        received: String(stallTimeoutMs),
      });
    }
    options.signal?.throwIfAborted();
    const sink = "getWriter" in target ? streamSink(target, options.signal) : await open(target, context.file);
    if (options.unpack !== undefined && options.unpack !== false && sink.canUnpack !== true) {
      const refused = new ReportRequestError({
        field: "unpack",
        expected: "a target that keeps files, such as toDirectory or toFile",
        received: "a stream",
      });
      await sink.abandon(refused, false);
      throw refused;
    }
    return await transfer(context, sink, { ...options, stallTimeoutMs });
  } catch (error) {
    throw options.signal?.aborted === true ? error : context.outOfJob(error);
  }
}

async function open(target: Target, file: TargetFile): Promise<Sink> {
  try {
    return await target.open(file);
  } catch (error) {
    throw targetError(error);
  }
}

/**
 * Open a report's file as a stream, which errors unless the whole file came. Resolves when the first bytes came and were
 * recognised.
 * @throws as `downloadTo` does.
 */
export async function openStream(context: DownloadContext, options: DownloadOptions = {}): Promise<ReportStream> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return new Promise<ReportStream>((resolve, reject) => {
    const file = downloadTo(context, { open: async () => streamSink(writable, options.signal, begin) }, options);
    // Before it has begun nobody else hears of a failure; after that the stream errors, and `file` rejects.
    file.catch(reject);
    function begin({ name, mediaType, totalBytes }: FileHead): void {
      resolve({ stream: readable, name, mediaType, totalBytes, file });
    }
  });
}
