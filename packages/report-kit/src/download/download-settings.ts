import { ReportRequestError } from "../errors.ts";
import type { DownloadOptions } from "./report-file.ts";
import type { Overwrite } from "./sink.ts";

/** The options of a download, with their defaults. */
export interface Settings extends Pick<DownloadOptions, "signal" | "onProgress"> {
  readonly overwrite: Overwrite;
  readonly stallTimeoutMs: number;
  readonly maxDurationMs: number;
  readonly maxBytes: number;
  readonly acceptUnproven: boolean;
}

const overwrites: ReadonlySet<unknown> = new Set(["never", "same", "always"]);
const isAbove0 = (value: unknown): boolean => typeof value === "number" && value > 0;

/** What each option must be. */
const rules: readonly [name: keyof Settings, expected: string, fits: (value: unknown) => boolean][] = [
  ["overwrite", '"never", "same" or "always"', (value) => overwrites.has(value)],
  ["stallTimeoutMs", "milliseconds above 0", isAbove0],
  ["maxDurationMs", "milliseconds above 0", isAbove0],
  ["maxBytes", "a number of bytes above 0", isAbove0],
  ["acceptUnproven", "true or false", (value) => typeof value === "boolean"],
  ["onProgress", "a function", (value) => value === undefined || typeof value === "function"],
];

/** @throws ReportRequestError for an option that can't work. */
export function readSettings(options: Partial<DownloadOptions>): Settings {
  const settings: Settings = {
    signal: options.signal,
    onProgress: options.onProgress,
    overwrite: options.overwrite ?? "same",
    stallTimeoutMs: options.stallTimeoutMs ?? 60_000,
    maxDurationMs: options.maxDurationMs ?? 24 * 3_600_000,
    maxBytes: options.maxBytes ?? 16 * 1024 ** 3,
    acceptUnproven: options.acceptUnproven ?? false,
  };
  for (const [name, expected, fits] of rules) {
    const value = settings[name];
    if (!fits(value)) throw new ReportRequestError({ field: name, expected, received: describe(value) });
  }
  return settings;
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : `a value of type ${typeof value}`;
}
