import { describe, expect, it } from "vitest";
import { memoryJournal, showJob } from "../../src/index.ts";
import type { DeliveredFile, Journal, ReportJob, Target } from "../../src/index.ts";
import { resumeMonatoNotices } from "../../src/webhook/index.ts";
import { clabe, clientId, collector, recordsOf, statementNotice, transactionsNotice, webhookScene } from "./scene.ts";
import type { SceneOptions, WebhookScene } from "./scene.ts";

const fileName = "transactions_daily_20260224.csv";

/** A ledger that takes each file once, and whether it can. */
function ledger(): { readonly ids: string[]; away: boolean; readonly onReport: (job: ReportJob) => Promise<unknown> } {
  const ids: string[] = [];
  const target: Target<DeliveredFile> = {
    async receive(report) {
      if (self.away) throw new Error("the ledger is away");
      ids.push(report.delivery?.id ?? "");
      return { name: fileName, bytes: 3, sha256: "5f" };
    },
  };
  const self = { ids, away: false, onReport: (job: ReportJob) => job.deliver(target) };
  return self;
}

/** An endpoint whose Monato has the file. */
function ready(options: SceneOptions): WebhookScene {
  return webhookScene({ fileName, ...options });
}

describe("a repeated notice", () => {
  it("is acknowledged again, and its report is delivered once, also by another process over the same journal", async () => {
    const journal = memoryJournal();
    const { ids, onReport } = ledger();
    const one = ready({ journal, onReport });
    const other = ready({ journal, onReport });
    const answers = await Promise.all([
      one.deliver(transactionsNotice),
      one.deliver(transactionsNotice),
      other.deliver(transactionsNotice),
      other.deliver({ client_id: clientId, payload: transactionsNotice, webhook_type: "REPORT" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await Promise.all([one.clock.finish(one.settled()), other.clock.finish(other.settled())]);
    expect(ids).toHaveLength(1);
    expect([...one.errors, ...other.errors]).toEqual([]);

    const looked = one.asked.length;
    expect((await one.deliver({ ...transactionsNotice, created_at: "2026-02-25T00:00:00Z" })).status).toBe(200);
    await one.settled();
    expect(one.events.at(-1)).toMatchObject({ type: "repeated", fileName, key: ids[0]?.split(".")[0] });
    expect(ids).toHaveLength(1);
    expect(one.asked).toHaveLength(looked);
    expect(await recordsOf(journal)).toHaveLength(1);
  });

  it("of another file or account is another report", async () => {
    const { jobs, onReport } = collector();
    const { journal, deliver, settled } = webhookScene({ onReport, clabeOf: () => clabe });
    await deliver(statementNotice);
    await deliver({ ...statementNotice, file_name: "account_statement_1234567890_202601.csv" });
    await deliver(transactionsNotice);
    await settled();
    expect(new Set(jobs.map(({ key }) => key)).size).toBe(3);
    expect(await recordsOf(journal)).toHaveLength(3);
  });

  it("is acted on again when the first time failed; the error goes to onError", async () => {
    const target = ledger();
    target.away = true;
    const { clock, errors, events, deliver, settled } = ready({ onReport: target.onReport });
    expect((await deliver(transactionsNotice)).status).toBe(200);
    await clock.finish(settled());
    expect(errors).toMatchObject([{ message: "the ledger is away" }]);
    expect(events).toEqual([]);

    target.away = false;
    expect((await deliver(transactionsNotice)).status).toBe(200);
    await clock.finish(settled());
    expect(target.ids).toHaveLength(1);
    expect(events).toMatchObject([{ type: "acted" }]);
  });

  it("is acknowledged at once while the first is worked on, for however long", async () => {
    const { deliver } = webhookScene({ onReport: () => new Promise<void>(() => undefined) });
    expect((await deliver(transactionsNotice)).status).toBe(200);
    expect((await deliver(transactionsNotice)).status).toBe(200);
  });

  it.each(["read", "write"] as const)(
    "is not acknowledged when the journal can't %s: then nothing would record it",
    async (operation) => {
      const away: Journal = { ...memoryJournal(), [operation]: () => Promise.reject(new Error("disk full")) };
      const { jobs, onReport } = collector();
      const { errors, deliver, settled } = webhookScene({ journal: away, onReport });
      expect((await deliver(transactionsNotice)).status).toBe(503);
      await settled();
      expect([jobs, errors]).toEqual([[], [expect.objectContaining({ message: "disk full" })]]);
    },
  );

  it("is not acknowledged when the account can't be looked up: the sender may repeat it", async () => {
    const { jobs, onReport } = collector();
    const clabeOf = (): never => {
      throw new Error("the accounts are away");
    };
    const { errors, journal, deliver } = webhookScene({ clabeOf, onReport });
    expect((await deliver(statementNotice)).status).toBe(503);
    expect([jobs, await recordsOf(journal)]).toEqual([[], []]);
    expect(errors).toMatchObject([{ message: "the accounts are away" }]);
  });

  it("of a job that a newer report-kit has written is refused, and the job is left alone", async () => {
    const { journal, errors, deliver, settled } = webhookScene();
    await deliver(transactionsNotice);
    await settled();
    const [name = ""] = await recordsOf(journal);
    await journal.write(name, { v: 2 }, (await journal.read(name))?.revision ?? 0);
    expect((await deliver(transactionsNotice)).status).toBe(503);
    expect(errors).toMatchObject([{ name: "JournalError", code: "newer-version" }]);
  });
});

describe("resumeMonatoNotices", () => {
  it("acts on what was acknowledged and not delivered, and on nothing else", async () => {
    const journal = memoryJournal();
    const target = ledger();
    target.away = true;
    const failing = ready({ journal, onReport: target.onReport });
    await failing.deliver(transactionsNotice);
    await failing.deliver(statementNotice);
    await failing.clock.finish(failing.settled());
    expect(await failing.clock.finish(resumeMonatoNotices(failing.options))).toBe(0);
    expect(failing.errors).toHaveLength(4);

    target.away = false;
    const restarted = ready({ journal, onReport: target.onReport });
    expect(await restarted.clock.finish(resumeMonatoNotices(restarted.options))).toBe(2);
    expect(target.ids).toHaveLength(2);
    expect(await restarted.clock.finish(resumeMonatoNotices(restarted.options))).toBe(0);
    await restarted.deliver(transactionsNotice);
    await restarted.settled();
    expect(target.ids).toHaveLength(2);
    expect(restarted.errors).toEqual([]);
  });

  it("acts on a notice whose process died before it looked at anything", async () => {
    const journal = memoryJournal();
    const died = ready({ journal, onReport: () => new Promise<void>(() => undefined) });
    expect((await died.deliver(transactionsNotice)).status).toBe(200);
    const { ids, onReport } = ledger();
    const next = ready({ journal, onReport });
    expect(await next.clock.finish(resumeMonatoNotices(next.options))).toBe(1);
    expect(ids).toHaveLength(1);
    expect(await showJob(journal, ids[0]?.split(".")[0] ?? "")).toMatchObject({ delivered: { name: fileName } });
  });

  it("leaves other sources' jobs alone, and those of the same source at another origin", async () => {
    const journal = memoryJournal();
    const failing = webhookScene({ journal, onReport: () => Promise.reject(new Error("away")) });
    await failing.deliver(transactionsNotice);
    await failing.settled();
    const { jobs, onReport } = collector();
    const { options } = webhookScene({ journal, onReport });
    const elsewhere = { ...options.source, id: "monato/1d5e6fd4-98c2-4bd8-8ee4-8e0a3d3c8e51" };
    expect(await resumeMonatoNotices({ ...options, source: elsewhere })).toBe(0);
    const staging = { ...options.source, origin: "https://staging.monato.example" };
    expect(await resumeMonatoNotices({ ...options, source: staging })).toBe(0);
    expect(jobs).toEqual([]);
    expect(await resumeMonatoNotices(options)).toBe(1);
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
