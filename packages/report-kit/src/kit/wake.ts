import { parseBookmark } from "../identity/bookmark.ts";
import { ReportRequestError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Journal } from "../journal/journal.ts";
import type { JobState } from "../job/job-state.ts";
import { hasEnded, parseState, stateToJson } from "../job/job-state.ts";
import { jobRecordName } from "../job/job-record.ts";

/** Which jobs to look at now. A job is woken when everything named here fits; at least one must be named. */
export interface WakeHint {
  readonly key?: string;
  readonly bookmark?: string;
  /** The id of the report source. */
  readonly source?: string;
  readonly reportType?: string;
  /** The provider's own identifier of the report. */
  readonly reference?: string;
  /** Members of the normalised request. */
  readonly request?: JsonObject;
}

/** Make the jobs that fit due now, and no earlier than their provider allows. */
export async function wakeJobs(
  journal: Journal,
  hint: WakeHint,
  now: () => number,
): Promise<readonly { readonly key: string; readonly state: JobState }[]> {
  if (Object.values(hint).every((value) => value === undefined)) {
    throw new ReportRequestError({
      field: "hint",
      expected: "a key, bookmark, source, reportType, reference or request",
      received: "nothing",
    });
  }
  const key = hint.bookmark === undefined ? hint.key : parseBookmark(hint.bookmark).key;
  const woken: { key: string; state: JobState }[] = [];
  const names = key === undefined ? journal.list("job-") : [jobRecordName(key)];
  for await (const name of names) {
    const state = await wakeJob(journal, name, hint, now);
    if (state !== undefined) woken.push({ key: name.slice("job-".length), state });
  }
  return woken;
}

async function wakeJob(
  journal: Journal,
  name: string,
  hint: WakeHint,
  now: () => number,
): Promise<JobState | undefined> {
  for (;;) {
    const record = await journal.read(name);
    if (record === undefined) return undefined;
    const state = parseState(record.value, name);
    if (hasEnded(state) || !fits(state, hint)) return undefined;
    const due = Math.max(now(), state.holdUntil ?? 0);
    if (due >= state.nextAt) return undefined; // it is looked at by then anyway
    const awake: JobState = { ...state, nextAt: due, why: "woken" };
    if ((await journal.write(name, stateToJson(awake), record.revision)) !== undefined) return awake;
  }
}

function fits(state: JobState, hint: WakeHint): boolean {
  return (
    (hint.source === undefined || state.source === hint.source) &&
    (hint.reportType === undefined || state.reportType === hint.reportType) &&
    (hint.reference === undefined || state.reference === hint.reference) &&
    Object.entries(hint.request ?? {}).every(
      ([name, value]) => JSON.stringify(state.request[name] ?? null) === JSON.stringify(value ?? null),
    )
  );
}
