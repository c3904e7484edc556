import { createCircleClient } from "@report-kit/circle";
import { createVirtualClock as sandboxClock, startSandbox } from "@report-kit/sandbox";
import type { Sandbox, VirtualClock } from "@report-kit/sandbox";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { circleReports } from "../../src/sources/circle.ts";
import type { CircleReportRequest } from "../../src/sources/circle.ts";
import { asStream } from "../../src/download/index.ts";
import { createReportKit, memoryJournal, ReportRequestError } from "../../src/index.ts";
import type { SourceCall } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { recordingFetch } from "../support/recording-fetch.ts";
import type { Sent } from "../support/recording-fetch.ts";
import { sourceCall } from "../support/source-call.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const entity = "9b2c1f7e-4d3a-4f8b-bc2a-1e0d5a6c7b88";
const id = "550e8400-e29b-41d4-a716-446655440000";

/** A client whose answers are given, and what it sent. */
function answering(...answers: readonly (() => Response)[]): {
  readonly client: ReturnType<typeof createCircleClient>;
  readonly sent: readonly Sent[];
} {
  const { fetch, sent } = recordingFetch(answers);
  return { client: createCircleClient({ apiKey: "test-key", baseUrl: "https://api.circle.test", fetch }), sent };
}

const json = (status: number, body: unknown) => (): Response =>
  Response.json(body, { status, headers: { "X-Request-Id": "2adba88e-9d63-44bc-b975-9b6ae3440dde" } });
const call = (request: Record<string, string>, reference?: string): SourceCall =>
  sourceCall({ request, now, ...(reference === undefined ? {} : { reference }) });

