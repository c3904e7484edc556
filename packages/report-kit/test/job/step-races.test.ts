import { TransportError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { createReportKit, forgetJob, memoryJournal } from "../../src/index.ts";
import type { Journal, SourceProfile } from "../../src/index.ts";
import { isEchoProven, recordEcho } from "../../src/job/echo-record.ts";
import { createJournalWatch } from "../../src/journal/journal-watch.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import { createTimer } from "../../src/waiting/timer.ts";

const list: Partial<SourceProfile> = { tier: "list", visibilityBoundMs: 30_000, remakes: true };
const pending = { is: "pending", status: "pending", reference: "r-1" } as const;
const ready = { is: "ready", reference: "r-1" } as const;
const lost = new TransportError({
  code: "timeout",
  message: "no answer within 30 s",
  provider: "scripted",
  operationId: "create",
  maybeSent: true,
});
const methods = (source: { readonly calls: readonly { readonly method: string }[] }): readonly string[] =>
  source.calls.map(({ method }) => method);

/** A journal in which somebody else's writes come first, `times` times, without changing a word. */
function crowded(journal: Journal, times: number): Journal {
  let left = times;
  return {
    ...journal,
    async write(name, value, expected) {
      // A step's second write of a record; the first announces it.
      if (left > 0 && name.startsWith("job-") && expected > 0) {
        left -= 1;
        const record = await journal.read(name);
        if (record !== undefined) await journal.write(name, record.value, record.revision);
      }
      return journal.write(name, value, expected);
    },
  };
}

describe("what happens beside a step", () => {
  it("a job that is forgotten during its create keeps what was made", async () => {
    const clock = createVirtualClock();
    const journal = memoryJournal();
    const kit = createReportKit({ journal, platform: clock.platform });
    const source = scriptedSource({
      profile: list,
      create: [
        async ({ key, now }) => {
          expect(await forgetJob(journal, key, { now: now + 3_600_000 })).toBe(true);
          return pending;
        },
      ],
      look: [ready],
    });
    expect(await clock.finish(kit.report(source, { report: "a" }).outcome())).toMatchObject({ status: "ready" });
    expect(methods(source)).toEqual(["create", "look"]);
  });

  it("others' writes beside a lease, one after the other, cost a step nothing that it has learned", async () => {
    const clock = createVirtualClock();
    const kit = createReportKit({ journal: crowded(memoryJournal(), 3), platform: clock.platform });
    const source = scriptedSource({
      profile: list,
      create: [pending],
      find: [new Error("not to be asked")],
      look: [ready],
    });
    expect(await clock.finish(kit.report(source, { report: "a" }).outcome())).toMatchObject({ adopted: false });
    expect(methods(source)).toEqual(["create", "look"]);
  });

  it("a search that is refused opens no way to a second create", async () => {
    const clock = createVirtualClock();
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const source = scriptedSource({
      profile: list,
      create: [lost],
      find: [{ is: "refused", code: "odd", message: "No." }, pending],
      look: [ready],
    });
    expect(await clock.finish(kit.report(source, { report: "a" }).outcome())).toMatchObject({ adopted: true });
    expect(methods(source)).toEqual(["create", "find", "find", "look"]);
  });

  it("an id that was not kept is remembered, though the worker can write nothing else after it", async () => {
    const clock = createVirtualClock();
    const journal = memoryJournal();
    const source = scriptedSource({ profile: { ...list, tier: "client-id" }, create: [{ ...pending, echoed: false }] });
    await recordEcho(journal, source, true);
    let announced = false;
    const failing: Journal = {
      ...journal,
      async write(name, value, expected) {
        if (name.startsWith("job-") && announced) throw new Error("the disk is gone");
        announced ||= name.startsWith("job-");
        return journal.write(name, value, expected);
      },
    };
    const kit = createReportKit({ journal: failing, platform: clock.platform });
    await expect(clock.finish(kit.report(source, { report: "a" }).outcome())).rejects.toThrow("the disk is gone");
    expect(await isEchoProven(journal, source)).toBe(false);
  });

  it("a request is counted by a worker that does not live to hear the answer", async () => {
    const clock = createVirtualClock();
    const journal = memoryJournal();
    const source = scriptedSource({
      profile: list,
      create: [() => new Promise<never>(() => undefined)],
      find: [pending],
      look: [ready],
    });
    const kit = (): ReturnType<typeof createReportKit> => createReportKit({ journal, platform: clock.platform });
    kit()
      .report(source, { report: "a" })
      .outcome()
      .catch(() => undefined);
    await clock.advance(1_000);
    const outcome = await clock.finish(kit().report(source, { report: "a" }).outcome());
    expect(outcome).toMatchObject({ status: "ready", requests: source.calls.length });
  });

  it("a report that another epoch of the request has is not adopted", async () => {
    const clock = createVirtualClock();
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const seen: (readonly unknown[])[] = [];
    const source = scriptedSource({
      profile: list,
      create: [ready, lost],
      find: [
        async ({ belongsToAnotherJob }) => {
          for (const name of ["r-1", "r-2"]) seen.push([name, await belongsToAnotherJob?.(name)]);
          return { is: "pending", status: "pending", reference: "r-2" };
        },
      ],
      look: [{ is: "ready", reference: "r-2" }],
    });
    await clock.finish(kit.report(source, { report: "a" }).outcome());
    await clock.finish(kit.report(source, { report: "a" }, { epoch: 1 }).outcome());
    expect(seen).toEqual([
      ["r-1", true],
      ["r-2", false],
    ]);
  });

  it("a journal that can't be read for a moment does not deafen a process to the others", async () => {
    const clock = createVirtualClock();
    const journal = memoryJournal();
    let broken = true;
    const flaky: Journal = {
      ...journal,
      read: (name) => (broken ? Promise.reject(new Error("not now")) : journal.read(name)),
    };
    let announcements = 0;
    const unsubscribe = createJournalWatch(flaky, createTimer(clock.platform)).subscribe(() => (announcements += 1));
    await clock.advance(5_500);
    broken = false;
    await clock.advance(5_000);
    const before = announcements;
    await createJournalWatch(journal, createTimer(clock.platform)).announce();
    await clock.advance(5_000);
    expect(announcements).toBe(before + 1);
    unsubscribe();
  });
});
