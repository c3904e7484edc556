import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createReportKit, forgetJob, listJobs, memoryJournal, showJob } from "../../src/index.ts";
import type { Delivery, JobEvent, Journal, ReadyReport, ReportJob, Target } from "../../src/index.ts";
import { fileJournal } from "../../src/node/journal/file-journal.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import type { ScriptedSource, VirtualClock } from "../../src/testing/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface File {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

const fileOf = (text: string): File => ({ name: "a.csv", bytes: text.length, sha256: text.padEnd(64, "0") });

/** A consumer that takes a while, and what it received. */
interface Consumer extends Target<File> {
  readonly received: ReadyReport[];
}

function consumer(act: (report: ReadyReport, signal: AbortSignal | undefined) => Promise<File> | File): Consumer {
  const received: ReadyReport[] = [];
  return {
    received,
    async receive(report, { signal }) {
      received.push(report);
      return act(report, signal);
    },
  };
}

interface Worker {
  readonly source: ScriptedSource;
  readonly job: ReportJob;
  readonly events: JobEvent[];
}

/** A worker process: a kit, a source and a job of its own over the journal that all share. */
function worker(journal: Journal, clock: VirtualClock): Worker {
  const source = scriptedSource({
    profile: { tier: "lookup" },
    look: [{ is: "ready", reference: "r-1", fileName: "a.csv" }],
    locate: { via: "none", reason: "expired", message: "gone" },
  });
  const events: JobEvent[] = [];
  const kit = createReportKit({ journal, platform: clock.platform, onEvent: (event) => events.push(event) });
  return { source, job: kit.report(source, { report: "a" }), events };
}

const received = (error: unknown): unknown => error;
const minute = 60_000;

describe.each([
  ["memory", async () => ({ journal: memoryJournal(), clock: createVirtualClock() })],
  ["file", async () => ({ journal: fileJournal(await temporaryDirectory()), clock: createVirtualClock() })],
] as const)("over the %s journal, a delivery", (_kind, open) => {
  it("is made once: a later run sends nothing, calls no target and returns what was delivered", async () => {
    const { journal, clock } = await open();
    const first = worker(journal, clock);
    const target = consumer(() => fileOf("one"));
    const made = await clock.finish(first.job.deliver(target));
    expect(made).toEqual({
      deliveryId: `${first.job.key}.1`,
      at: new Date(clock.now()).toISOString(),
      ...fileOf("one"),
      file: fileOf("one"),
    });
    expect(target.received).toMatchObject([{ key: first.job.key, delivery: { id: `${first.job.key}.1` } }]);
    expect(target.received[0]?.delivery?.earlier).toBeUndefined();
    expect(first.events.map(({ type }) => type)).toEqual(["ready", "delivered"]);

    const later = worker(journal, clock);
    const again = consumer(() => fileOf("two"));
    expect(await clock.finish(later.job.deliver(again))).toEqual({ ...made, file: undefined });
    expect(again.received).toEqual([]);
    expect(later.source.calls).toEqual([]);
    expect(later.events).toEqual([]);
  });

  it("of two workers at once is made by one; the other waits for it, longer than a lease", async () => {
    const { journal, clock } = await open();
    const workers = [worker(journal, clock), worker(journal, clock)];
    let ended = 0;
    const target = consumer(async () => {
      await new Promise<void>((resolve) => void clock.platform.setTimeout(resolve, 3 * minute));
      ended += 1;
      return fileOf("one");
    });
    const both = Promise.all(workers.map(({ job }) => job.deliver(target)));
    const [one, other] = await clock.finish(both);
    expect(target.received).toHaveLength(1);
    expect(ended).toBe(1);
    expect([one?.file, other?.file].filter((file) => file !== undefined)).toEqual([fileOf("one")]);
    expect({ ...one, file: undefined }).toEqual({ ...other, file: undefined });
    const waits = workers.map(({ events }) => events.flatMap((event) => (event.type === "waiting" ? [event] : [])));
    expect(waits.flat()).toHaveLength(1);
    const [wait] = waits.flat();
    expect(wait?.why).toContain("another worker is delivering the report, or died");
    // Its lease, and by how much clocks may differ.
    expect(wait?.afterMs).toBeGreaterThan(2.5 * minute);
    expect(wait?.afterMs).toBeLessThanOrEqual(3 * minute);
  });

  it("whose end could not be recorded is made again, by the same id", async () => {
    const { journal, clock } = await open();
    let away = false;
    const failing: Journal = {
      ...journal,
      keeps: "durable",
      read: (name) => journal.read(name),
      write: async (name, value, expected) => {
        if (away) throw new Error("the disk is full");
        return journal.write(name, value, expected);
      },
    };
    const target = consumer(() => {
      away = true;
      return fileOf("one");
    });
    const first = worker(failing, clock);
    expect(await clock.finish(first.job.deliver(target)).catch(received)).toMatchObject({
      message: "the disk is full",
    });
    away = false;
    const again = consumer(() => fileOf("one"));
    const next = worker(journal, clock);
    const started = clock.now();
    expect(await clock.finish(next.job.deliver(again))).toMatchObject({ deliveryId: `${next.job.key}.1` });
    expect(again.received[0]?.delivery).toEqual(target.received[0]?.delivery);
    // The first one's lease has to end by every clock.
    expect(clock.now() - started).toBeGreaterThanOrEqual(2 * minute);
    expect(clock.now() - started).toBeLessThanOrEqual(4 * minute);
    expect(next.source.calls).toEqual([]);
  });
});

describe("a delivery", () => {
  function scene(): { readonly journal: Journal; readonly clock: VirtualClock } & Worker {
    const journal = memoryJournal();
    const clock = createVirtualClock();
    return { journal, clock, ...worker(journal, clock) };
  }

  it("that was made is returned although the provider's file has expired since", async () => {
    const { journal, clock, job } = scene();
    const made = await clock.finish(job.deliver(consumer(() => fileOf("one"))));
    const download: Target<unknown> = {
      receive: (report) => report.locate(new AbortController().signal),
    };
    expect(await clock.finish(job.download(download)).catch(received)).toMatchObject({ code: "expired" });
    expect(await showJob(journal, job.key)).toMatchObject({ phase: "expired" });
    const later = worker(journal, clock);
    expect(await clock.finish(later.job.deliver(consumer(() => fileOf("two"))))).toEqual({ ...made, file: undefined });
    expect(later.source.calls).toEqual([]);
  });

  it("is asked for again by another id, and corrects the one before only where the bytes differ", async () => {
    const { clock, job } = scene();
    const ids: (string | undefined)[] = [];
    const deliver = (text: string, again: boolean): Promise<Delivery<File>> =>
      clock.finish(
        job.deliver(
          consumer(({ delivery }) => {
            ids.push(delivery?.id, delivery?.earlier?.deliveryId);
            return fileOf(text);
          }),
          { again },
        ),
      );
    const one = await deliver("one", true);
    const same = await deliver("one", true);
    const other = await deliver("two", true);
    expect([one, same, other].map(({ deliveryId }) => deliveryId)).toEqual([1, 2, 3].map((n) => `${job.key}.${n}`));
    expect([one, same, other].map(({ corrects }) => corrects)).toEqual([
      undefined,
      undefined,
      { deliveryId: `${job.key}.2`, sha256: fileOf("one").sha256 },
    ]);
    expect(ids).toEqual([`${job.key}.1`, undefined, ...[2, 1, 3, 2].map((n) => `${job.key}.${n}`)]);
    expect(await deliver("three", false)).toEqual({ ...other, file: undefined });
    expect(ids).toHaveLength(6);
  });

  it("asked for again by two workers at once is made once more, not twice", async () => {
    const { journal, clock, job } = scene();
    await clock.finish(job.deliver(consumer(() => fileOf("one"))));
    const target = consumer(async () => {
      await new Promise<void>((resolve) => void clock.platform.setTimeout(resolve, minute));
      return fileOf("two");
    });
    const workers = [worker(journal, clock), worker(journal, clock)];
    const made = await clock.finish(Promise.all(workers.map((each) => each.job.deliver(target, { again: true }))));
    expect(made.map(({ deliveryId }) => deliveryId)).toEqual([`${job.key}.2`, `${job.key}.2`]);
    expect(target.received).toHaveLength(1);
  });

  it("of a report that takes the place of another corrects that one's delivery", async () => {
    const { clock, job } = scene();
    const corrects = { deliveryId: "0.1", sha256: fileOf("zero").sha256 };
    const target = consumer(() => fileOf("one"));
    expect(await clock.finish(job.deliver(target, { corrects }))).toMatchObject({ corrects });
    expect(target.received[0]?.delivery?.earlier).toEqual(corrects);
  });

  it("whose target fails is not recorded, and the next call tries at once", async () => {
    const { clock, job } = scene();
    const failing = consumer(() => {
      throw new Error("the ledger is away");
    });
    expect(await clock.finish(job.deliver(failing)).catch(received)).toMatchObject({ message: "the ledger is away" });
    const started = clock.now();
    expect(await clock.finish(job.deliver(consumer(() => fileOf("one"))))).toMatchObject({ name: "a.csv" });
    expect(clock.now()).toBe(started);
  });

  it("whose target returns no file is not recorded", async () => {
    const { clock, journal, job } = scene();
    const nothing = { receive: async () => "a.csv" } as unknown as Target<File>; // plain JavaScript can pass it
    expect(await clock.finish(job.deliver(nothing)).catch(received)).toMatchObject({
      name: "TypeError",
      message: expect.stringContaining("name, bytes and sha256"),
    });
    expect(await showJob(journal, job.key)).toMatchObject({ delivered: undefined, leasedUntil: undefined });
  });

  it("is ended by its caller's signal, and is not recorded", async () => {
    const { clock, journal, job } = scene();
    const stop = new AbortController();
    const target = consumer(async (_report, signal) => {
      clock.platform.setTimeout(() => stop.abort(new Error("Ctrl-C")), minute);
      return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
    });
    const ended = clock.finish(job.deliver(target, { signal: stop.signal }));
    expect(await ended.catch(received)).toMatchObject({ message: "Ctrl-C" });
    expect(await showJob(journal, job.key)).toMatchObject({ delivered: undefined, leasedUntil: undefined });
  });

  it("that another worker is still making at the deadline is an error with the bookmark", async () => {
    const { journal, clock, job } = scene();
    const target = consumer(() => new Promise<File>(() => undefined));
    job.deliver(target).catch(received);
    await clock.advance(minute);
    const other = worker(journal, clock);
    const error = await clock.finish(other.job.deliver(target, { deadlineMs: minute })).catch(received);
    expect(error).toMatchObject({ name: "ReportDeadlineError", bookmark: job.bookmark, retryable: true });
    expect(error).toMatchObject({ message: expect.stringContaining("another worker was still delivering it") });
    expect(target.received).toHaveLength(1);
    await expect(forgetJob(journal, job.key, { now: clock.now() })).rejects.toMatchObject({ code: "busy" });
  });

  it("is not handed over by a worker that stood still while another took it over", async () => {
    const { journal, clock, job } = scene();
    let resume = (): void => undefined;
    const calls: string[] = [];
    // The first worker's clock stands still: its timers do not fire, so that its lease is not renewed.
    const still: VirtualClock = {
      ...clock,
      platform: { ...clock.platform, setTimeout: () => 0, clearTimeout: () => undefined },
    };
    const first = worker(journal, still);
    const stopped = first.job.deliver(
      consumer(async (report) => {
        await new Promise<void>((resolve) => (resume = resolve));
        await report.keepDelivery();
        calls.push("first");
        return fileOf("one");
      }),
    );
    await sleep(5);
    const made = await clock.finish(
      job.deliver(
        consumer(async (report) => {
          await report.keepDelivery();
          calls.push("second");
          return fileOf("one");
        }),
      ),
    );
    resume();
    expect(await stopped).toEqual({ ...made, file: undefined });
    expect(calls).toEqual(["second"]);
  });

  it("keeps its lease although a renewal failed once", async () => {
    const { journal, clock } = scene();
    let failures = 0;
    const flaky: Journal = {
      ...journal,
      async write(name, value, expected) {
        const lease = value["lease"];
        // The write is carried out, and its answer is lost.
        const written = await journal.write(name, value, expected);
        if (name.startsWith("job-") && lease !== undefined && failures < 1 && clock.now() > start) {
          failures += 1;
          throw new Error("connection lost");
        }
        return written;
      },
    };
    const start = clock.now() + 10_000;
    const { job } = worker(flaky, clock);
    const other = worker(journal, clock);
    const target = consumer(async () => {
      await new Promise<void>((resolve) => void clock.platform.setTimeout(resolve, 10 * minute));
      return fileOf("one");
    });
    await clock.finish(Promise.all([job.deliver(target), other.job.deliver(target)]));
    expect(failures).toBe(1);
    expect(target.received).toHaveLength(1);
  });

  it.each([["yes"], [1], [null]])("is refused for again: %j, before anything is sent", async (again) => {
    const { source, job } = scene();
    const options = { again } as unknown as { again: boolean }; // plain JavaScript can pass it
    const error = await job
      .deliver(
        consumer(() => fileOf("one")),
        options,
      )
      .catch(received);
    expect(error).toMatchObject({ name: "ReportRequestError", field: "again", bookmark: job.bookmark });
    expect(source.calls).toEqual([]);
  });

  it("is refused for what is no target, before anything is sent", async () => {
    const { source, job } = scene();
    const error = await job.deliver("out" as unknown as Target<File>).catch(received); // plain JavaScript can pass it
    expect(error).toMatchObject({ name: "ReportRequestError", field: "target", received: '"out"' });
    expect(source.calls).toEqual([]);
  });
});

describe("a job that is begun", () => {
  it("is in the journal, and nothing was sent; to begin it again changes nothing", async () => {
    const journal = memoryJournal();
    const clock = createVirtualClock();
    const { source, job } = worker(journal, clock);
    await Promise.all([job.begin(), worker(journal, clock).job.begin()]);
    const jobs: unknown[] = [];
    for await (const each of listJobs(journal)) jobs.push(each);
    expect(jobs).toMatchObject([{ key: job.key, phase: "new", requests: 0 }]);
    expect(source.calls).toEqual([]);
    await clock.finish(job.outcome());
    await job.begin();
    expect(await showJob(journal, job.key)).toMatchObject({ phase: "ready" });
  });
});
