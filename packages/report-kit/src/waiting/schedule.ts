/** What earlier reports taught about one look. */
export interface LearnedLook {
  readonly gapMs: number;
  /** Jitter moves the look by at most this much, either way. */
  readonly jitterMs: number;
  readonly why: string;
}

/**
 * The gap to the next look of one wait, from what earlier reports taught; undefined where they taught nothing. `ageMs` is the
 * age on the schedule, `requestCostS` what a request costs in seconds of waiting.
 */
export type LearnedGap = (ageMs: number, requestCostS: number) => LearnedLook | undefined;

/** What the schedule needs to know of a wait. Times are milliseconds; all but the age are optional. */
export interface ScheduleInput {
  /** How long the provider has been at it: since the create, or since waiting began. */
  readonly ageMs: number;
  /** What a request costs, in seconds of waiting: with 4 (the default), one request fewer is worth being 4 s later. */
  readonly requestCostS?: number | undefined;
  /** A number in [0, 1): the jitter's. 0.5 = no jitter. */
  readonly random: () => number;
  /** What the provider asked for (its Retry-After): a floor, never shortened; jitter is only added to it. */
  readonly hintMs?: number | undefined;
  /** When the report is documented to be ready, from now (negative = ago): no look before it, and the age counts from it. */
  readonly readyAtMs?: number | undefined;
  /** The caller's deadline, from now: there is one more look just before it. */
  readonly deadlineInMs?: number | undefined;
  /** The provider's status is one we do not know: keep looking, slowly. */
  readonly unknownStatus?: boolean | undefined;
  /** Looks in a row that brought no answer (transport errors, 5xx): back off, and never look faster than otherwise. */
  readonly failures?: number | undefined;
  /** What earlier reports taught, in place of the default gap; see `learnedGap`. */
  readonly learned?: LearnedGap | undefined;
}

/** When to look next. */
export interface NextLook {
  /** Whole milliseconds from now. */
  readonly afterMs: number;
  /** Why then, in plain words. */
  readonly why: string;
}

/** One look of a plan. */
export interface PlannedLook {
  /** Milliseconds after the plan's beginning. */
  readonly atMs: number;
  readonly why: string;
}

/** What a plan is made for; see `ScheduleInput` for what is not said here. */
export interface PlanInput extends Pick<ScheduleInput, "requestCostS" | "readyAtMs" | "deadlineInMs" | "learned"> {
  /** The age at which the plan begins. Default 0. */
  readonly ageMs?: number | undefined;
  /** How far to plan, in milliseconds from its beginning. Default the deadline, or 6 hours where there is none. */
  readonly horizonMs?: number | undefined;
}

/** What a request costs unless a caller says otherwise, in seconds of waiting. */
export const defaultRequestCostS = 4;
/** The waits of a schedule: no gap is shorter or longer than these unless a provider asks for a longer one. */
const shortestGapMs = 2_000;
const longestGapMs = 900_000;

/** Gaps move by up to this share, either way; by less where more is known. */
const jitterShare = 0.2;
/** Back-off after looks without an answer goes no further than this, so that an outage's end is noticed. */
const longestBackOffMs = 300_000;
/** An unknown status is looked at no more often than this. */
const shortestUnknownGapMs = 60_000;
/** A look this long before a deadline still has time to be answered. */
const lastLookBeforeMs = 2_000;
/** Longer than anyone waits, and still a date when it is added to now. */
export const longestHintMs = 1e15;

/**
 * When to look next. Pure: the same input and the same random number give the same look.
 *
 * The cost of a wait is how late a ready report is noticed plus `requestCostS` for each request. Where nothing is known
 * about ready times but that any order of magnitude up to four hours is as likely as another, the chance that a report
 * of age t becomes ready in the next second is 1 / (t ln(14400 / t)), and the gap that costs least is
 * sqrt(2 x cost / chance).
 */
export function nextLook(input: ScheduleInput): NextLook {
  const { deadlineInMs = Infinity } = input;
  const look = withoutDeadline(input);
  const lastMs = deadlineInMs - Math.min(lastLookBeforeMs, deadlineInMs / 10);
  // No second last look, and none that comes sooner than a schedule would ever look.
  const soonestMs = Math.max(floorOf(input), Math.min(shortestGapMs, input.ageMs));
  if (look.afterMs + shortestGapMs <= lastMs || lastMs <= soonestMs || deadlineInMs === Infinity) return look;
  return { afterMs: Math.floor(lastMs), why: "a last look before the deadline" };
}

