import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createReportKit, memoryJournal, ReportDeadlineError } from "../../src/index.ts";
import type { DeliveredFile, Journal, ReportPeriod } from "../../src/index.ts";
import { toStream } from "../../src/download/index.ts";
import type { DownloadOptions, ReportFile, Target } from "../../src/download/index.ts";
import { toFile } from "../../src/node/index.ts";
import { unpacked } from "../../src/unpack/index.ts";
import { createSeries } from "../../src/series/index.ts";
import type { DeliverMissingOptions, Series, SeriesOptions, SeriesResult } from "../../src/series/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import type { VirtualClock } from "../../src/testing/index.ts";
import { daysProvider, ledger, unauthorised } from "./days-source.ts";
import type { DaysProvider, Ledger } from "./days-source.ts";

interface Scene {
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly provider: DaysProvider;
  readonly series: (more?: Partial<SeriesOptions<DaysProvider["source"]>>) => Series;
}

/** It is noon of 2026-11-20 in UTC. */
function scene(provider = daysProvider()): Scene {
  const clock = createVirtualClock({ start: "2026-11-20T12:00:00Z" });
  const journal = memoryJournal();
  return {
    clock,
    journal,
    provider,
    series: (more) =>
      createSeries({
        kit: createReportKit({ journal, platform: clock.platform }),
        source: provider.source,
        request: ({ from }) => ({ day: from }),
        every: "day",
        timeZone: "UTC",
        from: "2026-11-15",
        now: () => clock.now(),
        ...more,
      }),
  };
}

async function run(
  clock: VirtualClock,
  series: Series,
  target: Ledger,
  options?: DeliverMissingOptions,
): Promise<SeriesResult<DeliveredFile>[]> {
  const collect = async (): Promise<SeriesResult<DeliveredFile>[]> => {
    const results: SeriesResult<DeliveredFile>[] = [];
    for await (const result of series.deliverMissing(target, options)) results.push(result);
    return results;
  };
  return clock.finish(collect());
}

const received = (error: unknown): unknown => error;
const statuses = (results: readonly SeriesResult[]): string[] =>
  results.map(({ period, status }) => `${period.from} ${status}`);
const hourMs = 3_600_000;

describe("the periods of a series", () => {
  const periods = (more: Partial<SeriesOptions<DaysProvider["source"]>>, now = "2026-11-20T12:00:00Z"): string[] => {
    const list = scene()
      .series({ now: () => Date.parse(now), ...more })
      .periods();
    return list.map(({ from, to }: ReportPeriod) => `${from}/${to}`);
  };

  it("are the days that have ended, from the first one on", () => {
    expect(periods({ from: "2026-11-18" })).toEqual(["2026-11-18/2026-11-18", "2026-11-19/2026-11-19"]);
    expect(periods({ from: "2026-11-20" })).toEqual([]);
    expect(periods({ from: "2027-01-01" })).toEqual([]);
  });

  it.each([
    ["2026-11-20T05:59:59Z", "America/Mexico_City", "2026-11-18"],
    ["2026-11-20T06:00:00Z", "America/Mexico_City", "2026-11-19"],
    ["2026-11-20T09:59:59Z", "Pacific/Kiritimati", "2026-11-19"],
    ["2026-11-20T10:00:00Z", "Pacific/Kiritimati", "2026-11-20"],
    ["2026-11-20T11:59:59Z", "Etc/GMT+12", "2026-11-18"],
    ["2026-11-20T12:00:00Z", "Etc/GMT+12", "2026-11-19"],
  ])("at %s in %s end with %s", (now, timeZone, last) => {
    expect(periods({ timeZone }, now).at(-1)).toBe(`${last}/${last}`);
  });

  it("are months, the last of which has ended", () => {
    const months = { every: "month", from: "2026-01-01" } as const;
    expect(periods(months).slice(0, 2)).toEqual(["2026-01-01/2026-01-31", "2026-02-01/2026-02-28"]);
    expect(periods(months).at(-1)).toBe("2026-10-01/2026-10-31");
    expect(periods(months, "2026-12-01T00:00:00Z").at(-1)).toBe("2026-11-01/2026-11-30");
    expect(periods({ ...months, from: "2024-02-01" })[0]).toBe("2024-02-01/2024-02-29");
  });

  it("are windows of days, whole ones alone", () => {
    expect(periods({ every: { days: 7 }, from: "2026-11-02" })).toEqual([
      "2026-11-02/2026-11-08",
      "2026-11-09/2026-11-15",
    ]);
    expect(periods({ every: { days: 2 }, from: "2026-11-18" })).toEqual(["2026-11-18/2026-11-19"]);
  });
});

