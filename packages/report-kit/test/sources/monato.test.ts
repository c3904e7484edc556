import { createMonatoClient } from "@report-kit/monato";
import type { MonatoClient } from "@report-kit/monato";
import type { Sandbox, SandboxOptions, VirtualClock } from "@report-kit/sandbox";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amazonS3Hosts } from "../../src/source-tools/amazon-s3-hosts.ts";
import { asStream } from "../../src/download/index.ts";
import { createReportKit, ReportRequestError } from "../../src/index.ts";
import type { Observation, Outcome, ReportJob, ReportKit, ReportSource, SourceCall } from "../../src/index.ts";
import { monatoReports } from "../../src/sources/monato.ts";
import type { MonatoReportRequest } from "../../src/sources/monato.ts";
import { createVirtualClock as createKitClock, seededRandom } from "../../src/testing/index.ts";
import { durableJournal } from "../support/durable-journal.ts";
import { openSandbox, stepToOutcome } from "../support/open-sandbox.ts";
import { recordingFetch } from "../support/recording-fetch.ts";
import type { Sent } from "../support/recording-fetch.ts";
import { observe, sourceCall } from "../support/source-call.ts";

const startsAt = "2026-11-21T12:00:00Z";
const now = Date.parse(startsAt);
const clientId = "c2d1d1e3-3340-4170-980e-e9269bbbc551";
const baseUrl = "https://api.monato.example";
const path = `/v1/reports/clients/${clientId}/report/download`;
/** Of Monato's own pages; its check digit is wrong. */
const sampleClabe = "123456789012345678";
const checkedClabe = "032180000118359719";

const daily = { report_type: "DAILY", operation_date: "2026-11-19" } as const satisfies MonatoReportRequest;

