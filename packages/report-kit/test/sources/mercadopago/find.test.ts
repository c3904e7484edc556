import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/index.ts";
import { releaseReports, settlementReports } from "../../../src/sources/mercadopago/mercadopago.ts";
import { families, noon, observe, runInSteps, sandboxScene, scripted, week, weekSent, weekTask } from "./scene.ts";
import type { Scripted } from "./scene.ts";

const dayMs = 86_400_000;
const iso = (instant: number): string => new Date(instant).toISOString().replace(".000Z", "Z");
const begin = Date.parse(weekSent.begin_date);
const end = Date.parse(weekSent.end_date);
const finished = {
  ...weekTask,
  id: 17012160,
  status: "processed",
  file_name: "report.csv",
  date_created: "2026-11-21T08:02:00.000-04:00",
};

/** What one place says of an unclear create whose intent was at noon. */
async function foundIn(place: 0 | 1, answer: Scripted, reports = settlementReports): Promise<Observation> {
  const { client, sent } = scripted(answer);
  const seen = await observe(reports(client, { account: "1" }), "find", {}, place);
  expect(sent).toHaveLength(1);
  return seen;
}

/** Is the item of a list taken for the wanted report, surely not it, or possibly? */
async function judged(item: object): Promise<"ours" | "other" | "unsure"> {
  const seen = await foundIn(0, [200, [{ ...weekTask, ...item }]]);
  if (seen.is !== "searching") return "ours";
  return seen.found.length === 0 ? "other" : "unsure";
}

describe("where a report of an unclear create is looked for", () => {
  it.each(families)("is the list, then the search, one request each, for %s reports", async (family, reports) => {
    const { client, sent } = scripted([200, []], [200, { paging: { total: 0, limit: 500, offset: 0 }, results: [] }]);
    const source = reports(client, { account: "1" });
    expect(await observe(source, "find", {}, 0)).toEqual({ is: "searching", more: true, found: [] });
    const last = await observe(source, "find", {}, 1);
    // Only what lists pending reports at once can prove that there is none.
    expect(last).toEqual(family === "settlement" ? { is: "absent" } : { is: "searching", more: false, found: [] });
    expect(sent).toEqual([
      { method: "GET", path: `/v1/account/${family}_report/list`, query: {}, body: undefined },
      {
        method: "GET",
        path: `/v1/account/${family}_report/search`,
        query: {
          created_from: "manual",
          range: "date_created",
          range_begin_date: "2026-11-21T11:58:00Z",
          range_end_date: "2026-11-21T13:02:00Z",
          limit: "500",
        },
        body: undefined,
      },
    ]);
  });

  it.each<[string, 0 | 1, Scripted]>([
    ["a list that is none", 0, [200, { message: "later" }]],
    ["a list that leaves some out", 0, [200, { paging: { total: 9 }, results: [] }]],
    ["a list with a report that may be it", 0, [200, [{ ...weekTask, generation_date: undefined }]]],
    ["a search that leaves some out", 1, [200, { paging: { total: 501 }, results: [] }]],
    ["a search that is none", 1, [200, { results: "none" }]],
    ["a search with a report that may be it", 1, [200, { results: [{ ...finished, begin_date: null }] }]],
    ["a search with the report, but no file name yet", 1, [200, { results: [{ ...finished, file_name: null }] }]],
  ])("proves nothing by %s", async (_, place, answer) => {
    expect(await foundIn(place, answer)).toMatchObject({ is: "searching", more: false });
  });

  it.each<[string, Scripted, Partial<Observation>]>([
    ["a refusal", [400, { error: "invalid_filters", message: "Invalid filters." }], { is: "unreachable" }],
    ["a missing path", [404], { is: "unreachable" }],
    ["a failure", [500, { error: "internal_error" }], { is: "unreachable" }],
    [
      "too many requests",
      [429, { message: "slow down" }, { "retry-after": "7" }],
      { is: "unreachable", retryAfterMs: 7_000 },
    ],
    ["an empty success", [200], { is: "unreachable" }],
    ["a wrong token", [401, { error: "Invalid token" }], { is: "denied" }],
  ])("goes on after %s, in either place", async (_, answer, meaning) => {
    expect(await foundIn(0, answer)).toMatchObject(meaning);
    expect(await foundIn(1, answer)).toMatchObject(meaning);
  });
});

