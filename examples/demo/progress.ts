import { createLogUpdate } from "log-update";
import { describeEvent } from "report-kit";
import type { JobEvent } from "report-kit";
import type { WantedReport } from "./wanted-reports.ts";

/** Shows what happens to each report. */
export interface Progress {
  onEvent(event: JobEvent): void;
  onBytes(key: string, bytes: number, totalBytes: number | undefined): void;
  onFile(key: string): void;
  onError(key: string, error: unknown): void;
  close(): void;
}

/** One line a report, kept up to date, on a terminal; elsewhere a plain line whenever something happens. */
export function showProgress(wanted: readonly WantedReport[], screen: NodeJS.WriteStream): Progress {
  const names = new Map(wanted.map(({ provider, report, job }) => [job.key, `${provider} ${report}`]));
  const width = Math.max(...Array.from(names.values(), (name) => name.length));
  const said = new Map<string, string>(Array.from(names.keys(), (key) => [key, "asking"]));
  const live = screen.isTTY ? createLogUpdate(screen) : undefined;

  const draw = (): void => {
    const lines = Array.from(names, ([key, name]) => `  ${name.padEnd(width)}  ${said.get(key) ?? ""}`);
    live?.(lines.join("\n"));
  };
  const say = (key: string, text: string, isTick = false): void => {
    said.set(key, text);
    if (live !== undefined) return draw();
    if (!isTick) screen.write(`  ${(names.get(key) ?? key).padEnd(width)}  ${text}\n`);
  };
  draw();
  return {
    onEvent(event) {
      say(event.key, describeEvent(event));
    },
    onBytes(key, bytes, totalBytes) {
      const share = totalBytes === undefined ? "" : ` of ${totalBytes}`;
      say(key, `downloading: ${bytes}${share} bytes`, true);
    },
    onFile: (key) => say(key, "on disk, verified"),
    onError: (key, error) => say(key, error instanceof Error ? error.message : String(error)),
    close: () => live?.done(),
  };
}
