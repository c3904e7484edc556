import { afterAll, describe, expect, it } from "vitest";
import { recordEcho } from "../../src/job/echo-record.ts";
import { killEverywhere } from "../../src/testing/index.ts";
import type { KillReport, KillScenario, Simulation, Travel } from "../../src/testing/index.ts";
import { drive, firstCreate, withinPremises } from "./kill-scenarios.ts";
import { fakeBegateway, fakeCircle, fakeMercadopago, fakeMonato } from "../sources/provider-fakes.ts";
import type { FakeOptions, FakeProvider } from "../sources/provider-fakes.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";

/** A create whose connection breaks when its time is over, and that lands at some time all the same. */
function broken(landsAfterMs: number): Travel {
  return { landsAfterMs, answersAfterMs: Infinity, timeOut: { afterMs: 29_000, error: new TypeError("fetch failed") } };
}

function scenario(
  name: string,
  provider: (simulation: Simulation, options: FakeOptions) => FakeProvider,
  options: FakeOptions = {},
  more: Partial<KillScenario> & { readonly echoProven?: boolean } = {},
): KillScenario {
  const { echoProven = true, ...rest } = more;
  return {
    name,
    turnsOfTheLoop: 4,
    settlesWithinMs: 15 * 60_000,
    async world(simulation) {
      const fake = provider(simulation, options);
      const begateway = { id: "begateway/psp", origin: "https://dwh.invalid" };
      if (echoProven) await recordEcho(simulation.journal, begateway, true);
      return {
        async work(worker) {
          const outcome = await drive(worker, fake.source(worker), fake.request, "wait");
          if (outcome.status !== "ready") return outcome;
          // A report that a search found, or that no task is known of, is named by where it was found.
          return { status: "ready", reference: outcome.reference.replace(/^(?:list|report):/, "") };
        },
        made: fake.made,
      };
    },
    ...rest,
  };
}

const settlement = (simulation: Simulation, options: FakeOptions): FakeProvider =>
  fakeMercadopago(simulation, "settlement", options);
const release = (simulation: Simulation, options: FakeOptions): FakeProvider =>
  fakeMercadopago(simulation, "release", options);
const apart = { workers: 3, skewMs: [0, 119_000, 60_000], staggerMs: 3_000 };
const slow = firstCreate({ landsAfterMs: 25_000 });

/** Two jobs of one account at once, each of which must end with a report of its own. */
function together(
  name: string,
  options: FakeOptions,
  wanted: readonly { readonly request: object; readonly epoch: number }[],
  inTurn = false,
): KillScenario {
  return {
    name,
    turnsOfTheLoop: 4,
    settlesWithinMs: 30 * 60_000,
    world(simulation) {
      const fake = fakeMercadopago(simulation, "settlement", options);
      const had = new Map<number, string>();
      return {
        wanted: wanted.length,
        made: fake.made,
        async work(worker) {
          const source = fake.source(worker);
          const get = async (place: number): Promise<void> => {
            const { request = {}, epoch = 0 } = wanted[place] ?? {};
            const outcome = await drive(worker, source, request, "wait", epoch);
            had.set(place, outcome.status === "ready" ? outcome.reference.replace(/^\w+:/, "") : outcome.status);
          };
          const places = [...wanted.keys()];
          if (inTurn) for (const place of places) await get(place);
          else await Promise.all(places.map(get));
          return { status: "ready" };
        },
        check: () => {
          const faults = [...had].filter(([place, reference]) => !fake.fits(reference, wanted[place]?.request));
          const shared = new Set(had.values()).size < wanted.length;
          return [
            ...faults.map(([place, reference]) => `job ${place} has ${reference}`),
            ...(shared ? ["shared"] : []),
          ];
        },
      };
    },
  };
}

const week = { from: "2026-11-01", to: "2026-11-07", timeZone: "America/Argentina/Buenos_Aires" };
const dayMore = { ...week, to: "2026-11-08" };
const dayLess = { ...week, from: "2026-11-02" };

const certain = [
  together("windows a day apart, all answers lost", { creates: () => broken(1_000) }, [
    { request: week, epoch: 0 },
    { request: dayMore, epoch: 0 },
    { request: dayLess, epoch: 0 },
  ]),
  together("windows a day apart, listed late", { visibleAfterMs: 59_000, creates: () => broken(80_000) }, [
    { request: week, epoch: 0 },
    { request: dayMore, epoch: 0 },
  ]),
  together(
    "the next epoch at once, its create unanswered",
    { creates: (place) => (place === 1 ? broken(50_000) : {}) },
    [
      { request: week, epoch: 0 },
      { request: week, epoch: 1 },
    ],
    true,
  ),

  scenario("Circle", fakeCircle),
  scenario("Circle, a create whose answer is lost", fakeCircle, { creates: firstCreate(broken(50_000)) }),
  scenario("beGateway", fakeBegateway),
  scenario("beGateway, a create that lands and is visible late", fakeBegateway, {
    visibleAfterMs: 29_000,
    creates: firstCreate(broken(59_000)),
  }),
  scenario("beGateway, workers whose clocks differ", fakeBegateway, { creates: slow }, apart),
  scenario("Monato", fakeMonato),
  scenario("Monato, workers whose clocks differ", fakeMonato, {}, apart),
  scenario("Mercado Pago, settlement", settlement),
  scenario("Mercado Pago, settlement, a create that never lands", settlement, {
    creates: firstCreate(broken(Infinity)),
  }),
  scenario("Mercado Pago, settlement, a create that lands and is listed late", settlement, {
    visibleAfterMs: 59_000,
    creates: firstCreate(broken(89_000)),
  }),
  scenario("Mercado Pago, settlement, workers whose clocks differ", settlement, { creates: slow }, apart),
];

const uncertain = [
  scenario("beGateway before its echo was seen", fakeBegateway, {}, { echoProven: false }),
  scenario("Mercado Pago, release", release, {}, { settlesWithinMs: 60 * 60_000 }),
].map((one) => ({ ...one, mayBeIndeterminate: true }));

let runs = 0;
async function kill(one: KillScenario): Promise<KillReport> {
  const report = await killEverywhere(one, {
    kills: soak ? "all" : 24,
    pairs: soak ? 3_000 : 4,
    pausesMs: soak ? [61_000, 200_000] : [],
    pausesAt: withinPremises,
  });
  runs += report.runs;
  return report;
}

afterAll(() => {
  process.stdout.write(`${runs} runs of the real sources over simulated APIs\n`);
});

describe("each provider's own source, over its client, killed at any point", () => {
  it.each(certain)("makes its report once and gets it: $name", { timeout: 3_600_000 }, async (one) => {
    const { duplicates, lost, stuck, indeterminate } = await kill(one);
    expect({ duplicates, lost, stuck, indeterminate }).toEqual({
      duplicates: [],
      lost: [],
      stuck: [],
      indeterminate: 0,
    });
  });

  it.each(uncertain)("says so where nobody could know: $name", { timeout: 3_600_000 }, async (one) => {
    const { duplicates, lost, stuck, indeterminate } = await kill(one);
    expect({ duplicates, lost, stuck }).toEqual({ duplicates: [], lost: [], stuck: [] });
    expect(indeterminate).toBeGreaterThan(0);
  });
});
