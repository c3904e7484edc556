import { expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { Journal, ReportKit } from "../../src/index.ts";
import type { Observation } from "../../src/source/observation.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import type { ScriptedAnswer, ScriptedSource, VirtualClock } from "../../src/testing/index.ts";

const hour = 3_600_000;
/** When each night's report appears: 03:10. */
const ready = 3 * hour + 600_000;
const midnight = Date.parse("2026-11-01T00:00:00Z");

interface Nights {
  readonly kit: ReportKit;
  readonly source: ScriptedSource;
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly looksOfNight: readonly number[];
}

/**
 * A kit that has fetched a source's report on some nights: asked for between 01:00 and 02:10, there at 03:10 UTC, up to
 * `aboutMs` earlier or later.
 */
async function afterNights(
  nights: number,
  { aboutMs = 0, ...options }: { readonly learn?: boolean; readonly aboutMs?: number } = {},
): Promise<Nights> {
  const clock = createVirtualClock({ start: midnight });
  const source = scriptedSource({
    create: [(call) => ({ is: "pending", status: "pending", reference: call.key })],
    look: [
      ({ now, reference = "" }) =>
        (now - midnight) % (24 * hour) < ready + aboutMs * Math.sin(Math.floor((now - midnight) / (24 * hour)))
          ? { is: "pending", status: "pending", reference }
          : { is: "ready", reference },
    ],
  });
  const journal = memoryJournal();
  const looksOfNight: number[] = [];
  for (let night = 0; night < nights; night += 1) {
    await clock.advance(midnight + night * 24 * hour + hour + (night % 8) * 600_000 - clock.now());
    const before = source.calls.length;
    // A process of its own each night: what was learned is in the journal.
    const kit = createReportKit({ journal, platform: clock.platform, ...options });
    await clock.finish(kit.report(source, { report: `night ${night}` }).outcome());
    looksOfNight.push(source.calls.length - before);
  }
  await clock.advance(midnight + nights * 24 * hour + hour - clock.now());
  return {
    kit: createReportKit({ journal, platform: clock.platform, ...options }),
    source,
    clock,
    journal,
    looksOfNight,
  };
}

it("looks at the time of day at which earlier reports appeared, and a plan shows that and says why", async () => {
  const { kit, source, looksOfNight } = await afterNights(10);
  expect(looksOfNight[0]).toBeGreaterThan(30);
  expect(Math.max(...looksOfNight.slice(6))).toBeLessThan(15);
  const looks = await kit.plan(source, { request: { report: "tonight" }, horizonMs: 2.5 * hour });
  expect(new Set(looks.map(({ why }) => why.replaceAll(/\d\d:\d\d/g, "hh:mm")))).toEqual(
    new Set(["earlier reports appeared at hh:mm to hh:mm UTC"]),
  );
  expect(looks[0]?.why).toMatch(/appeared at 03:(0\d|10) to 03:1\d UTC/);
  const near = looks.filter(({ atMs }) => Math.abs(atMs - 2 * hour - 600_000) < 180_000);
  expect(near.length).toBeGreaterThan(looks.length / 3);
});

it("plans the default schedule without a request, and where nothing may be learned", async () => {
  const { kit, source } = await afterNights(3);
  const [first] = await kit.plan(source);
  expect(first).toEqual({ atMs: 11_921, why: "the time between looks grows" });
  const forgetful = await afterNights(3, { learn: false });
  const [look] = await forgetful.kit.plan(forgetful.source, { request: { report: "tonight" } });
  expect(look).toEqual({ atMs: 11_921, why: "the time between looks grows" });
});

it.each<[string, ScriptedAnswer]>([
  ["was not reached", { is: "unreachable", error: new Error("connection refused") }],
  ["ended unclear", { is: "unclear", error: new Error("connection reset") }],
])("does not wait for the habit's time after a create that %s", async (_what, answer) => {
  const { clock, journal } = await afterNights(8);
  const source = scriptedSource({
    profile: { tier: "create-or-get" },
    create: [answer, (call) => ({ is: "pending", status: "pending", reference: call.key })],
    look: [({ reference = "" }) => ({ is: "ready", reference })],
  });
  const kit = createReportKit({ journal, platform: clock.platform });
  await clock.finish(kit.report(source, { report: "tonight" }).outcome());
  const [first, second] = source.calls.filter(({ method }) => method === "create");
  expect((second?.at ?? Infinity) - (first?.at ?? 0)).toBeLessThan(60_000);
});

it("searches for what an unclear create made by the default schedule, not at the habit's time", async () => {
  const { clock, journal } = await afterNights(8);
  const searching: ScriptedAnswer = { is: "searching", more: false, found: [] };
  const source = scriptedSource({
    profile: { tier: "list", visibilityBoundMs: 30_000 },
    create: [{ is: "unclear", error: new Error("connection reset") }],
    find: [searching, searching, (call) => ({ is: "ready", reference: call.key })],
  });
  const kit = createReportKit({ journal, platform: clock.platform });
  await clock.finish(kit.report(source, { report: "tonight" }).outcome());
  const [first, second, third] = source.calls.filter(({ method }) => method === "find").map(({ at }) => at);
  expect((second ?? Infinity) - (first ?? 0)).toBeLessThan(60_000);
  expect((third ?? Infinity) - (second ?? 0)).toBeLessThan(60_000);
});

it("goes back to the habit's time once the provider has the job, after looks without an answer", async () => {
  const { clock, journal } = await afterNights(8);
  const startedAt = clock.now();
  const readyAt = midnight + 8 * 24 * hour + ready;
  const source = scriptedSource({
    create: [
      { is: "unreachable", error: new Error("connection refused") },
      (call) => ({ is: "pending", status: "pending", reference: call.key }),
    ],
    look: [
      ({ now, reference = "" }) =>
        now < readyAt ? { is: "pending", status: "pending", reference } : { is: "ready", reference },
    ],
  });
  await clock.finish(
    createReportKit({ journal, platform: clock.platform }).report(source, { report: "tonight" }).outcome(),
  );
  const looks = source.calls.filter(({ method }) => method === "look").map(({ at }) => at);
  expect(looks.length).toBeLessThan(15);
  expect((looks[0] ?? 0) - startedAt).toBeGreaterThan(0.5 * hour);
  expect((looks.at(-1) ?? Infinity) - readyAt).toBeLessThan(120_000);
});

it("finds two reports of a shared list within a minute, though each is ready at a time of its own", async () => {
  const lateMs: number[] = [];
  for (const minutesApart of [1, 2, 3, 4, 5, 6]) {
    const { clock, journal } = await afterNights(12, { aboutMs: 480_000 });
    const readyAt = (reference: string): number =>
      midnight + 12 * 24 * hour + ready + (reference === firstKey ? 0 : minutesApart * 60_000);
    const answer = (reference: string, now: number): Observation =>
      now < readyAt(reference) ? { is: "pending", status: "pending", reference } : { is: "ready", reference };
    const source = scriptedSource({
      profile: { tier: "list", visibilityBoundMs: 30_000, remakes: true },
      create: [(call) => ({ is: "pending", status: "pending", reference: call.key })],
      list: answer,
      look: [({ now, reference = "" }) => answer(reference, now)],
    });
    const kit = createReportKit({ journal, platform: clock.platform });
    const [first, second] = [kit.report(source, { report: "one" }), kit.report(source, { report: "other" })];
    const firstKey = first.key;
    await clock.finish(Promise.all([first.outcome(), second.outcome()]));
    lateMs.push(clock.now() - readyAt(second.key));
    expect(source.calls.filter(({ method }) => method === "list").length).toBeGreaterThan(3);
  }
  expect(Math.max(...lateMs)).toBeLessThan(60_000);
});
