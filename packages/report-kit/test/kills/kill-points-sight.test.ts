import { describe, expect, it } from "vitest";
import type { JournalRecord } from "../../src/index.ts";
import { killEverywhere, runOnce, unanswered } from "../../src/testing/index.ts";
import type { KillScenario, SimulatedWorker, Simulation, WorkEnd } from "../../src/testing/index.ts";
import { firstCreate, simulated } from "./kill-scenarios.ts";

const boundMs = 60_000;
const list = { tier: "list", visibilityBoundMs: boundMs } as const;

/** A provider that makes a report for each create, unless it has seen the create's idempotency key before. */
function keyedProvider(): { create: (key?: string) => string; made: readonly string[] } {
  const made: string[] = [];
  const byKey = new Map<string, string>();
  return {
    made,
    create(key) {
      const known = key === undefined ? undefined : byKey.get(key);
      if (known !== undefined) return known;
      const reference = `r-${made.length + 1}`;
      made.push(reference);
      if (key !== undefined) byKey.set(key, reference);
      return reference;
    },
  };
}

type Work = (worker: SimulatedWorker, provider: ReturnType<typeof keyedProvider>) => Promise<WorkEnd>;

function naive(name: string, work: Work, more: Partial<KillScenario> = {}): KillScenario {
  return {
    name,
    world: (_simulation: Simulation) => {
      const provider = keyedProvider();
      return { work: (worker) => work(worker, provider), made: () => provider.made };
    },
    ...more,
  };
}

const referenceIn = ({ value }: JournalRecord): string =>
  typeof value["reference"] === "string" ? value["reference"] : "none";

const pause = (worker: SimulatedWorker, ms: number): Promise<void> =>
  new Promise((resolve) => {
    worker.platform.setTimeout(resolve, ms);
  });

/** POST, then save the id: what a retried job does without any help, and a step of a durable engine with it. */
const postThenSave: Work = async ({ journal, request }, provider) => {
  const saved = await journal.read("job-naive");
  if (saved !== undefined) return { status: "ready", reference: referenceIn(saved) };
  const reference = await request("create", () => provider.create());
  await journal.write("job-naive", { reference }, 0);
  return { status: "ready", reference };
};

/** A fresh idempotency key for each attempt: what HTTP clients and SDKs send by themselves. */
const randomKey: Work = async ({ journal, request, number, platform }, provider) => {
  const saved = await journal.read("job-naive");
  if (saved !== undefined) return { status: "ready", reference: referenceIn(saved) };
  const key = `${number}-${platform.random()}`;
  const reference = await request("create", () => provider.create(key));
  await journal.write("job-naive", { reference }, 0);
  return { status: "ready", reference };
};

/** A lock that expires, as idempotency middleware has it: whoever finds it expired begins anew. */
const lockAndExpire: Work = async (worker, provider) => {
  const { journal, request, platform } = worker;
  for (;;) {
    const record = await journal.read("job-naive");
    const { reference, until } = record?.value ?? {};
    if (typeof reference === "string") return { status: "ready", reference };
    if (typeof until === "number" && until > platform.now()) {
      await pause(worker, 1_000);
      continue;
    }
    const locked = await journal.write("job-naive", { until: platform.now() + 60_000 }, record?.revision ?? 0);
    if (locked === undefined) continue;
    const made = await request("create", () => provider.create());
    await journal.write("job-naive", { reference: made }, locked);
    return { status: "ready", reference: made };
  }
};

