import { ProviderError, TransportError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { Journal, Observation, ReportKit, SourceCall, SourceProfile } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import type { ScriptedSource, VirtualClock } from "../../src/testing/index.ts";

const list: Partial<SourceProfile> = { tier: "list", visibilityBoundMs: 30_000, remakes: true };
const ready = { is: "ready", reference: "r-1" } as const;
const absent = { is: "absent" } as const;
const lost = new TransportError({
  code: "timeout",
  message: "no answer within 30 s",
  provider: "scripted",
  operationId: "create",
  maybeSent: true,
});
const durable = (journal: Journal = memoryJournal()): Journal => ({ ...journal, keeps: "durable" });
const count = (source: ScriptedSource, method: string): number =>
  source.calls.filter((call) => call.method === method).length;
const wait = (clock: VirtualClock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.platform.setTimeout(resolve, ms));

describe("a step that outlasts its lease", () => {
  it("renews it: a search of five minutes is made once, though two workers wait for the job", async () => {
    const clock = createVirtualClock();
    const journal = memoryJournal();
    const source = scriptedSource({
      profile: list,
      create: [lost],
      find: [
        async () => {
          await wait(clock, 300_000);
          return ready;
        },
      ],
    });
    const kits = [1, 2].map(() => createReportKit({ journal, platform: clock.platform }));
    const outcomes = await clock.finish(Promise.all(kits.map((kit) => kit.report(source, { report: "a" }).outcome())));
    expect(outcomes.map(({ status }) => status)).toEqual(["ready", "ready"]);
    expect([count(source, "create"), count(source, "find")]).toEqual([1, 1]);
    expect(clock.pending).toBe(0);
  });

  it("stops before it adopts anything when the lease is lost: its signal aborts, and the other worker's step stands", async () => {
    const clock = createVirtualClock();
    const journal = memoryJournal();
    const aborted: unknown[] = [];
    const source = scriptedSource({
      profile: list,
      create: [lost],
      find: [
        async ({ key, signal }: SourceCall): Promise<Observation> => {
          // Another worker takes the job over, as it may once a lease is over by its clock.
          const record = await journal.read(`job-${key}`);
          const lease = { by: "another", until: clock.now() + 90_000 };
          await journal.write(`job-${key}`, { ...record?.value, lease }, record?.revision ?? 0);
          await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
          aborted.push(signal.reason);
          return { is: "ready", reference: "r-of-the-loser" };
        },
        ready,
      ],
    });
    const kit = createReportKit({ journal, platform: clock.platform });
    expect(await clock.finish(kit.report(source, { report: "a" }).outcome())).toMatchObject({ reference: "r-1" });
    expect(aborted).toHaveLength(1);
    expect(count(source, "create")).toBe(1);
  });

  it("keeps a wake that came while it renewed: the next look is due at once", async () => {
    const clock = createVirtualClock();
    const journal = durable();
    const looks: number[] = [];
    const source = scriptedSource({
      profile: list,
      create: [{ is: "pending", status: "pending", reference: "r-1" }],
      look: [
        async ({ now }) => {
          looks.push(now);
          await wait(clock, 50_000);
          return { is: "pending", status: "pending", reference: "r-1" };
        },
        ({ now }) => {
          looks.push(now);
          return ready;
        },
      ],
    });
    const kit = createReportKit({ journal, platform: clock.platform });
    const job = kit.report(source, { report: "a" });
    const waiting = job.outcome();
    while (looks.length === 0) await clock.advance(1_000);
    await clock.advance(10_000);
    // A look is due already, so a wake changes nothing; another worker's wake of a later one does.
    const record = await journal.read(`job-${job.key}`);
    await journal.write(`job-${job.key}`, { ...record?.value, nextAt: 0, why: "woken" }, record?.revision ?? 0);
    await clock.finish(waiting);
    expect((looks[1] ?? 0) - (looks[0] ?? 0)).toBeLessThan(51_000);
  });

  it("is not renewed for a create: what is late is given up, not sent", async () => {
    const clock = createVirtualClock();
    const calls: (number | undefined)[] = [];
    const source = scriptedSource({
      profile: list,
      create: [
        async ({ notAfter, now }) => {
          calls.push(notAfter === undefined ? undefined : notAfter - now);
          return ready;
        },
      ],
    });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    await clock.finish(kit.report(source, { report: "a" }).outcome());
    // A create has its lease of 60 s less the 30 s that it may take.
    expect(calls).toEqual([30_000]);
  });

  it("looks at the clock again right before the create: a slow announcement is taken back", async () => {
    const clock = createVirtualClock();
    const memory = memoryJournal();
    let slow = true;
    const journal: Journal = {
      ...memory,
      async write(name, value, expected) {
        const written = await memory.write(name, value, expected);
        if (slow && name.startsWith("job-")) {
          slow = false;
          await wait(clock, 31_000);
        }
        return written;
      },
    };
    const source = scriptedSource({ profile: list, create: [ready], find: [new Error("not to be asked")] });
    const outcome = await clock.finish(
      createReportKit({ journal, platform: clock.platform }).report(source, { report: "a" }).outcome(),
    );
    expect(outcome).toMatchObject({ status: "ready", adopted: false });
    expect([count(source, "create"), count(source, "find")]).toEqual([1, 0]);
  });
});

describe("a create that certainly never left", () => {
  const blind: Partial<SourceProfile> = { tier: "list", remakes: true, searchForMs: 60_000 };
  const neverSent = Object.assign(new Error("the secret's vault is closed"), { maybeSent: false });

  it("by an error that says so is the caller's to see, and the next run creates", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({ profile: blind, create: [neverSent, ready] });
    const job = createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
    expect(await clock.finish(job.outcome().catch((error: unknown) => error))).toBe(neverSent);
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready", adopted: false });
    expect([count(source, "create"), count(source, "find")]).toEqual([2, 0]);
  });

  it("because it was too late is asked for again, and never searched for", async () => {
    const clock = createVirtualClock();
    let heldBackMs = 60_000;
    const sent: number[] = [];
    const source = scriptedSource({
      profile: blind,
      create: [
        async ({ onDeparture }) => {
          await wait(clock, heldBackMs); // a middleware, a rate limiter, a machine that stands still
          heldBackMs = 29_000;
          onDeparture?.();
          sent.push(clock.now());
          return ready;
        },
      ],
    });
    const job = createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready", adopted: false });
    expect([count(source, "create"), count(source, "find"), sent.length]).toEqual([2, 0, 1]);
  });

  const reporting = { ...blind, reportsDeparture: true };
  const exchange = new ProviderError({
    provider: "scripted",
    operationId: "token",
    status: 503,
    code: "http-503",
    message: "no token",
  });

  it.each([
    ["a credential function that throws", new Error("the vault is closed"), "threw"],
    ["an exchange of tokens that fails", exchange, "ready"],
    ["an answer that was lost before anything was sent", lost, "ready"],
  ])("by a source that reports each departure is not unclear: %s", async (_, error, first) => {
    const clock = createVirtualClock();
    const source = scriptedSource({ profile: reporting, create: [error, ready], find: [new Error("not to be asked")] });
    const job = createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
    const outcome = await clock.finish(job.outcome().catch(() => ({ status: "threw" })));
    expect(outcome.status).toBe(first);
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready", adopted: false });
    expect([count(source, "create"), count(source, "find")]).toEqual([2, 0]);
  });

  it("because its caller called it off while its credentials were awaited is created by the next run", async () => {
    const clock = createVirtualClock();
    const stop = new AbortController();
    const source = scriptedSource({
      profile: reporting,
      create: [
        ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
        ready,
      ],
    });
    const job = createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
    const first = job.outcome({ signal: stop.signal });
    await clock.advance(1_000);
    stop.abort(new Error("called off"));
    await expect(first).rejects.toThrow("called off");
    await clock.advance(1_000);
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready", adopted: false });
    expect(count(source, "find")).toBe(0);
  });

  it("is unclear as ever once it has left", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({
      profile: reporting,
      create: [
        async ({ onDeparture }) => {
          onDeparture?.();
          throw lost;
        },
      ],
      find: [ready],
    });
    const job = createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready", adopted: true });
  });

  it("is unclear when a later attempt of the same create was too late", async () => {
    const clock = createVirtualClock();
    const source = scriptedSource({
      profile: reporting,
      create: [
        async ({ onDeparture }) => {
          onDeparture?.(); // this one leaves, and its answer is lost
          await wait(clock, 60_000);
          onDeparture?.();
          return ready;
        },
      ],
      find: [ready],
    });
    const job = createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready", adopted: true });
    expect(count(source, "create")).toBe(1);
  });

  it.each([
    ["written, its answer lost", true],
    ["not written at all", false],
  ])("because the journal failed to announce it (%s) is created by the next run", async (_, isWritten) => {
    const clock = createVirtualClock();
    const memory = memoryJournal();
    let fails = true;
    const journal: Journal = {
      ...memory,
      async write(name, value, expected) {
        if (!fails || !name.startsWith("job-")) return memory.write(name, value, expected);
        fails = false;
        if (isWritten) await memory.write(name, value, expected);
        throw new Error("the connection is gone");
      },
    };
    const source = scriptedSource({ profile: blind, create: [ready], find: [new Error("not to be asked")] });
    const kitOf = (): ReportKit => createReportKit({ journal, platform: clock.platform });
    const first = kitOf().report(source, { report: "a" }).outcome();
    await expect(clock.finish(first)).rejects.toThrow("the connection is gone");
    // Another process: nothing but the journal says what happened.
    const outcome = await clock.finish(kitOf().report(source, { report: "a" }).outcome());
    expect(outcome).toMatchObject({ status: "ready", adopted: false });
    expect(source.calls.map(({ method }) => method)).toEqual(["create"]);
  });

  it("is created by the same process after an outage of the journal that also hides the announcement", async () => {
    const clock = createVirtualClock();
    const memory = memoryJournal();
    let away = false;
    const journal: Journal = {
      ...memory,
      async read(name) {
        if (away && name.startsWith("job-")) throw new Error("the database is away");
        return memory.read(name);
      },
      async write(name, value, expected) {
        const written = await memory.write(name, value, expected);
        if (!away && value["phase"] === "creating" && source.calls.length === 0 && !outageOver) {
          away = true;
          throw new Error("the database is away");
        }
        return written;
      },
    };
    let outageOver = false;
    const source = scriptedSource({ profile: blind, create: [ready], find: [new Error("not to be asked")] });
    const kit = createReportKit({ journal, platform: clock.platform });
    const job = kit.report(source, { report: "a" });
    await expect(clock.finish(job.outcome())).rejects.toThrow("away");
    [away, outageOver] = [false, true];
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready", adopted: false });
    expect(source.calls.map(({ method }) => method)).toEqual(["create"]);
  });
});

