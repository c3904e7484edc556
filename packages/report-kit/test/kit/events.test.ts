import { createHash } from "node:crypto";
import { TransportError } from "@report-kit/http";
import { expect, it } from "vitest";
import { toStream } from "../../src/download/index.ts";
import { createReportKit, describeEvent, memoryJournal } from "../../src/index.ts";
import type { JobEvent, ReportJob } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import { durableJournal } from "../support/durable-journal.ts";

const pending = { is: "pending", status: "pending", reference: "r-1" } as const;
const ready = { is: "ready", reference: "r-1" } as const;
const unclear = new TransportError({
  code: "timeout",
  message: "No answer within 30 s.",
  provider: "scripted",
  operationId: "create",
  maybeSent: true,
});

async function eventsOf(job: ReportJob, seen: JobEvent[]): Promise<void> {
  for await (const event of job.events()) seen.push(event);
}

it("a job's events go on through the download: what interrupted it, until when it waits, and the verified file", async () => {
  const clock = createVirtualClock();
  const csv = new TextEncoder().encode(`date,amount\n${"2026-11-19,1.00\n".repeat(2_000)}`);
  const answers = [
    () => new Response("busy", { status: 503, headers: { "retry-after": "7" } }),
    () => new Response(csv, { headers: { "content-type": "text/csv", "content-length": String(csv.length) } }),
  ];
  const source = scriptedSource({
    create: [{ ...ready, fileName: "a.csv" }],
    locate: { via: "api", open: async () => answers.shift()?.() ?? Response.error() },
  });
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
  const job = kit.report(source, { report: "a" });
  const seen: JobEvent[] = [];
  const following = eventsOf(job, seen);
  await clock.advance(1);
  const file = await clock.finish(job.download(toStream(new WritableStream())));
  await clock.finish(following);
  const sha256 = createHash("sha256").update(csv).digest("hex");
  expect(file).toMatchObject({ sha256 });
  expect(seen.map(({ type }) => type)).toEqual(["submitted", "ready", "interrupted", "downloading", "downloaded"]);
  expect(seen).toMatchObject([
    {},
    {},
    { bytes: 0, reason: expect.stringContaining("503"), afterMs: 7_000, until: expect.stringMatching(/Z$/) },
    { totalBytes: csv.length },
    { name: "a.csv", bytes: csv.length, sha256, key: job.key, source: source.id },
  ]);
  // Once it has ended there is nothing to follow.
  await eventsOf(job, seen);
  expect(seen).toHaveLength(5);
});

it("a large download is at most one event in 5 s, with its speed", async () => {
  const clock = createVirtualClock();
  const row = new TextEncoder().encode("2026-11-19,1.00\n".repeat(64));
  const total = 100 * row.length;
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => clock.platform.setTimeout(() => resolve(undefined), 200));
      controller.enqueue(row);
      sent += 1;
      if (sent === 100) controller.close();
    },
  });
  const source = scriptedSource({
    create: [{ ...ready, fileName: "a.csv" }],
    locate: {
      via: "api",
      open: async () => new Response(body, { headers: { "content-length": String(total) } }),
    },
  });
  const seen: JobEvent[] = [];
  const kit = createReportKit({
    journal: memoryJournal(),
    platform: clock.platform,
    onEvent: (event) => seen.push(event),
  });
  await clock.finish(kit.report(source, { report: "a" }).download(toStream(new WritableStream())));
  const progress = seen.filter(({ type }) => type === "downloading");
  expect(progress.length).toBeGreaterThanOrEqual(4);
  expect(progress.length).toBeLessThanOrEqual(5);
  expect(describeEvent(progress[1] ?? fail())).toMatch(/^downloading: [\d.]+ kB of 102 kB, 5\.1 kB\/s, 1\d s left$/);
});

it("after a lost create an event says until when the job waits for what it may have made, and why", async () => {
  const clock = createVirtualClock();
  const bound = 60_000;
  const source = scriptedSource({
    profile: { tier: "list", visibilityBoundMs: bound },
    create: [unclear],
    find: [{ ...pending }],
    look: [ready],
  });
  const seen: JobEvent[] = [];
  const kit = createReportKit({
    journal: durableJournal(),
    platform: clock.platform,
    onEvent: (event) => seen.push(event),
  });
  const startedAt = clock.now();
  await clock.finish(kit.report(source, { report: "a" }).outcome());
  const [unreachable, waiting] = seen;
  expect(unreachable).toMatchObject({ type: "unreachable", reason: "No answer within 30 s." });
  expect(waiting).toMatchObject({
    type: "waiting",
    // The lease of a minute, two minutes between any clocks, and the bound twice.
    until: new Date(startedAt + 60_000 + 120_000 + 2 * bound).toISOString(),
    why: "a create ended unclear: what it may have made is visible by then",
  });
  expect(seen.map(({ type }) => type).slice(2)).toEqual(["adopted", "observed", "waiting", "ready"]);
});

it("a worker that joins a job announces what it waits for, once for each wait", async () => {
  const clock = createVirtualClock();
  const journal = durableJournal();
  const script = { create: [pending], look: [pending, pending, ready] };
  const first = createReportKit({ journal, platform: clock.platform }).report(scriptedSource(script), { report: "a" });
  const seen: JobEvent[] = [];
  const joined = createReportKit({ journal, platform: clock.platform, onEvent: (event) => seen.push(event) });
  const outcome = first.outcome();
  await clock.advance(1_000);
  const stop = new AbortController();
  const joining = joined.report(scriptedSource({ look: [pending] }), { report: "a" }).outcome({ signal: stop.signal });
  await clock.advance(2_000);
  expect(seen).toMatchObject([
    { type: "waiting", why: expect.stringMatching(/./), until: expect.stringMatching(/Z$/) },
  ]);
  stop.abort();
  await joining.catch(() => undefined);
  await clock.finish(outcome);
});

function fail(): never {
  throw new Error("there is no such event");
}

it("a worker that was killed in a request holds its job up for a minute, and the next one announces that, with the end", async () => {
  const clock = createVirtualClock();
  const journal = durableJournal();
  // It gets no answer, and never comes back.
  const silent = scriptedSource({ create: [() => new Promise<never>(() => undefined)] });
  const dead = createReportKit({ journal, platform: clock.platform }).report(silent, { report: "a" });
  dead.outcome({ deadlineMs: 2_000 }).catch(() => undefined);
  await clock.step(0);
  const startedAt = clock.now();
  const seen: JobEvent[] = [];
  const kit = createReportKit({ journal, platform: clock.platform, onEvent: (event) => seen.push(event) });
  const source = scriptedSource({ profile: { tier: "create-or-get" }, create: [pending], look: [ready] });
  await clock.finish(kit.report(source, { report: "a" }).outcome());
  expect(seen[0]).toMatchObject({
    type: "waiting",
    until: new Date(startedAt + 60_000).toISOString(),
    why: "another worker is taking a step of this job",
  });
  expect(seen.filter(({ type }) => type === "waiting")).toHaveLength(2);
});