describe("the kill-point runner sees", () => {
  it.each([
    naive("a POST before its id is saved", postThenSave),
    naive("a random key", randomKey),
    naive("a lock that expires", lockAndExpire),
    naive("a lock that expires, and three workers", lockAndExpire, { workers: 3 }),
  ])("the duplicates of $name", async (scenario) => {
    const { duplicates, runs } = await killEverywhere(scenario, { kills: 60, pairs: 120 });
    expect(duplicates.length).toBeGreaterThan(0);
    process.stdout.write(`${scenario.name}: ${duplicates.length} of ${runs} runs end with a duplicate\n`);
    // What it found can be seen again, and lies where it says.
    const [found] = duplicates;
    expect((await runOnce(scenario, found?.interruptions ?? [])).duplicate).toBe(found?.what);
    expect(found?.points.some(({ what, when }) => what === "create" || when !== "before")).toBe(true);
  });

  it("a worker that stands still with an expired lock", async () => {
    const scenario = naive("a lock that expires", lockAndExpire, { workers: 2 });
    const { duplicates } = await killEverywhere(scenario, { pairs: 0, pausesMs: [70_000] });
    expect(duplicates.some(({ interruptions }) => interruptions.some(({ kind }) => kind === "pause"))).toBe(true);
  });

  it("a job that gives up", async () => {
    const scenario = naive("giving up", async ({ journal }) => {
      const begun = await journal.read("job-naive");
      if (begun !== undefined) return { status: "failed" };
      await journal.write("job-naive", {}, 0);
      return { status: "ready" };
    });
    const { lost, stuck, duplicates } = await killEverywhere(scenario, { pairs: 0 });
    expect(lost.length).toBeGreaterThan(0);
    expect({ stuck, duplicates }).toEqual({ stuck: [], duplicates: [] });
  });

  it("a job that waits for a lock nobody takes away", async () => {
    const scenario = naive("a lock for ever", async (worker) => {
      while ((await worker.journal.write("job-naive", {}, 0)) === undefined) await pause(worker, 60_000);
      return { status: "ready" };
    });
    const { lost, stuck } = await killEverywhere(scenario, { pairs: 0 });
    expect(stuck.length).toBeGreaterThan(0);
    expect(lost).toEqual([]);
  });

  it("a job that creates without end, because the test's own server throws: one run, and what was thrown", async () => {
    const scenario: KillScenario = {
      name: "a server that throws",
      world: () => ({
        made: () => [],
        async work(worker) {
          for (;;) {
            await worker.request("create", () => JSON.parse("day=1") as string).catch(() => undefined);
            await pause(worker, 60_000);
          }
        },
      }),
    };
    const { stuck, lost, runs } = await killEverywhere(scenario, { pausesMs: [60_000] });
    expect({ stuck, lost, runs }).toMatchObject({ stuck: [{ interruptions: [] }], lost: [], runs: 1 });
    expect(stuck[0]?.what).toMatch(
      /^1 of the workers had not ended; failed requests: \d\d, the last one create: SyntaxError: /,
    );
  });

  it("a report that is not the one that was made", async () => {
    const scenario = naive("an invented report", async () => ({ status: "ready", reference: "r-0" }));
    expect((await runOnce(scenario, [])).lost).toContain("r-0");
  });
});

describe("outside the premises the runner sees our own duplicates:", () => {
  const outside = [
    simulated("a create that lands later than any may", { ...list, creates: firstCreate(unanswered(20 * 60_000)) }),
    simulated("a report that is listed later than promised", {
      ...list,
      visibleAfterMs: 10 * 60_000,
      creates: firstCreate(unanswered(1_000)),
    }),
    simulated(
      "clocks further apart than declared",
      { ...list, creates: firstCreate({ landsAfterMs: 25_000 }) },
      { workers: 2, staggerMs: 3_000, skewMs: [0, 10 * 60_000] },
    ),
    simulated("a journal that forgets a write", list, { forgetfulJournal: true }),
  ];

  it.each(outside)("$name", async (scenario) => {
    const { duplicates } = await killEverywhere(scenario, { pairs: 20 });
    expect(duplicates.length).toBeGreaterThan(0);
  });

  it("a source that sends its create without asking whether it is too late", async () => {
    const scenario = simulated("standing still", { ...list, ignoresDeparture: true }, { workers: 2 });
    const { duplicates } = await killEverywhere(scenario, { pairs: 0, pausesMs: [600_000] });
    expect(duplicates.flatMap(({ points }) => points.map(({ what, when }) => `${when} ${what}`))).toEqual([
      "before create",
    ]);
  });

  it("the same pauses, and a source that keeps to it: no duplicate", async () => {
    const scenario = simulated("standing still", list, { workers: 2 });
    const { duplicates, lost, stuck } = await killEverywhere(scenario, { pairs: 0, pausesMs: [600_000, 31_000] });
    expect({ duplicates, lost, stuck }).toEqual({ duplicates: [], lost: [], stuck: [] });
  });
});