/**
 * The looks to come if nothing but "not yet" is ever answered, without jitter, for people to read. At most 10,000.
 */
export function plan(input: PlanInput = {}): readonly PlannedLook[] {
  const { ageMs = 0, deadlineInMs = Infinity, horizonMs = input.deadlineInMs ?? 6 * 3_600_000 } = input;
  const looks: PlannedLook[] = [];
  let atMs = 0;
  while (looks.length < 10_000) {
    const { readyAtMs, ...rest } = input;
    const { afterMs, why } = nextLook({
      ...rest,
      ageMs: ageMs + atMs,
      random: () => 0.5,
      deadlineInMs: deadlineInMs - atMs,
      readyAtMs: readyAtMs === undefined ? undefined : readyAtMs - atMs,
    });
    atMs += afterMs;
    if (atMs > Math.min(horizonMs, deadlineInMs)) break;
    looks.push({ atMs, why });
  }
  return looks;
}

/**
 * The age that counts: from the create, or from the documented ready time where that is later (negative before it).
 * It is also the age at which a ready report is learned from.
 */
export function scheduleAge(input: { readonly ageMs: number; readonly readyAtMs?: number | undefined }): number {
  return input.readyAtMs === undefined ? input.ageMs : Math.min(input.ageMs, -input.readyAtMs);
}

function withoutDeadline(input: ScheduleInput): NextLook {
  const { requestCostS = defaultRequestCostS, unknownStatus = false, failures = 0 } = input;
  const ageMs = scheduleAge(input);
  // Half a jitter in [-1, 1): where a floor holds, it is only added.
  const jitter = 2 * input.random() - 1;
  const floorMs = floorOf(input);

  const learned = input.learned?.(Math.max(0, ageMs), requestCostS);
  // A learned gap counts from the documented ready time, where that is still to come.
  let gapMs = learned ? learned.gapMs + Math.max(0, -ageMs) : defaultGapMs(Math.max(0, ageMs), requestCostS);
  let why = learned?.why ?? "the time between looks grows";
  if (unknownStatus) {
    gapMs = Math.max(gapMs, Math.min(longestGapMs, Math.max(2 * gapMs, shortestUnknownGapMs)));
    why = "unknown status: looking slowly";
  }
  if (failures > 1) gapMs = Math.max(gapMs, Math.min(longestBackOffMs, gapMs * 2 ** Math.min(failures - 1, 30)));
  if (failures > 0) why = "no answer: backing off";
  gapMs = Math.max(shortestGapMs, gapMs);

  // Jobs that were in trouble at the same time part again: there, what was learned is no bound for jitter.
  const isTroubled = unknownStatus || failures > 0;
  const jitterMs = Math.min(jitterShare * gapMs, learned && !isTroubled ? learned.jitterMs : Infinity);
  const wishedMs = Math.max(shortestGapMs, gapMs + jitterMs * jitter);
  const flooredMs = floorMs + (jitterMs * (1 + jitter)) / 2;
  if (floorMs === 0 || wishedMs >= flooredMs) return { afterMs: Math.ceil(wishedMs), why };
  const documented = floorMs === input.readyAtMs;
  return {
    afterMs: Math.ceil(flooredMs),
    why: documented ? "not before its documented ready time" : "the provider asked for this long",
  };
}

/** No look before this, in milliseconds from now; 0 = no such floor. Garbage (NaN, negative) is no floor. */
function floorOf(input: ScheduleInput): number {
  const { hintMs = 0, readyAtMs = 0 } = input;
  return Math.min(longestHintMs, Math.max(hintMs > 0 ? hintMs : 0, readyAtMs > 0 ? readyAtMs : 0));
}

function defaultGapMs(ageMs: number, requestCostS: number): number {
  const ageS = Math.max(2, ageMs / 1_000);
  return Math.min(longestGapMs, 1_000 * Math.sqrt(2 * requestCostS * ageS * Math.max(1, Math.log(14_400 / ageS))));
}
