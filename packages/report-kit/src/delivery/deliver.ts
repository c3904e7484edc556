import { ReportDeadlineError } from "../errors.ts";
import { readJobRecord } from "../job/job-record.ts";
import type { DeliveredState, JobState } from "../job/job-state.ts";
import { jobRecordName, parseState, stateToJson } from "../job/job-state.ts";
import type { HeldLease, Lease } from "../job/lease.ts";
import { holdLease } from "../job/lease.ts";
import type { JobIdentity, StepEngine } from "../job/step.ts";
import { isLeaseOver, leaseMs, leaseOverAt } from "../job/timing-premises.ts";
import type { EarlierDelivery, ReadyReport, Target } from "../source/ready-report.ts";
import { refuse } from "../refuse.ts";
import type { DeliveredFile, Delivery } from "./delivery.ts";
import { deliveryId, deliveryIn } from "./delivery.ts";

/*
 * The invariants of a delivery.
 *
 * D1  A target receives the file only under the job's lease. A worker takes a lease over when it has ended by every clock.
 * D2  The delivery is recorded after its target has resolved, so what is recorded was delivered. A worker that dies in
 *     between leads to another attempt at the same delivery, by the same id.
 * D3  An attempt's id comes from the record alone: the key, and how many deliveries are recorded.
 */

/** What a delivery needs of its job. */
export interface DeliveringJob {
  readonly job: JobIdentity;
  readonly engine: StepEngine;
  /** Refuse what can't work, before anything is sent. */
  readonly check: (delivery: ReadyReport["delivery"]) => Promise<void>;
  /** Wait until the report is ready. @returns it, as a target receives it. @throws when it will not be. */
  readonly ready: (deadlineMs: number | undefined) => Promise<ReadyReport>;
}

/** `DeliverOptions` of a job. */
interface Settings {
  readonly again?: boolean | undefined;
  readonly corrects?: EarlierDelivery | undefined;
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly unref?: boolean | undefined;
}

/** How often to look whether another worker has finished its delivery. */
const lookEveryMs = 5_000;

export async function deliverReport<File extends DeliveredFile, Options extends object>(
  { job, engine, check, ready }: DeliveringJob,
  target: Target<File, Options>,
  options: Settings & Partial<Options>,
): Promise<Delivery<File>> {
  const { journal, platform, timer } = engine;
  const { now } = platform;
  const { again = false, deadlineMs, signal, unref } = options;
  if (typeof again !== "boolean") refuse("again", "true or false", again);
  const name = jobRecordName(job.key);
  const deadlineAt = deadlineMs === undefined ? Infinity : now() + deadlineMs;
  let file: File | undefined;
  /** The worker whose delivery this one waits for. */
  let waitsFor: string | undefined;

  const first = await readJobRecord(journal, job);
  const before = first && parseState(first.value, name);
  const wanted = again ? (before?.delivered?.n ?? 0) + 1 : 1;
  const madeIn = (state: JobState): Delivery<File> | undefined =>
    (state.delivered?.n ?? 0) < wanted ? undefined : deliveryIn(job.key, state, file);
  const madeBefore = before && madeIn(before);
  if (madeBefore !== undefined) return madeBefore;
  await check(nextDelivery(job.key, before?.delivered, options.corrects));

  const readyInTime = (): Promise<ReadyReport> =>
    ready(deadlineMs === undefined ? undefined : Math.max(0, deadlineAt - now()));
  for (let report = await readyInTime(); ;) {
    const record = await journal.read(name);
    const state = record && parseState(record.value, name);
    if (record === undefined || state?.phase !== "ready") {
      report = await readyInTime(); // the job was forgotten, or has expired meanwhile
      continue;
    }
    const made = madeIn(state);
    if (made !== undefined) return made;
    if (!isLeaseOver(state, now())) {
      if (now() >= deadlineAt) throw busyError(job);
      if (waitsFor !== state.lease?.by) announceWait(job, engine, leaseOverAt(state));
      waitsFor = state.lease?.by;
      await timer.wait(Math.min(now() + lookEveryMs, deadlineAt), { signal, unref });
      continue;
    }
    const taken: Lease = { by: engine.worker(), until: now() + leaseMs };
    const revision = await journal.write(name, stateToJson({ ...state, lease: taken }), record.revision);
    if (revision === undefined) continue;
    const lease = holdLease({ journal, timer, now }, name, taken, revision);
    const delivery = nextDelivery(job.key, state.delivered, options.corrects);
    try {
      // A file that was handed over before the lease was lost is only recorded.
      file ??= await lease.renewDuring(signal ?? new AbortController().signal, (signal) =>
        target.receive({ ...report, delivery, keepDelivery: () => keepDelivery(lease) }, { ...options, signal }),
      );
      checkFile(file);
    } catch (error) {
      await lease.update(withoutLease).catch(() => undefined); // it ends by itself
      if (lease.isLost && signal?.aborted !== true) continue;
      throw error;
    }
    const delivered = deliveredState((state.delivered?.n ?? 0) + 1, now(), file, delivery.earlier);
    const written = await lease.update((current) => withDelivery(current, delivered));
    const result = written && madeIn(written.state);
    if (result === undefined) continue;
    const { at: _at, period: _period, file: _file, ...facts } = result;
    engine.emit(job, { type: "delivered", ...facts });
    await engine.announceEnd();
    return result;
  }
}

