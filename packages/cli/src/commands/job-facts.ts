import type { KeptJob } from "report-kit";
import { readableMs } from "../duration.ts";

/** A delivered job is ready for good: what a person looks for is that it is delivered. */
export function shownPhase({ phase, delivered }: KeptJob): KeptJob["phase"] | "delivered" {
  return delivered === undefined ? phase : "delivered";
}

/** All that the journal has of a job, in rows of two columns. */
export function factsOf(job: KeptJob): readonly (readonly string[])[] {
  const { delivered, period } = job;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["report", job.readable],
    ["phase", shownPhase(job)],
    ["period", period && `${period.from} to ${period.to}`],
    ["started", job.startedAt],
    ["ended", job.endedAt],
    ["next look", job.nextAt],
    ["why", job.why],
    ["status there", job.status],
    ["reference", job.reference],
    ["requests", String(job.requests)],
    ["file", job.fileName],
    ["delivered", delivered && `${delivered.at} as ${delivered.deliveryId}`],
    ["sha256", delivered?.sha256],
    ["at work until", job.leasedUntil],
    ["request", JSON.stringify(job.request)],
    ["key", job.key],
    ["bookmark", job.bookmark],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

/** Why a job stands where it stands, and what to do. */
export function adviceFor(job: KeptJob, now: number): readonly string[] {
  return [`${job.readable} is ${phaseText(job, now)}.`, ...(job.why === undefined ? [] : [job.why]), todo(job)];
}

function phaseText({ phase, delivered, nextAt, requests, endedAt, status }: KeptJob, now: number): string {
  const asked = requests === 1 ? "1 request" : `${requests} requests`;
  if (delivered !== undefined) return `delivered: ${delivered.name}, at ${delivered.at}`;
  if (endedAt !== undefined) return `${phase} since ${endedAt}, after ${asked}`;
  const next =
    nextAt === undefined
      ? ""
      : Date.parse(nextAt) <= now
        ? ", its next look is due"
        : `, its next look is in ${readableMs(Date.parse(nextAt) - now)}`;
  return `${phase}${status === undefined ? "" : ` (there: ${status})`}, after ${asked}${next}`;
}

function todo({ phase, delivered, bookmark, key }: KeptJob): string {
  if (delivered !== undefined) return "Nothing is left to do.";
  switch (phase) {
    case "new":
    case "creating":
    case "waiting":
      return `It continues with the next run, or now: report-kit resume ${bookmark}`;
    case "ready":
      return `Its file can be fetched: report-kit resume ${bookmark}`;
    case "failed":
    case "expired":
      return "Mend the cause. Then ask with a higher --epoch, where the provider makes a report again; in a series, retry does so.";
    case "indeterminate":
      return `Look at the provider whether the report is there. To look once more: report-kit resume ${bookmark}. To accept a possible duplicate, add --recreate. To begin again: report-kit jobs forget ${key}`;
  }
}
