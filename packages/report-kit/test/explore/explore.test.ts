import { afterAll, describe, expect, it } from "vitest";
import { explore } from "../../src/testing/index.ts";
import type { Exploration, ExploreBounds } from "../../src/testing/index.ts";
import { scenarioOf, tiers } from "./tiers.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";
/** What the soak exhausts takes minutes; the test's own bound takes seconds. */
const bounds: ExploreBounds = soak
  ? { crashes: 2, lostAnswers: 1, lateLandings: 1, standStills: 1 }
  : { crashes: 1, lostAnswers: 1, lateLandings: 1, standStills: 0 };

const explored: Exploration[] = [];
const sum = (count: (one: Exploration) => number): number => explored.reduce((all, one) => all + count(one), 0);

afterAll(() => {
  process.stdout.write(
    `explored ${explored.length} scenarios with ${JSON.stringify(bounds)}: ${sum(({ states }) => states)} states, ` +
      `${sum(({ transitions }) => transitions)} transitions, ${sum(({ histories }) => histories)} histories of the code\n`,
  );
});

describe("in every interleaving of two workers, with every fault within the bounds, all invariants hold:", () => {
  it.each(tiers)("$name", { timeout: 3_600_000 }, async (tier) => {
    const started = performance.now();
    const report = await explore(scenarioOf(tier, bounds));
    explored.push(report);
    const { violation, exhausted, states, transitions, depth } = report;
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    process.stdout.write(`${tier.name}: ${states} states, ${transitions} transitions, depth ${depth}, ${seconds} s\n`);
    expect(violation).toBeUndefined();
    expect(exhausted).toBe(true);
  });
});