/** A source whose provider gives one answer after the other, the last again and again, and what it was asked. */
function answering(...answers: readonly (() => Response)[]): {
  readonly source: ReportSource<MonatoReportRequest>;
  readonly sent: readonly Sent[];
} {
  const { fetch, sent } = recordingFetch(answers);
  return { source: monatoReports(createMonatoClient({ clientId, token: "jwt", baseUrl, fetch })), sent };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (): Response =>
    Response.json(body, { status, headers });

function callOf(more: Partial<SourceCall> = {}): SourceCall {
  return sourceCall({ request: daily, now, ...more });
}

/** What a step makes of a look: the observation, or what its error means. */
function look(source: ReportSource, more?: Partial<SourceCall>): Promise<Observation> {
  return observe(source, "look", callOf(more));
}

describe("monatoReports", () => {
  it("names the source by its client, and declares that nothing is made", () => {
    const { source } = answering();
    expect(source).toMatchObject({
      id: `monato/${clientId}`,
      provider: "monato",
      account: clientId,
      origin: baseUrl,
      profile: { tier: "lookup", remakes: false },
      linkHosts: [...amazonS3Hosts, "*.monato.com", "*.finch.lat", "api.monato.example"],
    });
    expect(source).not.toHaveProperty("create");
    expect(source).not.toHaveProperty("find");
  });

  it("is one source for two spellings of the client's id, and refuses one that is no UUID", () => {
    const client = (id: string): MonatoClient => createMonatoClient({ clientId: id, token: "jwt", baseUrl });
    expect(monatoReports(client(clientId.toUpperCase())).id).toBe(`monato/${clientId}`);
    expect(() => monatoReports(client("client-1"))).toThrow(
      expect.objectContaining({ name: "ReportRequestError", field: "clientId" }),
    );
  });

  it("lets a caller widen the hosts of links", () => {
    const client = createMonatoClient({ clientId, token: "jwt", environment: "staging" });
    const source = monatoReports(client, { linkHosts: ["storage.googleapis.com"] });
    expect(source.linkHosts).toContain("storage.googleapis.com");
    expect(source.linkHosts).toContain("apicore.stg.finch.lat");
  });

  it("takes the spec's request without client_id, with a CLABE exactly where one is needed", () => {
    const { source } = answering();
    const prepare = (request: MonatoReportRequest) => () => source.prepare(request, { now });
    const statement = { report_type: "DAILY_ACCOUNT_STATEMENT", operation_date: "2026-11-19" } as const;
    // @ts-expect-error the statement of an account needs its CLABE
    const withoutClabe = prepare(statement);
    // @ts-expect-error a transactions report is of all accounts
    const withClabe = prepare({ ...daily, clabe_number: checkedClabe });
    // @ts-expect-error the client's id is the client's own
    const withClient = prepare({ ...daily, client_id: clientId });
    // @ts-expect-error there is no weekly report
    const otherType = prepare({ ...daily, report_type: "WEEKLY" });
    for (const wrong of [withoutClabe, withClabe, withClient, otherType]) expect(wrong).toThrow(ReportRequestError);
    expect(prepare({ ...statement, clabe_number: checkedClabe })).not.toThrow();
  });
});

describe("a Monato request", () => {
  const { source } = answering();

  it("is normalised, and all of it says which report it is", () => {
    expect(source.prepare(daily, { now })).toEqual({
      reportType: "DAILY",
      request: daily,
      identity: daily,
      period: { from: daily.operation_date, to: daily.operation_date },
      expects: "csv",
    });
    const statement = {
      report_type: "MONTHLY_ACCOUNT_STATEMENT",
      operation_date: "2026-10-03",
      clabe_number: sampleClabe,
    } as const;
    const normalised = { ...statement, operation_date: "2026-10" };
    expect(source.prepare(statement, { now })).toEqual({
      reportType: "MONTHLY_ACCOUNT_STATEMENT",
      request: normalised,
      identity: normalised,
      period: { from: "2026-10-01", to: "2026-10-31" },
      expects: "csv",
    });
  });

  it("of a month is one report, by whichever of its days it is asked for, and goes out as its last", async () => {
    const days = fc.date({
      min: new Date("2000-01-01T00:00:00Z"),
      max: new Date("2026-10-31T00:00:00Z"),
      noInvalidDate: true,
    });
    await fc.assert(
      fc.asyncProperty(days, async (date) => {
        const day = date.toISOString().slice(0, 10);
        const prepared = source.prepare({ report_type: "MONTHLY", operation_date: day }, { now });
        expect(prepared.identity).toEqual({ report_type: "MONTHLY", operation_date: day.slice(0, 7) });
        expect(source.prepare({ report_type: "MONTHLY", operation_date: day.slice(0, 7) }, { now })).toEqual(prepared);
        const { source: asked, sent } = answering(json(200, { file_name: "", download_url: "" }));
        await asked.look(callOf({ request: prepared.request }));
        const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).toISOString().slice(0, 10);
        expect(sent[0]?.body).toEqual({ client_id: clientId, report_type: "MONTHLY", operation_date: last });
      }),
      { numRuns: 50 },
    );
  });

  it("prepared again gives the same", () => {
    const day = fc
      .date({ min: new Date("2000-01-01T00:00:00Z"), max: new Date("2026-10-31T00:00:00Z"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    const clabe = fc.stringMatching(/^\d{18}$/);
    const requests = fc.oneof(
      fc.record({ report_type: fc.constantFrom("DAILY", "MONTHLY"), operation_date: day }),
      fc.record({
        report_type: fc.constantFrom("DAILY_ACCOUNT_STATEMENT", "MONTHLY_ACCOUNT_STATEMENT"),
        operation_date: day,
        clabe_number: clabe,
      }),
    );
    fc.assert(
      fc.property(requests, (request) => {
        const prepared = source.prepare(request, { now });
        expect(JSON.parse(JSON.stringify(prepared))).toEqual(prepared);
        // The journal gives it back as JSON.
        expect(source.prepare(prepared.request as unknown as MonatoReportRequest, { now })).toEqual(prepared);
      }),
    );
  });

  it("takes null and absent for one", () => {
    const given = { ...daily, clabe_number: null } as unknown as MonatoReportRequest; // what JavaScript may pass
    expect(source.prepare(given, { now })).toEqual(source.prepare(daily, { now }));
  });

  it("is of a day or a month that has ended in Mexico City, or in the zone that the source is given", () => {
    // Midnight of the 21st in Mexico City is 06:00 in UTC.
    const midnight = Date.parse("2026-11-21T06:00:00Z");
    const day = { ...daily, operation_date: "2026-11-20" };
    expect(() => source.prepare(day, { now: midnight })).not.toThrow();
    expect(() => source.prepare(day, { now: midnight - 1 })).toThrow(
      "request.operation_date: expected a day that has ended in America/Mexico_City, as this one will have at 2026-11-21T06:00:00.000Z",
    );
    const client = createMonatoClient({ clientId, token: "jwt", baseUrl });
    const inTijuana = monatoReports(client, { timeZone: "America/Tijuana" });
    expect(() => inTijuana.prepare(day, { now: midnight })).toThrow("2026-11-21T08:00:00.000Z");
    expect(() => monatoReports(client, { timeZone: "America/Atlantis" })).toThrow(
      expect.objectContaining({ field: "timeZone" }),
    );
    const month = (operation_date: string) => ({ report_type: "MONTHLY", operation_date }) as const;
    const monthEnds = Date.parse("2026-11-01T06:00:00Z");
    for (const date of ["2026-10", "2026-10-01", "2026-10-31"]) {
      expect(() => source.prepare(month(date), { now: monthEnds })).not.toThrow();
      expect(() => source.prepare(month(date), { now: monthEnds - 1 })).toThrow("a month that has ended");
    }
  });

  it("of a period that has not ended is taken where the caller allows a partial one, which is a report of its own", async () => {
    const month = { report_type: "MONTHLY", operation_date: "2026-11", allowPartial: true } as const;
    const prepared = source.prepare(month, { now });
    expect(prepared.identity).toEqual(month);
    expect(source.prepare(prepared.request as unknown as MonatoReportRequest, { now })).toEqual(prepared);
    const { source: asked, sent } = answering(json(200, { file_name: "", download_url: "" }));
    await asked.look(callOf({ request: prepared.request }));
    expect(sent[0]?.body).toEqual({ client_id: clientId, report_type: "MONTHLY", operation_date: "2026-11-30" });
    expect(() => source.prepare({ ...month, operation_date: "2026-12" }, { now })).toThrow("a month that has begun");
    expect(source.prepare({ ...daily, allowPartial: false }, { now })).toEqual(source.prepare(daily, { now }));
    const wrong = { ...daily, allowPartial: "yes" } as unknown as MonatoReportRequest; // what JavaScript may pass
    expect(() => source.prepare(wrong, { now })).toThrow(expect.objectContaining({ field: "request.allowPartial" }));
  });
});

describe("what Monato's answers mean", () => {
  const link = "https://files.monato.com/r/transactions_daily_20261119.csv?signature=s";
  const found = { file_name: "transactions_daily_20261119.csv", download_url: link };
  const ready = {
    is: "ready",
    reference: found.file_name,
    fileName: found.file_name,
    link: { via: "link", url: link, fileName: found.file_name },
  };

  it("a look sends the client's id where either of Monato's documents wants it, in one request", async () => {
    const { source, sent } = answering(json(200, found));
    expect(await look(source)).toEqual(ready);
    expect(sent).toEqual([
      {
        method: "POST",
        url: `${baseUrl}${path}`,
        authorization: "Bearer jwt",
        body: { client_id: clientId, ...daily },
      },
    ]);
  });

  it.each([
    ["both strings empty", { file_name: "", download_url: "" }, { is: "absent" }],
    ["nulls", { file_name: null, download_url: null }, { is: "absent" }],
    ["nothing", {}, { is: "absent" }],
    ["a name without a link", { ...found, download_url: "" }, { is: "absent" }],
    ["a link without a name", { download_url: link }, { is: "absent" }],
    ["more than is documented", { ...found, size: 5 }, ready],
    ["a name that is no text", { ...found, file_name: 20261119 }, { is: "unknown" }],
    ["a link that is no text", { ...found, download_url: [link] }, { is: "unknown" }],
    ["a link that is no address", { ...found, download_url: "transactions.csv" }, { is: "unknown" }],
    ["an answer of a later API", { url: link }, { is: "unknown", status: "neither file_name nor download_url" }],
    ["a list", [found], { is: "unknown" }],
  ])("200 with %s", async (_name, body, expected) => {
    const { source, sent } = answering(json(200, body));
    expect(await look(source)).toEqual(expect.objectContaining(expected));
    expect(sent).toHaveLength(1);
  });

  it("204 is not there (yet)", async () => {
    expect(await look(answering(() => new Response(null, { status: 204 })).source)).toEqual({ is: "absent" });
  });

  it.each([
    "Invalid UUID format for client_id",
    "Invalid report_type: WEEKLY",
    "clabe_number is required for account statement reports",
    "Invalid clabe number",
    "operation_date must use format YYYY-MM-DD",
    "operation_date must be a valid date with format YYYY-MM-DD",
  ])("400 %s is a refusal in Monato's words", async (message) => {
    const { source } = answering(json(400, { code: 3, message, details: [] }));
    expect(await look(source)).toMatchObject({
      is: "refused",
      code: "http-400",
      message: `Monato refused the request: ${message}`,
    });
  });

  it("400 is told in the more precise words of its first detail, where it has one", async () => {
    const details = [{ reason: "INVALID", metadata: { error_detail: "the account is closed" } }];
    const { source } = answering(json(400, { code: 3, message: "invalid argument", details }));
    expect(await look(source)).toMatchObject({
      is: "refused",
      message: "Monato refused the request: the account is closed",
    });
    const bare = answering(() => new Response(null, { status: 400 }));
    expect(await look(bare.source)).toMatchObject({ is: "refused", message: expect.stringContaining("HTTP 400") });
  });

  it.each<[string, () => Response, object]>([
    ["401", json(401, { code: 16, message: "unauthenticated" }), { is: "denied" }],
    ["403", json(403, { code: 7, message: "permission denied" }), { is: "denied" }],
    ["404", json(404, { code: 5, message: "not found" }), { is: "unreachable" }],
    ["405", json(405, { code: 5, message: "not found" }), { is: "unreachable" }],
    ["425", json(425, {}), { is: "unreachable" }],
    ["429", json(429, {}, { "retry-after": "30" }), { is: "unreachable", retryAfterMs: 30_000 }],
    ["408", json(408, {}), { is: "unreachable" }],
    ["500", json(500, { code: 13, message: "internal" }), { is: "unreachable" }],
    ["503", json(503, {}), { is: "unreachable" }],
    ["an HTML page", () => new Response("<html>", { headers: { "content-type": "text/html" } }), { is: "unreachable" }],
    ["an empty success", () => new Response(""), { is: "unreachable" }],
    [
      "no answer",
      () => {
        throw new TypeError("fetch failed");
      },
      { is: "unreachable" },
    ],
  ])("%s", async (_name, answer, expected) => {
    const { source, sent } = answering(answer);
    expect(await look(source)).toMatchObject(expected);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ["the first look", {}, "unreachable"],
    ["twelve looks within the hour", { failures: 12, failingSince: now - 3_599_999 }, "unreachable"],
    ["nine looks over hours", { failures: 8, failingSince: now - 10 * 3_600_000 }, "unreachable"],
    ["ten looks over an hour", { failures: 9, failingSince: now - 3_600_000 }, "refused"],
  ] as const)("500 is an outage until it has lasted: %s", async (_run, failing, is) => {
    const { source } = answering(json(500, { code: 13, message: "internal" }));
    expect(await look(source, { now, ...failing })).toMatchObject({ is });
  });

  it("404 is waited for twice, and then named as what it is: a wrong address", async () => {
    const { source } = answering(json(404, { code: 5, message: "not found" }));
    expect(await look(source, { failures: 1, failingSince: now })).toMatchObject({ is: "unreachable" });
    expect(await look(source, { failures: 2, failingSince: now })).toMatchObject({
      is: "refused",
      code: "not-found",
      message: expect.stringContaining(baseUrl),
    });
  });

  it("500 for good ends a wait, whatever process takes the steps, and asking again begins anew", async () => {
    const clock = createKitClock({ start: now });
    const { source, sent } = answering(json(500, { code: 13, message: "internal" }));
    const journal = durableJournal();
    const { bookmark } = createReportKit({ journal, platform: clock.platform }).report(source, {
      report_type: "DAILY",
      operation_date: "2026-11-18",
    });
    for (;;) {
      const step = await createReportKit({ journal, platform: clock.platform }).step(bookmark, [source]);
      if ("outcome" in step) {
        expect(step.outcome).toMatchObject({ status: "failed", made: false, code: "http-500" });
        break;
      }
      await clock.advance(step.again.afterMs);
    }
    expect(sent.length).toBeGreaterThanOrEqual(10);
    expect(clock.now() - now).toBeGreaterThanOrEqual(3_600_000);
    const again = await createReportKit({ journal, platform: clock.platform }).step(bookmark, [source]);
    expect(again).toHaveProperty("again");
  });

  it("where the file lies is asked anew each time", async () => {
    const second = { ...found, download_url: `${link}2` };
    const { source, sent } = answering(
      json(200, found),
      json(200, second),
      json(200, { file_name: "", download_url: "" }),
    );
    expect(await source.locate(callOf())).toEqual(ready.link);
    expect(await source.locate(callOf())).toEqual({ ...ready.link, url: `${link}2` });
    expect(await source.locate(callOf())).toMatchObject({ via: "none", reason: "pending" });
    expect(sent.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => ({ client_id: clientId, ...daily })));
  });

  it("nothing that Monato could say crashes a look, or is taken for a file that is not there", async () => {
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom("", "a.csv", link));
    const said = fc.oneof(fc.jsonValue(), fc.record({ file_name: field, download_url: field }, { requiredKeys: [] }));
    await fc.assert(
      fc.asyncProperty(said, async (body) => {
        const seen = await look(answering(json(200, body)).source);
        const isReady = seen.is === "ready" && seen.reference !== "" && URL.canParse(seen.link?.url ?? "");
        // A bare text or number is no answer at all to the client.
        expect(isReady || ["absent", "unknown", "unreachable"].includes(seen.is)).toBe(true);
      }),
    );
  });

  it("an abort is the caller's own, and ends the request that is under way", async () => {
    for (const method of ["look", "locate"] as const) {
      const controller = new AbortController();
      const heard: (AbortSignal | null | undefined)[] = [];
      const client = createMonatoClient({
        clientId,
        token: "jwt",
        baseUrl,
        fetch: (_input, init) => {
          heard.push(init?.signal);
          queueMicrotask(() => controller.abort(new Error("enough")));
          return new Promise(() => {});
        },
      });
      await expect(monatoReports(client)[method](callOf({ signal: controller.signal }))).rejects.toThrow("enough");
      expect(heard.map((signal) => signal?.aborted)).toEqual([true]);
    }
  });
});

interface Scene {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly source: ReportSource<MonatoReportRequest>;
  readonly kit: ReportKit;
  /** Step by step to the outcome, the clock moving on in between. */
  readonly run: (job: ReportJob) => Promise<Outcome>;
}

async function scene(options: SandboxOptions = {}): Promise<Scene> {
  const { clock, sandbox } = await openSandbox(startsAt, { readyAfterMs: 90_000, ...options });
  const source = monatoReports(createMonatoClient({ ...sandbox.monato, now: () => clock.now() }));
  const kit = createReportKit({
    journal: durableJournal(),
    platform: { now: () => clock.now(), random: seededRandom(1) },
  });
  return {
    clock,
    sandbox,
    source,
    kit,
    run: (job) => stepToOutcome(clock, kit, job, source),
  };
}

describe("bad input to Monato", () => {
  const statement = { report_type: "MONTHLY_ACCOUNT_STATEMENT", operation_date: "2026-10", clabe_number: checkedClabe };
  const notText = fc.anything().filter((value) => typeof value !== "string");
  const badDates = [
    "",
    "19.11.2026",
    "20261119",
    "2026-11-19T00:00:00Z",
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "2026-11-19\n",
    "2026-11-23",
    "2999-01-01",
  ];
  const cases: readonly (readonly [field: string, request: object, bad: fc.Arbitrary<unknown>])[] = [
    ["report_type", daily, fc.oneof(notText, fc.constantFrom("", "daily", "WEEKLY", "DAILY "))],
    ["operation_date", daily, fc.oneof(notText, fc.constantFrom(...badDates, "2026-11"))],
    [
      "operation_date",
      statement,
      fc.oneof(
        notText,
        fc.constantFrom("", "2026", "2026-13", "2026-00", "202610", "2026-12", "2026-10-32", "2027-01-01"),
      ),
    ],
    [
      "clabe_number",
      statement,
      fc.oneof(
        notText,
        fc.constantFrom(
          "",
          "12345678901234567",
          "1234567890123456789",
          "03218000011835971X",
          " 32180000118359719",
          "٠٣٢١٨٠٠٠٠١١٨٣٥٩٧١٩",
        ),
      ),
    ],
    ["clabe_number", daily, fc.anything().filter((value) => value !== undefined && value !== null)],
    ["client_id", daily, fc.anything()],
    ["account_id", statement, fc.anything()],
  ];

  it("is refused naming the field, and no request leaves", async () => {
    const { kit, source, sandbox } = await scene();
    expect(kit.report(source, daily).key).toMatch(/^[0-9a-f-]{36}$/);
    for (const [field, request, bad] of cases) {
      fc.assert(
        fc.property(bad, (value) => {
          const wrong = { ...request, [field]: value } as unknown as MonatoReportRequest; // wrong on purpose
          expect(() => kit.report(source, wrong)).toThrow(
            expect.objectContaining({ name: "ReportRequestError", code: "invalid-request", field: `request.${field}` }),
          );
        }),
        { numRuns: 60 },
      );
    }
    for (const wrong of [null, undefined, [], "DAILY", 1]) {
      expect(() => kit.report(source, wrong as unknown as MonatoReportRequest)).toThrow(
        expect.objectContaining({ name: "ReportRequestError", field: "request" }),
      );
    }
    expect(sandbox.requests).toEqual([]);
  });
});

describe("a Monato report job", () => {
  it("is looked up until it is there: a day, a month and an account's month", async () => {
    const { sandbox, source, kit, run } = await scene();
    const [{ clabeNumber: clabe_number }] = sandbox.monatoAccounts;
    const wanted: readonly (readonly [MonatoReportRequest, string, string])[] = [
      [daily, "2026-11-19", "transactions_daily_20261119.csv"],
      [{ report_type: "MONTHLY", operation_date: "2026-10-03" }, "2026-10-31", "transactions_monthly_202610.csv"],
      [
        { report_type: "MONTHLY_ACCOUNT_STATEMENT", operation_date: "2026-02", clabe_number },
        "2026-02-28",
        `monthly_account_statement_${clabe_number}_202602.csv`,
      ],
    ];
    for (const [request, operation_date, name] of wanted) {
      const before = sandbox.requests.length;
      expect(await run(kit.report(source, request))).toMatchObject({
        status: "ready",
        reference: name,
        fileName: name,
      });
      const looks = sandbox.requests.slice(before).filter(({ operationId }) => operationId === "downloadReport");
      expect(looks.length).toBeGreaterThan(1);
      expect(new Set(looks.map(({ body }) => JSON.stringify(body)))).toEqual(
        new Set([JSON.stringify({ client_id: sandbox.monato.clientId, ...request, operation_date })]),
      );
    }
    expect(sandbox.made()).toBe(0);
  });

  it("is downloaded from the storage alone, without credentials", async () => {
    const { sandbox, source, kit, run } = await scene();
    const job = kit.report(source, daily);
    await run(job);
    const before = sandbox.requests.length;
    const { stream, name, mediaType } = await job.download(asStream());
    expect((await new Response(stream).text()).split("\n").length).toBeGreaterThan(40);
    expect({ name, mediaType }).toEqual({ name: "transactions_daily_20261119.csv", mediaType: "text/csv" });
    const asked = sandbox.requests.slice(before).filter(({ origin }) => origin === "storage");
    expect(asked.map(({ headers }) => headers["authorization"])).toEqual([undefined]);
  });

  it("gets a fresh link when the last one has run out", async () => {
    const { source, kit, run, clock, sandbox } = await scene();
    const job = kit.report(source, daily);
    await run(job);
    const first = await source.locate(callOf({ key: job.key, now: clock.now() }));
    clock.advance(60 * 60_000);
    const second = await source.locate(callOf({ key: job.key, now: clock.now() }));
    const [one, other] = [first, second].map((location) => ("url" in location ? location.url : ""));
    expect(one).not.toBe(other);
    expect((await fetch(one ?? "")).status).toBe(403);
    const answer = await fetch(other ?? "");
    expect([answer.status, new URL(other ?? "").origin]).toEqual([200, sandbox.storage.origin]);
    await answer.body?.cancel();
  });

  it("of another's account ends refused, with nothing recorded as an end: asking again asks again", async () => {
    const { source, kit, run, sandbox } = await scene();
    const job = kit.report(source, {
      report_type: "DAILY_ACCOUNT_STATEMENT",
      operation_date: "2026-11-19",
      clabe_number: checkedClabe,
    });
    for (const times of [1, 2]) {
      expect(await run(job)).toMatchObject({
        status: "failed",
        code: "http-400",
        retryable: false,
        made: false,
        message: "Monato refused the request: Invalid clabe number",
      });
      expect(sandbox.requests.filter(({ operationId }) => operationId === "downloadReport")).toHaveLength(times);
    }
  });

  it("survives an outage, and a token that ran out", async () => {
    const { source, kit, run, sandbox, clock } = await scene();
    sandbox.fail({ operationId: "downloadReport" }, { kind: "status", status: 500 }, 5);
    expect(await run(kit.report(source, daily))).toMatchObject({ status: "ready" });
    clock.advance(25 * 3_600_000);
    expect(await run(kit.report(source, { ...daily, operation_date: "2026-11-18" }))).toMatchObject({
      status: "ready",
    });
    expect(sandbox.requests.filter(({ operationId }) => operationId === "createToken")).toHaveLength(2);
  });

  it("that gets nothing but 500 ends within hours, not made, saying so", async () => {
    const { source, kit, run, sandbox, clock } = await scene();
    const takeBack = sandbox.fail({ operationId: "downloadReport" }, { kind: "status", status: 500 }, 1_000);
    const job = kit.report(source, daily);
    expect(await run(job)).toMatchObject({ status: "failed", code: "http-500", made: false });
    expect(clock.now() - now).toBeGreaterThanOrEqual(3_600_000);
    expect(clock.now() - now).toBeLessThan(2 * 3_600_000);
    takeBack();
    expect(await run(job)).toMatchObject({ status: "ready" });
  });

  it("with an API key that is not accepted is denied by the exchange: the caller gets the error", async () => {
    const { sandbox, kit } = await scene();
    const source = monatoReports(createMonatoClient({ ...sandbox.monato, apiKey: "wrong" }));
    const job = kit.report(source, daily);
    await expect(kit.step(job.bookmark, [source])).rejects.toMatchObject({
      name: "ProviderError",
      status: 401,
      operationId: "listCredentials",
    });
  });

  it("with a client that has no active credential is denied too", async () => {
    const { sandbox, kit, source } = await scene();
    sandbox.fail({ operationId: "listCredentials" }, { kind: "status", status: 200, body: { data: [] } });
    const job = kit.report(source, daily);
    await expect(kit.step(job.bookmark, [source])).rejects.toMatchObject({
      name: "ProviderError",
      code: "nothing-active",
    });
  });
});
