import { afterAll, describe, expect, it } from "vitest";
import { killEverywhere, runOnce, unanswered } from "../../src/testing/index.ts";
import type { KillReport } from "../../src/testing/index.ts";
import { firstCreate, simulated, twice, twoOrigins } from "./kill-scenarios.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";
const boundMs = 60_000;
const list = { tier: "list", visibilityBoundMs: boundMs } as const;
const clientId = { tier: "client-id", visibilityBoundMs: 30_000, echoProven: true } as const;
const latest = unanswered(30_000 + boundMs - 1);
/** The first worker creates; the second's clock is as far ahead of it as any may be, the third's half as far. */
const earlyAndLate = { workers: 3, skewMs: [0, 119_999, 60_000], staggerMs: 3_000 };
const slow = firstCreate({ landsAfterMs: 25_000 });

const certain = [
  simulated("Circle's tier", { tier: "create-or-get" }),
  simulated("in steps, as cron does", { tier: "create-or-get", drive: "step" }),
  simulated("a create that lands after its client gave up", { tier: "create-or-get", creates: firstCreate(latest) }),
  simulated("three workers whose clocks differ", { tier: "create-or-get", creates: slow }, earlyAndLate),

  simulated("Monato's tier", { tier: "lookup" }),
  simulated("three workers", { tier: "lookup" }, { workers: 3 }),

  simulated("beGateway's tier, its echo proven", clientId),
  simulated("an id that is refused the second time", { ...clientId, idTaken: "refused" }),
  simulated("in steps, as cron does", { ...clientId, drive: "step" }),
  simulated("a report that is visible as late as promised", { ...clientId, visibleAfterMs: 29_999 }),
  simulated("a create that never lands", { ...clientId, creates: firstCreate(unanswered(Infinity)) }),
  simulated("a create that lands and is visible as late as promised", {
    ...clientId,
    visibleAfterMs: 29_999,
    creates: firstCreate(unanswered(59_999)),
  }),
  simulated("three workers whose clocks differ", { ...clientId, visibleAfterMs: 29_999, creates: slow }, earlyAndLate),

  simulated("Mercado Pago's tier, settlement", list),
  simulated("in steps, as cron does", { ...list, drive: "step" }),
  simulated("a report that is listed as late as promised", { ...list, visibleAfterMs: boundMs - 1 }),
  simulated("a create that never lands", { ...list, creates: firstCreate(unanswered(Infinity)) }),
  simulated("a create that lands as late as promised", { ...list, creates: firstCreate(latest) }),
  simulated("a create that lands and is listed as late as promised", {
    ...list,
    visibleAfterMs: boundMs - 1,
    creates: firstCreate(latest),
  }),
  simulated("every create's answer lost", { ...list, creates: () => unanswered(1_000) }),
  simulated("a provider whose clock is behind", { ...list, skewMs: -119_000, creates: firstCreate(latest) }),
  simulated("a provider whose clock is ahead", { ...list, skewMs: 119_000, creates: firstCreate(latest) }),
  simulated("two workers", list, { workers: 2, staggerMs: 0 }),
  simulated("eight workers", list, { workers: 8 }),
  simulated("eight workers in steps", { ...list, drive: "step" }, { workers: 8, staggerMs: 0 }),
  simulated(
    "a worker ahead of the one that creates",
    { ...list, creates: slow },
    { ...earlyAndLate, skewMs: [0, 119_999] },
  ),
  simulated(
    "a worker behind the one that creates",
    { ...list, creates: slow },
    { ...earlyAndLate, skewMs: [119_999, 0] },
  ),
  simulated(
    "three workers, clocks, lag and a late create",
    { ...list, visibleAfterMs: boundMs - 1, creates: firstCreate(latest) },
    earlyAndLate,
  ),
  twoOrigins("two origins over one journal", list, list),
  twoOrigins("two origins, a create that lands as late as promised", { ...list, creates: firstCreate(latest) }, list),
  twoOrigins(
    "two origins, in steps, and three workers whose clocks differ",
    { ...list, drive: "step" },
    list,
    earlyAndLate,
  ),
  twoOrigins("two origins, both of which keep our id", clientId, clientId),
  twice("the next epoch at once, its create unanswered", { ...list, creates: (place) => (place === 1 ? latest : {}) }),
];

