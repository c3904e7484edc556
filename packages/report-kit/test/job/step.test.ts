import { ProviderError, TransportError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { Journal, JobEvent, ReportKitOptions, SourceProfile } from "../../src/index.ts";
import type { Script, ScriptedSource, VirtualClock } from "../../src/testing/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";

const lost = new TransportError({
  code: "timeout",
  message: "no answer within 30 s",
  provider: "scripted",
  operationId: "create",
  maybeSent: true,
});
const answered = (status: number, more: { code?: string; retryAfterMs?: number } = {}): ProviderError =>
  new ProviderError({
    provider: "scripted",
    operationId: "create",
    status,
    code: more.code ?? `http-${status}`,
    message: `scripted answered ${status}.`,
    ...more,
  });

interface Scene {
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly source: ScriptedSource;
  readonly events: JobEvent[];
  readonly kit: ReturnType<typeof createReportKit>;
}

function scene(script: Script, options: Partial<ReportKitOptions> = {}): Scene {
  const clock = createVirtualClock();
  const journal = options.journal ?? memoryJournal();
  const events: JobEvent[] = [];
  const kit = createReportKit({
    journal,
    platform: clock.platform,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { clock, journal, source: scriptedSource(script), events, kit };
}

const list: Partial<SourceProfile> = { tier: "list", visibilityBoundMs: 30_000, remakes: true };
const pending = { is: "pending", status: "pending", reference: "r-1" } as const;
const ready = { is: "ready", reference: "r-1", fileName: "report.csv" } as const;

describe("a report job", () => {
  it("creates once, looks until the report is ready, and says how it went", async () => {
    const { clock, source, kit, events } = scene({ create: [pending], look: [pending, pending, ready] });
    const job = kit.report(source, { report: "a" });
    const outcome = await clock.finish(job.outcome());
    expect(outcome).toMatchObject({
      status: "ready",
      reference: "r-1",
      fileName: "report.csv",
      adopted: false,
      requests: 4,
    });
    expect(source.calls.map((call) => call.method)).toEqual(["create", "look", "look", "look"]);
    expect(events.map((event) => event.type)).toEqual([
      "submitted",
      "observed",
      "waiting",
      "observed",
      "waiting",
      "observed",
      "waiting",
      "ready",
    ]);
  });

  it("asks for nothing when the journal already has its outcome", async () => {
    const first = scene({ create: [ready] });
    await first.clock.finish(first.kit.report(first.source, { report: "a" }).outcome());
    const again = scene({ create: [new Error("not to be asked")] }, { journal: first.journal });
    const outcome = await again.clock.finish(again.kit.report(again.source, { report: "a" }).outcome());
    expect(outcome).toMatchObject({ status: "ready", reference: "r-1" });
    expect(again.source.calls).toEqual([]);
  });

  it("is the same job for the same request, and another for another epoch or request", () => {
    const { kit, source } = scene({ profile: { remakes: true } });
    const key = kit.report(source, { report: "a" }).key;
    expect(kit.report(source, { report: "a" }).key).toBe(key);
    expect(kit.report(source, { report: "b" }).key).not.toBe(key);
    expect(kit.report(source, { report: "a" }, { epoch: 1 }).key).not.toBe(key);
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("has no further epoch where the provider only ever gives the same report", () => {
    const { kit, source } = scene({ profile: { remakes: false } });
    expect(() => kit.report(source, { report: "a" }, { epoch: 1 })).toThrow(
      expect.objectContaining({ name: "ReportRequestError", field: "epoch" }),
    );
  });

  it("is shared by all its callers in a process", async () => {
    const { clock, source, kit } = scene({ create: [pending], look: [pending, ready] });
    const callers = [1, 2, 3].map(() => kit.report(source, { report: "a" }).outcome());
    const outcomes = await clock.finish(Promise.all(callers));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["ready", "ready", "ready"]);
    expect(source.calls.map((call) => call.method)).toEqual(["create", "look", "look"]);
  });

  it("is joined by a second process through the journal, which creates nothing", async () => {
    const { clock, journal, source, kit } = scene({ create: [pending], look: [pending, pending, pending, ready] });
    const other = createReportKit({ journal, platform: clock.platform });
    const outcomes = await clock.finish(
      Promise.all([kit, other].map((each) => each.report(source, { report: "a" }).outcome())),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["ready", "ready"]);
    expect(source.calls.filter((call) => call.method === "create")).toHaveLength(1);
    expect(source.calls).toHaveLength(5);
  });

  it("keeps a job alive through transport errors, 5xx and malformed answers, never faster than the schedule", async () => {
    const { clock, source, kit } = scene({
      create: [pending],
      look: [lost, answered(503), answered(500), answered(502), ready],
    });
    const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
    expect(outcome.status).toBe("ready");
    const gaps = source.calls.slice(1).map((call, index) => call.at - (source.calls[index]?.at ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(2_000);
  });

  it("keeps looking at an unknown status, slowly, and says so once", async () => {
    const odd = { is: "unknown", status: "galloping", sample: 'status "galloping"', reference: "r-1" } as const;
    const { clock, source, kit, events } = scene({ create: [pending], look: [odd, odd, odd, ready] });
    const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
    expect(outcome.status).toBe("ready");
    expect(events.filter((event) => event.type === "unknown-status")).toHaveLength(1);
  });

  it("throws refused credentials at once, with the bookmark, and goes on when they are mended", async () => {
    const { clock, source, kit } = scene({ create: [answered(401), pending], look: [ready] });
    const job = kit.report(source, { report: "a" });
    const denied = await clock.finish(job.outcome().catch((error: unknown) => error));
    expect(denied).toMatchObject({ name: "ProviderError", status: 401, bookmark: job.bookmark });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready" });
  });

  it("ends a refused create as failed with nothing made, and asks again when it is run again", async () => {
    const { clock, source, kit } = scene({ create: [answered(422, { code: "unprocessable" }), ready] });
    const job = kit.report(source, { report: "a" });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "failed", made: false, code: "http-422" });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready" });
  });

  it("remembers a report that failed at the provider", async () => {
    const failed = { is: "failed", code: "failed", message: "It failed." } as const;
    const { clock, source, kit } = scene({ create: [pending], look: [failed] });
    const job = kit.report(source, { report: "a" });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "failed", made: true });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "failed", made: true });
    expect(source.calls).toHaveLength(2);
  });
});

