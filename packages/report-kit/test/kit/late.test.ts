import { describe, expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { JobEvent, ReportSource } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

const minute = 60_000;

interface Scene {
  /** Wait for a report that takes so long. @returns the events of that wait that say that it is late, and its length */
  readonly wait: (report: string, takesMs: number) => Promise<readonly JobEvent[]>;
  readonly now: () => number;
}

function scene(documented?: number): Scene {
  const clock = createVirtualClock();
  const events: JobEvent[] = [];
  const takes = new Map<string, number>();
  const begun = new Map<string, number>();
  const source: ReportSource<{ readonly report: string }> = {
    id: "late/test",
    provider: "late",
    account: "test",
    origin: "https://late.invalid",
    profile: { tier: "create-or-get", remakes: false },
    linkHosts: [],
    prepare: ({ report }) => ({
      reportType: "late",
      request: { report },
      identity: { report },
      deadlineAt: documented,
    }),
    async create({ key, request, now }) {
      begun.set(key, now);
      return { is: "pending", status: "queued", reference: request["report"] as string }; // `prepare` wrote it
    },
    async look({ key, reference = "", now }) {
      const isReady = now - (begun.get(key) ?? 0) >= (takes.get(reference) ?? 0);
      return isReady ? { is: "ready", reference } : { is: "pending", status: "queued", reference };
    },
    locate: async () => ({ via: "none", reason: "pending", message: "no file" }),
  };
  const kit = createReportKit({
    journal: memoryJournal(),
    platform: clock.platform,
    onEvent: (event) => events.push(event),
  });
  return {
    now: () => clock.now(),
    async wait(report, takesMs) {
      takes.set(report, takesMs);
      const before = events.length;
      await clock.finish(kit.report(source, { report }).outcome());
      await clock.advance(2 * minute); // what was learned is read again
      return events.slice(before).filter(({ type }) => type === "late");
    },
  };
}

describe("a report that is later than 19 of 20 of its source's", () => {
  it("is reported once, at the first look after that time; usual ones are not", async () => {
    const { wait, now } = scene();
    for (let place = 0; place < 12; place += 1) {
      expect(await wait(`usual-${place}`, 4 * minute + (place % 3) * 10_000)).toEqual([]);
    }
    const begun = now();
    const late = await wait("late", 90 * minute);
    expect(late).toHaveLength(1);
    const [event] = late;
    const expectedMs = event?.type === "late" ? Date.parse(event.expectedBy) - begun : 0;
    expect(expectedMs).toBeGreaterThan(4 * minute);
    expect(expectedMs).toBeLessThan(60 * minute);
    expect(Date.parse(event?.at ?? "")).toBeGreaterThanOrEqual(begun + expectedMs);
    expect(await wait("usual again", 4 * minute)).toEqual([]);
  });

  it("is not reported while fewer than five were seen", async () => {
    const { wait } = scene();
    for (let place = 0; place < 4; place += 1) await wait(`usual-${place}`, minute);
    expect(await wait("long", 5 * 60 * minute)).toEqual([]);
  });

  it("is measured by the provider's documented time as long as nothing was learned", async () => {
    const documented = Date.parse("2026-11-20T01:00:00Z");
    const { wait } = scene(documented);
    expect(await wait("in time", 20 * minute)).toEqual([]);
    expect(await wait("late", 3 * 60 * minute)).toMatchObject([{ expectedBy: "2026-11-20T01:00:00.000Z" }]);
  });
});
