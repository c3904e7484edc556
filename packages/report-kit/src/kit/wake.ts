import { parseBookmark } from "../identity/bookmark.ts";
import type { JobState } from "../job/job-state.ts";
import { hasEnded, jobRecordName, parseState, stateToJson } from "../job/job-state.ts";
import type { Journal, JournalRecord } from "../journal/journal.ts";
import { isAboutOneRecord, readRecords } from "../journal/journal.ts";
import type { JsonObject } from "../json.ts";
import { checkOptions, refuse } from "../refuse.ts";
import type { Engine } from "./wait.ts";

/** Which jobs to look at now. A job is woken when everything named here fits; at least one must be named. */
export interface WakeHint {
  /** With a key or a bookmark one record is read; without, all jobs of the journal. */
  readonly key?: string | undefined;
  readonly bookmark?: string | undefined;
  /** The id of the report source. */
  readonly source?: string | undefined;
  readonly reportType?: string | undefined;
  /** The provider's own identifier of the report. */
  readonly reference?: string | undefined;
  /** Members of the normalised request. */
  readonly request?: JsonObject | undefined;
}

const wakeHints = {
  key: "string",
  bookmark: "string",
  source: "string",
  reportType: "string",
  reference: "string",
  request: "object",
} satisfies Record<keyof WakeHint, string>;

/** Make the jobs that fit due now, and no earlier than their provider allows. @returns how many */
export async function wakeJobs(hint: WakeHint, engine: Engine): Promise<number> {
  const { journal, platform, bus, waits } = engine;
  checkOptions("kit.wake", hint, wakeHints);
  if (Object.values(hint).every((value) => value === undefined)) {
    refuse("hint", "a key, bookmark, source, reportType, reference or request", undefined);
  }
  let woken = 0;
  async function wake(name: string, record: JournalRecord | undefined): Promise<void> {
    const state = await wakeJob(journal, name, record, hint, platform.now);
    if (state === undefined) return;
    woken += 1;
    const key = name.slice(jobRecordName("").length);
    const { source, reportType } = state;
    bus.publish({ type: "woken", at: new Date(platform.now()).toISOString(), key, source, reportType });
    waits.get(key)?.wake();
  }

  const key = hint.bookmark === undefined ? hint.key : parseBookmark(hint.bookmark).key;
  if (key !== undefined) await wake(jobRecordName(key), await journal.read(jobRecordName(key)));
  else {
    for await (const { name, record, error } of readRecords(journal, jobRecordName(""))) {
      try {
        if (error !== undefined) throw error;
        await wake(name, record);
      } catch (unreadable) {
        if (!isAboutOneRecord(unreadable)) throw unreadable;
        engine.passOver(name, unreadable);
      }
    }
  }
  if (woken > 0) await engine.watch.announce();
  return woken;
}

async function wakeJob(
  journal: Journal,
  name: string,
  first: JournalRecord | undefined,
  hint: WakeHint,
  now: () => number,
): Promise<JobState | undefined> {
  for (let record = first; record !== undefined; record = await journal.read(name)) {
    const state = parseState(record.value, name);
    if (hasEnded(state) || !fits(state, hint)) return undefined;
    const due = Math.max(now(), state.holdUntil ?? 0);
    if (due >= state.nextAt) return undefined; // it is looked at by then anyway
    const awake: JobState = { ...state, nextAt: due, why: "woken" };
    if ((await journal.write(name, stateToJson(awake), record.revision)) !== undefined) return awake;
  }
  return undefined;
}

function fits(state: JobState, { source, reportType, reference, request = {} }: WakeHint): boolean {
  return (
    (source === undefined || state.source === source) &&
    (reportType === undefined || state.reportType === reportType) &&
    (reference === undefined || state.reference === reference) &&
    Object.entries(request).every(
      ([name, value]) => JSON.stringify(memberOf(state.request, name)) === JSON.stringify(value ?? null),
    )
  );
}

function memberOf(request: JsonObject, name: string): JsonObject[string] {
  return (Object.hasOwn(request, name) ? request[name] : undefined) ?? null;
}
