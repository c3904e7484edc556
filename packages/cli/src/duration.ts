import { badInput, shown } from "./cli-error.ts";

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `90s`, `30m`, `3h`, `2d` in milliseconds.
 * @throws CliError
 */
export function durationMs(flag: string, text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (unitsMs[unit] ?? 0);
  if (ms > 0) return ms;
  throw badInput(`${flag}: expected a time such as 90s, 30m, 3h or 2d; got ${shown(text)}.`);
}

/** `12 s`, `4 min`, `2 h 5 min`, to read. */
export function readableMs(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
