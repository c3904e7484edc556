/// <reference types="node" />
import { rm } from "node:fs/promises";
import type { DownloadOptions, ReportFile } from "../../download/report-file.ts";
import type { EarlierDelivery, ReadyReport, Target } from "../../source/ready-report.ts";
import { checkOptions, refuse } from "../../refuse.ts";
import { toDirectory } from "./targets.ts";

/** A file as a consumer gets it: whole, verified, and in its place. */
export interface ConsumedFile extends ReportFile {
  readonly path: string;
  /** The id of the report source. */
  readonly source: string;
  readonly reportType: string;
  /** The report's key. */
  readonly key: string;
  /** The same for every attempt at this delivery. Keep it with what you book, and drop what comes under an id that you have. */
  readonly deliveryId: string;
  /** The delivery that had other bytes, where this one corrects it. */
  readonly corrects: EarlierDelivery | undefined;
  /** Aborts when the caller stops, or another worker has taken the delivery over. */
  readonly signal: AbortSignal | undefined;
}

/** How a consumer gets its files. */
export interface ConsumerOptions {
  /** Remove the file once the function has resolved. Default false. */
  readonly removeAfter?: boolean | undefined;
}

/**
 * A target for `job.deliver` that hands each file to a function: the file is downloaded and verified first. The delivery is
 * recorded once the function has resolved. When it throws, or the process dies, a later run calls it again, under the same
 * `deliveryId`.
 * @param place a directory, private to this program (`toDirectory`), or a target that puts files at a path
 * @throws ReportRequestError for an argument that can't be used.
 */
export function toConsumer(
  place: string | Target<ReportFile, DownloadOptions>,
  consume: (file: ConsumedFile) => unknown,
  options: ConsumerOptions = {},
): Target<ReportFile, DownloadOptions> {
  const target = typeof place === "string" ? toDirectory(place) : place;
  if (typeof target?.receive !== "function")
    refuse("place", "a directory, or a target such as toDirectory(path)", place);
  if (typeof consume !== "function") refuse("consume", "a function that receives a file", consume);
  checkOptions("toConsumer", options, { removeAfter: "boolean" });
  const { removeAfter = false } = options;
  return {
    options: target.options,
    async check(options, report) {
      if (report.delivery === undefined)
        refuse("target", "a target that needs no delivery: use job.deliver", "toConsumer");
      await target.check?.(options, report);
    },
    async receive(report, options) {
      const file = await target.receive(report, options);
      const { path } = file;
      if (path === undefined) return refuse("place", "a target that puts files at a path", "a stream");
      options.signal?.throwIfAborted();
      await report.keepDelivery();
      await consume(consumed({ ...file, path }, report, options.signal));
      if (removeAfter) await rm(path, { force: true });
      return file;
    },
  };
}

function consumed(
  file: ReportFile & { readonly path: string },
  { source, reportType, key, delivery }: ReadyReport,
  signal: AbortSignal | undefined,
): ConsumedFile {
  const { id = "", earlier } = delivery ?? {};
  const corrects = earlier?.sha256 === file.sha256 ? undefined : earlier;
  return { ...file, source, reportType, key, deliveryId: id, corrects, signal };
}
