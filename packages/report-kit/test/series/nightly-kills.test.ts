import { expect, it } from "vitest";
import { createReportKit } from "../../src/index.ts";
import type { DeliveredFile, ReadyReport, ReportKit, ReportSource, Target } from "../../src/index.ts";
import { createSeries } from "../../src/series/index.ts";
import { runOnce, seededRandom, simulatedProvider, unanswered } from "../../src/testing/index.ts";
import type {
  Interruption,
  KillScenario,
  SimulatedProvider,
  SimulatedProviderOptions,
  SimulatedWorker,
  TakenDelivery,
} from "../../src/testing/index.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";
const nights = soak ? 365 : 30;
/** Kills that are tried; a life is shorter after each, so that some come too late. */
const kills = soak ? 2_000 : 120;
const dayMs = 86_400_000;
const firstDay = "2026-11-20";

/** Every fifth create's answer is lost: it lands, and its client gives up. */
const creates = (place: number) => (place % 5 === 4 ? unanswered(40_000) : {});
const tiers = [
  { tier: "create-or-get", creates },
  { tier: "client-id", visibilityBoundMs: 30_000, creates },
  { tier: "list", visibilityBoundMs: 60_000, creates },
  { tier: "lookup" },
] as const;

/** Two workers, each of which runs all four series every night at the same hour, until the last night's are delivered. */
function nightly(work: typeof bySeries, of: readonly SimulatedProviderOptions[] = tiers): KillScenario {
  return {
    name: `${nights} nights of ${of.length} providers`,
    workers: 2,
    settlesWithinMs: (nights + 2) * dayMs,
    async world(simulation) {
      const providers = of.map((tier) => simulatedProvider(simulation, tier));
      const taken: TakenDelivery[] = [];
      const lastNight = simulation.now() + nights * dayMs + 7 * 3_600_000;
      return {
        wanted: nights * of.length,
        taken: () => taken,
        made: () => providers.flatMap(({ reports }) => reports.map(({ reference }) => reference)),
        check() {
          const doubled = providers.flatMap(({ reports }) => {
            const names = reports.map(({ report }) => report);
            return names.filter((name, place) => names.indexOf(name) !== place);
          });
          // The lookup makes nothing: its reports are counted by what was delivered.
          return doubled.length === 0 ? [] : [`made twice: ${doubled.join(", ")}`];
        },
        async work(worker) {
          const { journal, platform } = worker;
          const kit = createReportKit({ journal, platform, learn: false });
          for (;;) {
            await work(worker, kit, providers, taken);
            const now = platform.now();
            if (now >= lastNight) return { status: "ready" };
            const next = Math.floor(now / dayMs) * dayMs + dayMs + 7 * 3_600_000;
            await new Promise<void>((resolve) => void platform.setTimeout(resolve, next - now));
          }
        },
      };
    },
  };
}

function consumer(worker: SimulatedWorker, tier: string, taken: TakenDelivery[]): Target<DeliveredFile> {
  return {
    async receive(report: ReadyReport) {
      const day = report.request["report"] as string; // the source's `prepare` wrote it
      await report.keepDelivery();
      await worker.request(
        "consume",
        () => taken.push({ report: `${tier} ${day}`, deliveryId: report.delivery?.id ?? "" }),
        { answersAfterMs: 2_000 },
      );
      return { name: `${day}.csv`, bytes: 3, sha256: "5f".repeat(32) };
    },
  };
}

async function bySeries(
  worker: SimulatedWorker,
  kit: ReportKit,
  providers: readonly SimulatedProvider[],
  taken: TakenDelivery[],
): Promise<void> {
  const runs = providers.map(async (provider) => {
    const source: ReportSource<{ readonly report: string }> = provider.source(worker);
    const series = createSeries({
      kit,
      source,
      request: ({ from }) => ({ report: from }),
      every: "day",
      timeZone: "UTC",
      from: firstDay,
      now: worker.platform.now,
    });
    const results = series.deliverMissing(consumer(worker, source.account, taken));
    // A period that failed is tried again the next night.
    while ((await results.next()).done !== true);
  });
  await Promise.all(runs);
}

/** What the best tools of the field do: a cursor that moves on after each night. */
async function byCursor(
  worker: SimulatedWorker,
  kit: ReportKit,
  providers: readonly SimulatedProvider[],
  taken: TakenDelivery[],
): Promise<void> {
  const { journal, platform } = worker;
  const [provider] = providers;
  if (provider === undefined) return;
  const cursor = await journal.read("source-cursor");
  const done = Number(cursor?.value["day"] ?? Date.parse(firstDay) - dayMs);
  for (let day = done + dayMs; day + dayMs <= platform.now(); day += dayMs) {
    if (
      (await journal.write("source-cursor", { day }, (await journal.read("source-cursor"))?.revision ?? 0)) ===
      undefined
    )
      return;
    const name = new Date(day).toISOString().slice(0, 10);
    await kit.report(provider.source(worker), { report: name }).deliver(consumer(worker, "cursor", taken));
  }
}

/** Kills spread over a life of so many points. */
function killsOver(points: number, count: number, seed: number): Interruption[] {
  const random = seededRandom(seed);
  const places = Array.from({ length: count }, () => Math.floor(random() * points));
  return [...new Set(places)].map((at) => ({ at, kind: "kill" }));
}

it(
  `${nights} nights of four providers, two workers, killed again and again: no hole, nothing delivered twice, nothing made twice (N1)`,
  { timeout: 3_600_000 },
  async () => {
    const undisturbed = await runOnce(nightly(bySeries), []);
    expect(undisturbed).toMatchObject({ lost: undefined, stuck: undefined, deliveredTwice: undefined, repeated: 0 });
    const interruptions = killsOver(undisturbed.points.length, kills, 20_261_128);
    const result = await runOnce(nightly(bySeries), interruptions);
    const killed = interruptions.filter(({ at }) => at < result.points.length).length;
    process.stdout.write(
      `N1: ${nights} nights, ${tiers.length} providers, 2 workers, ${killed} kills at ${result.points.length} points: ` +
        `${result.repeated} deliveries repeated by the same id\n`,
    );
    const { duplicate, lost, stuck, deliveredTwice, undelivered } = result;
    expect({ duplicate, lost, stuck, deliveredTwice, undelivered }).toEqual({});
    expect(killed).toBeGreaterThanOrEqual(soak ? 1_000 : 80);
  },
);

it("a cursor that moves on before its delivery is seen to leave holes", { timeout: 3_600_000 }, async () => {
  const scenario = nightly(byCursor, [{ tier: "create-or-get" }]);
  const { points, undelivered: without } = await runOnce(scenario, []);
  expect(without).toBeUndefined();
  const { undelivered } = await runOnce(scenario, killsOver(points.length, 40, 20_261_129));
  expect(undelivered).toContain("reports were delivered");
});
