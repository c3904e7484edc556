import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createReportKit, memoryJournal, ReportRequestError, reportKey } from "../../../src/index.ts";
import { periodBody } from "../../../src/sources/mercadopago/days.ts";
import { releaseReports, settlementReports } from "../../../src/sources/mercadopago/mercadopago.ts";
import { families, noon, scripted, week, weekSent, zone } from "./scene.ts";

const { client } = scripted();
const source = settlementReports(client, { account: "123456789" });

/** The refusal of a request, or what was thrown in its place. */
function refusal(request: unknown, now = noon): unknown {
  try {
    // What a caller without types may pass.
    return source.prepare(request as typeof week, { now });
  } catch (error) {
    return ReportRequestError.isInstance(error) ? error.field : error;
  }
}

describe("the days of a Mercado Pago report", () => {
  it.each(families)(
    "are known by themselves and their zone; once by the instants sent, for %s reports",
    (family, reports) => {
      expect(reports(client, { account: "123456789" }).prepare(week, { now: noon })).toEqual({
        reportType: family,
        request: week,
        identity: { from: "2026-11-01", to: "2026-11-07", timeZone: "america/argentina/buenos_aires" },
        formerIdentities: [weekSent],
        period: { from: "2026-11-01", to: "2026-11-07" },
      });
    },
  );

  it.each([
    ["America/Santiago", "2026-09-05", "2026-09-05T04:00:00Z", "2026-09-06T03:59:59Z"],
    ["America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T02:59:59Z"],
    ["America/Santiago", "2026-04-04", "2026-04-04T03:00:00Z", "2026-04-05T03:59:59Z"],
    ["Pacific/Kiritimati", "2026-11-20", "2026-11-19T10:00:00Z", "2026-11-20T09:59:59Z"],
    ["UTC", "2024-02-29", "2024-02-29T00:00:00Z", "2024-02-29T23:59:59Z"],
  ])("begin and end by the clocks of %s on %s", (timeZone, day, begin_date, end_date) => {
    const { request } = source.prepare({ from: day, to: day, timeZone }, { now: noon });
    expect(periodBody(request)).toEqual({ begin_date, end_date });
  });

  it("are one report however the zone is spelled, and another for the other family or another day", () => {
    const keyOf = (reports: typeof settlementReports, request: typeof week): string => {
      const { reportType, identity } = reports(client, { account: "1" }).prepare(request, { now: noon });
      return reportKey({
        provider: "mercadopago",
        origin: client.origin,
        account: "1",
        reportType,
        request: identity,
        epoch: 0,
      });
    };
    const key = keyOf(settlementReports, week);
    for (const timeZone of ["America/Buenos_Aires", "america/argentina/buenos_aires", "AMERICA/BUENOS_AIRES"]) {
      expect(keyOf(settlementReports, { ...week, timeZone })).toBe(key);
    }
    const others = [
      keyOf(releaseReports, week),
      keyOf(settlementReports, { ...week, from: "2026-11-02" }),
      keyOf(settlementReports, { ...week, to: "2026-11-08" }),
      keyOf(settlementReports, { ...week, timeZone: "America/Mexico_City" }),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
  });

  it("are the same when prepared again, and only JSON", () => {
    const zones = fc.constantFrom(
      zone,
      "America/Santiago",
      "America/Mexico_City",
      "America/Sao_Paulo",
      "Asia/Kolkata",
      "UTC",
    );
    const days = fc.tuple(fc.integer({ min: 0, max: 6_000 }), fc.integer({ min: 1, max: 60 }), zones);
    fc.assert(
      fc.property(days, ([ago, length, timeZone]) => {
        const day = (before: number): string => new Date(noon - before * 86_400_000).toISOString().slice(0, 10);
        const request = { from: day(ago + 2 + length - 1), to: day(ago + 2), timeZone };
        const prepared = source.prepare(request, { now: noon });
        expect(source.prepare(prepared.request as typeof week, { now: noon })).toEqual(prepared);
        expect(JSON.parse(JSON.stringify(prepared))).toEqual(prepared);
        const { begin_date, end_date } = periodBody(prepared.request);
        for (const date of [begin_date, end_date]) expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        // Whole days, but for the hour that a change of the clocks adds or takes.
        const hours = (Date.parse(end_date) + 1_000 - Date.parse(begin_date)) / 3_600_000;
        expect(Math.abs(hours - 24 * length)).toBeLessThanOrEqual(1);
      }),
      { seed: 20261121 },
    );
  });

  it("are at least one and at most sixty", () => {
    expect(refusal({ ...week, from: "2026-11-07" })).toMatchObject({ reportType: "settlement" });
    expect(refusal({ ...week, from: "2026-09-09" })).toMatchObject({ reportType: "settlement" });
    expect(refusal({ ...week, from: "2026-09-08" })).toBe("request.to");
    expect(refusal({ ...week, from: "2026-11-08" })).toBe("request.to");
  });

  it("have ended where the account is, to the millisecond", () => {
    const ended = Date.parse("2026-11-08T03:00:00Z");
    expect(refusal(week, ended)).toMatchObject({ request: week });
    expect(refusal(week, ended - 1)).toBe("request.to");
    expect(refusal({ ...week, timeZone: "America/Mexico_City" }, ended)).toBe("request.to");
    expect(refusal({ ...week, timeZone: "Asia/Kolkata" }, ended - 1)).toMatchObject({ reportType: "settlement" });
  });

  it("may include one that has not ended, where the caller allows a partial report, which has a key of its own", () => {
    const partial = { ...week, to: "2026-11-21", allowPartial: true };
    const prepared = source.prepare(partial, { now: noon });
    expect(prepared.request).toEqual(partial);
    expect(prepared.identity).toMatchObject({ to: "2026-11-21", allowPartial: true });
    expect(prepared.formerIdentities).toBeUndefined();
    expect(source.prepare(prepared.request as unknown as typeof partial, { now: noon })).toEqual(prepared); // as a bookmark brings it back
    expect(refusal({ ...partial, to: "2026-11-22" })).toBe("request.to");
    expect(refusal({ ...week, to: "2026-11-21" })).toBe("request.to");
    expect(refusal({ ...week, allowPartial: 1 })).toBe("request.allowPartial");
    expect(source.prepare({ ...week, allowPartial: false }, { now: noon })).toEqual(
      source.prepare(week, { now: noon }),
    );
  });

  it("exist: a day the date line left out is refused", () => {
    expect(refusal({ from: "2011-12-30", to: "2011-12-30", timeZone: "Pacific/Apia" })).toBe("request.from");
    expect(refusal({ from: "2011-12-29", to: "2011-12-31", timeZone: "Pacific/Apia" })).toMatchObject({
      reportType: "settlement",
    });
  });
});

describe("bad input", () => {
  const wrong = (except: (text: string) => boolean): fc.Arbitrary<unknown> =>
    fc.oneof(
      fc.constantFrom(undefined, null, 0, 20261101, true, [], {}, new Date(noon), 1n, ""),
      fc.string().filter((text) => !except(text)),
    );
  const wrongDays = fc.oneof(
    wrong((text) => /^\d{4}-\d{2}-\d{2}$/.test(text)),
    fc.constantFrom(
      "2026-02-30",
      "2026-13-01",
      "2026-11-00",
      "2026-11-1",
      "2026-11",
      "2026-11-01T00:00:00Z",
      " 2026-11-01",
    ),
  );
  const wrongZones = fc.oneof(
    wrong(() => false).filter((zoneName) => !isZone(zoneName)),
    fc.constantFrom(
      "America/Atlantis",
      "-03:00",
      "+0300",
      "GMT-04:00",
      "America/Argentina/Buenos Aires",
      "Buenos_Aires",
    ),
  );

  it("is refused by name for each field before any request leaves, whatever is wrong with it", async () => {
    const { client, sent } = scripted();
    const kit = createReportKit({ journal: memoryJournal() });
    const mistakes = fc.oneof(
      wrongDays.map((value) => ["from", value] as const),
      wrongDays.map((value) => ["to", value] as const),
      wrongZones.map((value) => ["timeZone", value] as const),
      fc.constantFrom("begin_date", "report_type", "format").map((name) => [name, "x"] as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...families), mistakes, async ([, reports], [field, value]) => {
        const attempt = async (): Promise<unknown> =>
          kit.report(reports(client, { account: "1" }), { ...week, [field]: value }).outcome();
        await expect(attempt()).rejects.toSatisfy(
          (error) => ReportRequestError.isInstance(error) && error.field === `request.${field}`,
        );
      }),
      { seed: 20261121, numRuns: 400 },
    );
    expect(sent).toEqual([]);
  });

  it("is refused for a request that is no object", () => {
    for (const request of [undefined, null, "2026-11-01", 7, [week]]) expect(refusal(request)).toBe("request");
  });

  it("is refused for an account or a zone of the source that can't be one", () => {
    const made = (options: unknown): unknown => {
      try {
        return settlementReports(client, options as { account: string }); // what a caller without types may pass
      } catch (error) {
        return ReportRequestError.isInstance(error) ? error.field : error;
      }
    };
    for (const account of [undefined, "", "a/b", "..", "-a", " 1", 123, "x".repeat(65)]) {
      expect(made({ account })).toBe("account");
    }
    expect(made(undefined)).toBe("account");
    expect(made({ account: "1", timeZone: "America/Atlantis" })).toBe("timeZone");
  });
});