describe("a request to Circle", () => {
  const source = circleReports(answering().client, { account: "treasury" });
  const prepare = (request: CircleReportRequest) => source.prepare(request, { now });

  it("says which report it is, and by when it is documented to be ready", () => {
    expect(prepare({ reportType: "camt053", date: "2026-11-19" })).toEqual({
      reportType: "camt053",
      request: { reportType: "camt053", date: "2026-11-19" },
      identity: { reportType: "camt053", date: "2026-11-19" },
      period: { from: "2026-11-19", to: "2026-11-19" },
      expects: "camt053",
      readyAt: Date.parse("2026-11-20T02:00:00Z"),
      deadlineAt: Date.parse("2026-11-20T07:00:00Z"),
    });
  });

  it("is one report a month, however the month is spelt", () => {
    const monthly = (date: string) =>
      prepare({ reportType: "managed_payin_transactions", timeframe: "monthly", date }).identity;
    expect(monthly("2026-10-20")).toEqual(monthly("2026-10-01"));
    expect(monthly("2026-10")).toEqual({
      reportType: "managed_payin_transactions",
      timeframe: "monthly",
      date: "2026-10",
    });
  });

  it("is prepared to itself", () => {
    for (const request of [
      { reportType: "camt053", date: "2026-11-19" },
      {
        reportType: "managed_payout_transactions",
        timeframe: "monthly",
        date: "2026-10-20",
        clientEntityId: entity.toUpperCase(),
      },
      { reportType: "managed_payment_wallet_balances", timeframe: "daily", date: "2026-11-19", clientEntityId: null },
    ] as const) {
      const prepared = prepare(request);
      expect(source.prepare(prepared.request as unknown as CircleReportRequest, { now })).toEqual(prepared); // as a bookmark brings it back
    }
  });

  it("of a day is taken once the day has ended: a camt.053 in UTC, a managed report in the entity's zone", () => {
    const camt = { reportType: "camt053", date: "2026-11-19" } as const;
    const midnight = Date.parse("2026-11-20T00:00:00Z");
    expect(() => source.prepare(camt, { now: midnight })).not.toThrow();
    expect(() => source.prepare(camt, { now: midnight - 1 })).toThrow(
      "request.date: expected a day that has ended in UTC, as this one will have at 2026-11-20T00:00:00.000Z; allowPartial: true asks for what there is so far",
    );
    const managed = { reportType: "managed_payin_transactions", timeframe: "daily", date: "2026-11-19" } as const;
    const inSingapore = circleReports(answering().client, { account: "treasury", timeZone: "Asia/Singapore" });
    expect(() => inSingapore.prepare(managed, { now: Date.parse("2026-11-19T16:00:00Z") })).not.toThrow();
    expect(() => inSingapore.prepare(managed, { now: Date.parse("2026-11-19T15:59:59Z") })).toThrow(
      "a day that has ended in Asia/Singapore",
    );
    // Without the zone, only what has ended everywhere has surely ended.
    expect(() => source.prepare(managed, { now })).not.toThrow();
    expect(() => source.prepare(managed, { now: now - 1 })).toThrow("a day that has ended everywhere");
    const monthly = { ...managed, timeframe: "monthly", date: "2026-10" } as const;
    expect(() => inSingapore.prepare(monthly, { now: Date.parse("2026-10-31T16:00:00Z") })).not.toThrow();
    expect(() => inSingapore.prepare(monthly, { now: Date.parse("2026-10-31T15:59:59Z") })).toThrow("a month");
    // The zone is no part of the key: it says when to ask, not what for.
    expect(inSingapore.prepare(managed, { now }).identity).toEqual(prepare(managed).identity);
    expect(() => circleReports(answering().client, { account: "treasury", timeZone: "Asia/Nowhere" })).toThrow(
      expect.objectContaining({ field: "timeZone" }),
    );
  });

  it("is resumed and stepped by a clock that is up to two minutes behind the one that began it", async () => {
    const clock = createVirtualClock({ start: "2026-11-20T00:00:00Z" });
    const { client } = answering(json(202, { data: { id, status: "pending" } }));
    const begun = circleReports(client, { account: "treasury" });
    const request = { reportType: "camt053", date: "2026-11-19" } as const;
    const kitAt = (behindMs: number) =>
      createReportKit({
        journal: memoryJournal(),
        platform: { ...clock.platform, now: () => clock.now() - behindMs },
      });
    const { bookmark } = kitAt(0).report(begun, request);
    expect(() => kitAt(1).report(begun, request)).toThrow("a day that has ended in UTC");
    expect(kitAt(120_000).resume(bookmark, [begun]).bookmark).toBe(bookmark);
    expect(await kitAt(60_000).step(bookmark, [begun])).toHaveProperty("again");
    expect(() => kitAt(120_001).resume(bookmark, [begun])).toThrow("a day that has ended in UTC");
  });

  it("of a period that goes on is a report of its own, where the caller allows a partial one", async () => {
    const partial = {
      reportType: "managed_payout_transactions",
      timeframe: "monthly",
      date: "2026-11",
      allowPartial: true,
    } as const;
    const prepared = prepare(partial);
    expect(prepared.identity).toEqual(partial);
    expect(source.prepare(prepared.request as unknown as CircleReportRequest, { now })).toEqual(prepared); // as a bookmark brings it back
    const { client, sent } = answering(json(202, { data: { id, status: "pending" } }));
    await circleReports(client, { account: "treasury" }).create?.(call(prepared.request as Record<string, string>));
    expect(sent[0]?.body).toEqual({
      reportType: "managed_payout_transactions",
      timeframe: "monthly",
      date: "2026-11-01",
    });
    expect(() => prepare({ reportType: "camt053", date: "2026-11-20" })).toThrow(ReportRequestError);
    expect(prepare({ reportType: "camt053", date: "2026-11-20", allowPartial: true }).readyAt).toBeUndefined();
    expect(() => prepare({ reportType: "camt053", date: "2026-11-21", allowPartial: true })).toThrow("has begun");
    expect(prepare({ reportType: "camt053", date: "2026-11-19", allowPartial: false })).toEqual(
      prepare({ reportType: "camt053", date: "2026-11-19" }),
    );
  });

  it("does not compile without what its report type needs, or with what it does not take", () => {
    const kit = createReportKit({ journal: memoryJournal() });
    // @ts-expect-error a managed report needs its timeframe
    const noTimeframe = () => kit.report(source, { reportType: "managed_payin_transactions", date: "2026-11-19" });
    const reportType = "managed_payment_wallet_balances";
    // @ts-expect-error wallet balances are daily only
    const monthly = () => kit.report(source, { reportType, timeframe: "monthly", date: "2026-11-19" });
    // @ts-expect-error a camt.053 statement takes no timeframe
    const timeframe = () => kit.report(source, { reportType: "camt053", timeframe: "daily", date: "2026-11-19" });
    for (const wrong of [noTimeframe, monthly, timeframe]) expect(wrong).toThrow(ReportRequestError);
  });

  it("is refused before anything is sent, naming the field, whatever is wrong with it", () => {
    const { client, sent } = answering(json(500, {}));
    const checked = circleReports(client, { account: "treasury" });
    const good = {
      reportType: "managed_payout_transactions",
      timeframe: "daily",
      date: "2026-11-19",
      clientEntityId: entity,
    };
    const wrong: Record<string, fc.Arbitrary<unknown>> = {
      reportType: fc.oneof(fc.constantFrom(undefined, null, 7, "camt_managed", "", {}), fc.string()),
      timeframe: fc.oneof(fc.constantFrom(undefined, null, "weekly", 1, [], "DAILY"), fc.string()),
      date: fc.oneof(
        fc.constantFrom(undefined, null, "2026-02-30", "2026-11", "2027-01-01", "19.11.2026", 20261119, new Date(now)),
        fc.string(),
      ),
      clientEntityId: fc.oneof(fc.constantFrom("", "not-a-uuid", 12, {}, `${entity}0`), fc.string({ maxLength: 35 })),
      extra: fc.constantFrom("x", 1, true),
    };
    fc.assert(
      fc.property(
        fc
          .constantFrom(...Object.keys(wrong))
          .chain((name) => fc.tuple(fc.constant(name), wrong[name] ?? fc.constant(undefined))),
        ([name, value]) => {
          const kit = createReportKit({ journal: memoryJournal(), platform: { now: () => now } });
          const request = { ...good, [name]: value } as unknown as CircleReportRequest; // what JavaScript callers can do
          let error: unknown;
          try {
            kit.report(checked, request);
          } catch (thrown) {
            error = thrown;
          }
          expect(error).toMatchObject({ name: "ReportRequestError", phase: "request", field: `request.${name}` });
        },
      ),
      { seed: 20261121, numRuns: 500 },
    );
    expect(sent).toEqual([]);
  });

  it("is refused as a whole when it is no object", () => {
    for (const request of [undefined, null, "camt053", 7, [], () => undefined]) {
      expect(() => source.prepare(request as unknown as CircleReportRequest, { now })).toThrow(
        expect.objectContaining({ field: "request" }),
      );
    }
  });
});

