import { TransportError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { createReportKit } from "../../src/index.ts";
import type { Observation, SourceCall, SourceProfile } from "../../src/index.ts";
import { claimReport } from "../../src/job/reports-of-other-jobs.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";
import { durableJournal } from "../support/durable-journal.ts";

const list: Partial<SourceProfile> = { tier: "list", remakes: true };
const lost = new TransportError({
  code: "timeout",
  message: "no answer within 30 s",
  provider: "scripted",
  operationId: "create",
  maybeSent: true,
});
const look = [({ reference = "" }: SourceCall): Observation => ({ is: "ready", reference })];

/** Adopts the first report that no other job has; where there is none, the list proves it or does not. */
function finding(made: readonly string[], none: Observation) {
  return async ({ belongsToAnotherJob }: SourceCall): Promise<Observation> => {
    for (const reference of made) {
      if ((await belongsToAnotherJob?.(reference)) !== true) return { is: "pending", status: "pending", reference };
    }
    return none;
  };
}

/**
 * Epoch 0's create is unanswered and makes nothing. Epoch 1's makes r-1, and while its answer is on its way the search of
 * epoch 0 finds r-1. @returns the references of both, and what was made
 */
async function race(visibilityBoundMs: number | undefined, none: Observation) {
  const clock = createVirtualClock();
  const journal = durableJournal();
  const made: string[] = [];
  const kit = createReportKit({ journal, platform: clock.platform });
  const first = scriptedSource({
    profile: { ...list, visibilityBoundMs },
    create: [lost, lost],
    find: [finding(made, none)],
    look,
  });
  const { bookmark } = kit.report(first, { report: "a" });
  const second = scriptedSource({
    profile: { ...list, visibilityBoundMs, searchForMs: 60_000 },
    create: [
      async () => {
        made.push(`r-${made.length + 1}`);
        const reference = made.at(-1) ?? "";
        if (made.length === 1) await kit.step(bookmark, [first]);
        return { is: "pending", status: "pending", reference };
      },
    ],
    find: [finding(made, none)],
    look,
  });
  // Epoch 0 waits until its create has settled; then epoch 1 begins.
  await kit.step(bookmark, [first]);
  await clock.advance(400_000);
  const outcome = await clock.finish(kit.report(second, { report: "a" }, { epoch: 1 }).outcome());
  const other = await clock.finish(kit.report(first, { report: "a" }).outcome());
  return { outcome, other, made };
}

describe("a create whose report another job adopts before its answer is recorded", () => {
  it("creates again where the list proves that there is no other report: each job has its own", async () => {
    const { outcome, other, made } = await race(30_000, { is: "absent" });
    expect(made).toEqual(["r-1", "r-2"]);
    expect(other).toMatchObject({ status: "ready", reference: "r-1", adopted: true });
    expect(outcome).toMatchObject({ status: "ready", reference: "r-2" });
  });

  it("ends indeterminate where the list proves nothing: no job has another's report", async () => {
    const { outcome, other, made } = await race(undefined, { is: "searching", more: false, found: [] });
    expect(made).toEqual(["r-1"]);
    expect(other).toMatchObject({ status: "ready", reference: "r-1", adopted: true });
    expect(outcome.status).toBe("indeterminate");
  });
});

it("a search that loses the report to another job begins again, however long it has searched: the list can still tell", async () => {
  const clock = createVirtualClock();
  const journal = durableJournal();
  const kit = createReportKit({ journal, platform: clock.platform });
  const source = scriptedSource({
    profile: { ...list, visibilityBoundMs: 30_000, searchForMs: 60_000 },
    create: [lost, { is: "ready", reference: "r-2" }],
    find: [
      async ({ key }) => {
        // The other job claims it between the search's answer and this job's own claim.
        const other = { key: `${key.slice(0, -1)}x`, source };
        await journal.write(`job-${other.key}`, { v: 1, phase: "waiting", reference: "r-1" }, 0);
        await claimReport(journal, other, "r-1");
        return { is: "pending", status: "pending", reference: "r-1" };
      },
      { is: "absent" },
    ],
    look,
  });
  const { bookmark } = kit.report(source, { report: "a" });
  await kit.step(bookmark, [source]);
  await clock.advance(7 * 3_600_000);
  expect(await kit.step(bookmark, [source])).toHaveProperty("again");
  const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
  expect(outcome).toMatchObject({ status: "ready", reference: "r-2", adopted: false });
  expect(source.calls.map(({ method }) => method)).toEqual(["create", "find", "find", "create"]);
});

it("a search proves nothing while another job, which has claimed what it passed over, has not decided", async () => {
  const clock = createVirtualClock();
  const journal = durableJournal();
  const kit = createReportKit({ journal, platform: clock.platform });
  const source = scriptedSource({
    profile: { ...list, visibilityBoundMs: 30_000, searchForMs: 60_000 },
    create: [lost],
    find: [finding(["r-1", "r-2"], { is: "absent" })],
    look,
  });
  const other = { key: "00000000-0000-8000-8000-000000000000", source };
  const name = `job-${other.key}`;
  await journal.write(name, { v: 1, phase: "creating" }, 0);
  await claimReport(journal, other, "r-1");
  await claimReport(journal, other, "r-2");

  const { bookmark } = kit.report(source, { report: "a" });
  await kit.step(bookmark, [source]);
  for (let hour = 0; hour < 3; hour += 1) {
    await clock.advance(3_600_000);
    expect(await kit.step(bookmark, [source])).toHaveProperty("again");
  }
  await journal.write(name, { v: 1, phase: "waiting", reference: "r-2" }, 1);
  const outcome = await clock.finish(kit.report(source, { report: "a" }).outcome());
  expect(outcome).toMatchObject({ status: "ready", reference: "r-1", adopted: true });
  expect(source.calls.filter(({ method }) => method === "create")).toHaveLength(1);
});
