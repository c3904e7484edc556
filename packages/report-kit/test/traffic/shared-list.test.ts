import { TransportError } from "@report-kit/http";
import { expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";

const readyAfterMs = 1_800_000;

it("serves a thousand pending reports of one account by one list request a look, and no look of their own", async () => {
  const clock = createVirtualClock();
  const startedAt = clock.now();
  const source = scriptedSource({
    profile: { tier: "list", visibilityBoundMs: 30_000, remakes: true, requestsPerSecond: 1_000 },
    create: [(call) => ({ is: "pending", status: "pending", reference: call.key })],
    list: (reference, now) =>
      now - startedAt < readyAfterMs
        ? { is: "pending", status: "pending", reference }
        : { is: "ready", reference, fileName: `${reference}.csv` },
  });
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
  const jobs = Array.from({ length: 1_000 }, (_, index) => kit.report(source, { report: `r${index}` }));
  const outcomes = await clock.finish(Promise.all(jobs.map((job) => job.outcome())));

  expect(outcomes.every((outcome) => outcome.status === "ready")).toBe(true);
  const lists = source.calls.filter((call) => call.method === "list");
  expect(source.calls.filter((call) => call.method === "create")).toHaveLength(1_000);
  expect(source.calls).toHaveLength(1_000 + lists.length);
  // As many looks as one job alone is planned, give or take jitter: never one a job.
  const planned = (await kit.plan(source, { horizonMs: readyAfterMs })).length + 1;
  expect(lists.length).toBeLessThanOrEqual(2 * planned);
  const seconds = new Set(lists.map((call) => Math.floor(call.at / 1_000)));
  expect(seconds.size).toBe(lists.length);
});

it("asks for a report by itself when the list does not say, and while no other waits", async () => {
  const clock = createVirtualClock();
  const source = scriptedSource({
    profile: { tier: "list", visibilityBoundMs: 30_000 },
    create: [(call) => ({ is: "pending", status: "pending", reference: call.key })],
    look: [(call) => ({ is: "ready", reference: call.reference ?? "" })],
    list: () => undefined,
  });
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
  await clock.finish(kit.report(source, { report: "alone" }).outcome());
  expect(source.calls.map((call) => call.method)).toEqual(["create", "look"]);
  await clock.finish(Promise.all(["a", "b"].map((report) => kit.report(source, { report }).outcome())));
  expect(source.calls.filter((call) => call.method === "look")).toHaveLength(3);
});

it("takes a list that fails as a look without an answer, and goes on", async () => {
  const clock = createVirtualClock();
  let failing = true;
  const source = scriptedSource({
    profile: { tier: "list", visibilityBoundMs: 30_000 },
    create: [(call) => ({ is: "pending", status: "pending", reference: call.key })],
    list: (reference) => {
      if (failing) {
        failing = false;
        throw new TransportError({
          code: "network",
          message: "reset",
          provider: "scripted",
          operationId: "list",
          maybeSent: true,
        });
      }
      return { is: "ready", reference };
    },
  });
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
  const outcomes = await clock.finish(
    Promise.all(["a", "b"].map((report) => kit.report(source, { report }).outcome())),
  );
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["ready", "ready"]);
});

it("keeps looks beside the list within the rate limit: 300 reports that it leaves out, ten requests a second", async () => {
  const clock = createVirtualClock();
  const source = scriptedSource({
    profile: { tier: "list", visibilityBoundMs: 30_000, remakes: true, requestsPerSecond: 10 },
    create: [(call) => ({ is: "pending", status: "pending", reference: call.key })],
    look: [(call) => ({ is: "pending", status: "pending", reference: call.reference ?? "" })],
    list: () => undefined,
  });
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
  const stop = new AbortController();
  const jobs = Array.from({ length: 300 }, (_, index) => kit.report(source, { report: `r${index}` }));
  const waits = jobs.map((job) => job.outcome({ signal: stop.signal }).catch(() => undefined));
  await clock.advance(10 * 60_000);
  stop.abort();
  await clock.finish(Promise.all(waits));

  const perSecond = new Map<number, number>();
  for (const { at } of source.calls)
    perSecond.set(Math.floor(at / 1_000), (perSecond.get(Math.floor(at / 1_000)) ?? 0) + 1);
  expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(11); // ten, and the edge of a second
  expect(source.calls.filter(({ method }) => method === "look").length).toBeGreaterThan(1_000);
});

it("keeps two origins of one source id apart: each has its own list and its own rate limit", async () => {
  const clock = createVirtualClock();
  const script = (origin: string) => ({
    ...scriptedSource({
      profile: { tier: "list", visibilityBoundMs: 30_000, requestsPerSecond: 1_000 },
      create: [(call) => ({ is: "pending" as const, status: "pending", reference: call.key })],
      look: [new Error("not to be asked")],
      list: (reference: string) => ({ is: "ready" as const, reference: `${origin} ${reference}` }),
    }),
    origin,
  });
  const sources = ["https://live.invalid", "https://staging.invalid"].map(script);
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
  const jobs = sources.flatMap((source) => ["a", "b"].map((report) => kit.report(source, { report })));
  const outcomes = await clock.finish(Promise.all(jobs.map((job) => job.outcome())));
  expect(outcomes.map((outcome) => "reference" in outcome && outcome.reference.split(" ")[0])).toEqual([
    "https://live.invalid",
    "https://live.invalid",
    "https://staging.invalid",
    "https://staging.invalid",
  ]);
});
