import { afterAll, describe, expect, it } from "vitest";
import { explore } from "../../src/testing/index.ts";
import type { Exploration, ExploreBounds } from "../../src/testing/index.ts";
import { scenarioOf, tiers, variants } from "./tiers.ts";
import type { Explored } from "./tiers.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";
const none: ExploreBounds = { crashes: 0, lostAnswers: 0, lateLandings: 0, standStills: 0 };
/** What the soak exhausts takes minutes; the test's own bounds take seconds. */
const bounds = soak
  ? {
      tiers: { crashes: 2, lostAnswers: 1, lateLandings: 1, standStills: 1 },
      paused: { ...none, standStills: 2 },
      variants: { ...none, crashes: 1, lostAnswers: 1, lateLandings: 1 },
    }
  : {
      tiers: { ...none, crashes: 1, lostAnswers: 1, lateLandings: 1 },
      paused: { ...none, standStills: 1 },
      variants: { ...none, crashes: 1 },
    };

const reports: Exploration[] = [];
const sound = { exhausted: true, violation: undefined };
const sum = (count: (one: Exploration) => number): number => reports.reduce((all, one) => all + count(one), 0);

afterAll(() => {
  process.stdout.write(
    `${reports.length} scenarios explored: ${sum(({ states }) => states)} states, ${sum(({ transitions }) => transitions)} ` +
      `transitions, ${sum(({ histories }) => histories)} histories of the code\n`,
  );
});

async function explored(what: Explored, within: ExploreBounds): Promise<Exploration> {
  const started = performance.now();
  const report = await explore(scenarioOf(what, within));
  reports.push(report);
  const { states, transitions, depth } = report;
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(`${what.name}: ${states} states, ${transitions} transitions, depth ${depth}, ${seconds} s\n`);
  return report;
}

describe(`in every interleaving of two workers with ${JSON.stringify(bounds.tiers)}, all invariants hold:`, () => {
  it.each(tiers)("$name", { timeout: 3_600_000 }, async (tier) => {
    expect(await explored(tier, bounds.tiers)).toMatchObject(sound);
  });
});

describe(`in every interleaving of two workers with ${JSON.stringify(bounds.paused)}, all invariants hold:`, () => {
  it.each(tiers)("$name", { timeout: 3_600_000 }, async (tier) => {
    expect(await explored(tier, bounds.paused)).toMatchObject(sound);
  });
});

describe(`in every interleaving with ${JSON.stringify(bounds.variants)}, all invariants hold:`, () => {
  it.each(variants)("$name", { timeout: 3_600_000 }, async (variant) => {
    expect(await explored(variant, bounds.variants)).toMatchObject(sound);
  });
});
