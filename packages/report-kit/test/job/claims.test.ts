import { TransportError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { createReportKit, JournalError, memoryJournal, pruneJobs } from "../../src/index.ts";
import type { Journal, JsonObject, Observation, SourceCall, SourceProfile } from "../../src/index.ts";
import { belongsToAnotherJob, claimReport, claimReportsOfOlderJobs } from "../../src/job/reports-of-other-jobs.ts";
import { recordName } from "../../src/journal/journal.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";

const live = { id: "mercadopago-settlement/1", origin: "https://api.mercadopago.com" };
const staging = { ...live, origin: "https://staging.invalid" };
const list: Partial<SourceProfile> = { tier: "list", visibilityBoundMs: 30_000, remakes: true };
const lost = new TransportError({
  code: "timeout",
  message: "no answer within 30 s",
  provider: "scripted",
  operationId: "create",
  maybeSent: true,
});

const keep = (journal: Journal, key: string, state: JsonObject): Promise<unknown> =>
  journal.write(`job-${key}`, { v: 1, source: live.id, ...state }, 0);

describe("a claim on a report", () => {
  it("counts for the other jobs of its origin alone, while its job has that report", async () => {
    const journal = memoryJournal();
    await keep(journal, "one", { phase: "waiting", reference: "1000", fileName: "a.csv" });
    const one = { key: "one", source: live };
    const other = { key: "other", source: live };
    expect(await claimReport(journal, one, "1000")).toBe(true);
    expect(await claimReport(journal, one, "1000")).toBe(true);
    expect(await claimReport(journal, other, "1000")).toBe(false);
    expect(await belongsToAnotherJob(journal, other, "1000")).toBe(true);
    expect(await belongsToAnotherJob(journal, one, "1000")).toBe(false);
    expect(await belongsToAnotherJob(journal, other, "1001")).toBe(false);
    expect(await belongsToAnotherJob(journal, { key: "other", source: staging }, "1000")).toBe(false);
  });

  it.each([
    ["its job was forgotten", undefined, false],
    ["its job has another report", { phase: "waiting", reference: "2000" }, false],
    ["its job has no report", { phase: "new" }, false],
    ["its job has not decided yet", { phase: "creating" }, true],
    ["its job has the file of that name", { phase: "ready", reference: "7", fileName: "1000" }, true],
    ["its job's record is of a newer version, and has it", { v: 2, phase: "sleeping", reference: "1000" }, true],
  ] as const)("%s: %j", async (_, state, counts) => {
    const journal = memoryJournal();
    await claimReport(journal, { key: "one", source: live }, "1000");
    if (state !== undefined) await keep(journal, "one", state);
    const other = { key: "other", source: live };
    expect(await belongsToAnotherJob(journal, other, "1000")).toBe(counts);
    expect(await claimReport(journal, other, "1000")).toBe(!counts);
  });

  it("stands while its job's record is damaged: the claim itself is evidence", async () => {
    const journal = memoryJournal();
    await claimReport(journal, { key: "one", source: live }, "1000");
    expect(await belongsToAnotherJob(damagedAt(journal, "job-one"), { key: "other", source: live }, "1000")).toBe(true);
  });

  it("of a thousand jobs at once is given to one", async () => {
    const journal = memoryJournal();
    const keys = Array.from({ length: 1_000 }, (_, index) => `job-${index}`);
    await Promise.all(keys.map((key) => keep(journal, key, { phase: "creating" })));
    const claims = await Promise.all(keys.map((key) => claimReport(journal, { key, source: live }, "r")));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it("is removed with its job by pruning, and kept with it", async () => {
    const journal = memoryJournal();
    const ended = { reportType: "t", request: {}, epoch: 0, phase: "ready", startedAt: 0, requests: 1, nextAt: 0 };
    await keep(journal, "old", { ...ended, reference: "1", endedAt: 10 });
    await keep(journal, "young", { ...ended, reference: "2", endedAt: 1_000 });
    await claimReport(journal, { key: "old", source: live }, "1");
    await claimReport(journal, { key: "young", source: live }, "2");
    expect(await pruneJobs(journal, 500)).toBe(1);
    const names: string[] = [];
    for await (const name of journal.list("")) names.push(name);
    expect(names.toSorted()).toEqual([recordName("claim", live.origin, live.id, "2"), "job-young"]);
  });
});

describe("the reports of jobs that an older report-kit kept", () => {
  const nobody = (): never => {
    throw new Error("nothing is unreadable here");
  };

  it("are claimed once, those of this origin alone, and damaged records are passed over", async () => {
    const journal = memoryJournal();
    for (let index = 0; index < 100; index += 1) {
      await keep(journal, `${index % 2 === 0 ? "live" : "staging"}-${index}`, {
        phase: "waiting",
        reference: `r-${index}`,
      });
    }
    await journal.write("job-foreign", { v: 1, source: "circle/1", reference: "r-4000" }, 0);
    const counted = counting(damagedAt(journal, "job-live-50"));
    const unreadable: string[] = [];
    const build = (source: typeof live, prefix: string): Promise<void> =>
      claimReportsOfOlderJobs(
        { journal: counted, isOf: (_, key) => key.startsWith(prefix), passOver: (name) => unreadable.push(name) },
        { ...scriptedSource({}), ...source },
      );
    await build(live, "live");
    expect(unreadable).toEqual(["job-live-50"]);
    const ask = (reference: string, source = live): Promise<boolean> =>
      belongsToAnotherJob(journal, { key: "new", source }, reference);
    expect([await ask("r-0"), await ask("r-98"), await ask("r-1"), await ask("r-50")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(await ask("r-1", staging)).toBe(false);
    const before = counted.reads();
    await build(live, "live");
    expect(counted.reads() - before).toBe(1);
    await build(staging, "staging");
    expect([await ask("r-1", staging), await ask("r-0", staging)]).toEqual([true, false]);
  });

  it("are not built by a step that searches nothing", async () => {
    const clock = createVirtualClock();
    const journal = memoryJournal();
    const source = scriptedSource({ profile: list, create: [{ is: "ready", reference: "r" }] });
    await clock.finish(
      createReportKit({ journal, platform: clock.platform }).report(source, { report: "a" }).outcome(),
    );
    expect(await journal.read(recordName("claims", source.origin, source.id))).toBeUndefined();
    await claimReportsOfOlderJobs({ journal, isOf: () => true, passOver: nobody }, source);
    expect(await journal.read(recordName("claims", source.origin, source.id))).toBeDefined();
  });
});

describe("an unclear create", () => {
  /** Adopts the first report of `listed` that is no other job's. */
  const adopting =
    (listed: readonly string[], asked: string[] = []) =>
    async ({ belongsToAnotherJob: isTaken }: SourceCall): Promise<Observation> => {
      for (const reference of listed) {
        asked.push(reference);
        if ((await isTaken?.(reference)) !== true) return { is: "ready", reference };
      }
      return { is: "absent" };
    };

  it("of two jobs at once adopts two reports, though both searches see the same list", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({
      profile: list,
      create: [lost],
      find: [adopting(["r-1", "r-2"])],
      look: [(call) => ({ is: "ready", reference: call.reference ?? "" })],
    });
    const journal = memoryJournal();
    const kits = [1, 2].map(() => createReportKit({ journal, platform: clock.platform }));
    const outcomes = await clock.finish(
      Promise.all(kits.map((kit, index) => kit.report(source, { report: `r${index}` }).outcome())),
    );
    const adopted = new Set(outcomes.map((outcome) => "reference" in outcome && outcome.reference));
    expect(adopted).toEqual(new Set(["r-1", "r-2"]));
    expect(source.calls.filter(({ method }) => method === "create")).toHaveLength(2);
  });

  it("adopts a report that a job of another origin has: a sandbox's reports hide none of production's", async () => {
    const clock = createVirtualClock();
    const journal = memoryJournal();
    const kit = createReportKit({ journal, platform: clock.platform });
    const sandbox = {
      ...scriptedSource({ profile: list, create: [{ is: "ready", reference: "1000" }] }),
      origin: "https://sandbox.invalid",
    };
    await clock.finish(kit.report(sandbox, { report: "a" }).outcome());
    const production = scriptedSource({ profile: list, create: [lost], find: [adopting(["1000"])] });
    expect(await clock.finish(kit.report(production, { report: "a" }).outcome())).toMatchObject({
      status: "ready",
      reference: "1000",
      adopted: true,
    });
    expect(production.calls.filter(({ method }) => method === "create")).toHaveLength(1);
  });

  it.each([100, 5_000])(
    "is judged by the same reads of the journal, whatever its size: %i other jobs",
    async (jobs) => {
      const clock = createVirtualClock();
      const journal = counting(memoryJournal());
      const source = scriptedSource({ profile: list, create: [lost], find: [adopting(["r-7", "r-own"])] });
      for (let index = 0; index < jobs; index += 1) {
        await journal.write(`job-${index}`, { v: 1, source: source.id, phase: "ready", reference: `r-${index}` }, 0);
        await claimReport(journal, { key: `${index}`, source }, `r-${index}`);
      }
      await journal.write(recordName("claims", source.origin, source.id), { v: 1 }, 0);
      const before = journal.reads();
      const kit = createReportKit({ journal, platform: clock.platform, learn: false });
      const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
      expect(outcome).toMatchObject({ status: "ready", reference: "r-own", adopted: true });
      // The watch reads a record every five seconds of the four minutes.
      expect(journal.reads() - before).toBeLessThan(100);
    },
  );

  it("in a journal of 20,000 older jobs is adopted by one of two workers, and neither takes it from the other without end", async () => {
    const clock = createVirtualClock();
    const journal = counting(slow(memoryJournal(), clock.platform, 5));
    const source = scriptedSource({ profile: list, create: [lost], find: [adopting(["r-7", "r-own"])] });
    const other = createReportKit({ journal, platform: clock.platform, learn: false });
    const older = Array.from({ length: 20_000 }, async (_, index) => {
      const { key } = other.report(source, { report: `r${index}` });
      await journal.write(
        `job-${key}`,
        {
          v: 1,
          source: source.id,
          phase: "ready",
          reference: `r-${index}`,
          request: { report: `r${index}` },
          epoch: 0,
        },
        0,
      );
    });
    expect(await clock.finish(Promise.all(older))).toHaveLength(20_000);
    const workers = [1, 2].map(() => createReportKit({ journal, platform: clock.platform, learn: false }));
    const outcomes = await clock.finish(
      Promise.all(workers.map((kit) => kit.report(source, { report: "a" }).outcome())),
    );
    expect(outcomes).toMatchObject([{ reference: "r-own" }, { reference: "r-own" }]);
    expect(source.calls.filter(({ method }) => method === "find")).toHaveLength(1);
    expect(journal.reads()).toBeLessThan(2 * 20_000 + 25_000);
  }, 60_000);
});

function counting(journal: Journal): Journal & { readonly reads: () => number } {
  let reads = 0;
  return {
    ...journal,
    read(name) {
      reads += 1;
      return journal.read(name);
    },
    reads: () => reads,
  };
}

/** A journal whose every answer takes a while of the clock. */
function slow(
  journal: Journal,
  { setTimeout }: { readonly setTimeout: (run: () => void, delayMs: number) => unknown },
  ms: number,
): Journal {
  const later = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
  return {
    ...journal,
    async read(name) {
      await later();
      return journal.read(name);
    },
    async write(name, value, expected) {
      await later();
      return journal.write(name, value, expected);
    },
  };
}

function damagedAt(journal: Journal, name: string): Journal {
  return {
    ...journal,
    async read(asked) {
      if (asked !== name) return journal.read(asked);
      throw new JournalError({ code: "unreadable", message: `${name} is damaged` });
    },
  };
}
