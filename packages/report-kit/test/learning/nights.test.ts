import { expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { Journal, ReportKit } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import type { ScriptedAnswer, ScriptedSource, VirtualClock } from "../../src/testing/index.ts";

const hour = 3_600_000;
const midnight = Date.parse("2026-11-01T00:00:00Z");

interface Nights {
  readonly kit: ReportKit;
  readonly source: ScriptedSource;
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly looksOfNight: readonly number[];
}

/** A kit that has fetched a source's report on some nights: asked for between 01:00 and 02:10, there at 03:10 UTC. */
async function afterNights(nights: number, options: { readonly learn?: boolean } = {}): Promise<Nights> {
  const clock = createVirtualClock({ start: midnight });
  const source = scriptedSource({
    create: [(call) => ({ is: "pending", status: "pending", reference: call.key })],
    look: [
      ({ now, reference = "" }) =>
        (now - midnight) % (24 * hour) < 3 * hour + 600_000
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
