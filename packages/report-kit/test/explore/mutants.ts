import type { ExploreBounds, ExploreScenario, ExploredWorker, Invariant } from "../../src/testing/index.ts";
import type { Edit } from "./mutated-code.ts";
import { tierScenario } from "./tier-scenarios.ts";
import type { TierOptions } from "./tier-scenarios.ts";

/** A fault put into our code on purpose, and the invariant that names what it breaks. */
export interface Mutant extends Edit {
  readonly name: string;
  readonly breaks: Invariant;
  readonly tier: TierOptions;
  readonly more?: Partial<Pick<ExploreScenario, "mayBeIndeterminate" | "workers">>;
  readonly bounds?: ExploreBounds;
}

const list: TierOptions = { tier: "list", visibilityBoundMs: 60_000 };
const clientId: TierOptions = { tier: "client-id", visibilityBoundMs: 30_000 };
const noFaults: ExploreBounds = { crashes: 0, lostAnswers: 0, lateLandings: 0, standStills: 0 };
const lost: ExploreBounds = { ...noFaults, lostAnswers: 1 };
/** A request of two epochs: two jobs that search for the same report. */
const twoJobs: readonly ExploredWorker[] = [{ request: "a" }, { request: "a", epoch: 1 }];
const fastSecond: readonly ExploredWorker[] = [{ request: "a" }, { request: "a", skewMs: 119_999 }];

