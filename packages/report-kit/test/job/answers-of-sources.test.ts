import { ProviderError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { Journal, JobEvent, Observation, SourceCall } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import type { Script } from "../../src/testing/index.ts";

const pending = { is: "pending", status: "pending", reference: "r-1" } as const;
const ready = { is: "ready", reference: "r-1" } as const;

function scene(script: Script) {
  const clock = createVirtualClock();
  const events: JobEvent[] = [];
  const journal: Journal = { ...memoryJournal(), keeps: "durable" };
  const kit = createReportKit({ journal, platform: clock.platform, onEvent: (event) => events.push(event) });
  return { clock, events, kit, journal, source: scriptedSource(script) };
}

describe("a create that finds the report there already", () => {
  it("is adopted and looked at at once, whatever the schedule says", async () => {
    const existed: Observation = { ...pending, status: "the id is taken", existed: true };
    const profile = { tier: "client-id", visibilityBoundMs: 30_000 } as const;
    const { clock, events, kit, source } = scene({ profile, create: [existed], look: [ready] });
    const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
    expect(outcome).toMatchObject({ status: "ready", adopted: true, requests: 2 });
    const [create, look] = source.calls;
    expect((look?.at ?? Infinity) - (create?.at ?? 0)).toBeLessThan(1_000);
    expect(events.map(({ type }) => type)).toEqual(["adopted", "observed", "waiting", "ready"]);
  });
});

describe("answers that do not show the report", () => {
  it("are counted in a row, from the first of them, across processes, and by nothing else", async () => {
    const seen: (readonly [number | undefined, number | undefined])[] = [];
    const note =
      (observation: Observation) =>
      ({ missed, missedSince }: SourceCall): Observation => {
        seen.push([missed, missedSince]);
        return observation;
      };
    const absent = { is: "absent", status: "http 404" } as const;
    const unknown = { is: "unknown", status: "http 400", sample: "x" } as const;
    const named = { ...unknown, status: "archived", reference: "r-1" } as const;
    const away = { is: "unreachable", error: new Error("away") } as const;
    const { clock, kit, source } = scene({
      create: [note(absent), note(absent), note(pending)],
      look: [absent, unknown, pending, absent, named, absent, away, absent, ready].map(note),
    });
    const { bookmark } = kit.report(source, { report: "a" });
    const at: number[] = [];
    for (;;) {
      at.push(clock.now());
      const step = await kit.step(bookmark, [source]);
      if ("outcome" in step) break;
      await clock.finish(new Promise<void>((resolve) => void clock.platform.setTimeout(resolve, step.again.afterMs)));
    }
    expect(seen.map(([missed]) => missed)).toEqual([
      // creates: absent, absent, pending
      undefined,
      1,
      2,
      // looks: absent, unknown, pending, absent, one that names it, absent, no answer, absent, ready
      undefined,
      1,
      2,
      undefined,
      1,
      undefined,
      1,
      undefined,
      1,
    ]);
    expect(seen[2]?.[1]).toBe(at[0]);
    expect(seen[5]?.[1]).toBe(at[3]);
  });

  it("keep a status and a reference of the source's own, and its word for why the next look is when it is", async () => {
    const absent = { is: "absent", status: "not listed", reference: "list:r-1", why: "asking the list" } as const;
    const { clock, events, kit, source } = scene({
      create: [pending],
      look: [absent, (call) => ({ ...ready, reference: `${call.reference}!` })],
    });
    const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
    expect(outcome).toMatchObject({ reference: "list:r-1!" });
    expect(events).toContainEqual(expect.objectContaining({ type: "observed", status: "not listed" }));
    expect(events).toContainEqual(expect.objectContaining({ type: "waiting", why: "asking the list" }));
  });
});

describe("a refusal", () => {
  const refused = { is: "refused", code: "no", message: "It refuses." } as const;

  it.each([
    ["of a create made nothing, and does not help to repeat unless it says so", { create: [refused] }, false, false],
    ["of a create that time can help", { create: [{ ...refused, retryable: true }] }, false, true],
    ["of a look at a report that was made", { create: [pending], look: [refused] }, true, false],
    [
      "of a look at what the provider makes by itself",
      { profile: { tier: "lookup" }, look: [{ ...refused, retryable: true }] },
      false,
      true,
    ],
  ] as const)("%s", async (_what, script, made, retryable) => {
    const { clock, kit, source } = scene(script);
    const job = kit.report(source, { report: "a" });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "failed", code: "no", made, retryable });
    // Not kept as the job's end: running it again asks again.
    const before = source.calls.length;
    await clock.finish(job.outcome());
    expect(source.calls.length).toBe(before + 1);
    const target = { receive: () => Promise.resolve("file") };
    await expect(clock.finish(job.download(target))).rejects.toMatchObject({ code: "no", made, retryable });
  });
});

it("a source's own table is asked with the call that failed", async () => {
  const error = new ProviderError({ code: "c", message: "m", provider: "p", operationId: "o", status: 404 });
  const { clock, kit, source } = scene({ create: [error], look: [ready] });
  const keys: string[] = [];
  const explaining = {
    ...source,
    explain: (_error: unknown, during: string, call: SourceCall): Observation => {
      keys.push(`${during} ${call.key}`);
      return { ...pending, reference: call.key };
    },
  };
  const job = kit.report(explaining, { report: "a" });
  expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready" });
  expect(keys).toEqual([`create ${job.key}`]);
});

it("a create is given the instant after which it must not leave, and no other call is", async () => {
  const limits: (number | undefined)[] = [];
  const note =
    (observation: Observation) =>
    ({ notAfter, now }: SourceCall): Observation => {
      limits.push(notAfter === undefined ? undefined : notAfter - now);
      return observation;
    };
  const { clock, kit, source } = scene({ create: [note(pending)], look: [note(ready)] });
  await clock.finish(kit.report(source, { report: "a" }).outcome());
  // The lease of a step, 60 s, less the 30 s that a create may take.
  expect(limits).toEqual([30_000, undefined]);
});
