import { ProviderError, TransportError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { createReportKit, memoryJournal, ReportDeadlineError } from "../../src/index.ts";
import type { JobEvent, Observation } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import { durableJournal } from "../support/durable-journal.ts";

const pending = { is: "pending", status: "pending", reference: "r-1" } as const;
const ready = { is: "ready", reference: "r-1" } as const;

describe("waiting", () => {
  it("ends at the caller's deadline with the bookmark, after a last look just before it", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [pending], look: [pending] });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const job = kit.report(source, { report: "a" });
    const startedAt = clock.now();
    const error = await clock.finish(job.outcome({ deadlineMs: 3_600_000 }).catch((thrown: unknown) => thrown));
    expect(ReportDeadlineError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: "deadline", phase: "wait", retryable: true, bookmark: job.bookmark });
    expect(clock.now() - startedAt).toBe(3_600_000);
    const last = source.calls.at(-1)?.at ?? 0;
    expect(startedAt + 3_600_000 - last).toBeLessThanOrEqual(10_000);
    expect(clock.pending).toBe(0);
  });

  it("ends at once when the provider asks to be left alone for longer than the deadline", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [{ ...pending, retryAfterMs: 7_200_000 }] });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const startedAt = clock.now();
    const waiting = kit.report(source, { report: "a" }).outcome({ deadlineMs: 3_600_000 });
    const error = await clock.finish(waiting.catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: "deadline" });
    expect(clock.now()).toBe(startedAt);
    expect(source.calls).toHaveLength(1);
  });

  it("settles an aborted caller at once, and leaves no timer and no request behind", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [pending], look: [pending] });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const controller = new AbortController();
    const waiting = kit.report(source, { report: "a" }).outcome({ signal: controller.signal });
    const settled = waiting.catch((thrown: unknown) => thrown);
    await clock.advance(30_000);
    const calls = source.calls.length;
    controller.abort(new Error("enough"));
    expect(await settled).toMatchObject({ message: "enough" });
    await clock.advance(3_600_000);
    expect(source.calls).toHaveLength(calls);
    expect(clock.pending).toBe(0);
  });

  it("goes on for the others when one caller leaves", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [pending], look: [pending, pending, ready] });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const controller = new AbortController();
    const leaves = kit.report(source, { report: "a" }).outcome({ signal: controller.signal });
    const stays = kit.report(source, { report: "a" }).outcome();
    const left = leaves.catch((thrown: unknown) => thrown);
    await clock.advance(1_000);
    controller.abort(new Error("enough"));
    expect(await left).toMatchObject({ message: "enough" });
    expect(await clock.finish(stays)).toMatchObject({ status: "ready" });
    expect(source.calls.filter((call) => call.method === "create")).toHaveLength(1);
  });

  it("waits no shorter than a Retry-After, which a wake does not shorten either", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [{ ...pending, retryAfterMs: 600_000 }], look: [ready] });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const waiting = kit.report(source, { report: "a" }).outcome();
    await clock.advance(1_000);
    await kit.wake({ source: source.id });
    await clock.finish(waiting);
    expect((source.calls[1]?.at ?? 0) - (source.calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(600_000);
  });
});