describe("a run of a series", () => {
  it("refuses a target with room for one report alone, unpacked or not, before anything is sent", async () => {
    const { provider, series } = scene();
    for (const target of [toFile("report.csv"), unpacked(toFile("report.csv"))]) {
      await expect(series().deliverMissing(target, { overwrite: "always" }).next()).rejects.toMatchObject({
        name: "ReportRequestError",
        field: "target",
        expected: expect.stringMatching(/toDirectory\(path\).*toFile has room for one/),
      });
    }
    expect(provider.requests).toEqual([]);
  });

  it("delivers every day that has ended, oldest first; the next run sends nothing, and another day adds itself", async () => {
    const { clock, provider, series } = scene();
    const target = ledger();
    const results = await run(clock, series(), target, { concurrency: 1 });
    const days = ["15", "16", "17", "18", "19"].map((day) => `2026-11-${day}`);
    expect(statuses(results)).toEqual(days.map((day) => `${day} delivered`));
    expect(target.taken.map(({ day }) => day)).toEqual(days);
    expect(results[0]).toMatchObject({ name: "days/test", bookmark: expect.stringMatching(/^rk1\./) });
    const sent = provider.requests.length;
    expect(await series().missing()).toEqual([]);
    expect(await run(clock, series(), target)).toEqual([]);
    expect(provider.requests).toHaveLength(sent);

    await clock.advance(24 * hourMs);
    expect(await series({ name: "ledger" }).missing()).toMatchObject([
      { name: "ledger", period: { from: "2026-11-20" }, reason: "never-asked" },
    ]);
    expect(statuses(await run(clock, series(), target))).toEqual(["2026-11-20 delivered"]);
  });

  it("of 35 reports, run again, sends nothing (N2)", async () => {
    const { clock, provider, series } = scene();
    const target = ledger();
    const month = { from: "2026-10-16" };
    expect(await run(clock, series(month), target)).toHaveLength(35);
    const sent = provider.requests.length;
    expect(sent).toBeGreaterThanOrEqual(35);
    expect(await run(clock, series(month), target)).toEqual([]);
    expect(provider.requests).toHaveLength(sent);
    expect(target.taken).toHaveLength(35);
  });

  it("in which one period fails delivers all others, and the next run tries that period again", async () => {
    const { clock, provider, series } = scene();
    provider.says.set("2026-11-16", { is: "refused", code: "refused", message: "no such ledger" });
    const target = ledger();
    target.failsFor.add("2026-11-18");
    const results = await run(clock, series(), target);
    expect(statuses(results).toSorted()).toEqual([
      "2026-11-15 delivered",
      "2026-11-16 failed",
      "2026-11-17 delivered",
      "2026-11-18 failed",
      "2026-11-19 delivered",
    ]);
    const errors = results.flatMap((result) => (result.status === "failed" ? [result.error] : []));
    expect(errors.map(String).toSorted()).toEqual([
      "Error: the ledger does not take 2026-11-18",
      expect.stringContaining("no such ledger"),
    ]);
    expect(await series().missing()).toMatchObject([
      { period: { from: "2026-11-16" }, reason: "pending" },
      { period: { from: "2026-11-18" }, reason: "not-delivered" },
    ]);
    provider.says.clear();
    target.failsFor.clear();
    const again = statuses(await run(clock, series(), target)).toSorted();
    expect(again).toEqual(["2026-11-16 delivered", "2026-11-18 delivered"]);
  });

  it.each([
    [{ is: "failed", code: "failed", message: "the provider's words" }, "failed"],
    [{ is: "expired", message: "gone" }, "expired"],
    [{ is: "pending", status: "queued", reference: "r" }, "pending"],
  ] as const)("reports %j as missing, with the reason", async (says, reason) => {
    const { clock, provider, series } = scene();
    provider.says.set("2026-11-19", says);
    const from = { from: "2026-11-19" };
    const [result] = await run(clock, series(from), ledger(), { deadlineMs: 10 * 60_000 });
    expect(result).toMatchObject({ status: "failed", error: { bookmark: result?.bookmark } });
    const [missing] = await series(from).missing();
    expect(missing).toMatchObject({ reason, bookmark: result?.bookmark, key: result?.key });
    if ("message" in says) expect(missing?.message).toBe(says.message);
  });

  it("tells a report whose credentials were refused from one that is under way", async () => {
    const { clock, provider, series } = scene();
    provider.says.set("2026-11-19", { is: "denied", error: new Error("HTTP 401") });
    const from = { from: "2026-11-19" };
    await run(clock, series(from), ledger(), {});
    expect(await series(from).missing()).toMatchObject([{ reason: "denied" }]);
    provider.says.delete("2026-11-19");
    await run(clock, series(from), ledger(), {});
    expect(await series(from).missing()).toEqual([]);
  });

  it("has no more periods open at once than it may", async () => {
    const { clock, series } = scene();
    let open = 0;
    let most = 0;
    const target: Ledger = {
      ...ledger(),
      async receive() {
        open += 1;
        most = Math.max(most, open);
        await new Promise<void>((resolve) => void clock.platform.setTimeout(resolve, 60_000));
        open -= 1;
        return { name: "a.csv", bytes: 3, sha256: "5f" };
      },
    };
    await run(clock, series({ from: "2026-11-01" }), target);
    expect(most).toBe(4);
    await run(clock, series({ from: "2026-10-01" }), target, { concurrency: 2 });
    expect(most).toBe(4);
  });

  it("ends at its deadline: what was not asked for is an error with its bookmark, and nothing of it was sent", async () => {
    const { clock, provider, series } = scene();
    provider.says.set("2026-11-15", { is: "pending", status: "queued", reference: "r" });
    const results = await run(clock, series(), ledger(), { concurrency: 1, deadlineMs: 60_000 });
    expect(statuses(results)).toEqual(["15", "16", "17", "18", "19"].map((day) => `2026-11-${day} failed`));
    for (const result of results) {
      const error = result.status === "failed" ? result.error : undefined;
      expect(ReportDeadlineError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ bookmark: result.bookmark });
    }
    expect(provider.requests.filter((request) => !request.endsWith("2026-11-15"))).toEqual([]);
  });

  it("is ended by its signal, and what was under way is not left leased", async () => {
    const { clock, series, provider } = scene();
    const stop = new AbortController();
    const target: Ledger = {
      ...ledger(),
      receive: async (_report, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason as Error));
          stop.abort(new Error("Ctrl-C"));
        }),
    };
    const error = await run(clock, series(), target, { signal: stop.signal }).catch(received);
    expect(error).toMatchObject({ message: "Ctrl-C" });
    const started = clock.now();
    expect(await run(clock, series(), ledger())).toHaveLength(5);
    expect(clock.now() - started).toBeLessThan(60_000);
    expect(provider.requests.length).toBeLessThanOrEqual(10);
  });

  it("that its caller leaves begins no other period", async () => {
    const { clock, series, provider } = scene();
    const leave = async (): Promise<void> => {
      const results = series().deliverMissing(ledger(), { concurrency: 1 });
      await results.next();
      await results.return();
    };
    await clock.finish(leave());
    expect(provider.requests).toContain("create 2026-11-15");
    expect(provider.requests.filter((request) => request > "create 2026-11-16")).toEqual([]);
    expect(await series().missing()).toHaveLength(4);
  });

  it.each([401, 403])("stops sending when the credentials are not accepted (%i)", async (status) => {
    const { clock, series, provider } = scene();
    const error = unauthorised(status);
    for (const day of ["15", "16", "17", "18", "19"]) provider.says.set(`2026-11-${day}`, { is: "denied", error });
    const results = await run(clock, series(), ledger(), { concurrency: 1 });
    expect(results).toHaveLength(5);
    for (const result of results) expect(result).toMatchObject({ status: "failed", error: { status } });
    expect(provider.requests).toEqual(["create 2026-11-15"]);
  });

  it("by two workers at once delivers each report once", async () => {
    const { clock, series } = scene();
    const target = ledger();
    const both = Promise.all([run(clock, series(), target), sleep(0).then(async () => run(clock, series(), target))]);
    const results = (await both).flat();
    expect(new Set(statuses(results)).size).toBe(5);
    expect(target.taken).toHaveLength(5);
  });
});