describe("a report is the wanted one", () => {
  it("when it was asked for by hand", async () => {
    expect(await judged({})).toBe("ours");
    for (const created_from of ["schedule", "scheduled"]) expect(await judged({ created_from })).toBe("other");
    for (const created_from of [undefined, null, "", "api", 7]) expect(await judged({ created_from })).toBe("unsure");
  });

  it.each([
    ["2026-11-21T07:58:00.000-04:00", "ours"],
    ["2026-11-21T07:57:59.999-04:00", "other"],
    ["2026-11-21T11:58:00Z", "ours"],
    ["2026-11-21T11:57:59Z", "other"],
    ["2026-11-21 13:30:00.1 +0100", "ours"],
    ["2026-11-21T12:57:59,999+01:00", "other"],
    ["2026-11-21T12:00:00", "unsure"],
    ["2026-11-21", "unsure"],
    ["21/11/2026 12:00", "unsure"],
    ["2026-13-41T12:00:00Z", "unsure"],
    [1795262400000, "unsure"],
    [null, "unsure"],
    [undefined, "unsure"],
  ])(
    "when it was made after the intent, but for two minutes by which the clocks may differ: %s is %s",
    async (date, verdict) => {
      expect(await judged({ generation_date: date })).toBe(verdict);
      // Older lists have this one instead.
      expect(await judged({ generation_date: undefined, date_created: date })).toBe(verdict);
    },
  );

  it("and a date that can't be read is shown as it came", async () => {
    const seen = await foundIn(0, [200, [{ ...weekTask, generation_date: "21/11/2026 12:00" }]]);
    expect(seen).toMatchObject({ found: [{ reference: "99336983670", createdAt: "21/11/2026 12:00" }] });
  });

  it("when its period contains the wanted one, with less than a day to spare on either side", async () => {
    const spare = fc.oneof(
      fc.integer({ min: -3 * 86_400, max: 3 * 86_400 }),
      fc.constantFrom(-1, 0, 1, 86_399, 86_400, 86_401),
    );
    await fc.assert(
      fc.asyncProperty(spare, spare, async (before, after) => {
        const item = { begin_date: iso(begin - before * 1_000), end_date: iso(end + after * 1_000) };
        const fits = [before, after].every((seconds) => seconds >= 0 && seconds * 1_000 < dayMs);
        // Whole days of another zone are off at both ends; off at one end alone may be another report.
        const alike = before < 60 === after < 60;
        expect(await judged(item)).toBe(fits ? (alike ? "ours" : "unsure") : "other");
      }),
      { seed: 20261121, numRuns: 200 },
    );
  });

  it("but not one of the days beside it, nor of a day more or less", async () => {
    const shifted = [
      [-1, 0],
      [0, 1],
      [1, 0],
      [0, -1],
      [1, 1],
      [-1, -1],
    ] as const;
    for (const [first, last] of shifted) {
      const item = { begin_date: iso(begin + first * dayMs), end_date: iso(end + last * dayMs) };
      expect(await judged(item)).toBe("other");
    }
  });

  it("nor, for certain, of a day more where the clocks change: that day may have 23 hours", async () => {
    expect(await judged({ end_date: iso(end + 23 * 3_600_000) })).toBe("unsure");
    expect(await judged({ begin_date: iso(begin - 23 * 3_600_000) })).toBe("unsure");
    expect(await judged({ begin_date: iso(begin - 3_600_000), end_date: iso(end + 23 * 3_600_000) })).toBe("ours");
  });

  it("and one that leaves out what would tell is listed, unless something else tells", async () => {
    expect(await judged({ begin_date: null })).toBe("unsure");
    expect(await judged({ end_date: "soon" })).toBe("unsure");
    expect(await judged({ id: null })).toBe("unsure");
    expect(await judged({ id: 2 ** 53 })).toBe("unsure");
    expect(await judged({ begin_date: null, end_date: iso(end + dayMs) })).toBe("other");
    expect(await judged({ begin_date: null, created_from: "schedule" })).toBe("other");
    expect(await judged({ id: null, generation_date: "2026-11-20T12:00:00Z" })).toBe("other");
    const seen = await foundIn(0, [
      200,
      [
        { ...weekTask, id: undefined, file_name: "report.csv" },
        { ...weekTask, begin_date: 7 },
      ],
    ]);
    expect(seen).toMatchObject({
      found: [
        { reference: "report.csv", status: "pending", createdAt: "2026-11-21T08:00:01.258-04:00" },
        { reference: "99336983670", status: "pending", createdAt: "2026-11-21T08:00:01.258-04:00" },
      ],
    });
  });

  it("and of several the one with the lowest id, by number and not by text", async () => {
    const ids = fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 2 ** 53 - 1 }), fc.integer({ min: 0, max: 2_000 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(ids, fc.boolean(), async (ids, asText) => {
        const items = ids.map((id) => ({ ...weekTask, id: asText ? String(id) : id }));
        const uuid = { ...weekTask, id: "00000000-5d6c-4f0e-9f57-5a4de2d0a1b2" };
        const seen = await foundIn(0, [200, [uuid, ...items]]);
        expect(seen).toEqual({ is: "pending", status: "pending", reference: String(Math.min(...ids)) });
      }),
      { seed: 20261121 },
    );
  });

  it("but never one that failed while another did not", async () => {
    const failed = { ...weekTask, id: 1, status: "failed" };
    expect(await foundIn(0, [200, [failed, { ...weekTask, id: 2 }]])).toMatchObject({ is: "pending", reference: "2" });
    expect(await foundIn(0, [200, [failed]])).toMatchObject({ is: "failed", reference: "1" });
    expect(await foundIn(1, [200, { results: [{ ...finished, id: 1, status: "deleted" }, finished] }])).toMatchObject({
      is: "ready",
    });
    expect(await foundIn(1, [200, { results: [{ ...finished, status: "deleted" }] }])).toMatchObject({ is: "failed" });
  });

  it("and is ready at once when it is finished; of a search, by the report's own id", async () => {
    const ready = { is: "ready", fileName: "report.csv" } as const;
    expect(await foundIn(0, [200, [finished]], releaseReports)).toEqual({ ...ready, reference: "17012160" });
    expect(await foundIn(1, [200, { results: [finished] }], releaseReports)).toEqual({
      ...ready,
      reference: "report:17012160",
    });
  });

  it("and no item, whatever it holds, crashes the search or is taken for it by chance", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.constantFrom<0 | 1>(0, 1), async (items, place) => {
        const seen = await foundIn(place, [200, items]);
        expect(["searching", "absent"]).toContain(seen.is);
      }),
      { seed: 20261121, numRuns: 200 },
    );
  });
});