describe("an hour of 503, of malformed bodies, or of an unknown status", () => {
  const down = new ProviderError({
    provider: "scripted",
    operationId: "look",
    status: 503,
    code: "http-503",
    message: "scripted answered 503.",
  });
  const malformed = new TransportError({
    code: "unreadable-answer",
    message: "not JSON",
    provider: "scripted",
    operationId: "look",
    maybeSent: true,
  });
  const galloping = { is: "unknown", status: "galloping", sample: "galloping", reference: "r-1" } as const;

  it.each([
    ["503", down, "unreachable"],
    ["malformed bodies", malformed, "unreachable"],
    ["an unknown status", galloping, "unknown-status"],
  ] as const)(
    "%s: no more looks than of a pending report, one warning, and the job goes on after it",
    async (_what, answer, warning) => {
      const hour = 3_600_000;
      const looksIn = async (first: Observation | Error): Promise<{ looks: number; events: readonly JobEvent[] }> => {
        const clock = createVirtualClock();
        const startedAt = clock.now();
        const events: JobEvent[] = [];
        const source = scriptedSource({
          create: [pending],
          look: [
            ({ now }) => {
              if (now - startedAt >= hour) return ready;
              if (first instanceof Error) throw first;
              return first;
            },
          ],
        });
        const kit = createReportKit({
          journal: memoryJournal(),
          platform: clock.platform,
          onEvent: (event) => events.push(event),
        });
        expect(await clock.finish(kit.report(source, { report: "a" }).outcome())).toMatchObject({ status: "ready" });
        return { looks: source.calls.filter((call) => call.at - startedAt < hour).length, events };
      };
      const { looks, events } = await looksIn(answer);
      expect(looks).toBeLessThanOrEqual((await looksIn(pending)).looks);
      expect(looks).toBeGreaterThan(3);
      expect(events.filter((event) => event.type === warning)).toHaveLength(1);
    },
  );
});

describe("waking", () => {
  it("ends a wait in another process within 5 seconds, through the journal", async () => {
    const clock = createVirtualClock();
    const journal = durableJournal();
    const source = scriptedSource({ create: [pending], look: [pending, pending, pending, pending, pending, ready] });
    const waits = createReportKit({ journal, platform: clock.platform });
    const hears = createReportKit({ journal, platform: clock.platform });
    const waiting = waits.report(source, { report: "a" }).outcome();
    let settledAt: number | undefined;
    void waiting.then(() => {
      settledAt = clock.now();
    });
    // Far enough in that gaps are long.
    while (source.calls.length < 6) await clock.advance(1_000);
    const wokenAt = clock.now();
    expect(await hears.wake({ reference: "r-1" })).toBe(1);
    await clock.advance(5_000);
    expect(settledAt).toBeDefined();
    expect((settledAt ?? Infinity) - wokenAt).toBeLessThanOrEqual(5_000);
  });

  it("wakes only what the hint names, and refuses a hint that names nothing", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [pending], look: [pending] });
    const kit = createReportKit({ journal: durableJournal(), platform: clock.platform });
    const controller = new AbortController();
    const waits = ["a", "b"].map((report) => kit.report(source, { report }).outcome({ signal: controller.signal }));
    const settled = Promise.allSettled(waits);
    await clock.advance(600);
    expect(await kit.wake({ source: "scripted/other" })).toBe(0);
    expect(await kit.wake({ source: source.id, request: { report: "b" } })).toBe(1);
    await expect(kit.wake({})).rejects.toMatchObject({ name: "ReportRequestError", field: "hint" });
    controller.abort();
    await settled;
  });
});

