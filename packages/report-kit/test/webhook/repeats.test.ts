import { describe, expect, it } from "vitest";
import { memoryJournal, pruneJobs } from "../../src/index.ts";
import type { Journal } from "../../src/index.ts";
import { resumeMonatoNotices } from "../../src/webhook/index.ts";
import { clabe, clientId, collector, recordsOf, statementNotice, transactionsNotice, webhookScene } from "./scene.ts";

describe("a repeated delivery", () => {
  it("is acknowledged again and acted on once, also by another process over the same journal", async () => {
    const journal = memoryJournal();
    const { jobs, onReport } = collector();
    const one = webhookScene({ journal, onReport });
    const other = webhookScene({ journal, onReport });
    const answers = await Promise.all([
      one.deliver(transactionsNotice),
      one.deliver(transactionsNotice),
      other.deliver(transactionsNotice),
      other.deliver({ client_id: clientId, payload: transactionsNotice, webhook_type: "REPORT" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await Promise.all([one.settled(), other.settled()]);
    expect((await one.deliver({ ...transactionsNotice, created_at: "2026-02-25T00:00:00Z" })).status).toBe(200);
    await one.settled();
    expect(jobs).toHaveLength(1);
    const told = [...one.events, ...other.events].map(({ type }) => type).toSorted();
    expect(told).toEqual(["acted", "repeated", "repeated", "repeated", "repeated"]);
    expect(await recordsOf(journal)).toEqual([expect.stringMatching(/^webhook-[0-9a-f]{32}$/)]);
  });

  it("of another file or account is another notice", async () => {
    const { jobs, onReport } = collector();
    const { journal, deliver, settled } = webhookScene({ onReport, clabeOf: () => clabe });
    await deliver(statementNotice);
    await deliver({ ...statementNotice, account_id: "1234567891" });
    await deliver({ ...statementNotice, file_name: "account_statement_1234567890_202601.csv" });
    await settled();
    expect(jobs).toHaveLength(3);
    expect(await recordsOf(journal)).toHaveLength(3);
  });

  it("is acted on when the first time failed; the error is told", async () => {
    let working = false;
    const { jobs, onReport } = collector();
    const { errors, events, deliver, settled } = webhookScene({
      onReport: (job) => {
        if (!working) throw new Error("the queue is away");
        onReport(job);
      },
    });
    expect((await deliver(transactionsNotice)).status).toBe(200);
    await settled();
    expect(errors).toMatchObject([{ message: "the queue is away" }]);
    expect(events).toEqual([]);

    working = true;
    expect((await deliver(transactionsNotice)).status).toBe(200);
    await settled();
    expect(jobs).toHaveLength(1);
    expect(events).toMatchObject([{ type: "acted" }]);
  });

  it("waits for no one: while the first is worked on, for however long, it is only acknowledged", async () => {
    let finish = (): void => undefined;
    const working = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let started = 0;
    let failing = false;
    const kept = memoryJournal();
    const journal: Journal = {
      ...kept,
      write: (...args) => (failing ? Promise.reject(new Error("disk full")) : kept.write(...args)),
    };
    const { clock, events, deliver, settled } = webhookScene({
      journal,
      onReport: () => {
        started += 1;
        return working;
      },
    });
    expect((await deliver(transactionsNotice)).status).toBe(200);
    for (let minute = 1; minute <= 10; minute += 1) {
      failing = minute === 5; // a journal that is away for a moment costs the claim nothing
      await clock.advance(21_000);
      failing = false;
      await clock.advance(38_000);
      expect((await deliver(transactionsNotice)).status).toBe(200);
      expect(events).toHaveLength(minute);
    }
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["repeated"]));
    finish();
    await settled();
    expect(started).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("is acted on when the process died before the work was done, once the claim lapses", async () => {
    const journal = memoryJournal();
    const died = webhookScene({ journal, onReport: () => new Promise<void>(() => undefined) });
    await died.deliver(transactionsNotice);
    const { jobs, onReport } = collector();
    const next = webhookScene({ journal, onReport });
    await next.deliver(transactionsNotice);
    await next.settled();
    expect(jobs).toHaveLength(0); // a process could still be at it
    await next.clock.advance(60_000);
    await next.deliver(transactionsNotice);
    await next.settled();
    expect(jobs).toHaveLength(1);
  });

  it("is not acknowledged when the journal is away: nobody would remember it", async () => {
    const journal = memoryJournal();
    const away: Journal = { ...journal, write: () => Promise.reject(new Error("disk full")) };
    const { jobs, onReport } = collector();
    const { errors, deliver, settled } = webhookScene({ journal: away, onReport });
    expect((await deliver(transactionsNotice)).status).toBe(503);
    await settled();
    expect([jobs, errors]).toEqual([[], [expect.objectContaining({ message: "disk full" })]]);
  });

  it("is acted on once more when its notice was pruned, and no sooner", async () => {
    const { jobs, onReport } = collector();
    const { clock, journal, deliver, settled } = webhookScene({ onReport });
    await deliver(transactionsNotice);
    await settled();
    const doneAt = clock.now();
    await clock.advance(30 * 86_400_000);
    expect(await pruneJobs(journal, doneAt)).toBe(0);
    await deliver(transactionsNotice);
    await settled();
    expect(jobs).toHaveLength(1);
    expect(await pruneJobs(journal, doneAt + 1)).toBe(1);
    expect(await recordsOf(journal)).toEqual([]);
    await deliver(transactionsNotice);
    await settled();
    expect(jobs).toHaveLength(2);
    expect(await pruneJobs(journal, doneAt + 1)).toBe(0);
  });

  it("over a record of a newer report-kit is left alone", async () => {
    const { journal, errors, deliver, settled } = webhookScene();
    await deliver(transactionsNotice);
    await settled();
    const [name = ""] = await recordsOf(journal);
    await journal.write(name, { v: 2 }, (await journal.read(name))?.revision ?? 0);
    expect((await deliver(transactionsNotice)).status).toBe(503);
    expect(errors).toMatchObject([{ name: "JournalError", code: "newer-version" }]);
    expect(await pruneJobs(journal, Infinity)).toBe(0);
    expect(await recordsOf(journal)).toEqual([name]);
  });
});

describe("resumeMonatoNotices", () => {
  it("acts on what was acknowledged and never finished, and on nothing else", async () => {
    const journal = memoryJournal();
    const failing = webhookScene({
      journal,
      onReport: () => {
        throw new Error("the queue is away");
      },
    });
    await failing.deliver(transactionsNotice);
    await failing.deliver(statementNotice);
    await failing.settled();
    expect(await resumeMonatoNotices(failing.options)).toBe(0);
    expect(failing.errors).toHaveLength(4);

    const { jobs, onReport } = collector();
    const restarted = webhookScene({ journal, onReport });
    await restarted.deliver({ ...transactionsNotice, file_name: "transactions_daily_20260223.csv" });
    await restarted.settled();
    expect(jobs).toHaveLength(1);
    expect(await resumeMonatoNotices(restarted.options)).toBe(2);
    expect(jobs).toHaveLength(3);
    expect(await resumeMonatoNotices(restarted.options)).toBe(0);
    await restarted.deliver(transactionsNotice);
    await restarted.settled();
    expect(jobs).toHaveLength(3);
    expect(restarted.errors).toEqual([]);
  });

  it("leaves alone what somebody is at, and other sources' notices", async () => {
    const journal = memoryJournal();
    const busy = webhookScene({ journal, onReport: () => new Promise<void>(() => undefined) });
    await busy.deliver(transactionsNotice);
    const { jobs, onReport } = collector();
    const other = webhookScene({ journal, onReport });
    expect(await resumeMonatoNotices(other.options)).toBe(0);
    await other.clock.advance(60_000);
    const elsewhere = { ...other.source, id: "monato/1d5e6fd4-98c2-4bd8-8ee4-8e0a3d3c8e51" };
    expect(await resumeMonatoNotices({ ...other.options, source: elsewhere })).toBe(0);
    expect(await resumeMonatoNotices(other.options)).toBe(1);
    expect(jobs).toHaveLength(1);
  });
});

describe("an observer's fault", () => {
  it("changes no answer", async () => {
    const fault = (): never => {
      throw new Error("a fault of the caller's");
    };
    const { deliver, settled } = webhookScene({ onEvent: fault, onError: fault, onReport: fault, waitUntil: fault });
    expect((await deliver(transactionsNotice)).status).toBe(200);
    expect((await deliver(transactionsNotice, { method: "PUT" })).status).toBe(405);
    await settled();
  });
});
