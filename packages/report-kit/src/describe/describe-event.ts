import type { JobEvent } from "../job/job-event.ts";

/**
 * An event in one line of plain words, for a log or a progress line: what happened, until when the job waits, and why. It
 * names neither the time nor the job: put `event.at`, `event.source` and `event.reportType` before it where they are needed.
 *
 * @returns such as `"waiting until 2026-11-20T03:12:07Z (4 min 10 s): the schedule"`. Never a line break.
 */
export function describeEvent(event: JobEvent): string {
  return textOf(event).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " "); // parts of it come from the provider
}

function textOf(event: JobEvent): string {
  switch (event.type) {
    case "submitted":
      return event.reference === undefined
        ? "the provider accepted it"
        : `the provider accepted it as ${event.reference}`;
    case "adopted":
      return `found at the provider: ${event.reference}`;
    case "observed":
      return `${event.status} after ${count(event.requests)}`;
    case "late":
      return `late: such reports are ready by ${instant(event.expectedBy)}`;
    case "unknown-status":
      return `unknown status ${event.status}: not taken for success, looking on (${event.sample})`;
    case "unreachable":
      return `no usable answer (${event.reason}): trying again`;
    case "waiting":
      return `waiting until ${instant(event.until)} (${duration(event.afterMs)}): ${event.why}`;
    case "woken":
      return "woken: it may be ready";
    case "ready":
      return `ready after ${count(event.requests)}`;
    case "downloading":
      return `downloading: ${progress(event)}`;
    case "interrupted":
      return `download interrupted at ${size(event.bytes)}, trying again at ${instant(event.until)} (${duration(event.afterMs)}): ${event.reason}`;
    case "downloaded":
      return `downloaded and verified: ${event.name} (${size(event.bytes)}, sha256 ${event.sha256.slice(0, 12)}…)`;
    case "delivered":
      return `delivered as ${event.deliveryId}: ${event.name} (${size(event.bytes)})${event.corrects === undefined ? "" : `, correcting ${event.corrects.deliveryId}`}`;
    case "refused":
      return `refused (${event.code}): ${event.message}`;
    case "failed":
      return `failed (${event.code}): ${event.message}`;
    case "expired":
      return `expired: ${event.message}`;
    case "indeterminate":
      return `indeterminate: ${event.message}`;
    case "deadline":
      return `not ready within the deadline of ${duration(event.deadlineMs)}`;
    case "unreadable-record":
      return `a journal record was passed over (${event.code}): ${event.message}`;
  }
}

function progress({ bytes, totalBytes, bytesPerSecond }: Extract<JobEvent, { type: "downloading" }>): string {
  const share = totalBytes === undefined ? size(bytes) : `${size(bytes)} of ${size(totalBytes)}`;
  if (bytesPerSecond === undefined || bytesPerSecond <= 0) return share;
  const left = totalBytes === undefined ? "" : `, ${duration(((totalBytes - bytes) / bytesPerSecond) * 1_000)} left`;
  return `${share}, ${size(bytesPerSecond)}/s${left}`;
}

function count(requests: number): string {
  return requests === 1 ? "1 request" : `${requests} requests`;
}

/** An ISO instant to the second. */
function instant(iso: string): string {
  return iso.replace(/\.\d+Z$/, "Z");
}

/** `850 ms`, `12 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([number]) => number > 0);
  const shown = parts.slice(first, first + 2).filter(([number]) => number > 0);
  return shown.map(([number, unit]) => `${number} ${unit}`).join(" ");
}

/** `12 bytes`, `1.2 kB`, `34 MB`: by thousands, as disks and networks count. */
function size(bytes: number): string {
  if (bytes < 1_000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  return `${value < 100 ? Number(value.toFixed(1)) : Math.round(value)} ${["bytes", "kB", "MB", "GB", "TB"][power]}`;
}
