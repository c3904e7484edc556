import { afterAll, describe, expect, it } from "vitest";
import { createReportKit } from "../../src/index.ts";
import type { DeliveredFile, ReadyReport, ReportJob } from "../../src/index.ts";
import { killEverywhere, runOnce, simulatedProvider } from "../../src/testing/index.ts";
import type { KillReport, KillScenario, SimulatedWorker, TakenDelivery } from "../../src/testing/index.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";
const file: DeliveredFile = { name: "a.csv", bytes: 3, sha256: "5f".repeat(32) };

/** A consumer outside: what it took, it has, whatever becomes of the worker. */
type Consume = (worker: SimulatedWorker, report: string, deliveryId: string) => Promise<void>;

/** How a worker gets a report and hands it over. */
type Deliver = (worker: SimulatedWorker, consume: Consume, job: ReportJob) => Promise<void>;

function delivering(name: string, deliver: Deliver, more: Partial<KillScenario> = {}): KillScenario {
  return {
    name,
    settlesWithinMs: 30 * 60_000,
    world(simulation) {
      const provider = simulatedProvider(simulation, { tier: "list", visibilityBoundMs: 60_000 });
      const taken: TakenDelivery[] = [];
      const consume: Consume = async (worker, report, deliveryId) => {
        // A ledger takes its time.
        await worker.request("consume", () => taken.push({ report, deliveryId }), { answersAfterMs: 90_000 });
      };
      return {
        taken: () => taken,
        made: () => provider.madeOf("a"),
        async work(worker) {
          const { journal, platform } = worker;
          const kit = createReportKit({ journal, platform });
          await deliver(worker, consume, kit.report(provider.source(worker), { report: "a" }));
          return { status: "ready" };
        },
      };
    },
    ...more,
  };
}

/** As a user writes it. */
const once: Deliver = async (worker, consume, job) => {
  const target = {
    async receive(report: ReadyReport) {
      await report.keepDelivery();
      await consume(worker, "a", report.delivery?.id ?? "");
      return file;
    },
  };
  await job.deliver(target);
};

/** What users write without it: hand over, then note it down. */
const consumeThenRecord: Deliver = async (worker, consume, job) => {
  await job.outcome();
  if ((await worker.journal.read("source-delivered")) !== undefined) return;
  await consume(worker, "a", `attempt of worker ${worker.number}`);
  await worker.journal.write("source-delivered", { v: 1 }, 0);
};

/** The other order: note it down, then hand over. */
const recordThenConsume: Deliver = async (worker, consume, job) => {
  await job.outcome();
  if ((await worker.journal.write("source-delivered", { v: 1 }, 0)) === undefined) return;
  await consume(worker, "a", job.key);
};

const reports: KillReport[] = [];
afterAll(() => {
  const sum = (count: (report: KillReport) => number): number => reports.reduce((all, one) => all + count(one), 0);
  process.stdout.write(
    `deliveries: ${sum(({ runs }) => runs)} runs of ${reports.length} scenarios, killed at ${sum(({ points }) => points)} points and at pairs of them: ` +
      `${sum(({ deliveredTwice }) => deliveredTwice.length)} delivered twice, ${sum(({ undelivered }) => undelivered.length)} undelivered; ` +
      `${sum(({ repeated }) => repeated)} repeated by the same id\n`,
  );
});

describe("killed at any point and at pairs of points, a report is delivered once, by one id", () => {
  it.each([
    delivering("one worker", once),
    delivering("two workers at once", once, { workers: 2, staggerMs: 0 }),
    delivering("three workers whose clocks differ", once, {
      workers: 3,
      skewMs: [0, 119_999, -119_999],
      staggerMs: 4_000,
    }),
  ])("$name", { timeout: 3_600_000 }, async (scenario) => {
    const report = await killEverywhere(scenario, {
      kills: soak ? "all" : 150,
      pairs: soak ? 5_000 : 30,
      pausesMs: [200_000],
      pausesAt: ({ index }) => soak || index % 10 === 0,
    });
    reports.push(report);
    const { duplicates, lost, stuck, deliveredTwice, undelivered } = report;
    expect({ duplicates, lost, stuck, deliveredTwice, undelivered }).toEqual({
      duplicates: [],
      lost: [],
      stuck: [],
      deliveredTwice: [],
      undelivered: [],
    });
    // Kills between the consumer's end and the record are among them.
    expect(report.repeated).toBeGreaterThan(0);
  });

  it("undisturbed, two workers hand it over by one call", async () => {
    const { repeated, deliveredTwice } = await runOnce(delivering("two", once, { workers: 2, staggerMs: 0 }), []);
    expect({ repeated, deliveredTwice }).toEqual({ repeated: 0, deliveredTwice: undefined });
  });
});

describe("the runner notices", () => {
  it("a report that is delivered twice, where a worker hands over and then records", async () => {
    const report = await killEverywhere(delivering("consume, then record", consumeThenRecord), { pairs: 20 });
    expect(report.deliveredTwice.length).toBeGreaterThan(0);
    expect(report.undelivered).toEqual([]);
  });

  it("a report that is never delivered, where a worker records and then hands over", async () => {
    const report = await killEverywhere(delivering("record, then consume", recordThenConsume), { pairs: 20 });
    expect(report.undelivered.length).toBeGreaterThan(0);
    expect(report.deliveredTwice).toEqual([]);
  });

  it("a call without an interruption, of two workers that share no lease, even by the same id", async () => {
    const noLease: Deliver = async (worker, consume, job) => {
      await job.outcome();
      await consume(worker, "a", job.key);
    };
    const { deliveredTwice } = await runOnce(delivering("no lease", noLease, { workers: 2 }), []);
    expect(deliveredTwice).toContain("a was delivered 2 times");
  });
});
