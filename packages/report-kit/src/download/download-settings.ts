import { refuse } from "../refuse.ts";
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

/** What each option must be, by its kind or its values. */
export const downloadOptions: Readonly<Record<keyof DownloadOptions, string | readonly string[]>> = {
  signal: "object",
  onProgress: "function",
  overwrite: ["never", "same", "always"],
  stallTimeoutMs: "number",
  maxDurationMs: "number",
  maxBytes: "number",
  acceptUnproven: "boolean",
};

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
  for (const name of ["stallTimeoutMs", "maxDurationMs", "maxBytes"] as const) {
    if (!(settings[name] > 0))
      refuse(name, `${name === "maxBytes" ? "bytes" : "milliseconds"}, above 0`, settings[name]);
  }
  return settings;
}
