import { drawReadyTimes, normalCdf, parseLaw, shares } from "./laws.ts";
import type { Law } from "./laws.ts";
import { leastCost, optimum } from "./optimum.ts";

/** One report: when it was asked for, in seconds since 1970, and how many seconds later it was ready. */
export interface Report {
  readonly askedS: number;
  readonly readyS: number;
  /** The least expected cost of waiting for it, for one who knows the law and the time. */
  least(requestCostS: number): number;
}

/** A source's reports, day after day. */
export interface Rhythm {
  readonly name: string;
  /** Whether its reports appear at a time of day. */
  readonly isClock: boolean;
  /** The report of one day, of `count` sources. */
  draw(day: number, count: number, random: () => number): readonly Report[];
}

const dayS = 86_400;

/** Reports that appear at a time of day, and reports that take almost always the same: P9 and P10. */
export const defaultRhythms: readonly string[] = [
  "clock1=clock(03:10,60)",
  "clock4=clock(03:10,240)",
  "clock15=clock(03:10,900)",
  "zone4=clock(03:10,240,Europe/Madrid)",
  "steady=normal(2700,60)",
];

/** Sources that leave their habit, and what for. */
export const defaultChanges: readonly string[] = [
  "clock(03:10,240)>clock(04:40,240)",
  "clock(03:10,240)>clock(01:30,240)",
  "clock(03:10,240)>lognormal(240,1)",
  "clock(03:10,240)>normal(2700,60)",
  "normal(2700,60)>normal(600,60)",
  "normal(600,60)>normal(2700,60)",
  "normal(2700,60)>clock(03:10,240)",
  "lognormal(240,1)>clock(03:10,240)",
];

/**
 * Read a rhythm: `name=clock(03:10,sd s[,zone[,asked for at most so many s before]])`, or a law of ready times, whose reports
 * are asked for at any time of day.
 * @throws Error naming what can't be read.
 */
export function parseRhythm(text: string, firstDay: string): Rhythm {
  const [name = "", kind = ""] = text.split("=", 2);
  const match = /^clock\((\d\d):(\d\d),\s*([\d.]+)(?:,\s*([\w/+-]+))?(?:,\s*([\d.]+))?\)$/.exec(kind);
  if (match === null) return byAge(parseLaw(text), firstDay);
  const [, hours, minutes, sd, zone = "UTC", askedWithin = "10800"] = match;
  const midnight = Date.parse(`${firstDay}T00:00:00Z`) / 1_000 + (Number(hours) * 60 + Number(minutes)) * 60;
  return byClock(name, (day) => instantOf(midnight + day * dayS, zone), Number(sd), Number(askedWithin));
}

/**
 * Read a change of habit: two kinds of rhythm with ">" between them; the second one begins on `day`.
 * @throws Error naming what can't be read.
 */
export function parseChange(text: string, firstDay: string, day: number): Rhythm {
  const [before, after] = text.split(">", 2).map((kind) => parseRhythm(`${text}=${kind}`, firstDay));
  if (before === undefined || after === undefined) throw new Error(`Not a change: ${text}; expected "<kind>><kind>"`);
  return {
    name: text,
    isClock: after.isClock,
    draw: (today, ...rest) => (today < day ? before : after).draw(today, ...rest),
  };
}

/** Reports that take their time, whatever the hour. */
export function byAge(law: Law, firstDay: string): Rhythm {
  const least = remembered((requestCostS) => optimum(law, requestCostS).cost);
  return {
    name: law.name,
    isClock: false,
    draw(day, count, random) {
      const midnight = Date.parse(`${firstDay}T00:00:00Z`) / 1_000 + day * dayS;
      const asked = shares(count, random);
      return drawReadyTimes(law, count, random).map((readyS, index) => ({
        askedS: Math.round(midnight + (asked[index] ?? 0) * dayS),
        readyS,
        least,
      }));
    },
  };
}

function byClock(name: string, timeOf: (day: number) => number, sd: number, askedWithinS: number): Rhythm {
  /** The least cost where the mean lies so many quarters of a standard deviation ahead; from 32 on, always the same. */
  const leasts = new Map<number, (requestCostS: number) => number>();
  const leastAt = (quarters: number): ((requestCostS: number) => number) => {
    const known = leasts.get(quarters);
    if (known !== undefined) return known;
    const mean = (quarters / 4) * sd;
    const firstS = Math.max(0, mean - 6 * sd);
    const ages = Array.from({ length: 2_500 }, (_, index) => firstS + ((mean + 6 * sd - firstS) * index) / 2_499);
    const cdf = (age: number): number => normalCdf((age - mean) / sd);
    const least = remembered((requestCostS) => leastCost(firstS === 0 ? ages : [0, ...ages], cdf, requestCostS).cost);
    leasts.set(quarters, least);
    return least;
  };
  const standard = parseLaw("standard=normal(1000,1)");
  return {
    name,
    isClock: true,
    draw(day, count, random) {
      const asked = shares(count, random);
      return shares(count, random).map((chance, index) => {
        const aheadS = (asked[index] ?? 0) * askedWithinS;
        return {
          askedS: Math.round(timeOf(day) - aheadS),
          // What appeared before it was asked for is there at once.
          readyS: Math.max(0, aheadS + sd * (standard.at(chance) - 1_000)),
          least: leastAt(Math.min(32, Math.round((4 * aheadS) / sd))),
        };
      });
    },
  };
}

function remembered(work: (requestCostS: number) => number): (requestCostS: number) => number {
  const known = new Map<number, number>();
  return (requestCostS) => {
    const result = known.get(requestCostS) ?? work(requestCostS);
    known.set(requestCostS, result);
    return result;
  };
}

/** The instant at which a zone's clocks show what UTC's show at `localS`. */
function instantOf(localS: number, timeZone: string): number {
  const offset = (instantS: number): number => {
    const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(
      instantS * 1_000,
    );
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(parts.find(({ type }) => type === "timeZoneName")?.value ?? "");
    return match === null ? 0 : (match[1] === "-" ? -60 : 60) * (60 * Number(match[2]) + Number(match[3]));
  };
  return localS - offset(localS - offset(localS));
}
