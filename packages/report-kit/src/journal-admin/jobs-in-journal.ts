import { JournalError } from "../errors.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { deliveryIn } from "../delivery/delivery.ts";
import { formatBookmark, parseBookmark } from "../identity/bookmark.ts";
import type { JobPhase, JobState } from "../job/job-state.ts";
import { hasEnded, jobRecordName, parseState } from "../job/job-state.ts";
import { isLeaseOver } from "../job/timing-premises.ts";
import type { Journal, NamedRecord } from "../journal/journal.ts";
import { checkJournal, isAboutOneRecord, readRecords, readRecordsTogether } from "../journal/journal.ts";
import type { JsonObject } from "../json.ts";
import { checkOptions, refuse } from "../refuse.ts";
import { readPeriod } from "../source/period-text.ts";
import type { ReportPeriod } from "../source/report-source.ts";
import { readableKey } from "./key-label.ts";

/** A report job as a journal keeps it, for people and programs that look after it. Times are ISO 8601, UTC. */
export interface KeptJob {
  readonly key: string;
  readonly bookmark: string;
  /** What the key stands for: `circle/treasury/camt053/2026-11-19.daily#0`. */
  readonly readable: string;
  /** The id of the report source. */
  readonly source: string;
  readonly reportType: string;
  readonly request: JsonObject;
  readonly epoch: number;
  /** The days that the report covers, where its source names them. */
  readonly period: ReportPeriod | undefined;
  readonly phase: JobPhase;
  readonly startedAt: string;
  /** When it is looked at next; absent once it ended. */
  readonly nextAt?: string | undefined;
  /** Why then, or why it ended. */
  readonly why?: string | undefined;
  readonly endedAt?: string | undefined;
  /** The provider's own identifier of the report. */
  readonly reference?: string | undefined;
  /** The file's name: as it was delivered, or else as the provider gives it (untrusted). */
  readonly fileName?: string | undefined;
  /** The last delivery that was recorded. */
  readonly delivered?: Delivery | undefined;
  /** The provider's last status of it. */
  readonly status?: string | undefined;
  /** Requests sent for it so far. */
  readonly requests: number;
  /** A worker is taking a step or delivering the file until then. */
  readonly leasedUntil?: string | undefined;
}

/** A record that can't be read: damaged, or a newer report-kit's. */
export interface UnreadableJob {
  readonly key: string;
  readonly unreadable: JournalError;
}

const prefix = jobRecordName("");

/**
 * The jobs in a journal, in no particular order. A record that can't be read is listed as such.
 * @param only `source`: of this report source; `phase`: in this phase
 * @throws JournalError when the journal itself can't be read
 */
export async function* listJobs(
  journal: Journal,
  only: { readonly source?: string | undefined; readonly phase?: JobPhase | undefined } = {},
): AsyncGenerator<KeptJob | UnreadableJob> {
  checkJournal(journal);
  checkOptions("listJobs", only, { source: "string", phase: "string" });
  for await (const found of readRecords(journal, prefix)) {
    const key = found.name.slice(prefix.length);
    const state = parsed(found, parseState);
    if (state === undefined) continue; // removed since
    if (state instanceof Error) {
      yield { key, unreadable: state };
      continue;
    }
    if (only.source !== undefined && state.source !== only.source) continue;
    if (only.phase !== undefined && state.phase !== only.phase) continue;
    yield keptJob(key, state);
  }
}

/**
 * One job, by its key or its bookmark; undefined when the journal does not have it.
 * @throws JournalError when it can't be read; ReportRequestError for a damaged bookmark
 */
export async function showJob(journal: Journal, keyOrBookmark: string): Promise<KeptJob | undefined> {
  checkJournal(journal);
  const key = keyIn(keyOrBookmark);
  const record = await journal.read(jobRecordName(key));
  return record === undefined ? undefined : keptJob(key, parseState(record.value, jobRecordName(key)));
}

/**
 * Forget a job, whatever its phase: the next run of the same request begins again, and **asks the provider again**. For a
 * report that was asked for already this makes a second one, at the providers that make one for each request: look
 * there first. Damaged records can't be forgotten this way: move the journal's file or row away.
 *
 * @param options `now`: epoch milliseconds, default the clock's
 * @returns whether it was there.
 * @throws JournalError `busy` while a worker is taking a step of it (try again in three minutes); ReportRequestError for a
 * damaged bookmark
 */