describe("stepping and resuming", () => {
  it("drives a job by kit.step from a bookmark alone, sending nothing before it is time", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [pending], look: [pending, ready] });
    const journal = durableJournal();
    const { bookmark } = createReportKit({ journal, platform: clock.platform }).report(source, { report: "a" });
    let steps = 0;
    for (;;) {
      // A new kit each time: cron knows nothing but the bookmark.
      const kit = createReportKit({ journal, platform: clock.platform });
      const step = await kit.step(bookmark, [source]);
      steps += 1;
      if ("outcome" in step) {
        expect(step.outcome).toMatchObject({ status: "ready", bookmark });
        break;
      }
      const calls = source.calls.length;
      expect(await kit.step(bookmark, [source])).toMatchObject({ again: { at: step.again.at } });
      expect(source.calls).toHaveLength(calls);
      expect(Date.parse(step.again.at) - clock.now()).toBe(step.again.afterMs);
      await clock.advance(step.again.afterMs);
    }
    expect(steps).toBe(3);
    expect(source.calls.map((call) => call.method)).toEqual(["create", "look", "look"]);
  });

  it("goes on from a bookmark in another process, under the same key", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [pending], look: [ready] });
    const journal = durableJournal();
    const job = createReportKit({ journal, platform: clock.platform }).report(source, { report: "a" });
    const resumed = createReportKit({ journal, platform: clock.platform }).resume(job.bookmark, [source]);
    expect(resumed.key).toBe(job.key);
    expect(await clock.finish(resumed.outcome())).toMatchObject({ status: "ready" });
  });

  it("refuses a bookmark that is damaged, of another source or of a newer version", () => {
    const kit = createReportKit({ journal: durableJournal() });
    const source = scriptedSource({});
    const { bookmark } = kit.report(source, { report: "a" });
    const other = scriptedSource({ account: "other" });
    for (const [text, received] of [
      ["", "other text"],
      ["rk2.AAAA", "one of another version: update report-kit here"],
      [bookmark.slice(0, -5), "damaged text"],
      [`${bookmark}!`, "damaged text"],
    ]) {
      expect(() => kit.resume(text ?? "", [source])).toThrow(expect.objectContaining({ field: "bookmark", received }));
    }
    expect(() => kit.resume(bookmark, [other])).toThrow(expect.objectContaining({ code: "unknown-source", bookmark }));
  });

  it("refuses to resume what could be made twice over a journal that ends with its process", () => {
    const kit = createReportKit({ journal: memoryJournal() });
    const source = scriptedSource({ profile: { tier: "list" } });
    const { bookmark } = kit.report(source, { report: "a" });
    expect(() => kit.resume(bookmark, [source])).toThrow(expect.objectContaining({ code: "journal-not-durable" }));
  });
});

describe("a clock that is set back an hour", () => {
  it("holds up no look of a job that waits: the time that was waited counts", async () => {
    const clock = createVirtualClock();
    let setBackMs = 0;
    const source = scriptedSource({ create: [pending], look: [pending, pending, ready] });
    const platform = { ...clock.platform, now: () => clock.now() - setBackMs };
    const kit = createReportKit({ journal: memoryJournal(), platform });
    const startedAt = clock.now();
    const waiting = kit.report(source, { report: "a" }).outcome();
    await clock.advance(5_000);
    setBackMs = 3_600_000;
    expect((await clock.finish(waiting)).status).toBe("ready");
    // Three looks of the schedule take about 80 s.
    expect(clock.now() - startedAt).toBeLessThan(300_000);
  });
});

describe("a clock a minute behind", () => {
  const day = 86_400_000;
  /** Refuses days that have not begun, as the built-in sources do. */
  const source = {
    ...scriptedSource({ create: [ready] }),
    prepare(request: { readonly report: string }, { now }: { readonly now: number }) {
      if (Date.parse(request.report) > now) throw new Error(`${request.report} is in the future`);
      return { reportType: "daily", request, identity: request };
    },
  };

  it("resumes and steps what another machine began just after midnight", async () => {
    const midnight = Date.parse("2026-11-20T00:00:00Z");
    const ahead = createVirtualClock({ start: midnight + 1_000 });
    const behind = createVirtualClock({ start: midnight - 59_000 });
    const journal = durableJournal();
    const { bookmark } = createReportKit({ journal, platform: ahead.platform }).report(source, {
      report: "2026-11-20T00:00:00Z",
    });
    const kit = createReportKit({ journal, platform: behind.platform });
    expect(await kit.step(bookmark, [source])).toMatchObject({ outcome: { status: "ready" } });
    expect((await behind.finish(kit.resume(bookmark, [source]).outcome())).status).toBe("ready");
    // Further behind than any clock may be, it is refused.
    const wrong = createVirtualClock({ start: midnight - day });
    expect(() => createReportKit({ journal, platform: wrong.platform }).resume(bookmark, [source])).toThrow("future");
  });
});