const uncertain = [
  simulated("beGateway's tier before its echo was seen", { ...clientId, echoProven: undefined }),
  simulated("an id that is replaced", { ...clientId, echoProven: undefined, ids: "replaced" }),
  simulated("an id that was replaced once", { ...clientId, echoProven: false }),
  twoOrigins(
    "production replaces our id, staging keeps it",
    { ...clientId, echoProven: undefined, ids: "replaced" },
    { ...clientId, echoProven: undefined },
  ),
  simulated("Mercado Pago's tier, release", { tier: "list" }),
  simulated("a list without a promise, and late", {
    tier: "list",
    visibleAfterMs: 50_000,
    creates: firstCreate(latest),
  }),
  simulated(
    "a list without a promise, and three workers whose clocks differ",
    { tier: "list", creates: slow },
    earlyAndLate,
  ),
].map((scenario) => ({ ...scenario, mayBeIndeterminate: true }));

const reports: KillReport[] = [];
const kill = async (scenario: Parameters<typeof killEverywhere>[0]): Promise<KillReport> => {
  const report = await killEverywhere(scenario, {
    // Of the 300 or so of a scenario, drawn by its seed: the soak run has all.
    kills: soak ? "all" : 50,
    pairs: soak ? ((scenario.workers ?? 1) === 1 ? "all" : 10_000) : 6,
    pausesMs: soak ? [5_000, 31_000, 61_000, 200_000, 3_600_000] : [200_000],
    // Around each create, where a pause is worst; elsewhere at a few points.
    pausesAt: ({ index, what }) => soak || what === "create" || index % 16 === 0,
  });
  reports.push(report);
  return report;
};

afterAll(() => {
  const sum = (count: (report: KillReport) => number): number => reports.reduce((all, one) => all + count(one), 0);
  process.stdout.write(
    `${sum(({ runs }) => runs)} runs of ${reports.length} scenarios, killed at points (of ${sum(({ points }) => points)}) and at pairs of them: ` +
      `${sum(({ duplicates }) => duplicates.length)} duplicates, ${sum(({ lost }) => lost.length)} lost, ` +
      `${sum(({ stuck }) => stuck.length)} stuck; ${sum(({ indeterminate }) => indeterminate)} indeterminate, where nobody could know\n`,
  );
});

describe("killed at any point and at pairs of points, within the premises, a job makes its report once and gets it", () => {
  it.each(certain)("$tier: $name", { timeout: 3_600_000 }, async (scenario) => {
    const { duplicates, lost, stuck, indeterminate, runs } = await kill(scenario);
    expect({ duplicates, lost, stuck, indeterminate }).toEqual({
      duplicates: [],
      lost: [],
      stuck: [],
      indeterminate: 0,
    });
    expect(runs).toBeGreaterThan(40);
  });
});

describe("where nobody could know whether it was made, a job says so, and still makes no second report", () => {
  it.each(uncertain)("$tier: $name", { timeout: 3_600_000 }, async (scenario) => {
    const { duplicates, lost, stuck, indeterminate } = await kill(scenario);
    expect({ duplicates, lost, stuck }).toEqual({ duplicates: [], lost: [], stuck: [] });
    expect(indeterminate).toBeGreaterThan(0);
  });

  it.each(uncertain.filter(({ name }) => !name.includes("late")))(
    "$tier: $name, undisturbed, is certain",
    async (scenario) => {
      expect((await runOnce(scenario, [])).indeterminate).toBe(false);
    },
  );
});