/** Announced once a worker, though one that is alive renews its lease: it ends at last with the delivery, or with the worker. */
function announceWait(job: JobIdentity, { emit, platform }: StepEngine, at: number): void {
  const why = "another worker is delivering the report, or died: its lease is over by then";
  const afterMs = Math.max(0, at - platform.now());
  emit(job, { type: "waiting", until: new Date(at).toISOString(), afterMs, why });
}

/** D3 */
function nextDelivery(
  key: string,
  last: DeliveredState | undefined,
  corrects: EarlierDelivery | undefined,
): NonNullable<ReadyReport["delivery"]> {
  const n = (last?.n ?? 0) + 1;
  const earlier = last === undefined ? corrects : { deliveryId: deliveryId(key, last.n), sha256: last.sha256 };
  return { id: deliveryId(key, n), earlier };
}

function deliveredState(
  n: number,
  at: number,
  { name, bytes, sha256 }: DeliveredFile,
  earlier: EarlierDelivery | undefined,
): DeliveredState & DeliveredFile {
  const corrects = earlier?.sha256 === sha256 ? undefined : earlier;
  return { n, at, name, bytes, sha256, corrects };
}

function withoutLease({ lease: _lease, ...state }: JobState): JobState {
  return state;
}

/** The record is kept for years: what an ended job no longer needs, and what it has already, is left out. */
function withDelivery(current: JobState, { name, ...delivered }: DeliveredState): JobState {
  const { intentAt: _intent, acceptedAt: _accepted, lookedAt: _looked, ...state } = withoutLease(current);
  return { ...state, delivered: { ...delivered, name: name === state.fileName ? undefined : name } };
}

async function keepDelivery(lease: HeldLease): Promise<void> {
  if (!(await lease.renew())) throw new Error("another worker has taken the delivery over");
}

/** What the record needs; plain JavaScript can pass a target that returns anything. */
function checkFile(file: DeliveredFile): void {
  const { name, bytes, sha256 } = file ?? {};
  if (typeof name === "string" && typeof bytes === "number" && typeof sha256 === "string") return;
  throw new TypeError(
    "job.deliver needs a target that resolves to the file's name, bytes and sha256, as toDirectory, toFile, toConsumer and toStream do. This one resolved to something else, and the delivery was not recorded.",
  );
}

function busyError({ prepared, source, bookmark }: JobIdentity): ReportDeadlineError {
  return new ReportDeadlineError({
    message: `The ${prepared.reportType} report of ${source.id} is ready, and another worker was still delivering it at the deadline. To wait for its end, run the same request again, or call kit.resume(error.bookmark, sources).`,
    bookmark,
    accepted: "yes",
  });
}
