import { expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { ReadyReport, ReportJob, Target } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import type { ScriptedSource, VirtualClock } from "../../src/testing/index.ts";

interface Scene {
  readonly clock: VirtualClock;
  readonly source: ScriptedSource;
  readonly job: ReportJob;
}

function scene(): Scene {
  const clock = createVirtualClock();
  const source = scriptedSource({
    create: [{ is: "pending", status: "queued", reference: "r-1" }],
    look: [{ is: "ready", reference: "r-1", fileName: "a.csv", link: { via: "link", url: "https://s.invalid/a" } }],
    locate: { via: "link", url: "https://s.invalid/again" },
  });
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
  return { clock, source, job: kit.report(source, { report: "a" }) };
}

const received = (error: unknown): unknown => error;

it("a target gets the ready report, and the caller gets what the target resolves to", async () => {
  const { clock, source, job } = scene();
  let report: ReadyReport | undefined;
  const target: Target<string, { readonly copies: number }> = {
    options: { copies: "number" },
    async receive(ready, { copies }) {
      report = ready;
      return `${ready.fileName} x${copies}`;
    },
  };
  expect(await clock.finish(job.download(target, { copies: 3, deadlineMs: 60_000 }))).toBe("a.csv x3");
  expect(report).toMatchObject({
    source: "scripted/test",
    provider: "scripted",
    account: "test",
    reportType: "scripted",
    key: job.key,
    fileName: "a.csv",
    link: { url: "https://s.invalid/a" },
    loopback: false,
  });
  expect(await report?.locate(new AbortController().signal)).toMatchObject({ url: "https://s.invalid/again" });
  expect(source.calls.map(({ method }) => method)).toEqual(["create", "look", "locate"]);
});

it.each([
  ["a path", "out", '"out"'],
  ["nothing", undefined, "nothing"],
  ["a stream", new WritableStream(), "an object"],
])(
  "%s instead of a target is refused before anything is sent, and the error names the targets",
  async (_, target, came) => {
    const { source, job } = scene();
    const error = await job.download(target as unknown as Target<unknown>).catch(received); // plain JavaScript can pass it
    expect(error).toMatchObject({
      name: "ReportRequestError",
      field: "target",
      received: came,
      expected: expect.stringContaining("toDirectory(path)"),
      bookmark: job.bookmark,
    });
    expect(source.calls).toEqual([]);
  },
);

it("a target that refuses its options is asked before anything is sent", async () => {
  const { source, job } = scene();
  const refusal = new Error("no disk");
  const target: Target<string, { readonly copies: number }> = {
    options: { copies: "number" },
    check: async ({ copies }) => {
      if (copies === 0) throw refusal;
    },
    receive: async () => "received",
  };
  expect(await job.download(target, { copies: 0 }).catch(received)).toBe(refusal);
  expect(source.calls).toEqual([]);
});