describe("a report that another job has", () => {
  const others =
    (...known: string[]) =>
    (reference: string) =>
      Promise.resolve(known.includes(reference));
  const listed = [
    { ...finished, id: 900 },
    { ...finished, id: 901 },
  ];

  /** What a place says while other jobs have these. */
  async function seenIn(place: 0 | 1, items: readonly object[], known: string[], reports = settlementReports) {
    const { client } = scripted([200, place === 0 ? items : { results: items }]);
    const belongsToAnotherJob = others(...known);
    return observe(reports(client, { account: "1" }), "find", { belongsToAnotherJob }, place);
  }

  it.each(families)(
    "is left out of a list by its id, and another of the same file name is not, for %s reports",
    async (_, reports) => {
      for (const known of [["900"], ["list:900"], ["900", "report.csv"], ["list:900", "report.csv"]]) {
        expect(await seenIn(0, listed, known, reports)).toMatchObject({ is: "ready", reference: "901" });
      }
      // Known by its report's id, from a search.
      const [first, second] = listed;
      expect(await seenIn(0, [{ ...first, report_id: 77 }, { ...second }], ["report:77"], reports)).toMatchObject({
        reference: "901",
      });
      expect(await seenIn(0, listed, ["900", "901"], reports)).toMatchObject({
        is: "searching",
        more: true,
        found: [],
      });
    },
  );

  it("is left out of a search by its own id; one that only the name tells decides nothing", async () => {
    expect(await seenIn(1, listed, ["report:900"])).toMatchObject({ is: "ready", reference: "report:901" });
    // A task's id is no report's.
    expect(await seenIn(1, listed, ["900"])).toMatchObject({ is: "ready", reference: "report:900" });
    const unsure = await seenIn(1, listed, ["5", "report.csv"]);
    expect(unsure).toMatchObject({ is: "searching", more: false });
    expect(unsure).toHaveProperty("found.length", 2);
  });

  it("is left out by its name where it has no id", async () => {
    const { id: _id, ...nameless } = finished;
    expect(await seenIn(0, [nameless], ["report.csv"])).toMatchObject({ is: "searching", more: true, found: [] });
    expect(await seenIn(0, [nameless], ["other.csv"])).toMatchObject({ is: "searching", more: false });
  });

  it("is asked for only where there is something to adopt", async () => {
    let asked = 0;
    const { client } = scripted([
      200,
      [
        { ...finished, created_from: "schedule" },
        { ...finished, begin_date: "2026-10-01T03:00:00Z" },
      ],
    ]);
    const source = settlementReports(client, { account: "1" });
    await observe(source, "find", { belongsToAnotherJob: () => Promise.resolve((asked += 1) > 0) });
    expect(asked).toBe(0);
  });
});

