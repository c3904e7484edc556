import type { JsonObject } from "../json.ts";
import type { Journal } from "../journal/journal.ts";
import { isAboutOneRecord, readRecords, recordName } from "../journal/journal.ts";
import type { Observation } from "../source/observation.ts";
import type { ReportSource } from "../source/report-source.ts";
import { jobRecordName } from "./job-state.ts";
import type { JobState } from "./job-state.ts";
import type { StepEngine } from "./step.ts";
import type { Ask } from "./transitions.ts";

/**
 * Which report belongs to which job, for sources that are searched (tier `list`): two jobs never adopt one report.
 *
 * A claim is a record of its own, found by its name: origin, source and reference (or file name). It is written before the
 * job's record has the reference. A claim counts as long as the job that made it has that reference, or has not decided yet:
 * a worker that dies between the two writes leaves a claim that its own job goes on with.
 */
interface Claim {
  readonly v: 1;
  readonly source: string;
  readonly origin: string;
  readonly reference: string;
  /** The key of the job that it belongs to. */
  readonly job: string;
}

/** The job that asks. */
export interface Claimant {
  readonly key: string;
  readonly source: Pick<ReportSource, "id" | "origin">;
}

/**
 * Claim a report for a job.
 * @returns whether it is the job's now; false = it belongs to another
 */
export async function claimReport(journal: Journal, job: Claimant, reference: string): Promise<boolean> {
  const { key, source } = job;
  const claim: Claim = { v: 1, source: source.id, origin: source.origin, reference, job: key };
  const name = nameOfClaim(source, reference);
  for (let revision = 0; ;) {
    if ((await journal.write(name, { ...claim }, revision)) !== undefined) return true;
    const record = await journal.read(name);
    if (record?.value["job"] === key) return true;
    if (record !== undefined && (await standingOf(journal, record.value, reference)) !== "void") return false;
    revision = record?.revision ?? 0;
  }
}

/** Claim what the job's report is known by from now on (S3 of the step). @returns false when its reference belongs to another job. */
async function claimReportOf(journal: Journal, job: Claimant, before: JobState, after: JobState): Promise<boolean> {
  const { reference, fileName } = after;
  const isOurs = reference === undefined || reference === before.reference || claimReport(journal, job, reference);
  if (!(await isOurs)) return false;
  if (fileName !== undefined && fileName !== before.fileName) await claimReport(journal, job, fileName);
  return true;
}

/** What a step's answer is, now that other jobs may have its report. */
export async function afterOtherJobs(
  journal: Journal,
  job: Claimant & { readonly source: Pick<ReportSource, "profile"> },
  answer: {
    readonly action: Ask;
    readonly observation: Observation;
    readonly before: JobState;
    readonly after: JobState;
    /** The search passed over a report of a job that has not decided. */
    readonly isUndecided: boolean;
  },
): Promise<Observation> {
  const { action, observation, before, after, isUndecided } = answer;
  const { tier, visibilityBoundMs } = job.source.profile;
  if (tier !== "list") return observation;
  if (!(await claimReportOf(journal, job, before, after))) return whenAnotherJobHasIt(action);
  // A job that searches may have claims on two reports, and will have one. The other may be this job's.
  const provesAbsence =
    visibilityBoundMs !== undefined && (observation.is === "absent" || observation.is === "searching");
  if (action === "find" && isUndecided && provesAbsence)
    return notFoundOut("another job has not decided yet which report it has");
  return observation;
}

/**
 * What an answer comes to whose report was adopted by another job first. A search has found nothing out. A create is as
 * unclear as if its answer had been lost: the other job searched for a report of its own, which may have been made too, and
 * this job may adopt that one in turn. Only where the list proves that there is none, it creates again: one report for each
 * job in the end.
 */
function whenAnotherJobHasIt(action: Ask): Observation {
  const why = "another job, which searched for a report of its own, was first to adopt this one";
  if (action === "look") return { is: "absent", status: why };
  return action === "create" ? { is: "unclear", error: new Error(why) } : notFoundOut(why);
}

/** The search begins again, by the schedule. */
function notFoundOut(why: string): Observation {
  return { is: "unreachable", error: new Error(why) };
}

/**
 * Does a report belong to another job? Reads two records at most, however many jobs there are.
 * @param onUndecided the other job has not decided yet: it may come to have another report
 */
export async function belongsToAnotherJob(
  journal: Journal,
  job: Claimant,
  reference: string,
  onUndecided?: () => void,
): Promise<boolean> {
  const record = await journal.read(nameOfClaim(job.source, reference));
  if (record === undefined || record.value["job"] === job.key) return false;
  const standing = await standingOf(journal, record.value, reference);
  if (standing === "undecided") onUndecided?.();
  return standing !== "void";
}

/**
 * Claim the reports of the jobs that an older report-kit kept without claims: once for each source of a journal. It reads
 * the whole journal, so it is done while no lease is held. A record that can't be read is passed over.
 */
export async function claimReportsOfOlderJobs(
  { journal, isOf, passOver }: Pick<StepEngine, "journal" | "isOf" | "passOver">,
  source: ReportSource,
): Promise<void> {
  const marker = recordName("claims", source.origin, source.id);
  if ((await journal.read(marker)) !== undefined) return;
  const found: { readonly key: string; readonly reference: string }[] = [];
  const claimAll = (): Promise<unknown> =>
    Promise.all(found.splice(0).map(({ key, reference }) => claimReport(journal, { key, source }, reference)));
  for await (const { name, record, error } of readRecords(journal, jobRecordName(""))) {
    if (error !== undefined) passOver(name, error);
    if (record === undefined || record.value["source"] !== source.id) continue;
    const key = name.slice(jobRecordName("").length);
    const references = namesIn(record.value);
    if (references.length === 0 || !isOf(source, key, record.value)) continue;
    if (found.push(...references.map((reference) => ({ key, reference }))) >= 16) await claimAll();
  }
  await claimAll();
  await journal.write(marker, { v: 1, source: source.id, origin: source.origin }, 0);
}

/** Is the job that made the claim there, and has it the report, or not decided yet? Read as it is, whatever version wrote it. */
async function standingOf(
  journal: Journal,
  { job }: JsonObject,
  reference: string,
): Promise<"void" | "undecided" | "its report"> {
  if (typeof job !== "string") return "void";
  try {
    const state = (await journal.read(jobRecordName(job)))?.value;
    if (state === undefined) return "void";
    if (namesIn(state).includes(reference)) return "its report";
    return state["phase"] === "creating" ? "undecided" : "void";
  } catch (error) {
    if (isAboutOneRecord(error)) return "its report"; // the job has a record, so the claim stands
    throw error;
  }
}

/** What a job's report is known by. */
export function namesIn(state: JsonObject): readonly string[] {
  return [state["reference"], state["fileName"]].filter((name) => typeof name === "string");
}

function nameOfClaim({ id, origin }: Claimant["source"], reference: string): string {
  return recordName("claim", origin, id, reference);
}
