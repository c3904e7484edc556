import { describe, expect, it } from "vitest";
import { createReportKit, JournalError, listJobs, memoryJournal, pruneJobs } from "../../src/index.ts";
import type { JobEvent, Journal } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";

const pending = { is: "pending", status: "pending", reference: "r-1" } as const;

/** A journal whose list also names what is no record, and in which some records can't be read. */
function littered(journal: Journal): Journal {
  return {
    ...journal,
    async read(name) {
      if (!/^[a-z0-9-]+$/.test(name)) throw new JournalError({ code: "invalid-name", message: `${name} is no name` });
      if (name === "job-damaged") throw new JournalError({ code: "unreadable", message: "job-damaged is damaged" });
      return journal.read(name);
    },
    async *list(prefix) {
      yield* journal.list(prefix);
      for (const name of ["job-x.bak", "job-x (copy)", "job-damaged"]) if (name.startsWith(prefix)) yield name;
    },
  };
}

describe("one damaged or foreign record", () => {
  async function scene() {
    const clock = createVirtualClock();
    const memory = memoryJournal();
    await memory.write("job-newer", { v: 2, source: "scripted/test" }, 0);
    await memory.write("job-foreign", { hello: "world" }, 0);
    const events: JobEvent[] = [];
    const journal = littered(memory);
    const kit = createReportKit({ journal, platform: clock.platform, onEvent: (event) => events.push(event) });
    return { clock, memory, journal, kit, events };
  }
  const unreadable = ["job-damaged", "job-foreign", "job-newer", "job-x (copy)", "job-x.bak"];

  it("keeps no other job from being woken, and is reported once, whatever the number of wakes", async () => {
    const { clock, kit, events } = await scene();
    const source = scriptedSource({ create: [pending], look: [pending, { is: "ready", reference: "r-1" }] });
    const waiting = kit.report(source, { report: "a" }).outcome();
    await clock.advance(13_000);
    expect(await kit.wake({ source: "scripted/test" })).toBe(1);
    await kit.wake({ reference: "r-1" });
    expect((await clock.finish(waiting)).status).toBe("ready");
    const reported = events.filter(({ type }) => type === "unreadable-record");
    expect(reported.map(({ key }) => key).toSorted()).toEqual(unreadable);
    expect(reported.find(({ key }) => key === "job-newer")).toMatchObject({ code: "newer-version" });
  });

  it("is refused by itself when it is the one that is asked for", async () => {
    const { kit } = await scene();
    await expect(kit.wake({ key: "damaged" })).rejects.toMatchObject({ name: "JournalError", code: "unreadable" });
    await expect(kit.wake({ key: "newer" })).rejects.toMatchObject({ name: "JournalError", code: "newer-version" });
  });

  it("is listed as unreadable beside the others, and pruning leaves it alone", async () => {
    const { clock, kit, journal, memory } = await scene();
    const source = scriptedSource({ create: [{ is: "ready", reference: "r-1" }] });
    const job = kit.report(source, { report: "a" });
    await clock.finish(job.outcome());
    const listed: string[] = [];
    for await (const one of listJobs(journal)) listed.push("unreadable" in one ? `job-${one.key}` : one.phase);
    expect(listed.toSorted()).toEqual([...unreadable, "ready"].toSorted());
    expect(await pruneJobs(journal, clock.now() + 1)).toBe(1);
    expect([await memory.read("job-newer"), await memory.read("job-foreign")]).not.toContain(undefined);
    expect(await memory.read(`job-${job.key}`)).toBeUndefined();
  });

  it("a journal that can't be read at all is an error for everything", async () => {
    const away = new JournalError({ code: "unavailable", message: "the database is away" });
    const journal: Journal = {
      ...memoryJournal(),
      read: () => Promise.reject(away),
      async *list() {
        yield "job-a";
      },
    };
    const kit = createReportKit({ journal });
    await expect(kit.wake({ source: "scripted/test" })).rejects.toBe(away);
    await expect(pruneJobs(journal, 0)).rejects.toBe(away);
  });
});

describe("a wake by a hint", () => {
  it("with a key or a bookmark reads one record, whatever the size of the journal", async () => {
    const memory = memoryJournal();
    let reads = 0;
    const journal: Journal = {
      ...memory,
      read(name) {
        reads += 1;
        return memory.read(name);
      },
    };
    for (let index = 0; index < 2_000; index += 1) await memory.write(`job-${index}`, { v: 1 }, 0);
    const kit = createReportKit({ journal });
    const { key, bookmark } = kit.report(scriptedSource({}), { report: "a" });
    for (const hint of [{ key }, { bookmark }]) {
      reads = 0;
      expect(await kit.wake(hint)).toBe(0);
      expect(reads).toBe(1);
    }
  });

  it("about a member of the request that every object has fits no job by accident", async () => {
    const clock = createVirtualClock();
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const source = scriptedSource({ create: [pending], look: [pending, { is: "ready", reference: "r-1" }] });
    const waiting = kit.report(source, { report: "a" }).outcome();
    await clock.advance(13_000);
    expect(await kit.wake({ request: { constructor: "x" } })).toBe(0);
    expect(await kit.wake({ request: { report: "a", constructor: null } })).toBe(1);
    await clock.finish(waiting);
  });
});