export async function forgetJob(
  journal: Journal,
  keyOrBookmark: string,
  { now = Date.now() }: { readonly now?: number | undefined } = {},
): Promise<boolean> {
  checkJournal(journal);
  const key = keyIn(keyOrBookmark);
  const name = jobRecordName(key);
  const record = await journal.read(name);
  if (record === undefined) return false;
  const state = parseState(record.value, name);
  if (isLeaseOver(state, now) && (await journal.remove(name, record.revision))) return true;
  throw new JournalError({
    code: "busy",
    message: `The job ${key} is at work: a step of it is under way and could still have its report made, or its file is being delivered. Stop its workers, and forget it when its lease is over by every clock, in three minutes at most.`,
    bookmark: bookmarkOf(key, state),
    retryable: true,
  });
}

/**
 * Remove the jobs that ended before a moment, and the claims of jobs that are not there any more. A journal needs this
 * rarely: a job takes about 1 kB of a table, 12 kB of a disk. A kept job is what keeps its report from being made twice and
 * its file from being delivered twice, so choose a moment so long ago that no program asks for the same report again: before
 * the first day (`from`) of every series. Jobs that go on, that are `indeterminate` (a person has to decide), that a worker
 * is delivering, or that can't be read stay.
 *
 * @param endedBefore epoch milliseconds
 * @returns how many jobs were removed
 */
export async function pruneJobs(journal: Journal, endedBefore: number): Promise<number> {
  checkJournal(journal);
  if (!(typeof endedBefore === "number" && endedBefore >= 0)) refuse("endedBefore", "epoch milliseconds", endedBefore);
  const jobs = await prune(journal, prefix, async (value, name) => {
    const state = parseState(value, name);
    const { endedAt = Infinity, delivered, lease } = state;
    const last = Math.max(endedAt, delivered?.at ?? 0, lease?.until ?? 0);
    return hasEnded(state) && state.phase !== "indeterminate" && last < endedBefore;
  });
  await prune(journal, "claim-", async ({ v, job }) => {
    return v === 1 && typeof job === "string" && (await isGone(journal, jobRecordName(job)));
  });
  return jobs;
}

/** Remove the records that `isOver` says are over. One that can't be read stays. */
async function prune(
  journal: Journal,
  prefix: string,
  isOver: (value: JsonObject, name: string) => Promise<boolean>,
): Promise<number> {
  let removed = 0;
  for await (const some of readRecordsTogether(journal, prefix)) {
    // Together, so that a journal can remove them together.
    const gone = await Promise.all(
      some.map(async ({ name, record }) => {
        if (record === undefined || !(await isOver(record.value, name).catch(keepIfUnreadable))) return false;
        return journal.remove(name, record.revision);
      }),
    );
    removed += gone.filter(Boolean).length;
  }
  return removed;
}

function keepIfUnreadable(error: unknown): false {
  if (isAboutOneRecord(error)) return false;
  throw error;
}

async function isGone(journal: Journal, name: string): Promise<boolean> {
  return (await journal.read(name)) === undefined;
}

/** What a record contains; the error when that can't be read; undefined when there is none (any more). */
function parsed<State>(
  { name, record, error }: NamedRecord,
  parse: (value: JsonObject, name: string) => State,
): State | JournalError | undefined {
  try {
    return error ?? (record && parse(record.value, name));
  } catch (unreadable) {
    if (isAboutOneRecord(unreadable)) return unreadable;
    throw unreadable;
  }
}

function keyIn(keyOrBookmark: string): string {
  if (typeof keyOrBookmark !== "string") refuse("keyOrBookmark", "a key or a bookmark", keyOrBookmark);
  return keyOrBookmark.includes(".") ? parseBookmark(keyOrBookmark).key : keyOrBookmark;
}

function bookmarkOf(key: string, { source, epoch, request }: JobState): string {
  return formatBookmark({ source, key, epoch, request });
}

function keptJob(key: string, state: JobState): KeptJob {
  const { source, reportType, request, epoch, phase, requests, delivered } = state;
  const over = hasEnded(state);
  return {
    key,
    bookmark: bookmarkOf(key, state),
    readable: readableKey(state),
    source,
    reportType,
    request,
    epoch,
    period: readPeriod(state.period),
    phase,
    startedAt: iso(state.startedAt),
    nextAt: over ? undefined : iso(state.nextAt),
    why: over ? state.message : state.why,
    endedAt: state.endedAt === undefined ? undefined : iso(state.endedAt),
    reference: state.reference,
    fileName: delivered?.name ?? state.fileName,
    delivered: deliveryIn(key, state),
    status: state.status,
    requests,
    leasedUntil: state.lease === undefined ? undefined : iso(state.lease.until),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