describe("what Circle answers", () => {
  const camt = { reportType: "camt053", date: "2026-11-19" };
  const record = (more: object) => ({ data: { id, reportType: "camt053", ...more } });
  const link = {
    via: "link",
    url: "https://s3.amazonaws.com/r?X-Amz-Signature=s",
    expiresAt: Date.parse("2026-11-20T13:00:00Z"),
  };
  const signed = { downloadUrl: link.url, expiresAt: "2026-11-20T13:00:00Z" };

  it("to a create: the request in the API's own words", async () => {
    const { client, sent } = answering(json(202, record({ status: "pending" })));
    const source = circleReports(client, { account: "treasury" });
    const seen = await source.create?.(
      call({ reportType: "managed_payin_transactions", timeframe: "monthly", date: "2026-10" }),
    );
    expect(seen).toEqual({ is: "pending", status: "pending", reference: id });
    expect(sent).toEqual([
      {
        method: "POST",
        url: "https://api.circle.test/v1/reports",
        authorization: "Bearer test-key",
        body: { reportType: "managed_payin_transactions", timeframe: "monthly", date: "2026-10-01" },
      },
    ]);
    const asMonth = answering(json(202, record({ status: "pending" })));
    await circleReports(asMonth.client, { account: "treasury", monthlyDate: "month" }).create?.(
      call({ reportType: "managed_payin_transactions", timeframe: "monthly", date: "2026-10" }),
    );
    expect(asMonth.sent[0]?.body).toMatchObject({ date: "2026-10" });
  });

  it.each([
    ["ready with a link", record({ status: "ready", ...signed }), { is: "ready", reference: id, link }],
    [
      "ready without one",
      record({ status: "ready", downloadUrl: null, expiresAt: null }),
      { is: "ready", reference: id },
    ],
    ["pending", record({ status: "pending" }), { is: "pending", status: "pending", reference: id }],
    ["failed", record({ status: "failed" }), { is: "failed", code: "failed", reference: id }],
    ["a status of tomorrow", record({ status: "archived" }), { is: "unknown", status: "archived", reference: id }],
    ["no data", {}, { is: "unknown", status: "no status" }],
    ["a record without an id", { data: { status: "ready" } }, { is: "unknown", status: "ready" }],
    ["an id that is none", record({ status: "pending", id: { toString: 1 } }), { is: "unknown", status: "pending" }],
    ["a status that is no text", record({ status: { toString: 1 } }), { is: "unknown", status: "no status" }],
    ["null in place of a record", { data: null }, { is: "unknown" }],
    [
      "an end and a link that are none",
      record({ status: "ready", downloadUrl: "r.csv", expiresAt: { toString: 1 } }),
      { is: "ready", reference: id },
    ],
  ])("to a look: %s", async (_what, body, expected) => {
    const { client, sent } = answering(json(200, body));
    const seen = await circleReports(client, { account: "treasury" }).look(call(camt, id));
    expect(seen).toMatchObject(expected);
    const url = `https://api.circle.test/v1/reports/${id}`;
    expect(sent).toEqual([{ method: "GET", url, authorization: "Bearer test-key", body: undefined }]);
  });

  it("404 before a statement is there: it is asked for again, around its documented ready time", async () => {
    const clock = createVirtualClock({ start: "2026-11-20T00:10:00Z" });
    const { client, sent } = answering(
      json(404, { code: 404, message: "Not found." }),
      json(202, record({ status: "pending" })),
      json(200, record({ status: "ready", ...signed })),
    );
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const job = kit.report(circleReports(client, { account: "treasury" }), {
      reportType: "camt053",
      date: "2026-11-19",
    });
    expect(await clock.finish(job.outcome())).toMatchObject({ status: "ready", reference: id });
    expect(sent.map(({ method }) => method)).toEqual(["POST", "POST", "GET"]);
    // No look before 02:00 UTC, when statements are typically there.
    expect(clock.now()).toBeGreaterThanOrEqual(Date.parse("2026-11-20T02:00:00Z"));
    expect(clock.now()).toBeLessThan(Date.parse("2026-11-20T06:30:00Z"));
  });

  const notFound = json(404, { code: 404, message: "Not found." });

  /** Every request of a job from its start to its end. */
  async function runFrom(start: string, answers: (() => Response)[], date = "2026-11-19") {
    const clock = createVirtualClock({ start });
    const { client, sent } = answering(...answers);
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const job = kit.report(circleReports(client, { account: "treasury" }), { reportType: "camt053", date });
    const outcome = await clock.finish(job.outcome());
    return {
      outcome,
      sent,
      tookMs: clock.now() - Date.parse(start),
      download: () => clock.finish(job.download(asStream())),
    };
  }

  it("404 to every create: an error within minutes once the statement should be there, which names both causes", async () => {
    const { outcome, sent, tookMs, download } = await runFrom("2026-11-20T12:00:00Z", [notFound]);
    expect(outcome).toMatchObject({ status: "failed", code: "not-found", made: false, retryable: false });
    expect(outcome).toHaveProperty("message", expect.stringContaining("no camt053 report of 2026-11-19"));
    expect(outcome).toHaveProperty("message", expect.stringContaining("https://api.circle.test is not the address"));
    expect(sent.map(({ method }) => method)).toEqual(["POST", "POST", "POST"]);
    expect(tookMs).toBeLessThan(120_000);
    await expect(download()).rejects.toMatchObject({ code: "not-found", retryable: false });
  });

  it("404 to every create: a few looks while the statement may still come, the last when it should be there", async () => {
    for (const start of ["2026-11-20T00:10:00Z", "2026-11-20T03:00:00Z", "2026-11-20T05:59:00Z"]) {
      const { outcome, sent, tookMs } = await runFrom(start, [notFound]);
      expect(outcome).toMatchObject({ status: "failed", code: "not-found" });
      expect(sent.length).toBeLessThanOrEqual(5);
      expect(sent.every(({ method }) => method === "POST")).toBe(true);
      const end = Date.parse(start) + tookMs;
      expect(end).toBeGreaterThanOrEqual(Date.parse("2026-11-20T06:00:00Z"));
      expect(end).toBeLessThan(Date.parse("2026-11-20T06:45:00Z"));
    }
  });

  it.each([
    ["a page", () => new Response("<h1>404</h1>", { status: 404, headers: { "content-type": "text/html" } })],
    ["nothing", () => new Response(null, { status: 404 })],
    ["another API's words", json(404, { message: "no Route matched", error: "not_found" })],
  ])("404 with %s is no answer of Circle's: a wrong address, at once", async (_what, answer) => {
    const { outcome, sent } = await runFrom("2026-11-20T00:10:00Z", [answer]);
    expect(outcome).toMatchObject({ status: "failed", code: "not-found", made: false, retryable: false });
    expect(outcome).toHaveProperty("message", expect.stringContaining("check baseUrl"));
    expect(sent).toHaveLength(1);
  });

  it("404 to looks at a report that it acknowledged: it is asked for again, which makes it again", async () => {
    const pending = json(202, record({ status: "pending" }));
    const ready = json(200, record({ status: "ready", ...signed }));
    const { outcome, sent } = await runFrom("2026-11-20T12:00:00Z", [
      pending,
      notFound,
      notFound,
      notFound,
      pending,
      ready,
    ]);
    expect(outcome).toMatchObject({ status: "ready", reference: id });
    expect(sent.map(({ method }) => method)).toEqual(["POST", "GET", "GET", "GET", "POST", "GET"]);
  });

  it("404 to looks and to the question again: it no longer knows the report", async () => {
    const pending = json(202, record({ status: "pending" }));
    const { outcome, sent, tookMs } = await runFrom("2026-11-20T12:00:00Z", [pending, notFound]);
    expect(outcome).toMatchObject({ status: "failed", code: "no-longer-known", made: true, retryable: false });
    expect(sent).toHaveLength(5);
    expect(tookMs).toBeLessThan(10 * 60_000);
  });

  it("400: the report was not made, in Circle's words", async () => {
    const { client } = answering(
      json(400, {
        code: 2,
        message: "Invalid date.",
        errors: [{ error: "date_not_in_past", message: "date must be in the past", location: "date" }],
      }),
    );
    const clock = createVirtualClock({ start: now });
    const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
    const job = kit.report(circleReports(client, { account: "treasury" }), {
      reportType: "camt053",
      date: "2026-11-19",
    });
    const outcome = await clock.finish(job.outcome());
    expect(outcome).toMatchObject({ status: "failed", made: false });
    expect(outcome).toHaveProperty("message", expect.stringContaining("Invalid date."));
  });
});

