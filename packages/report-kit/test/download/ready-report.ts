import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { asStream } from "../../src/download/index.ts";
import type { DownloadError, DownloadOptions, ReportStream } from "../../src/download/index.ts";
import type { FileLocation } from "../../src/source/file-location.ts";
import { reportFacts } from "../support/report-facts.ts";
import { platformWith } from "../../src/platform.ts";
import type { ReadyReport, Target } from "../../src/source/ready-report.ts";

export { temporaryDirectory } from "../support/temporary-directory.ts";

export const key = "5f0c8a52-9d3e-8b41-a7c6-0d9e8f7a6b5c";

/** A report whose waits take no time; they are noted instead. */
export interface TestReport extends ReadyReport {
  readonly waits: number[];
  readonly located: () => number;
}

/** @param locations what `locate` answers, one after another; the last again and again. */
export function reportAt(locations: readonly FileLocation[], details: Partial<ReadyReport> = {}): TestReport {
  const waits: number[] = [];
  let located = 0;
  return {
    ...reportFacts(key),
    keepDelivery: async () => undefined,
    fileName: undefined,
    expects: undefined,
    link: undefined,
    linkHosts: ["*.amazonaws.com"],
    loopback: true,
    platform: platformWith({ random: () => 0.5 }),
    waits,
    located: () => located,
    emit: () => {},
    withBookmark: (error) => error,
    async locate() {
      const location = locations[Math.min(located, locations.length - 1)];
      located += 1;
      if (location === undefined) throw new TypeError("the test has no location");
      return location;
    },
    async waitUntil(untilMs, options) {
      options?.signal?.throwIfAborted();
      waits.push(untilMs - Date.now());
    },
    ...details,
  };
}

/** What a job does with a target once its report is ready. */
export async function downloadTo<File, Options extends object>(
  report: ReadyReport,
  target: Target<File, Options>,
  options: Partial<Options> & { readonly signal?: AbortSignal | undefined } = {},
): Promise<File> {
  await target.check?.(options, report);
  return target.receive(report, options);
}

export async function openStream(report: ReadyReport, options: DownloadOptions = {}): Promise<ReportStream> {
  return downloadTo(report, asStream(), options);
}

/** A link to a path of some storage. */
export function linkTo(
  storage: { readonly origin: string },
  path = "/report?X-Amz-Signature=0123456789abcdef",
): FileLocation {
  return { via: "link", url: `${storage.origin}${path}` };
}

/** Every file below a directory, partial ones as well, by relative path. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A CSV of about so many bytes; no two of its stretches are alike. */
export function csvOf(bytes: number, seed = 1): Uint8Array {
  const lines = ["id,date,amount,currency\n"];
  let length = 24;
  for (let row = 0, state = seed >>> 0; length < bytes; row += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const line = `${row},2026-11-${String(1 + (row % 28)).padStart(2, "0")},${(state / 100).toFixed(2)},EUR\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, bytes);
}

/** What a promise rejected with, which must be a DownloadError; or undefined if it did not. */
export async function downloadErrorOf(promise: Promise<unknown>): Promise<DownloadError | undefined> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return undefined;
  if ((error as Error).name !== "DownloadError") throw error; // anything else is a fault of the test's subject
  return error as DownloadError; // its name says so
}

/** All bytes of a stream. */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