describe("a policy for ended jobs", () => {
  it("asks for a failed report again by another epoch, after its cool-down, and no more often than it may", async () => {
    const provider = daysProvider({ remakes: true });
    const { clock, series } = scene(provider);
    provider.says.set("2026-11-19", { is: "failed", code: "failed", message: "no" });
    const options = { from: "2026-11-19", retry: { failed: 2, coolDownMs: 2 * hourMs } };
    const attempt = async (): Promise<number> => {
      const asked = (): number => provider.requests.filter((request) => request.endsWith("2026-11-19")).length;
      const before = asked();
      await run(clock, series(options), ledger());
      return asked() - before;
    };
    expect(await attempt()).toBe(1);
    await clock.advance(hourMs);
    expect(await attempt()).toBe(0);
    await clock.advance(hourMs);
    expect(await attempt()).toBe(1);
    await clock.advance(2 * hourMs);
    expect(await attempt()).toBe(1);
    await clock.advance(20 * hourMs);
    expect(await attempt()).toBe(0);
    expect((await series(options).missing())[0]).toMatchObject({ reason: "failed" });
  });

  it("asks for a report again whose file has expired, and delivers that", async () => {
    const provider = daysProvider({ remakes: true });
    const { clock, series } = scene(provider);
    provider.says.set("2026-11-19#0", { is: "expired", message: "gone" });
    const options = { from: "2026-11-19", retry: { expired: 1, coolDownMs: 0 } };
    expect(statuses(await run(clock, series(options), ledger()))).toEqual(["2026-11-19 failed"]);
    const target = ledger();
    expect(statuses(await run(clock, series(options), target))).toEqual(["2026-11-19 delivered"]);
    expect(target.taken).toHaveLength(1);
    expect(await run(clock, series(options), target)).toEqual([]);
  });

  it("is none by default: a failed report is asked for no more", async () => {
    const provider = daysProvider({ remakes: true });
    const { clock, series } = scene(provider);
    provider.says.set("2026-11-19", { is: "failed", code: "failed", message: "no" });
    await run(clock, series({ from: "2026-11-19" }), ledger());
    await clock.advance(100 * hourMs);
    const [result] = await run(clock, series({ from: "2026-11-19" }), ledger());
    expect(result).toMatchObject({ status: "failed", error: { code: "failed" } });
    expect(provider.requests.filter((request) => request.endsWith("2026-11-19"))).toHaveLength(1);
  });
});