describe("an unclear create", () => {
  it("is simply repeated where the provider gives the same report again", async () => {
    const { clock, source, kit } = scene({ create: [lost, ready] });
    expect(await clock.finish(kit.report(source, { report: "a" }).outcome())).toMatchObject({ status: "ready" });
    expect(source.calls.map((call) => call.method)).toEqual(["create", "create"]);
  });

  it("is found by the list and adopted, after whatever it made must be visible", async () => {
    const { clock, source, kit, events } = scene({ profile: list, create: [lost], find: [pending], look: [ready] });
    const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
    expect(outcome).toMatchObject({ status: "ready", adopted: true });
    expect(source.calls.map((call) => call.method)).toEqual(["create", "find", "look"]);
    expect((source.calls[1]?.at ?? 0) - (source.calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(90_000);
    expect(events.map((event) => event.type)).toContain("adopted");
  });

  it("goes on being looked for when the list answers with something unknown", async () => {
    const odd = { is: "unknown", status: "odd", sample: "an odd list" } as const;
    const { clock, source, kit } = scene({ profile: list, create: [lost], find: [odd, pending], look: [ready] });
    const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
    expect(outcome).toMatchObject({ status: "ready", adopted: true });
    expect(source.calls.map((call) => call.method)).toEqual(["create", "find", "find", "look"]);
  });

  it("is repeated only once the list proves that nothing was made", async () => {
    const { clock, source, kit } = scene({
      profile: list,
      create: [lost, pending],
      find: [{ is: "absent" }],
      look: [ready],
    });
    expect(await clock.finish(kit.report(source, { report: "a" }).outcome())).toMatchObject({ status: "ready" });
    expect(source.calls.map((call) => call.method)).toEqual(["create", "find", "create", "look"]);
  });

  it("ends indeterminate where the caller wants no second create", async () => {
    const { clock, source, kit } = scene({ profile: list, create: [lost], find: [{ is: "absent" }] });
    const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome({ onIndeterminate: "ask" }));
    expect(outcome.status).toBe("indeterminate");
    expect(source.calls.filter((call) => call.method === "create")).toHaveLength(1);
  });

  const blind = { profile: { tier: "list", remakes: true, searchForMs: 60_000 } as const };
  const nothing = { is: "searching", more: false, found: [{ reference: "77" }] } as const;

  it("looks in every place a round, and ends indeterminate where nothing proves anything", async () => {
    const { clock, source, kit } = scene({
      ...blind,
      create: [lost],
      find: [{ is: "searching", more: true, found: [] }, nothing],
    });
    const job = kit.report(source, { report: "a" });
    const outcome = await clock.finish(job.outcome());
    expect(outcome).toMatchObject({ status: "indeterminate", found: [{ reference: "77" }] });
    expect(source.calls.filter((call) => call.method === "create")).toHaveLength(1);
    expect(
      source.calls
        .filter((call) => call.method === "find")
        .map((call) => call.place)
        .slice(0, 2),
    ).toEqual([0, 1]);
    const error = await clock.finish(
      job
        .download({ receive: () => Promise.reject(new Error("no file is to be received")) })
        .catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({
      name: "ReportIndeterminateError",
      bookmark: job.bookmark,
      found: [{ reference: "77" }],
    });
  });

  it("is looked for once more when an indeterminate job is run again, and adopted if it has appeared", async () => {
    const { clock, source, kit } = scene({
      ...blind,
      create: [lost],
      find: [nothing, nothing, nothing, nothing, nothing, nothing, ready],
    });
    const job = kit.report(source, { report: "a" });
    let outcome = await clock.finish(job.outcome());
    expect(outcome.status).toBe("indeterminate");
    for (let runs = 0; runs < 6 && outcome.status !== "ready"; runs += 1) outcome = await clock.finish(job.outcome());
    expect(outcome).toMatchObject({ status: "ready", adopted: true });
    expect(source.calls.filter((call) => call.method === "create")).toHaveLength(1);
  });

  it("is made again, accepting a duplicate, only where the caller says recreate", async () => {
    const { clock, source, kit } = scene({ ...blind, create: [lost, ready], find: [nothing] });
    const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome({ onIndeterminate: "recreate" }));
    expect(outcome.status).toBe("ready");
    expect(source.calls.filter((call) => call.method === "create")).toHaveLength(2);
  });

  it("is not a refused connection: that surely made nothing, and is repeated", async () => {
    const refusedConnection = new TransportError({
      code: "network",
      message: "refused",
      provider: "scripted",
      operationId: "create",
      maybeSent: false,
    });
    const { clock, source, kit } = scene({
      profile: list,
      create: [refusedConnection, answered(429, { retryAfterMs: 60_000 }), ready],
    });
    expect(await clock.finish(kit.report(source, { report: "a" }).outcome())).toMatchObject({ status: "ready" });
    expect(source.calls.map((call) => call.method)).toEqual(["create", "create", "create"]);
    expect((source.calls[2]?.at ?? 0) - (source.calls[1]?.at ?? 0)).toBeGreaterThanOrEqual(60_000);
  });
});

it("a Retry-After past all counting is kept as a time, and held to", async () => {
  const { clock, journal, source, kit } = scene({
    create: [pending],
    look: [answered(503, { retryAfterMs: Infinity }), ready],
  });
  const job = kit.report(source, { report: "a" });
  await expect(clock.finish(job.outcome())).rejects.toMatchObject({ code: "deadline", bookmark: job.bookmark });
  const { holdUntil } = (await journal.read(`job-${job.key}`))?.value ?? {};
  expect(holdUntil).toBeGreaterThan(1e15);
  expect(source.calls).toHaveLength(2);
});

describe("a worker that dies in the middle of a step", () => {
  it("leaves a lease and an intent, and the next worker finds the report instead of making it twice", async () => {
    const { clock, journal, source, kit } = scene({
      profile: list,
      create: [() => new Promise<never>(() => undefined)],
      find: [pending],
      look: [ready],
    });
    // The process is gone: nobody hears the create's answer, and the wait is never called off.
    const dead = kit.report(source, { report: "a" }).outcome();
    dead.catch(() => undefined);
    await clock.advance(1_000);
    expect(source.calls.map((call) => call.method)).toEqual(["create"]);

    const next = createReportKit({ journal, platform: clock.platform });
    const outcome = await clock.finish(next.report(source, { report: "a" }).outcome());
    expect(outcome).toMatchObject({ status: "ready", adopted: true });
    expect(source.calls.map((call) => call.method)).toEqual(["create", "find", "look"]);
  });
});