describe("the file that Circle's API serves itself", () => {
  it("is asked for in one attempt, within the download's own time limit", async () => {
    let attempts = 0;
    const client = createCircleClient({
      apiKey: "k",
      baseUrl: "https://api.circle.test",
      timeoutMs: 250,
      fetch: async (input, init) => {
        const { url } = new Request(input, init);
        if (!url.endsWith("/content")) return Response.json({ data: { id, status: "ready", downloadUrl: null } });
        attempts += 1;
        await new Promise((resolve) => setTimeout(resolve, 500)); // longer than the client's own limit
        if (attempts === 1) return new Response("<Document/>");
        return new Response(null, { status: 503 });
      },
    });
    const location = await circleReports(client, { account: "treasury" }).locate(call({}, id));
    if (location.via !== "api") throw new Error("the file comes through the API");
    const { signal } = new AbortController();
    const response = await location.open({ headers: {}, signal, timeoutMs: 10_000 });
    expect(await response.text()).toBe("<Document/>");
    expect((await location.open({ headers: {}, signal, timeoutMs: 10_000 })).status).toBe(503);
    expect(attempts).toBe(2);
    await expect(location.open({ headers: {}, signal })).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("Circle's sandbox", () => {
  let sandbox: Sandbox;
  let sandboxTime: VirtualClock;
  beforeEach(async () => {
    sandboxTime = sandboxClock(now);
    sandbox = await startSandbox({ clock: sandboxTime, readyAfterMs: 60_000 });
  });
  afterEach(async () => {
    await sandbox.close();
  });

  it("makes one report however often it is asked, and signs a fresh link for each download", async () => {
    const clock = createVirtualClock({ start: now });
    // One clock for both: the sandbox's follows the job's.
    const platform = { ...clock.platform, now: () => clock.now() };
    const follow = setInterval(() => sandboxTime.advance(Math.max(0, clock.now() - sandboxTime.now())), 1);
    const source = circleReports(createCircleClient(sandbox.circle), { account: "treasury" });
    const request = { reportType: "managed_payout_transactions", timeframe: "daily", date: "2026-11-18" } as const;
    const texts: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      // A kit and a journal of its own: a process that forgot everything.
      const kit = createReportKit({ journal: memoryJournal(), platform });
      const { stream } = await clock.finish(kit.report(source, request).download(asStream()));
      texts.push(await clock.finish(new Response(stream).text()));
    }
    clearInterval(follow);
    expect(texts[0]).toContain(",");
    expect(texts[1]).toBe(texts[0]);
    expect(sandbox.made("circle")).toBe(1);
    expect(sandbox.violations).toEqual([]);
    const storage = sandbox.requests.filter((request) => request.origin === "storage");
    expect(storage.length).toBeGreaterThanOrEqual(2);
  });
});