describe("several callers of one wait", () => {
  const lost = new TransportError({
    code: "timeout",
    message: "no answer",
    provider: "scripted",
    operationId: "create",
    maybeSent: true,
  });
  const list = { tier: "list", visibilityBoundMs: 30_000 } as const;

  it.each([
    ["ask", "reconcile"],
    ["reconcile", "ask"],
    ["ask", "recreate"],
    ["recreate", "ask"],
  ] as const)("the strictest holds: %s and %s send one create", async (first, second) => {
    const clock = createVirtualClock();
    const source = scriptedSource({ profile: list, create: [lost, ready], find: [{ is: "absent" }] });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const job = kit.report(source, { report: "a" });
    const callers = [first, second].map((onIndeterminate) => job.outcome({ onIndeterminate }));
    const outcomes = await clock.finish(Promise.all(callers));
    expect(outcomes.map(({ status }) => status)).toEqual(["indeterminate", "indeterminate"]);
    expect(source.calls.filter(({ method }) => method === "create")).toHaveLength(1);
  });

  it("a caller that left is no longer counted", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ profile: list, create: [lost, ready], find: [{ is: "absent" }] });
    const job = createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
    const stop = new AbortController();
    const strict = job.outcome({ onIndeterminate: "ask", signal: stop.signal });
    const other = job.outcome({ onIndeterminate: "reconcile" });
    await clock.advance(1_000);
    stop.abort(new Error("left"));
    await expect(strict).rejects.toThrow("left");
    expect((await clock.finish(other)).status).toBe("ready");
  });

  it("130,000 of them get the outcome", { timeout: 120_000 }, async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [pending], look: [ready] });
    const job = createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
    const outcomes = await clock.finish(Promise.all(Array.from({ length: 130_000 }, () => job.outcome())));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["ready"]));
    expect(source.calls).toHaveLength(2);
  });
});

describe("a job's events", () => {
  it("are live while this process waits for the job, and end with the wait", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ create: [pending], look: [pending, ready] });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const job = kit.report(source, { report: "a" });
    const seen: JobEvent[] = [];
    const following = (async () => {
      for await (const event of job.events()) seen.push(event);
    })();
    await clock.advance(100);
    await clock.finish(job.outcome());
    await clock.finish(following);
    expect(seen.map((event) => event.type)).toEqual([
      "submitted",
      "observed",
      "waiting",
      "observed",
      "waiting",
      "ready",
    ]);
    expect(seen.every((event) => event.key === job.key && event.source === source.id)).toBe(true);
  });

  it("end at once for a job that has ended, also beside a caller who asks for its outcome again", async () => {
    const clock = createVirtualClock();
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const job = kit.report(scriptedSource({ create: [ready] }), { report: "a" });
    await clock.finish(job.outcome());
    const read = async (): Promise<readonly string[]> => {
      const types: string[] = [];
      for await (const { type } of job.events()) types.push(type);
      return types;
    };
    expect(await read()).toEqual([]);
    const [types, outcome] = await clock.finish(Promise.all([read(), job.outcome()]));
    expect([types, outcome.status]).toEqual([[], "ready"]);
  });

  it("end when the wait ends without an event of its own: by an abort, by refused credentials", async () => {
    const clock = createVirtualClock();
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const denied = new ProviderError({
      provider: "scripted",
      operationId: "create",
      status: 401,
      code: "http-401",
      message: "no",
    });
    for (const answer of [denied, pending]) {
      const job = kit.report(scriptedSource({ create: [answer], look: [pending] }), {
        report: `of ${answer === denied}`,
      });
      const stop = new AbortController();
      const following = (async () => {
        for await (const event of job.events()) if (event.type === "waiting") stop.abort(new Error("enough"));
      })();
      await clock.advance(1);
      await expect(clock.finish(job.outcome({ signal: stop.signal }))).rejects.toThrow(/no|enough/);
      await clock.finish(following);
    }
  });
});
