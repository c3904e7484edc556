import { expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../../src/index.ts";
import { releaseReports, settlementReports } from "../../../src/sources/mercadopago/mercadopago.ts";
import { createVirtualClock } from "../../../src/testing/index.ts";
import { callOf, noon, scripted, weekTask, zone } from "./scene.ts";

it("one list request says of each settlement report what its task would, and nothing of those it does not show", async () => {
  const { client, sent } = scripted([
    200,
    [
      weekTask,
      { ...weekTask, id: 7, status: "processed", file_name: "s.csv" },
      { ...weekTask, id: 8, status: "failed" },
    ],
  ]);
  const source = settlementReports(client, { account: "1" });
  const { now, signal } = callOf(source);
  const seen = await source.list?.({ now, signal });
  expect(seen?.(String(weekTask.id))).toMatchObject({ is: "pending" });
  expect(seen?.("7")).toMatchObject({ is: "ready", reference: "7", fileName: "s.csv" });
  expect(seen?.("list:7")).toMatchObject({ is: "ready", reference: "7" });
  expect(seen?.("8")).toMatchObject({ is: "failed" });
  expect(seen?.("9")).toBeUndefined();
  expect(sent).toEqual([{ method: "GET", path: "/v1/account/settlement_report/list", query: {}, body: undefined }]);
});

it("release reports share no list: it does not show those that are pending or failed", () => {
  expect(releaseReports(scripted().client, { account: "1" })).not.toHaveProperty("list");
});

it("twenty settlement reports that are waited for together share the list requests", async () => {
  const ready = (id: number): object => ({ ...weekTask, id, status: "processed", file_name: `${id}.csv` });
  const ids = Array.from({ length: 20 }, (_, index) => index + 1);
  const { client, sent } = scripted(
    ...ids.map((id) => [202, { ...weekTask, id }] as const),
    [200, ids.map((id) => ({ ...weekTask, id }))],
    [200, ids.map(ready)],
  );
  const clock = createVirtualClock({ start: noon });
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
  const source = settlementReports(client, { account: "1", timeZone: zone });
  const jobs = ids.map((id) => {
    const day = `2026-10-${String(id).padStart(2, "0")}`;
    return kit.report(source, { from: day, to: day });
  });
  const outcomes = await clock.finish(Promise.all(jobs.map((job) => job.outcome())));
  expect(outcomes.every((outcome) => outcome.status === "ready")).toBe(true);
  expect(sent.filter(({ method }) => method === "POST")).toHaveLength(20);
  expect(sent.slice(20).map(({ path }) => path)).toEqual([
    "/v1/account/settlement_report/list",
    "/v1/account/settlement_report/list",
  ]);
});
