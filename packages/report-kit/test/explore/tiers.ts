import type { ExploreBounds, ExploredWorker } from "../../src/testing/index.ts";
import { tierScenario } from "./tier-scenarios.ts";
import type { TierOptions } from "./tier-scenarios.ts";

/** Each tier as the built-in sources have it, and what it can't know. */
export const tiers: readonly (TierOptions & { readonly name: string; readonly mayBeIndeterminate?: boolean })[] = [
  { name: "create-or-get (Circle)", tier: "create-or-get" },
  { name: "client-id, its echo proven (beGateway)", tier: "client-id", visibilityBoundMs: 30_000, echoProven: true },
  { name: "client-id, its echo not known", tier: "client-id", visibilityBoundMs: 30_000, mayBeIndeterminate: true },
  {
    name: "client-id, its id replaced",
    tier: "client-id",
    visibilityBoundMs: 30_000,
    ids: "replaced",
    mayBeIndeterminate: true,
  },
  { name: "list, with a bound (Mercado Pago, settlement)", tier: "list", visibilityBoundMs: 60_000 },
  { name: "list, without a bound (Mercado Pago, release)", tier: "list", mayBeIndeterminate: true },
  { name: "lookup (Monato)", tier: "lookup" },
];

/** A scenario of a tier: two workers want one report, unless others are given. */
export function scenarioOf(
  { name, mayBeIndeterminate, ...options }: (typeof tiers)[number],
  bounds: ExploreBounds,
  workers?: readonly ExploredWorker[],
) {
  return tierScenario(name, options, { bounds, mayBeIndeterminate, ...(workers && { workers }) });
}
