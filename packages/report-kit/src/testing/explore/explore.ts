import type { JsonObject } from "../../json.ts";
import { deliverReport } from "../../delivery/deliver.ts";
import { takeStep } from "../../job/take-step.ts";
import { leaseMs } from "../../job/timing-premises.ts";
import { wakeJobs } from "../../kit/wake.ts";
import { clockSkewMs } from "../../source/timing.ts";
import { letPromisesRun } from "../virtual-clock.ts";
import { createGraph } from "./graph.ts";
import { createHistories } from "./histories.ts";
import type { Histories } from "./histories.ts";
import type { Broken } from "./invariants.ts";
import { brokenIn } from "./invariants.ts";
import { movesFrom } from "./moves.ts";
import type { Exploration, ExploreScenario } from "./scenario.ts";
import type { ExploredCode, Setup } from "./setup.ts";
import { setUp } from "./setup.ts";
import type { World } from "./world.ts";
import { createWorldNames } from "./world.ts";

const ours: ExploredCode = { takeStep, wakeJobs, deliverReport };
const mostStates = 5_000_000;

/**
 * Run the real steps of a scenario's workers in every order, with every fault within the bounds, and look in each state for
 * an invariant that does not hold. Breadth first: what is found is found by a shortest way.
 */
export async function explore<State extends JsonObject>(scenario: ExploreScenario<State>): Promise<Exploration> {
  return exploreCode(scenario, ours);
}

/** What the moves of a violation are, in words. In a debugger the code runs the same way again. */
export async function replayMoves<State extends JsonObject>(
  scenario: ExploreScenario<State>,
  moves: readonly number[],
): Promise<readonly string[]> {
  const setup = await setUp(scenario, ours);
  return tell(setup, moves, historiesOf(scenario));
}

/** The same for other code than ours. */
export async function exploreCode<State extends JsonObject>(
  scenario: ExploreScenario<State>,
  code: ExploredCode,
): Promise<Exploration> {
  const setup = await setUp(scenario, code);
  const histories = historiesOf(scenario);
  const nameOf = createWorldNames(scenario.workers);
  const graph = createGraph();
  const { states: limit = mostStates } = scenario.bounds ?? {};

  let frontier: { readonly world: World; readonly state: number }[] = [];
  const first = graph.visit(nameOf(setup.start));
  frontier.push({ world: setup.start, state: first.state });
  let broken: { readonly state: number; readonly is: Broken } | undefined;
  let depth = 0;

  for (; frontier.length > 0 && broken === undefined && graph.states <= limit; depth += 1) {
    const next: typeof frontier = [];
    for (const { world, state } of frontier) {
      if (isOver(world, setup)) graph.end(state);
      const moves = await histories.take(() => movesFrom(world, setup, histories));
      for (const [ordinal, move] of moves.entries()) {
        const { to } = move;
        const { state: reached, isNew } = graph.visit(nameOf(to), { from: state, ordinal });
        if (move.isFault !== true) graph.connect(state, reached, to.now - world.now);
        const is = move.broken ?? (isNew ? brokenIn(to, setup) : undefined);
        if (is !== undefined) broken = { state: graph.reachBy(state, ordinal), is };
        if (broken !== undefined) break;
        if (isNew) next.push({ world: to, state: reached });
      }
      if (broken !== undefined) break;
    }
    frontier = next;
  }

  const exhausted = frontier.length === 0 && broken === undefined;
  const { furthest, distance } = exhausted ? graph.furthestFromEnd() : { furthest: 0, distance: 0 };
  const endsWithinMs = scenario.endsWithinMs ?? quietMs(setup);
  if (exhausted && distance > endsWithinMs) {
    const what =
      distance === Infinity ? "no way leads to an end" : `the shortest way to an end takes ${distance / 1_000} s`;
    broken = { state: furthest, is: { invariant: "can-end", what } };
  }
  const moves = broken === undefined ? [] : graph.wayTo(broken.state);
  const violation = broken && { ...broken.is, moves, story: await tell(setup, moves, histories) };
  return {
    scenario: scenario.name,
    exhausted,
    states: graph.states,
    transitions: graph.transitions,
    histories: histories.size,
    depth,
    longestToEndMs: distance,
    violation,
  };
}

function historiesOf({ turnsOfTheLoop = 1 }: Pick<ExploreScenario, "turnsOfTheLoop">): Histories {
  return createHistories(() => letPromisesRun(turnsOfTheLoop));
}

async function tell(setup: Setup, moves: readonly number[], histories: Histories): Promise<readonly string[]> {
  const story: string[] = [];
  let world = setup.start;
  for (const ordinal of moves) {
    const move = (await histories.take(() => movesFrom(world, setup, histories)))[ordinal];
    if (move === undefined) throw new Error("these are not moves of this scenario");
    story.push(`${(world.now - setup.start.now) / 1_000} s: ${move.says()}`);
    world = move.to;
  }
  return story;
}

/** Have all workers ended that have to? A wake is optional. */
function isOver({ actors }: World, { scenario }: Setup): boolean {
  return actors.every(({ done }, worker) => done !== undefined || scenario.workers[worker]?.does === "wake");
}

/** By when a job can have ended if nothing more goes wrong: lease, clocks, what a create may take to be seen, a search. */
function quietMs({ profile }: Setup): number {
  const { tier, visibilityBoundMs = 0, searchForMs = 30 * 60_000 } = profile;
  const searchMs = tier === "create-or-get" || tier === "lookup" ? 0 : searchForMs;
  return leaseMs + 2 * clockSkewMs + 2 * visibilityBoundMs + searchMs;
}
