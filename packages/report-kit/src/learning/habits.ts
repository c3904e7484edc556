import { normal } from "./normal.ts";

/**
 * A way in which a source may be regular: its reports become ready at one age, or at one time of day (UTC), with the
 * standard deviation `spreadS`. All in seconds.
 */
export interface Habit {
  /** Whether `atS` is a time of day, since midnight, rather than an age. */
  readonly isClock: boolean;
  readonly atS: number;
  readonly spreadS: number;
  /** How likely this habit is. What the weights of all habits lack to 1 is the chance that there is none. */
  readonly weight: number;
}

/** An age about which a report is likely to become ready, in seconds, with its standard deviation. */
export interface Peak {
  readonly atS: number;
  readonly spreadS: number;
  readonly weight: number;
}

/** When one report became ready, in seconds. */
export type ReadyBetween = readonly [
  /** When the age was 0, since 1970. */
  fromS: number,
  /** The age at the last look that did not find it ready; 0 = there was none. */
  afterS: number,
  /** The age at the look that found it ready. */
  byS: number,
  /** The chance of that by the histogram of ages, before it learned from this report. */
  chance: number,
];

/** Before the first report, a habit of age, a habit of time and no habit are equally likely; so are the spreads. */
const share = 1 / 3;
/** Half an hour, halved nine times (3.5 s). Places are one spread apart, so an hour is a whole number of them. */
const spreads: readonly number[] = Array.from({ length: 10 }, (_, index) => 1_800 / 2 ** index);
/** This share of reports does not keep to the habit. */
const odd = 0.006;
/** After this share of reports the habit changes. For the report to come it is less: looks for all else cost most. */
const change = 0.008;
const changeAhead = 0.003;
/** After this share of reports a time of day is an hour earlier, and as often an hour later: clocks change. */
const hourChange = 0.01;
/** A report is taken to speak for habits up to this many spreads away, and for at most so many places of a spread. */
const reach = 3;
const mostPlaces = 32;
const dayS = 86_400;
/** A time of day that is past by less than this: either the report is there already, or it comes tomorrow. */
const pastS = 6 * 3_600;

/**
 * What reports, the oldest first, teach of a source's habits: how likely each habit is.
 *
 * Each report multiplies the weight of a habit by the chance that the habit gave to what was seen (Bayes' rule on a
 * lattice of places and spreads). A look only bounds a ready time, so that chance is the one of the time between two
 * looks. After each report a small share of all weight is spread as at first: a source may change its ways.
 */
export function habitsAfter(reports: readonly ReadyBetween[]): readonly Habit[] {
  const habits = new Map<number, { -readonly [Member in keyof Habit]: Habit[Member] }>();
  /** The factor that all weights were multiplied by after each report so far. */
  const scales: number[] = [];
  let none = share;

  /** Add to a habit's weight. A habit that is new here first gets the weight that all reports so far give it. */
  function add(isClock: boolean, spreadS: number, at: number, more: number): void {
    const atS = isClock ? modulo(at, dayS) : at;
    if (atS <= 0 && !isClock) return;
    const key = (isClock ? -1 : 1) * (spreadS * 1e7 + atS);
    let habit = habits.get(key);
    if (habit === undefined) {
      const first = firstWeight({ isClock, spreadS, atS });
      habit = { isClock, atS, spreadS, weight: first };
      for (const [index, scale] of scales.entries()) {
        const report = reports[index];
        if (report !== undefined) habit.weight = scale * weightAfter(habit, report) + change * first;
      }
      habits.set(key, habit);
    }
    habit.weight += more;
  }

  for (const [index, report] of reports.entries()) {
    const [fromS, afterS, byS, chance] = report;
    // The habits that this report speaks for.
    for (const isClock of [false, true]) {
      const startS = isClock ? fromS : 0;
      for (const spreadS of spreads) {
        const last = Math.ceil((startS + byS) / spreadS + reach);
        const first = Math.max(last - mostPlaces, Math.floor((startS + afterS) / spreadS - reach));
        for (let place = first; place <= last; place += 1) add(isClock, spreadS, place * spreadS, 0);
      }
    }
    none *= chance;
    let whole = none;
    for (const habit of habits.values()) {
      habit.weight = weightAfter(habit, report);
      whole += habit.weight;
    }
    const rate = index === reports.length - 1 ? changeAhead : change;
    const scale = (1 - rate) / whole;
    scales.push(scale);
    none = scale * none + rate * share;
    for (const [key, habit] of habits) {
      habit.weight = scale * habit.weight + rate * firstWeight(habit);
      if (habit.weight < 1e-7) habits.delete(key);
    }
    const clocks = Array.from(habits.values()).filter(({ isClock, weight }) => isClock && weight >= 0.01);
    for (const { isClock, atS, spreadS, weight } of clocks) {
      for (const hourS of [-3_600, 3_600]) add(isClock, spreadS, atS + hourS, weight * hourChange);
    }
  }

  const likely = [...habits.values()].filter(({ weight }) => weight > 1e-4);
  const whole = likely.reduce((sum, { weight }) => sum + weight, none);
  return likely.map((habit) => ({ ...habit, weight: (habit.weight / whole) * (1 - odd) }));
}

/** A habit's weight, times the chance that the habit gave to what was seen of a report. */
function weightAfter({ isClock, atS, spreadS, weight }: Habit, [fromS, afterS, byS, chance]: ReadyBetween): number {
  const between = (peakS: number): number => {
    const [after, by] = [(afterS - peakS) / spreadS, (byS - peakS) / spreadS];
    return by < -6 || after > 6 ? 0 : normal(by) - (afterS > 0 ? normal(after) : 0);
  };
  const aheadS = isClock ? modulo(atS - fromS, dayS) : atS;
  const isPast = isClock && aheadS >= dayS - pastS;
  const fits = isPast ? (between(aheadS - dayS) + between(aheadS)) / 2 : between(aheadS);
  return weight * ((1 - odd) * fits + odd * chance);
}

/** Each time of day is as likely as another; of ages, each order of magnitude. */
function firstWeight({ isClock, atS, spreadS }: Omit<Habit, "weight">): number {
  return ((share / spreads.length) * spreadS) / (isClock ? dayS : 9 * atS);
}

/** The ages about which a report becomes ready that keeps to a habit. */
export function peaksOf({ isClock, atS, spreadS, weight }: Habit, fromS: number): readonly Peak[] {
  const aheadS = isClock ? modulo(atS - fromS, dayS) : atS;
  if (!isClock || aheadS < dayS - pastS) return [{ atS: aheadS, spreadS, weight }];
  return [aheadS - dayS, aheadS].map((age) => ({ atS: age, spreadS, weight: weight / 2 }));
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