describe("the zone of a request", () => {
  it("is the source's unless the request names one, and no type lets it be left out of both", () => {
    const zoned = releaseReports(client, { account: "1", timeZone: zone });
    expect(periodBody(zoned.prepare({ from: week.from, to: week.to }, { now: noon }).request)).toEqual(weekSent);
    expect(periodBody(zoned.prepare({ ...week, timeZone: "UTC" }, { now: noon }).request)).toEqual({
      begin_date: "2026-11-01T00:00:00Z",
      end_date: "2026-11-07T23:59:59Z",
    });
    // @ts-expect-error neither the request nor the source names a zone
    expect(() => source.prepare({ from: week.from, to: week.to }, { now: noon })).toThrow(/request\.timeZone/);
  });

  it("and the days are texts, and nothing else is taken, by type", () => {
    const { from, to, timeZone } = week;
    // @ts-expect-error the last day is missing
    expect(() => source.prepare({ from, timeZone }, { now: noon })).toThrow(/request\.to/);
    // @ts-expect-error a Date is no day
    expect(() => source.prepare({ from: new Date(noon), to, timeZone }, { now: noon })).toThrow(/request\.from/);
    // @ts-expect-error the API's own fields are not ours
    expect(() => source.prepare({ ...weekSent }, { now: noon })).toThrow(/request\.begin_date/);
    // @ts-expect-error the account is required
    expect(() => settlementReports(client, {})).toThrow(/account/);
  });
});

function isZone(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: value }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