describe("kit.step over an indeterminate job", () => {
  const blind: Partial<SourceProfile> = { tier: "list", remakes: true, searchForMs: 60_000 };
  const nothing = { is: "searching", more: false, found: [] } as const;

  async function indeterminate(find: readonly Observation[], create: readonly (Observation | Error)[] = [lost]) {
    const clock = createVirtualClock();
    const source = scriptedSource({ profile: blind, create, find });
    const kit = createReportKit({ journal: durable(), platform: clock.platform });
    const job = kit.report(source, { report: "a" });
    expect((await clock.finish(job.outcome())).status).toBe("indeterminate");
    return { source, kit, job, looked: count(source, "find"), clock };
  }

  it("looks for it once more, and ends indeterminate again where that decides nothing", async () => {
    const { source, kit, job, looked, clock } = await indeterminate([nothing]);
    expect(await clock.finish(kit.step(job.bookmark, [source]))).toMatchObject({
      outcome: { status: "indeterminate" },
    });
    expect(count(source, "find")).toBe(looked + 1);
    expect(count(source, "create")).toBe(1);
  });

  it("adopts what has appeared meanwhile", async () => {
    const { source, kit, job, clock } = await indeterminate([...Array.from({ length: 5 }, () => nothing), ready]);
    let step = await clock.finish(kit.step(job.bookmark, [source]));
    for (let run = 0; run < 6 && "outcome" in step && step.outcome.status !== "ready"; run += 1) {
      step = await clock.finish(kit.step(job.bookmark, [source]));
    }
    expect(step).toMatchObject({ outcome: { status: "ready", adopted: true } });
    expect(count(source, "create")).toBe(1);
  });

  it("creates again with recreate, after it was looked for once more", async () => {
    const { source, kit, job, looked, clock } = await indeterminate([nothing], [lost, ready]);
    const how = { onIndeterminate: "recreate" } as const;
    expect(await clock.finish(kit.step(job.bookmark, [source], how))).toHaveProperty(
      "again.why",
      "not found: creating again, as asked",
    );
    expect(await clock.finish(kit.step(job.bookmark, [source], how))).toMatchObject({ outcome: { status: "ready" } });
    expect([count(source, "find") - looked, count(source, "create")]).toEqual([1, 2]);
  });

  it("sends no create with ask, though nothing was made", async () => {
    const { source, kit, job, clock } = await indeterminate(
      [...Array.from({ length: 5 }, () => nothing), absent],
      [lost, ready],
    );
    for (let run = 0; run < 8; run += 1)
      await clock.finish(kit.step(job.bookmark, [source], { onIndeterminate: "ask" }));
    expect(count(source, "create")).toBe(1);
  });
});
