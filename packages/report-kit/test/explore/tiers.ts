import type { ExploreBounds, ExploreScenario } from "../../src/testing/index.ts";
import { tierScenario } from "./tier-scenarios.ts";
import type { TierOptions } from "./tier-scenarios.ts";

/** What is explored of a tier, and by how many workers. */
export interface Explored extends TierOptions {
  readonly name: string;
  /** Default: two, which want one report and whose clocks are right. */
  readonly workers?: ExploreScenario["workers"] | undefined;
  readonly mayBeIndeterminate?: boolean | undefined;
  /** Bounds that differ from those of all. */
  readonly bounds?: ExploreBounds | undefined;
}

const settlement = { tier: "list", visibilityBoundMs: 60_000 } as const;
const release = { tier: "list", mayBeIndeterminate: true } as const;
const clientId = { tier: "client-id", visibilityBoundMs: 30_000 } as const;

/** Each tier as the built-in sources have it, and what it can't know. */
export const tiers: readonly Explored[] = [
  { name: "create-or-get (Circle)", tier: "create-or-get" },
  { name: "client-id, its echo proven (beGateway)", ...clientId, echoProven: true },
  { name: "client-id, its echo not known", ...clientId, mayBeIndeterminate: true },
  { name: "client-id, its id replaced", ...clientId, ids: "replaced", mayBeIndeterminate: true },
  { name: "list, with a bound (Mercado Pago, settlement)", ...settlement },
  { name: "list, without a bound (Mercado Pago, release)", ...release },
  { name: "lookup (Monato)", tier: "lookup" },
];

const clocks = [{ request: "a" }, { request: "a", skewMs: 119_999 }];
const epochs = [{ request: "a" }, { request: "a", epoch: 1 }];
/** A provider's Retry-After is lost with the worker that got it. */
const undisturbed: ExploreBounds = { crashes: 0, lostAnswers: 0, lateLandings: 0, standStills: 0 };
const delivering = [
  { request: "a", does: "deliver" },
  { request: "a", does: "deliver" },
] as const;
/** Two jobs have many states: without creates that land late, minutes of them. */
const onTime: ExploreBounds = { lateLandings: 0 };
const woken = [{ request: "a" }, { request: "a", does: "wake" }] as const;

/** What else can differ, with fewer faults at a time: each multiplies the states. */
export const variants: readonly Explored[] = [
  { name: "create-or-get, clocks that differ", tier: "create-or-get", workers: clocks },
  { name: "client-id, clocks that differ", ...clientId, echoProven: true, workers: clocks },
  { name: "list with a bound, clocks that differ", ...settlement, workers: clocks },
  { name: "list with a bound, two jobs that search for one report", ...settlement, workers: epochs, bounds: onTime },
  { name: "list without a bound, two jobs that search for one report", ...release, workers: epochs, bounds: onTime },
  {
    name: "create-or-get, a provider that asks to be left alone, and a wake",
    tier: "create-or-get",
    holdMs: 40_000,
    slow: true,
    workers: woken,
    bounds: undisturbed,
  },
  {
    name: "lookup, a provider that asks to be left alone, and a wake",
    tier: "lookup",
    holdMs: 40_000,
    slow: true,
    workers: woken,
    bounds: undisturbed,
  },
  { name: "lookup, two workers that deliver", tier: "lookup", workers: delivering },
  { name: "create-or-get, two workers that deliver", tier: "create-or-get", workers: delivering },
  { name: "list with a bound, reports that take their time", ...settlement, slow: true },
  { name: "list with a bound, a lease that is renewed during a look", ...settlement, bounds: { renewals: 1 } },
];

/** The scenario of one. */
export function scenarioOf(
  { name, mayBeIndeterminate, workers, bounds: own, ...options }: Explored,
  bounds: ExploreBounds,
) {
  return tierScenario(name, options, {
    mayBeIndeterminate,
    bounds: { ...bounds, ...own },
    ...(workers && { workers }),
  });
}
