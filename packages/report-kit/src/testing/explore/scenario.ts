import type { JsonObject, JsonValue } from "../../json.ts";
import type { OnIndeterminate } from "../../job/outcome.ts";
import type { Journal } from "../../journal/journal.ts";
import type { ReportSource } from "../../source/report-source.ts";

/**
 * How an explored source sends a request. The explorer decides when it leaves, when it lands and what becomes of its answer.
 * @param what `create` for a request that can make a report: it may land late. Any other lands when it is answered.
 * @param onDeparture called right before the request leaves: `SourceCall.onDeparture`
 */
export type ExploredAsk = (
  what: "create" | "look" | "find" | "deliver",
  request: JsonObject,
  onDeparture?: () => void,
) => Promise<JsonValue>;

/** Something that a provider does by itself. */
export interface ProviderChange<State> {
  /** In plain words: "r-1 becomes visible in the list". */
  readonly what: string;
  readonly state: State;
  /** Epoch milliseconds by which it has happened for sure. Default: at any time, or never. */
  readonly by?: number | undefined;
}

/** A provider as a value: all functions are pure, and a state is JSON in which times are epoch milliseconds. */
export interface ExploredProvider<State extends JsonObject = JsonObject> {
  readonly start: State;
  /** What a request does when it lands, and its answer. */
  answer(state: State, request: JsonObject, now: number): { readonly state: State; readonly answer: JsonValue };
  /** What it may do next by itself. Default nothing. */
  changes?(state: State): readonly ProviderChange<State>[];
  /** The references of all reports that it has made of what is wanted. */
  made(state: State): readonly string[];
  /**
   * The ids of all deliveries that the consumer took, where workers deliver: once for each. A delivery is a request too:
   * `{ deliver: id }`.
   */
  taken?(state: State): readonly string[];
  /** A sentence about a rule of the provider that was broken. Default: none was. */
  check?(state: State): string | undefined;
}

/** One worker process, and the job that it works at. */
export interface ExploredWorker {
  readonly request: unknown;
  /** Default 0. */
  readonly epoch?: number | undefined;
  /** Milliseconds by which its clock is ahead of the provider's. Default 0. */
  readonly skewMs?: number | undefined;
  /**
   * `step` (default): takes steps until the job ends. `deliver`: delivers the report after that. `wake`: wakes the job once, as a webhook does,
   * at any time or never.
   */
  readonly does?: "step" | "deliver" | "wake" | undefined;
}

/** How much may go wrong in one history. */
export interface ExploreBounds {
  /** Workers that die, at any await, and begin again. Default 1. */
  readonly crashes?: number | undefined;
  /** Answers that never come: the provider's, or the journal's to a write. Default 1. */
  readonly lostAnswers?: number | undefined;
  /** Creates that land after their time-out. Default 1. */
  readonly lateLandings?: number | undefined;
  /** Workers that stand still at an await while time passes, and go on later. One whose create is on its way only waits. Default 1. */
  readonly standStills?: number | undefined;
  /** Times that a lease is renewed during a look or a search. Default 0. */
  readonly renewals?: number | undefined;
  /** States after which the exploration stops and is not exhaustive. Default 5,000,000. */
  readonly states?: number | undefined;
}

/** What is to be explored. */
export interface ExploreScenario<State extends JsonObject = JsonObject> {
  readonly name: string;
  /** Makes the source over what the explorer sends. Called for each step; it keeps nothing between calls. */
  readonly source: (ask: ExploredAsk) => ReportSource;
  readonly provider: ExploredProvider<State>;
  /** Those with the same job and the same clock are interchangeable. */
  readonly workers: readonly ExploredWorker[];
  /** Puts into the journal what was there before. */
  readonly prepare?: ((journal: Journal) => Promise<void>) | undefined;
  readonly onIndeterminate?: OnIndeterminate | undefined;
  /** Whether `indeterminate` is an honest end here: certainty is impossible. Default false. */
  readonly mayBeIndeterminate?: boolean | undefined;
  /** Milliseconds within which a job can end from each state, if nothing more goes wrong. Default: by the source's profile. */
  readonly endsWithinMs?: number | undefined;
  /** Turns of the event loop that the code gets after each answer. Code that reads streams takes about 4. Default 1. */
  readonly turnsOfTheLoop?: number | undefined;
  readonly bounds?: ExploreBounds | undefined;
}

/**
 * What holds in every state.
 *
 * - `one-report`: the provider has made at most one report for each key and epoch.
 * - `nothing-forgotten`: of each report that was made, or may be made yet, a job's record is aware.
 * - `one-job-a-report`: two jobs never have the same report.
 * - `only-made-reports`: a job that has a report has one that the provider made.
 * - `honest-indeterminate`: a job is `indeterminate` only where its tier can't know.
 * - `lease-kept`: a lease that is not over is not taken by another worker.
 * - `one-delivery`: a report is delivered under one id only.
 * - `recorded-is-delivered`: a delivery that is recorded was made.
 * - `provider-rules`: what the provider's `check` says, such as that it is left alone for as long as it asked.
 * - `can-end`: from each state all workers can end, within the time that leases and visibility bounds take.
 */
export type Invariant =
  | "one-report"
  | "nothing-forgotten"
  | "one-job-a-report"
  | "only-made-reports"
  | "honest-indeterminate"
  | "lease-kept"
  | "one-delivery"
  | "recorded-is-delivered"
  | "provider-rules"
  | "can-end";

/** An invariant that does not hold, by the shortest way there. */
export interface InvariantViolation {
  readonly invariant: Invariant;
  readonly what: string;
  /** What happened, move by move, in plain words. */
  readonly story: readonly string[];
  /** The same for `replayMoves(scenario, moves)`. */
  readonly moves: readonly number[];
}

/** What an exploration came to. */
export interface Exploration {
  readonly scenario: string;
  /** Whether every state within the bounds was visited. */
  readonly exhausted: boolean;
  readonly states: number;
  readonly transitions: number;
  /** Different histories of a step: how often the real code was run. */
  readonly histories: number;
  /** Moves from the start to the state furthest away. */
  readonly depth: number;
  /** Milliseconds that the state furthest from the end is away from it. */
  readonly longestToEndMs: number;
  readonly violation?: InvariantViolation | undefined;
}