describe("a look back", () => {
  /** Takes each file as it is. */
  const target: Target<ReportFile, DownloadOptions> = {
    receive: (report, options) => toStream(new WritableStream()).receive(report, options),
  };
  const deliver = async (clock: VirtualClock, series: Series): Promise<SeriesResult[]> => {
    const collect = async (): Promise<SeriesResult[]> => {
      const results: SeriesResult[] = [];
      for await (const result of series.deliverMissing(target)) results.push(result);
      return results;
    };
    return clock.finish(collect());
  };

  it("compares the latest days with what the provider has now, and delivers what has changed as a correction", async () => {
    const { clock, provider, series } = scene();
    const options = { recheckDays: 2 };
    const first = await deliver(clock, series(options));
    expect(first).toHaveLength(5);
    expect(statuses(await deliver(clock, series(options)))).toEqual(["2026-11-18 unchanged", "2026-11-19 unchanged"]);

    provider.texts.set("2026-11-18", "day\n2026-11-18\nlate\n");
    provider.texts.set("2026-11-16", "too old to be looked at\n");
    const results = await deliver(clock, series(options));
    expect(statuses(results).toSorted()).toEqual(["2026-11-18 corrected", "2026-11-19 unchanged"]);
    const corrected = results.find(({ status }) => status === "corrected");
    const before = first.find(({ period }) => period.from === "2026-11-18");
    const delivery = before?.status === "delivered" ? before.delivery : undefined;
    expect(corrected).toMatchObject({
      status: "corrected",
      delivery: {
        deliveryId: `${corrected?.key}.2`,
        corrects: { deliveryId: delivery?.deliveryId, sha256: delivery?.sha256 },
      },
    });
    expect(statuses(await deliver(clock, series(options)))).toEqual(["2026-11-18 unchanged", "2026-11-19 unchanged"]);
  });

  it("of a report that the provider no longer has leaves what was delivered as it is", async () => {
    const { clock, provider, series } = scene();
    const options = { from: "2026-11-19", recheckDays: 1 };
    await deliver(clock, series(options));
    const gone = {
      ...provider.source,
      locate: async () => ({ via: "none", reason: "expired", message: "gone" }) as const,
    };
    expect(statuses(await deliver(clock, series({ ...options, source: gone })))).toEqual(["2026-11-19 unchanged"]);
    expect(await deliver(clock, series({ ...options, source: gone }))).toEqual([]);
    expect(await series(options).missing()).toEqual([]);
  });

  it("by new reports makes one a day for each period, and delivers it where it differs", async () => {
    const provider = daysProvider({ remakes: true });
    const { clock, series } = scene(provider);
    const options = { from: "2026-11-19", recheckDays: 3, remake: true };
    const [first] = await deliver(clock, series(options));
    const made = (): number => provider.requests.filter((request) => request === "create 2026-11-19").length;
    expect(await deliver(clock, series(options))).toEqual([]);
    expect(made()).toBe(1);

    await clock.advance(21 * hourMs);
    provider.texts.set("2026-11-19#1", "day\n2026-11-19\nlate\n");
    const corrected = (await deliver(clock, series(options))).find(({ status }) => status === "corrected");
    const delivery = first?.status === "delivered" ? first.delivery : undefined;
    expect(corrected).toMatchObject({
      status: "corrected",
      delivery: { corrects: { deliveryId: delivery?.deliveryId, sha256: delivery?.sha256 } },
    });
    expect(corrected?.key).not.toBe(first?.key);
    expect(made()).toBe(2);

    await clock.advance(21 * hourMs);
    provider.texts.set("2026-11-19", "day\n2026-11-19\nlate\n");
    const again = await deliver(clock, series(options));
    expect(statuses(again).toSorted()).toEqual([
      "2026-11-19 unchanged",
      "2026-11-20 unchanged",
      "2026-11-21 delivered",
    ]);
    expect(made()).toBe(3);
    expect(await series(options).missing()).toEqual([]);
  });
});

