import { describe, expect, it } from "vitest";
import { createReportKit, reportKey } from "../../../src/index.ts";
import type { Journal } from "../../../src/index.ts";
import { settlementReports } from "../../../src/sources/mercadopago/mercadopago.ts";
import { zoneNameForKey } from "../../../src/sources/mercadopago/zone-name.ts";
import { durableJournal } from "../../support/durable-journal.ts";
import { noon, runInSteps, sandboxScene, scripted, week, weekSent, weekTask } from "./scene.ts";
import type { Source } from "./scene.ts";

const source = settlementReports(scripted().client, { account: "123456789" });
const material = {
  provider: "mercadopago",
  origin: "https://api.mercadopago.com",
  account: "123456789",
  reportType: "settlement",
  epoch: 0,
};

/** The same source as of the version before, whose key was made of the instants that are sent. */
function asBefore(made: Source): Source {
  return {
    ...made,
    prepare(request, context) {
      const { formerIdentities: [identity = {}] = [], ...prepared } = made.prepare(request, context);
      return { ...prepared, identity, formerIdentities: undefined };
    },
  };
}

describe("the key of a Mercado Pago report", () => {
  it("stays as it is: golden values of the key, and of the one before", () => {
    const { identity, formerIdentities = [] } = source.prepare(week, { now: noon });
    expect(reportKey({ ...material, request: identity })).toBe("a1fcf8da-561c-8920-9e6e-90ff65991432");
    expect(formerIdentities.map((former) => reportKey({ ...material, request: former }))).toEqual([
      "749a8e00-de69-84c1-b8f7-f834989267da",
    ]);
    expect(reportKey({ ...material, request: weekSent })).toBe("749a8e00-de69-84c1-b8f7-f834989267da");
  });

  it.each([
    ["America/Vancouver", "2026-11-10"],
    ["America/Edmonton", "2026-11-10"],
    ["Africa/Casablanca", "2026-11-10"],
    ["America/Santiago", "2026-09-06"],
  ])("holds no instants, on which the time-zone data of two machines can disagree: %s", (timeZone, day) => {
    const { identity } = source.prepare({ from: day, to: day, timeZone }, { now: noon });
    expect(identity).toEqual({ from: day, to: day, timeZone: timeZone.toLowerCase() });
  });

  it("has one name for each zone of Mercado Pago's countries, and for what platforms call otherwise", () => {
    for (const [alias, name] of [
      ["America/Buenos_Aires", "america/argentina/buenos_aires"],
      ["America/Rosario", "america/argentina/cordoba"],
      ["Brazil/East", "america/sao_paulo"],
      ["Chile/Continental", "america/santiago"],
      ["Mexico/General", "america/mexico_city"],
      ["Etc/UTC", "utc"],
      ["Asia/Calcutta", "asia/kolkata"],
      ["Europe/Kiev", "europe/kyiv"],
    ] as const) {
      expect(zoneNameForKey(alias)).toBe(name);
      expect(zoneNameForKey(name)).toBe(name);
    }
    // Unknown to the table: as it was given.
    expect(zoneNameForKey("America/La_Paz")).toBe("america/la_paz");
  });

  it("is the same for whatever name this platform gives a zone", () => {
    const differing = Intl.supportedValuesOf("timeZone").filter((zone) => {
      const resolved = new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone;
      return zoneNameForKey(resolved) !== zoneNameForKey(zone);
    });
    expect(differing).toEqual([]);
  });
});

describe("a job that a journal has under its former key", () => {
  async function begun(journal: Journal) {
    const { clock, sandbox, client } = await sandboxScene();
    const now = settlementReports(client, { account: "1" });
    const platform = { now: () => clock.now(), random: () => 0.5 };
    const kit = createReportKit({ journal, platform });
    const old = kit.report(asBefore(now), week);
    await kit.step(old.bookmark, [asBefore(now)]);
    expect(sandbox.made()).toBe(1);
    return { clock, sandbox, now, kit, old };
  }

  it("goes on under the new key, and nothing is made twice", async () => {
    const journal = durableJournal();
    const { clock, sandbox, now, old } = await begun(journal);
    const outcome = await runInSteps(clock, () => now, undefined, journal);
    expect(outcome).toMatchObject({ status: "ready", reference: sandbox.reports[0]?.id });
    expect(outcome.key).not.toBe(old.key);
    expect(sandbox.made()).toBe(1);
    const names: string[] = [];
    for await (const name of journal.list("job-")) names.push(name);
    expect(names).toEqual([`job-${outcome.key}`]);
  });

  it("goes on by its former bookmark", async () => {
    const { clock, sandbox, now, kit, old } = await begun(durableJournal());
    for (;;) {
      const step = await kit.step(old.bookmark, [now]);
      if ("outcome" in step) {
        expect(step.outcome).toMatchObject({ status: "ready", key: kit.report(now, week).key });
        break;
      }
      clock.advance(step.again.afterMs);
    }
    expect(sandbox.made()).toBe(1);
    // The former name leads to it, still.
    expect(await kit.step(old.bookmark, [now])).toMatchObject({ outcome: { status: "ready" } });
    expect(sandbox.made()).toBe(1);
  });

  it("goes on where it is cut off between the copy and the removal of its record", async () => {
    const journal = durableJournal();
    const { clock, sandbox, now } = await begun(journal);
    const cut: Journal = { ...journal, remove: () => Promise.reject(new Error("cut off")) };
    const kit = createReportKit({ journal: cut, platform: { now: () => clock.now(), random: () => 0.5 } });
    await expect(kit.step(kit.report(now, week).bookmark, [now])).rejects.toThrow("cut off");
    const outcome = await runInSteps(clock, () => now, undefined, journal);
    expect(outcome).toMatchObject({ status: "ready" });
    expect(sandbox.made()).toBe(1);
  });

  it("keeps another worker's lease, so that two versions do not both create", async () => {
    const journal = durableJournal();
    const { client } = scripted([202, weekTask]);
    const made = settlementReports(client, { account: "1" });
    let creates = 0;
    const slow: Source = { ...asBefore(made), create: () => new Promise(() => (creates += 1)) };
    const platform = { now: () => noon, random: () => 0.5 };
    const before = createReportKit({ journal, platform });
    const stop = new AbortController();
    const running = before.step(before.report(slow, week).bookmark, [slow], { signal: stop.signal });
    running.catch(() => undefined); // it never ends by itself
    while (creates === 0) await new Promise((resolve) => setImmediate(resolve));
    const kit = createReportKit({ journal, platform });
    const step = await kit.step(kit.report(made, week).bookmark, [made]);
    expect(step).toMatchObject({ again: { why: "another worker is taking a step of this job" } });
  });
});
