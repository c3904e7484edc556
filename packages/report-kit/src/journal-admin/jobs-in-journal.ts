import { formatBookmark, parseBookmark } from "../identity/bookmark.ts";
import { JournalError } from "../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { isOfOneRecord, readRecords } from "../journal/read-records.ts";
import type { NamedRecord } from "../journal/read-records.ts";
import type { JsonObject } from "../json.ts";
import { clockSkewMs } from "../source/timing.ts";
import { readableKey } from "./key-label.ts";
import type { JobPhase, JobState } from "../job/job-state.ts";
import { hasEnded, parseState } from "../job/job-state.ts";
import { jobRecordName } from "../job/step.ts";
import { noticeRecordPrefix, parseNoticeRecord } from "../webhook/notice-record.ts";

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
  readonly phase: JobPhase;
  readonly startedAt: string;
  /** When it is looked at next; absent once it ended. */
  readonly nextAt?: string;
  /** Why then, or why it ended. */
  readonly why?: string;
  readonly endedAt?: string;
  /** The provider's own identifier of the report. */
  readonly reference?: string;
  /** The provider's last word on it. */
  readonly status?: string;
  /** Requests sent for it so far. */
  readonly requests: number;
  /** Somebody is taking a step until then. */
  readonly leasedUntil?: string;
}

/** A record that can't be read: damaged, or a newer report-kit's. */
export interface UnreadableJob {
  readonly key: string;
  readonly unreadable: JournalError;
}

const prefix = jobRecordName("");

/**
 * The jobs in a journal, in no particular order. What can't be read is told, not passed over.
 * @param only `source`: of this report source; `phase`: in this phase
 * @throws JournalError when the journal itself can't be read
 */
export async function* listJobs(
  journal: Journal,
  only: { readonly source?: string; readonly phase?: JobPhase } = {},
): AsyncGenerator<KeptJob | UnreadableJob> {
  for await (const some of readRecords(journal, prefix)) {
    for (const found of some) {
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
}

/**
 * One job, by its key or its bookmark; undefined when the journal does not have it.
 * @throws JournalError when it can't be read; ReportRequestError for a damaged bookmark
 */
export async function showJob(journal: Journal, keyOrBookmark: string): Promise<KeptJob | undefined> {
  const key = keyIn(keyOrBookmark);
  const record = await journal.read(jobRecordName(key));
  return record === undefined ? undefined : keptJob(key, parseState(record.value, jobRecordName(key)));
}

/**
 * Forget a job, whatever its phase: the next run of the same request starts anew, and **asks the provider again**. For a
 * report that was asked for already this makes a second one, at the providers that make one for each request: look
 * there first. Damaged records can't be forgotten this way: move the journal's file or row away.
 *
 * @param options `now`: epoch milliseconds, default the clock's
 * @returns whether it was there.
 * @throws JournalError `busy` while somebody is taking a step of it (try again in three minutes); ReportRequestError for a
 * damaged bookmark
 */
export async function forgetJob(
  journal: Journal,
  keyOrBookmark: string,
  { now = Date.now() }: { readonly now?: number } = {},
): Promise<boolean> {
  const key = keyIn(keyOrBookmark);
  const name = jobRecordName(key);
  const record = await journal.read(name);
  if (record === undefined) return false;
  const state = parseState(record.value, name);
  if ((state.lease?.until ?? -Infinity) + clockSkewMs <= now && (await journal.remove(name, record.revision)))
    return true;
  throw new JournalError({
    code: "busy",
    message: `The job ${key} is at work: a step of it is under way and could still have its report made. Stop its workers, and forget it when its lease is over by every clock, in three minutes at most.`,
    bookmark: bookmarkOf(key, state),
    retryable: true,
  });
}

/**
 * Remove the jobs that ended, and the webhook notices that had been acted on, before a moment. A journal needs this rarely:
 * a job takes about 1 kB of a table, 12 kB of a disk. A kept job is what keeps its report from being made twice, and a kept
 * notice what keeps a repeated delivery from being acted on twice, so choose a moment so long ago that nobody asks for the
 * same report, or delivers the same notice, again.
 * Jobs that go on, that are `indeterminate` (a person has to decide), or that can't be read stay; so do notices that were
 * acknowledged and not acted on yet: `resumeMonatoNotices` needs them.
 *
 * @param endedBefore epoch milliseconds
 * @returns how many records were removed, jobs and notices together
 */
export async function pruneJobs(journal: Journal, endedBefore: number): Promise<number> {
  const jobs = await prune(journal, prefix, endedBefore, (value, name) => {
    const state = parseState(value, name);
    return hasEnded(state) && state.phase !== "indeterminate" ? state.endedAt : undefined;
  });
  const notices = await prune(
    journal,
    noticeRecordPrefix,
    endedBefore,
    (value, name) => parseNoticeRecord(value, name).doneAt,
  );
  return jobs + notices;
}

/** @param endOf when what a record is about came to its end; undefined, or an end that can't be told, keeps it. */
async function prune(
  journal: Journal,
  prefix: string,
  before: number,
  endOf: (value: JsonObject, name: string) => number | undefined,
): Promise<number> {
  let removed = 0;
  for await (const some of readRecords(journal, prefix)) {
    // Together, so that a journal can remove them together.
    const gone = await Promise.all(
      some.map(async (found) => {
        const end = parsed(found, (value, name, revision) => ({ at: endOf(value, name) ?? Infinity, revision }));
        if (end === undefined || end instanceof Error || end.at >= before) return false;
        return journal.remove(found.name, end.revision);
      }),
    );
    removed += gone.filter(Boolean).length;
  }
  return removed;
}

/** What a record holds; the error when that can't be read; undefined when there is none (any more). */
function parsed<State>(
  { name, record }: NamedRecord,
  parse: (value: JsonObject, name: string, revision: number) => State,
): State | JournalError | undefined {
  if (record === undefined || record instanceof Error) return record;
  try {
    return parse(record.value, name, record.revision);
  } catch (error) {
    if (isOfOneRecord(error)) return error;
    throw error;
  }
}

function keyIn(keyOrBookmark: string): string {
  return keyOrBookmark.includes(".") ? parseBookmark(keyOrBookmark).key : keyOrBookmark;
}

function bookmarkOf(key: string, { source, epoch, request }: JobState): string {
  return formatBookmark({ source, key, epoch, request });
}

function keptJob(key: string, state: JobState): KeptJob {
  const { source, reportType, request, epoch, phase, requests } = state;
  const over = hasEnded(state);
  const why = over ? state.message : state.why;
  return {
    key,
    bookmark: bookmarkOf(key, state),
    readable: readableKey(state),
    source,
    reportType,
    request,
    epoch,
    phase,
    startedAt: iso(state.startedAt),
    ...(over ? {} : { nextAt: iso(state.nextAt) }),
    ...(why === undefined ? {} : { why }),
    ...(state.endedAt === undefined ? {} : { endedAt: iso(state.endedAt) }),
    ...(state.reference === undefined ? {} : { reference: state.reference }),
    ...(state.status === undefined ? {} : { status: state.status }),
    requests,
    ...(state.lease === undefined ? {} : { leasedUntil: iso(state.lease.until) }),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