describe("what can't work is refused before anything is sent:", () => {
  it.each<[string, object]>([
    ["every", { every: "week" }],
    ["every", { every: { days: 0 } }],
    ["every", { every: { days: 1.5 } }],
    ["from", { from: "2026-02-30" }],
    ["from", { from: "2026-01-15", every: "month" }],
    ["timeZone", { timeZone: "Mexico City" }],
    ["timeZone", { timeZone: undefined }],
    ["kit", { kit: undefined }],
    ["source", { source: {} }],
    ["request", { request: { day: "2026-11-19" } }],
    ["request.day", { request: () => ({ day: "yesterday" }) }],
    ["now", { now: 7 }],
    ["name", { name: "" }],
    ["recheckDays", { recheckDays: -1 }],
    ["remake", { remake: true }],
    ["retry.failed", { retry: { failed: 1 } }],
    ["retry.expired", { retry: { expired: -1 } }],
    ["retry.coolDownMs", { retry: { coolDownMs: Number.NaN } }],
    ["retry.cooldown", { retry: { cooldown: 1 } }],
    ["timezone", { timezone: "UTC" }],
    ["remake", { remake: "yes" }],
    ["recheckDays", { recheckDays: 1.5 }],
    ["retry", { retry: 3 }],
  ])("%s of %j", (field, more) => {
    const { series, provider } = scene();
    expect(() => series(more)).toThrow(expect.objectContaining({ name: "ReportRequestError", field }));
    expect(provider.requests).toEqual([]);
  });

  it("a look back at a provider whose reports stay as they were made, without new ones", () => {
    const { series } = scene(daysProvider({ remakes: true }));
    expect(() => series({ recheckDays: 1 })).toThrow(/recheckDays: expected 0, or remake: true/);
  });

  it("two periods that ask for one report, which would count as delivered without it", async () => {
    const { clock, series, provider } = scene();
    const same = series({ request: () => ({ day: "2026-11-15" }) });
    await expect(same.missing()).rejects.toMatchObject({
      name: "ReportRequestError",
      field: "request",
      received: "one report for 2026-11-15 and 2026-11-16",
    });
    expect(await run(clock, same, ledger()).catch(received)).toMatchObject({ field: "request" });
    expect(provider.requests).toEqual([]);
  });

  it.each<[string, object]>([
    ["concurrency", { concurrency: 0 }],
    ["concurrency", { concurrency: 1.5 }],
    ["deadlineMs", { deadlineMs: -1 }],
    ["deadlineMs", { deadlineMs: "1h" }],
    ["overwrite", { overwrite: "always" }],
  ])("%s of %j", async (field, options) => {
    const { clock, series, provider } = scene();
    expect(await run(clock, series(), ledger(), options).catch(received)).toMatchObject({ field });
    expect(provider.requests).toEqual([]);
  });

  it("what is no target", async () => {
    const { clock, series, provider } = scene();
    const error = await run(clock, series(), "out" as unknown as Ledger).catch(received); // plain JavaScript can pass it
    expect(error).toMatchObject({ field: "target", expected: expect.stringContaining("toConsumer(path, function)") });
    expect(provider.requests).toEqual([]);
  });

  it("a day that has not ended in the source's own zone is refused alone, and the others are delivered", async () => {
    const { clock, series } = scene();
    const request = ({ from }: ReportPeriod): { day: string } => ({ day: from === "2026-11-19" ? "not yet" : from });
    const options = { from: "2026-11-18", request };
    expect(statuses(await run(clock, series(options), ledger())).toSorted()).toEqual([
      "2026-11-18 delivered",
      "2026-11-19 failed",
    ]);
    expect(await series(options).missing()).toMatchObject([
      { reason: "refused", message: expect.stringContaining("request.day"), key: undefined },
    ]);
  });
});