export const mutants: readonly Mutant[] = [
  {
    name: "a client repeats a create that got no answer",
    breaks: "one-report",
    file: "job/ask.ts",
    from: "return { observation: await source.create({ ...call, onDeparture }), sent };",
    to: `const create = () => source.create({ ...call, onDeparture });
    return { observation: await create().catch(create), sent };`,
    tier: list,
    bounds: lost,
  },
  {
    name: "the announcement of a request is not written (S1)",
    breaks: "nothing-forgotten",
    file: "job/take-step.ts",
    from: "await journal.write(name, stateToJson(announced), revision)",
    to: "await Promise.resolve(revision)",
    tier: list,
  },
  {
    name: "a create leaves however late it is (S2)",
    breaks: "nothing-forgotten",
    file: "job/ask.ts",
    from: "if (now() > (call.notAfter ?? Infinity)) throw tooLate(source, hasLeft);",
    to: "",
    tier: list,
    bounds: { ...noFaults, standStills: 1 },
  },
  {
    name: "a report is adopted without a claim (S3)",
    breaks: "one-job-a-report",
    file: "job/reports-of-other-jobs.ts",
    from: "!(await claimReportOf(journal, job, before, after))",
    to: "job.key === ''",
    tier: list,
    more: { workers: twoJobs },
    bounds: lost,
  },
  {
    name: "a step's end is written over another worker's lease (S4)",
    breaks: "lease-kept",
    file: "job/lease.ts",
    from: " || !isOurs(current.lease)) return undefined;",
    to: ") return undefined;",
    tier: { tier: "create-or-get" },
    bounds: { ...noFaults, standStills: 1 },
  },
  {
    name: "a lease is not looked at before a step",
    breaks: "lease-kept",
    file: "job/transitions.ts",
    from: "state.lease.until > now)",
    to: "state.lease.until > now + 1e9)",
    tier: { tier: "lookup" },
    bounds: noFaults,
  },
  {
    name: "a search that proves nothing never ends",
    breaks: "can-end",
    file: "job/transitions.ts",
    from: "if (searchedMs < (profile.searchForMs ?? defaultSearchForMs)) {",
    to: "if (searchedMs < Infinity) {",
    tier: { tier: "list" },
    more: { mayBeIndeterminate: true, workers: [{ request: "a" }] },
    bounds: { ...noFaults, crashes: 1 },
  },
  {
    name: "an announcement is taken back although another worker has the lease",
    breaks: "lease-kept",
    file: "job/lease.ts",
    from: " || !isSame(parseState(record.value, name).lease, lease)) return;",
    to: ") return;",
    tier: { tier: "lookup" },
    bounds: { ...lost, standStills: 1 },
  },
  {
    name: "an unclear create settles without the clocks' skew",
    breaks: "nothing-forgotten",
    file: "job/timing-premises.ts",
    from: "leaseMs + clockSkewMs + 2 *",
    to: "leaseMs + 2 *",
    tier: list,
    more: { workers: fastSecond },
    bounds: { ...noFaults, crashes: 1 },
  },
  {
    name: "an unclear create settles a visibility bound too early",
    breaks: "nothing-forgotten",
    file: "job/timing-premises.ts",
    from: "clockSkewMs + 2 * (",
    to: "clockSkewMs + 1 * (",
    tier: list,
    more: { workers: fastSecond },
    bounds: { ...noFaults, crashes: 1, lateLandings: 1, standStills: 1 },
  },
  {
    name: "a create without an answer is taken for one that made nothing",
    breaks: "nothing-forgotten",
    file: "job/ask.ts",
    from: 'const isUnclear = action === "create" && (hasLeft || isSilent) && mayHaveLeft(error);',
    to: "const isUnclear = isSilent && mayHaveLeft(error);",
    tier: list,
    bounds: lost,
  },
  {
    name: "the provider is taken to keep our id before it was seen to",
    breaks: "nothing-forgotten",
    file: "job/echo-record.ts",
    from: 'if (record?.value["echo"] !== true) return false;',
    to: "",
    tier: { ...clientId, ids: "replaced" },
    more: { mayBeIndeterminate: true },
    bounds: lost,
  },
  {
    name: "a claim is made over another job's",
    breaks: "one-job-a-report",
    file: "job/reports-of-other-jobs.ts",
    from: 'if (record !== undefined && (await standingOf(journal, record.value, reference)) !== "void") return false;',
    to: "",
    tier: list,
    more: { workers: twoJobs },
    bounds: lost,
  },
  {
    name: "a create keeps a report that another job has adopted",
    breaks: "one-job-a-report",
    file: "job/reports-of-other-jobs.ts",
    from: "return whenAnotherJobHasIt(action);",
    to: 'return action === "create" ? observation : whenAnotherJobHasIt(action);',
    tier: list,
    more: { workers: twoJobs },
    bounds: lost,
  },
  {
    name: "a search that proves that nothing was made ends the job",
    breaks: "honest-indeterminate",
    file: "job/transitions.ts",
    from: 'if (onIndeterminate === "ask") {',
    to: 'if (onIndeterminate !== "recreate") {',
    tier: list,
    bounds: { ...noFaults, crashes: 1 },
  },
  {
    name: "a wake looks before the provider's Retry-After is over",
    breaks: "provider-rules",
    file: "kit/wake.ts",
    from: "Math.max(now(), state.holdUntil ?? 0)",
    to: "now()",
    tier: { tier: "create-or-get", holdMs: 40_000, slow: true },
    more: { workers: [{ request: "a" }, { request: "a", does: "wake" }] },
    bounds: noFaults,
  },
  {
    name: "a look by its reference answers for the report of another",
    breaks: "only-made-reports",
    file: "job/transitions.ts",
    from: "acceptedAt: isAccepted ? (state.acceptedAt ?? now) : state.acceptedAt,\n    reference,",
    to: 'acceptedAt: isAccepted ? (state.acceptedAt ?? now) : state.acceptedAt,\n    reference: reference && "r-0",',
    tier: list,
    bounds: noFaults,
  },
  {
    name: "a delivery is recorded before its target has the file (D2)",
    breaks: "recorded-is-delivered",
    file: "delivery/deliver.ts",
    from: "file ??= await lease.renewDuring(",
    to: `const early = { n: 1, at: now(), name: "", bytes: 0, sha256: "" };
      await lease.update((current) => ({ ...current, delivered: early }));
      file ??= await lease.renewDuring(`,
    tier: { tier: "lookup" },
    more: { workers: [{ request: "a", does: "deliver" }] },
    bounds: noFaults,
  },
  {
    name: "each worker delivers by an id of its own (D3)",
    breaks: "one-delivery",
    file: "delivery/deliver.ts",
    from: "target.receive({ ...report, delivery, keep",
    to: "target.receive({ ...report, delivery: { id: `${delivery.id}.${taken.until}` }, keep",
    tier: { tier: "lookup" },
    more: { workers: [{ request: "a", does: "deliver" }] },
    bounds: { ...noFaults, crashes: 1 },
  },
];

export function scenarioOfMutant({ name, tier, more, bounds }: Mutant) {
  return tierScenario(name, tier, { bounds, ...more });
}