describe("a create whose answer is lost", () => {
  it.each(families)("leaves the one report it made, which is adopted, for %s reports", async (family, reports) => {
    const { clock, sandbox, client } = await sandboxScene();
    sandbox.fail({ method: "POST" }, { kind: "reset", afterHandling: true });
    const outcome = await runInSteps(clock, () => reports(client, { account: "1" }));
    expect(outcome).toMatchObject({ status: "ready", adopted: true, reference: sandbox.reports[0]?.id });
    expect(sandbox.made()).toBe(1);
    expect(sandbox.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(sandbox.requests.some(({ path }) => path === `/v1/account/${family}_report/list`)).toBe(true);
    expect(sandbox.violations).toEqual([]);
  });

  it("and that made nothing is repeated once it is sure, where the source can be sure", async () => {
    const { clock, sandbox, client } = await sandboxScene();
    sandbox.fail({ method: "POST" }, { kind: "reset" });
    const outcome = await runInSteps(clock, () => settlementReports(client, { account: "1" }));
    expect(outcome).toMatchObject({ status: "ready", adopted: false });
    expect(sandbox.made()).toBe(1);
    const [first, ...others] = sandbox.requests;
    expect(others.map(({ operationId }) => operationId).slice(0, 3)).toEqual([
      "listSettlementReports",
      "searchSettlementReports",
      "createSettlementReport",
    ]);
    // The lease of the step and the time in which a report that was made is listed.
    expect(Number(others[0]?.at) - Number(first?.at)).toBeGreaterThanOrEqual(120_000);
  });

  it("and that made nothing ends indeterminate where nothing can prove it, without another create", async () => {
    const { clock, sandbox, client } = await sandboxScene();
    sandbox.fail({ method: "POST" }, { kind: "reset" });
    const outcome = await runInSteps(clock, () => releaseReports(client, { account: "1" }));
    expect(outcome).toMatchObject({ status: "indeterminate", found: [] });
    expect(sandbox.made()).toBe(0);
    expect(sandbox.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(clock.now() - noon).toBeGreaterThanOrEqual(30 * 60_000);
  });

  it("is never settled by a report of the same days that was there before, nor by one of other days", async () => {
    const { clock, sandbox, client } = await sandboxScene();
    const ask = (from: string, to: string) =>
      client.POST("/v1/account/settlement_report", {
        body: { begin_date: `${from}T03:00:00Z`, end_date: `${to}T02:59:59Z` },
      });
    await ask("2026-11-01", "2026-11-08");
    clock.advance(600_000);
    sandbox.fail({ method: "POST" }, { kind: "reset" });
    const outcome = await runInSteps(
      clock,
      () => settlementReports(client, { account: "1" }),
      async (step) => {
        if (step === 1) await ask("2026-11-02", "2026-11-08");
      },
    );
    expect(outcome).toMatchObject({ status: "ready", adopted: false, reference: sandbox.reports[2]?.id });
    expect(sandbox.made()).toBe(3);
  });

  it("is settled by the search where the list is silent", async () => {
    const { clock, sandbox, client } = await sandboxScene({ readyAfterMs: 10_000 });
    sandbox.fail({ method: "POST" }, { kind: "reset", afterHandling: true });
    sandbox.fail({ path: /\/list$/ }, { kind: "status", status: 200, body: [] }, 1_000);
    const source = () => settlementReports(client, { account: "1" });
    const outcome = await runInSteps(clock, source);
    expect(outcome).toMatchObject({ status: "ready", adopted: true, reference: expect.stringMatching(/^report:\d+$/) });
    expect(sandbox.made()).toBe(1);
    if (outcome.status !== "ready") return;
    const location = await source().locate({
      key: outcome.key,
      epoch: 0,
      request: source().prepare(week, { now: noon }).request,
      reference: outcome.reference,
      fileName: String(outcome.fileName),
      now: clock.now(),
      echoProven: false,
      signal: new AbortController().signal,
    });
    if (location.via !== "api") throw new Error("the file comes through the API");
    const file = await location.open({ headers: {}, signal: new AbortController().signal });
    expect(file.status).toBe(200);
    await file.body?.cancel();
  });
});
