import { createBegatewayClient } from "@report-kit/begateway";
import type { Fault, Sandbox, SandboxOptions, VirtualClock } from "@report-kit/sandbox";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { amazonS3Hosts } from "../../src/source-tools/amazon-s3-hosts.ts";
import { begatewayReports } from "../../src/sources/begateway.ts";
import type { BegatewayReportRequest } from "../../src/sources/begateway.ts";
import { asStream } from "../../src/download/index.ts";
import { createReportKit, ReportRequestError } from "../../src/index.ts";
import type { Journal, Observation, Outcome, ReportJob, ReportKit, ReportSource, SourceCall } from "../../src/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { durableJournal } from "../support/durable-journal.ts";
import { openSandbox, stepToOutcome } from "../support/open-sandbox.ts";
import { recordingFetch } from "../support/recording-fetch.ts";
import type { Sent } from "../support/recording-fetch.ts";
import { observe, sourceCall } from "../support/source-call.ts";

const startsAt = "2026-11-21T12:00:00Z";
const key = "0d6f2c1e-7a55-8c3b-9e0f-4b7f6d1a2c90";
const file =
  "https://s3.eu-west-1.amazonaws.com/wlsexports-test/app/local_vol/reports/c3050350/report_balance_records_202412312100_202511302059_c3050350.zip?X-Amz-Signature=s";

const wanted = {
  type: "balance_records",
  format: "xlsx",
  user_id: 1098,
  request_params: {
    currency: "USD",
    date_from: "2026-11-19T00:00:00.000000+03:00",
    date_to: "2026-11-19T23:59:59.999999+03:00",
    shop_id: 1673,
  },
} as const satisfies BegatewayReportRequest;

/** What `prepare` makes of it. */
const normalised = {
  type: "balance_records",
  format: "xlsx",
  language: "en",
  request_params: {
    currency: "USD",
    date_from: "2026-11-18T21:00:00+00:00",
    date_to: "2026-11-19T20:59:59.999999+00:00",
    shop_id: 1673,
  },
  user_id: 1098,
};

/** A source whose provider gives one answer, and what it was asked. */
function answering(answer: () => Response): {
  readonly source: ReportSource<BegatewayReportRequest>;
  readonly sent: readonly Sent[];
} {
  const { fetch, sent } = recordingFetch([answer]);
  const client = createBegatewayClient({ pspId: "7", secretKey: "key", baseUrl: "https://dwh.psp.example", fetch });
  return { source: begatewayReports(client, { pspId: "7" }), sent };
}

/** A source whose provider never answers, and the signals of the requests it was sent. */
function hanging(onRequest: () => void): {
  readonly source: ReportSource<BegatewayReportRequest>;
  readonly heard: (AbortSignal | null | undefined)[];
} {
  const heard: (AbortSignal | null | undefined)[] = [];
  const client = createBegatewayClient({
    pspId: "7",
    secretKey: "key",
    baseUrl: "https://dwh.psp.example",
    timeoutMs: 3_600_000,
    fetch: (_input, init) => {
      heard.push(init?.signal);
      queueMicrotask(onRequest);
      return new Promise(() => {});
    },
  });
  return { source: begatewayReports(client, { pspId: "7" }), heard };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (): Response =>
    Response.json(body, { status, headers });
const report = (members: object): object => ({ data: { report: { id: key, status: "queued", ...members } } });

function callOf(more: Partial<SourceCall> = {}): SourceCall {
  return sourceCall({ key, request: normalised, now: Date.parse(startsAt), ...more });
}

/** What a step makes of a call: the observation, or what its error means. */
function see(
  source: ReportSource,
  during: "create" | "look" | "find",
  more?: Partial<SourceCall>,
): Promise<Observation> {
  return observe(source, during, callOf(more));
}

describe("begatewayReports", () => {
  it("names the source by its PSP, and declares what it can do", () => {
    const { source } = answering(json(200, {}));
    expect(source).toMatchObject({
      id: "begateway/7",
      provider: "begateway",
      account: "7",
      origin: "https://dwh.psp.example",
      profile: { tier: "client-id", remakes: true, visibilityBoundMs: 30_000, searchForMs: 120_000 },
      linkHosts: [...amazonS3Hosts, "dwh.psp.example"],
    });
  });

  it("lets a caller widen the hosts of links, and refuses a pspId that can't name an account", () => {
    const client = createBegatewayClient({ pspId: "7", secretKey: "key", baseUrl: "https://dwh.psp.example" });
    const source = begatewayReports(client, { pspId: "7", linkHosts: ["files.psp.example"] });
    expect(source.linkHosts).toEqual([...amazonS3Hosts, "dwh.psp.example", "files.psp.example"]);
    for (const pspId of ["", "../7", "a b", 7, undefined]) {
      // The types refuse most of these already.
      expect(() => begatewayReports(client, { pspId: pspId as string })).toThrow(
        expect.objectContaining({ name: "ReportRequestError", field: "pspId" }),
      );
    }
  });

  it("takes the spec's request without the id, and nothing else", () => {
    const { source } = answering(json(200, {}));
    const prepare = (request: BegatewayReportRequest) => () => source.prepare(request, { now: Date.parse(startsAt) });
    const { user_id: _user, ...nobodys } = wanted;
    // @ts-expect-error the id is made from the key
    const withId = prepare({ ...wanted, id: key });
    // @ts-expect-error user_id is required
    const withoutUser = prepare(nobodys);
    // @ts-expect-error there is one report type
    const otherType = prepare({ ...wanted, type: "balance_records_report" });
    // @ts-expect-error the page's table calls it request_parameters; the wire does not
    const otherName = prepare({ ...wanted, request_parameters: wanted.request_params });
    for (const wrong of [withId, withoutUser, otherType, otherName]) expect(wrong).toThrow(ReportRequestError);
    expect(prepare(wanted)).not.toThrow();
  });
});

describe("a beGateway request", () => {
  const now = Date.parse(startsAt);
  const { source } = answering(json(200, {}));

  it("is normalised: instants in UTC, the language spelt out, who asks left out of the identity", () => {
    const { user_id: _user, ...identity } = normalised;
    expect(source.prepare(wanted, { now })).toEqual({
      reportType: "balance_records",
      request: normalised,
      period: { from: "2026-11-18", to: "2026-11-19" },
      identity,
      expects: "xlsx",
    });
    const mailed = source.prepare({ ...wanted, format: "csv", notification_email: "ana@psp.example" }, { now });
    expect(mailed.request).toEqual({ ...normalised, format: "csv", notification_email: "ana@psp.example" });
    expect(mailed.identity).toEqual({ ...identity, format: "csv" });
    expect(mailed.expects).toBe("csv");
  });

  it("names its days by the zone that the source was given, and keeps its key", () => {
    const client = createBegatewayClient({ pspId: "7", secretKey: "key", baseUrl: "https://dwh.psp.example" });
    const inMinsk = begatewayReports(client, { pspId: "7", timeZone: "Europe/Minsk" }).prepare(wanted, { now });
    expect(inMinsk.period).toEqual({ from: "2026-11-19", to: "2026-11-19" });
    expect(inMinsk.identity).toEqual(source.prepare(wanted, { now }).identity);
    expect(() => begatewayReports(client, { pspId: "7", timeZone: "Minsk" })).toThrow(/timeZone: expected an IANA/);
  });

  const instants = fc.record({
    ms: fc.integer({ min: Date.parse("2000-01-01T00:00:00Z"), max: now - 2_000 }),
    micros: fc.integer({ min: 0, max: 999_999 }),
    offset: fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }),
  });
  type Instant = Readonly<Record<"ms" | "micros" | "offset", number>>;
  /** The instant in the local time of its offset. */
  function spell({ ms, micros, offset }: Instant, digits = 6): string {
    const local = new Date(Math.floor(ms / 1_000) * 1_000 + offset * 60_000).toISOString().slice(0, 19);
    const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
    const zone = `${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
    return `${local}.${String(micros).padStart(6, "0").slice(0, digits)}${zone}`;
  }
  const ofInstant = (date_from: string): BegatewayReportRequest => ({
    ...wanted,
    request_params: { ...wanted.request_params, date_from, date_to: "2026-11-21T11:59:59.9999Z" },
  });

  it("prepared again gives the same, whatever the instants and options", () => {
    const level = fc.option(fc.maxSafeNat(), { nil: undefined });
    const requests = fc.record({
      from: instants,
      format: fc.constantFrom("csv", "xlsx"),
      language: fc.constantFrom("en", "ru", undefined),
      user_id: fc.maxSafeNat(),
      levels: fc.record({ merchant_id: level, shop_id: level, gateway_id: level }),
    });
    fc.assert(
      fc.property(requests, ({ from, levels, ...rest }) => {
        const request = { ...ofInstant(spell(from)), ...rest };
        const given = { ...request, request_params: { ...request.request_params, ...levels } };
        // An absent member may be spelt undefined in JavaScript; the types are stricter.
        const prepared = source.prepare(given as BegatewayReportRequest, { now });
        expect(JSON.parse(JSON.stringify(prepared))).toEqual(prepared);
        // The journal gives it back as JSON.
        expect(source.prepare(prepared.request as unknown as BegatewayReportRequest, { now })).toEqual(prepared);
      }),
    );
  });

  it("is the same report for two spellings of an instant, and another for a microsecond's difference", () => {
    fc.assert(
      fc.property(instants, instants, (one, other) => {
        const identity = (date: string): unknown => source.prepare(ofInstant(date), { now }).identity;
        const elsewhere = { ...one, offset: other.offset };
        expect(identity(spell(elsewhere))).toEqual(identity(spell(one)));
        const tenths = { ...one, micros: Math.floor(one.micros / 100_000) * 100_000 };
        expect(identity(spell(tenths, 1))).toEqual(identity(spell(tenths)));
        const next = { ...one, micros: one.micros === 0 ? 1 : one.micros - 1 };
        expect(identity(spell(next))).not.toEqual(identity(spell(one)));
      }),
    );
  });

  it("may end in the future where the caller allows a partial report, which has a key of its own", async () => {
    const request_params = { ...wanted.request_params, date_to: "2026-11-21T23:59:59Z" };
    expect(() => source.prepare({ ...wanted, request_params }, { now })).toThrow(
      expect.objectContaining({ field: "request.request_params.date_to" }),
    );
    const prepared = source.prepare({ ...wanted, request_params, allowPartial: true }, { now });
    expect(prepared.identity).toMatchObject({ allowPartial: true });
    expect(source.prepare(prepared.request as unknown as BegatewayReportRequest, { now })).toEqual(prepared); // as a bookmark brings it back
    const asked = answering(json(201, report({})));
    await see(asked.source, "create", { request: prepared.request });
    expect(asked.sent[0]?.body).toEqual({
      id: key,
      ...normalised,
      request_params: { ...normalised.request_params, date_to: "2026-11-21T23:59:59+00:00" },
    });
    const ahead = { ...request_params, date_from: "2026-11-21T12:00:01Z" };
    expect(() => source.prepare({ ...wanted, request_params: ahead, allowPartial: true }, { now })).toThrow(
      expect.objectContaining({ field: "request.request_params.date_from" }),
    );
  });

  it("may end at the instant it begins, and now, but not before and not later", () => {
    const between = (date_from: string, date_to: string) => () =>
      source.prepare({ ...wanted, request_params: { currency: "EUR", date_from, date_to } }, { now });
    expect(between(startsAt, startsAt)).not.toThrow();
    expect(between("2026-11-19T00:00:00.5Z", "2026-11-19T00:00:00.500001Z")).not.toThrow();
    const field = "request.request_params.date_to";
    expect(between("2026-11-19T00:00:00.500001Z", "2026-11-19T00:00:00.5Z")).toThrow(
      expect.objectContaining({ field }),
    );
    expect(between("2026-11-19T00:00:01Z", "2026-11-19T00:00:00.9Z")).toThrow(expect.objectContaining({ field }));
    expect(between("2026-11-19T00:00:00Z", "2026-11-21T12:00:01Z")).toThrow(expect.objectContaining({ field }));
    // Two in the afternoon in Moscow is before noon in Greenwich.
    expect(between("2026-11-19T00:00:00Z", "2026-11-21T14:59:59+03:00")).not.toThrow();
  });
});

/** Every way in which a member can be wrong: an arbitrary of bad values for each, `undefined` = missing. */
function badValues(): readonly (readonly [field: string, bad: fc.Arbitrary<unknown>])[] {
  const notOneOf = (...good: readonly unknown[]): fc.Arbitrary<unknown> =>
    fc
      .oneof(fc.anything(), fc.constantFrom("", "CSV", " csv", "xls", "EN", "de"))
      .filter((value) => !good.includes(value));
  const optional = (bad: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    bad.filter((value) => value !== undefined && value !== null);
  const isCount = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  const notCount = fc
    .oneof(fc.anything(), fc.constantFrom("12", -1, 1.5, 2 ** 53, Number.NaN))
    .filter((value) => !isCount(value));
  const notInstant = fc.oneof(
    fc.anything().filter((value) => typeof value !== "string"),
    fc.constantFrom(
      "",
      "yesterday",
      "2026-11-19",
      "2026-11-19T00:00:00",
      "2026-11-19 00:00:00Z",
      "2026-02-30T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-11-19T24:00:00Z",
      "2026-11-19T00:00:60Z",
      "2026-11-19T00:00:00.Z",
      "2026-11-19T00:00:00.1234567Z",
      "2026-11-19T00:00:00+0300",
      "2026-11-19T00:00:00+03",
      "2026-11-19T00:00:00+24:00",
      "2026-11-19T00:00Z",
      "20261119T000000Z",
      "2026-11-19T00:00:00Z\n",
      "0000-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",
    ),
  );
  const params = "request.request_params";
  return [
    ["request.type", notOneOf("balance_records")],
    ["request.format", notOneOf("csv", "xlsx")],
    ["request.language", optional(notOneOf("en", "ru"))],
    ["request.user_id", notCount],
    [
      "request.notification_email",
      optional(fc.oneof(fc.integer(), fc.constantFrom("", "ana", "ana@", "@psp.example", "a b@c", "a@b@c"))),
    ],
    [params, fc.oneof(fc.constantFrom(undefined, null, [], "USD", 1))],
    [
      `${params}.currency`,
      fc.oneof(
        fc.anything().filter((value) => typeof value !== "string"),
        fc.constantFrom("", "usd", "EUROS", "U$D", "USD "),
      ),
    ],
    [`${params}.date_from`, notInstant],
    [
      `${params}.date_to`,
      fc.oneof(
        notInstant,
        fc.constantFrom("2026-11-21T12:00:00.001Z", "2026-11-18T20:59:59.999999Z", "2999-01-01T00:00:00Z"),
      ),
    ],
    [`${params}.merchant_id`, optional(notCount)],
    [`${params}.shop_id`, optional(notCount)],
    [`${params}.gateway_id`, optional(notCount)],
    ["request.id", fc.anything()],
    ["request.request_parameters", fc.anything()],
    [`${params}.time_zone`, fc.anything()],
  ];
}

/** The wanted request with one member replaced. */
function spoilt(field: string, value: unknown): BegatewayReportRequest {
  const [, first = "", second] = field.split(".");
  const inner = second === undefined ? value : { ...wanted.request_params, [second]: value };
  return { ...wanted, [first]: inner };
}

interface Scene {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly source: ReportSource<BegatewayReportRequest>;
  readonly kit: (journal: Journal) => ReportKit;
  /** Step by step to the outcome, the clock moving on in between. */
  readonly run: (kit: ReportKit, job: ReportJob) => Promise<Outcome>;
  /** Every report request so far, by method and answer. */
  readonly seen: () => readonly string[];
}

async function scene(options: SandboxOptions = {}): Promise<Scene> {
  const { clock, sandbox } = await openSandbox(startsAt, { readyAfterMs: 90_000, ...options });
  const source = begatewayReports(createBegatewayClient(sandbox.begateway), { pspId: sandbox.begateway.pspId });
  return {
    clock,
    sandbox,
    source,
    kit: (journal) => createReportKit({ journal, platform: { now: () => clock.now(), random: seededRandom(1) } }),
    run: (kit, job) => stepToOutcome(clock, kit, job, source),
    seen: () => sandbox.requests.map(({ method, status }) => `${method} ${status ?? "reset"}`),
  };
}

describe("bad input to beGateway", () => {
  it("is refused naming the field, and no request leaves", async () => {
    const { kit, source, sandbox } = await scene();
    const here = kit(durableJournal());
    expect(here.report(source, wanted).key).toMatch(/^[0-9a-f-]{36}$/);
    for (const [field, bad] of badValues()) {
      fc.assert(
        fc.property(bad, (value) => {
          expect(() => here.report(source, spoilt(field, value))).toThrow(
            expect.objectContaining({ name: "ReportRequestError", code: "invalid-request", field }),
          );
        }),
        { numRuns: 60 },
      );
    }
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(null, undefined, [], "x"), fc.integer()), (value) => {
        expect(() => here.report(source, value as unknown as BegatewayReportRequest)).toThrow(
          expect.objectContaining({ name: "ReportRequestError", field: "request" }),
        );
      }),
    );
    expect(sandbox.requests).toEqual([]);
  });
});

describe("what beGateway's answers mean", () => {
  const get = {
    method: "GET",
    url: `https://dwh.psp.example/api/v2/reports/${key}`,
    authorization: `Basic ${btoa("7:key")}`,
    body: undefined,
  };
  const later = { is: "unreachable" };
  const link = { via: "link", url: file, fileName: "report_balance_records_202412312100_202511302059_c3050350.zip" };
  const done = { status: "successful", file_url: file, expiry_date: "2026-11-24T12:22:41.104512Z" };
  const doneLink = { ...link, expiresAt: Date.parse("2026-11-24T12:22:41.104Z") };

  it("a create sends the key as the report's id, in one request", async () => {
    for (const status of [200, 201, 202]) {
      const { source, sent } = answering(json(status, report({ status: "queued" })));
      expect(await see(source, "create")).toEqual({ is: "pending", status: "queued", reference: key, echoed: true });
      expect(sent).toEqual([
        { ...get, method: "POST", url: "https://dwh.psp.example/api/v2/reports", body: { id: key, ...normalised } },
      ]);
    }
  });

  it("a create answered with another id goes on under that one, and proves no echo", async () => {
    const { source } = answering(json(201, report({ id: "theirs" })));
    expect(await see(source, "create")).toEqual({
      is: "pending",
      status: "queued",
      reference: "theirs",
      echoed: false,
    });
    const next = answering(json(200, report({ id: "theirs", status: "pending" })));
    expect(await see(next.source, "look", { reference: "theirs" })).toEqual({
      is: "pending",
      status: "pending",
      reference: "theirs",
    });
    expect(next.sent).toEqual([{ ...get, url: "https://dwh.psp.example/api/v2/reports/theirs" }]);
  });

  it.each([
    ["queued", report({ status: "queued" }), { is: "pending", status: "queued", reference: key }],
    ["incomplete", report({ status: "incomplete" }), { is: "pending", status: "incomplete", reference: key }],
    ["successful with a link", report(done), { is: "ready", reference: key, fileName: link.fileName, link: doneLink }],
    [
      "a link without an expiry",
      report({ ...done, expiry_date: null }),
      { is: "ready", reference: key, fileName: link.fileName, link },
    ],
    [
      "an expiry in nobody's time",
      report({ ...done, expiry_date: "2020-01-01T00:00:00" }),
      { is: "ready", reference: key, fileName: link.fileName, link },
    ],
    ["a link past its expiry", report({ ...done, expiry_date: "2026-11-21T12:00:00.000000Z" }), { is: "expired" }],
    [
      "successful without a link",
      report({ ...done, file_url: null }),
      { is: "unknown", status: "successful", reference: key },
    ],
    ["an empty link", report({ ...done, file_url: "" }), { is: "unknown", status: "successful", reference: key }],
    [
      "a link that is no address",
      report({ ...done, file_url: "reports/1.zip" }),
      { is: "unknown", status: "successful", reference: key },
    ],
    [
      "a link that is no text",
      report({ ...done, file_url: { href: file } }),
      { is: "unknown", status: "successful", reference: key },
    ],
    ["failed", report({ status: "failed" }), { is: "failed", code: "failed", reference: key }],
    [
      "a status of tomorrow",
      report({ status: "archived", file_url: file }),
      { is: "unknown", status: "archived", reference: key },
    ],
    ["no status", report({ status: null, file_url: file }), { is: "unknown", reference: key }],
    ["a status that is no text", report({ status: ["successful"], file_url: file }), { is: "unknown", reference: key }],
    ["another report", report({ ...done, id: "theirs" }), { is: "unknown", status: "another report" }],
    ["no id", report({ ...done, id: undefined }), { is: "unknown" }],
    ["an id that is no text", report({ ...done, id: 5 }), { is: "unknown" }],
    ["no report", { data: {} }, { is: "unknown" }],
    ["no data", { error: null }, { is: "unknown" }],
    ["a list", [report(done)], { is: "unknown" }],
  ])("a look: %s", async (_name, body, expected) => {
    const { source, sent } = answering(json(200, body));
    expect(await see(source, "look", { reference: key })).toMatchObject(expected);
    expect(sent).toEqual([get]);
  });

  it.each<[string, () => Response, object, object, object]>([
    [
      "400",
      json(400, { error: { code: "bad_request" } }),
      { is: "refused", code: "http-400" },
      { is: "unknown" },
      { is: "searching", more: false },
    ],
    [
      "422",
      json(422, { error: { code: "unprocessable_entity", friendly_message: "Date_from is required." } }),
      { is: "refused", code: "http-422", message: expect.stringContaining("Date_from is required") },
      { is: "unknown" },
      { is: "searching", more: false },
    ],
    [
      "422 of a taken id",
      json(422, { error: { friendly_message: "Id has already been taken." } }),
      { is: "pending", reference: `taken:${key}`, existed: true },
      { is: "unknown" },
      { is: "searching" },
    ],
    [
      "409",
      json(409, { error: { code: "conflict" } }),
      { is: "pending", reference: `taken:${key}`, existed: true },
      { is: "unknown" },
      { is: "searching" },
    ],
    ["401", json(401, { error: { code: "unauthorized" } }), { is: "denied" }, { is: "denied" }, { is: "denied" }],
    ["403", json(403, { error: { code: "forbidden" } }), { is: "denied" }, { is: "denied" }, { is: "denied" }],
    [
      "404",
      json(404, { error: { code: "not_found" } }),
      { is: "refused", code: "not-found", message: expect.stringContaining("https://dwh.psp.example") },
      { is: "absent", status: "http 404" },
      { is: "searching", more: false, found: [] },
    ],
    [
      "429",
      json(429, {}, { "retry-after": "60" }),
      { ...later, retryAfterMs: 60_000 },
      { ...later, retryAfterMs: 60_000 },
      { ...later, retryAfterMs: 60_000 },
    ],
    ["500", json(500, {}), { is: "unclear" }, later, later],
    ["503", json(503, {}), { is: "unclear" }, later, later],
    ["408", json(408, {}), { is: "unclear" }, later, later],
    ["a redirect", () => new Response(null, { status: 302 }), { is: "unclear" }, later, later],
    [
      "an HTML page",
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
      { is: "unclear" },
      later,
      later,
    ],
    ["an empty success", () => new Response("", { status: 201 }), { is: "unclear" }, later, later],
    [
      "no answer",
      () => {
        throw new TypeError("fetch failed");
      },
      { is: "unclear" },
      later,
      later,
    ],
    [
      "nobody there",
      () => {
        throw Object.assign(new TypeError("fetch failed"), {
          cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
        });
      },
      later,
      later,
      later,
    ],
  ])("%s", async (_name, answer, created, looked, found) => {
    for (const [method, expected] of [
      ["create", created],
      ["look", looked],
      ["find", found],
    ] as const) {
      const { source, sent } = answering(answer);
      expect(await see(source, method)).toMatchObject(expected);
      expect(sent).toHaveLength(1);
    }
  });

  it("a look at the id that a create found taken adopts what is there, and searches where nothing is", async () => {
    const reference = `taken:${key}`;
    const there = answering(json(200, report(done)));
    expect(await see(there.source, "look", { reference })).toMatchObject({
      is: "ready",
      reference: key,
      existed: true,
      echoed: true,
    });
    expect(there.sent).toEqual([get]);
    const made = answering(json(200, report({ status: "pending" })));
    expect(await see(made.source, "look", { reference })).toEqual({
      is: "pending",
      status: "pending",
      reference: key,
      existed: true,
      echoed: true,
    });
    const missing = answering(json(404, { error: { code: "not_found" } }));
    for (const more of [{}, { missed: 50, missedSince: 0 }]) {
      expect(await see(missing.source, "look", { reference, ...more })).toMatchObject({ is: "unclear" });
    }
  });

  it("a find by our id adopts what is there, and that proves the echo", async () => {
    for (const [body, expected] of [
      [report({ status: "pending" }), { is: "pending", status: "pending", reference: key, echoed: true }],
      [report(done), { is: "ready", reference: key, echoed: true, fileName: link.fileName, link: doneLink }],
      [report({ status: "failed" }), { is: "failed", reference: key }],
      [report({ status: "archived" }), { is: "unknown", status: "archived", reference: key }],
      [report({ ...done, id: "theirs" }), { is: "searching", more: false, found: [] }],
      [{ data: {} }, { is: "searching", more: false, found: [] }],
    ] as const) {
      const { source, sent } = answering(json(200, body));
      expect(await see(source, "find", { reference: "older" })).toMatchObject(expected);
      expect(sent).toEqual([get]);
    }
  });

  it("a find answered 404 proves that nothing was made only in the API's own JSON and once the echo is proven", async () => {
    const page = (): Response =>
      new Response("<h1>not found</h1>", { status: 404, headers: { "content-type": "text/html" } });
    const empty = (): Response => new Response(null, { status: 404 });
    const undecided = { is: "searching", more: false, found: [] };
    for (const [answer, echoProven, expected] of [
      [json(404, { error: { code: "not_found" } }), true, { is: "absent" }],
      [json(404, { errors: { detail: "Not Found" } }), true, { is: "absent" }],
      [json(404, { error: { code: "not_found" } }), false, undecided],
      [page, true, undecided],
      [empty, true, undecided],
    ] as const) {
      expect(await see(answering(answer).source, "find", { echoProven })).toEqual(expected);
    }
  });

  it.each([
    ["ready", report(done), doneLink],
    ["expired", report({ ...done, expiry_date: "2026-11-21T11:59:59Z" }), { via: "none", reason: "expired" }],
    ["failed", report({ status: "failed" }), { via: "none", reason: "failed" }],
    ["pending", report({ status: "pending" }), { via: "none", reason: "pending" }],
    ["without a link", report({ ...done, file_url: null }), { via: "none", reason: "pending" }],
    ["another's", report({ ...done, id: "theirs" }), { via: "none", reason: "pending" }],
  ])("where the file of a report lies that is %s", async (_name, body, expected) => {
    const { source, sent } = answering(json(200, body));
    expect(await source.locate(callOf({ reference: key }))).toMatchObject(expected);
    expect(sent).toEqual([get]);
  });

  it("nothing that a provider could say crashes a look, or is taken for a file that is not there", async () => {
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(key, "successful", "failed", "pending", file, "2026-11-24T12:22:41Z"),
    );
    const said = fc.oneof(
      fc.jsonValue().map((data) => ({ data })),
      fc.record({ id: field, status: field, file_url: field, expiry_date: field }).map((members) => report(members)),
    );
    await fc.assert(
      fc.asyncProperty(said, async (body) => {
        const seen = await see(answering(json(200, body)).source, "look", { reference: key });
        const isReady = seen.is === "ready" && seen.reference === key && URL.canParse(seen.link?.url ?? "");
        expect(isReady || ["pending", "failed", "expired", "unknown"].includes(seen.is)).toBe(true);
      }),
    );
  });

  it("an abort is the caller's own, and ends the request that is under way", async () => {
    const calls: readonly ((source: ReportSource, signal: AbortSignal) => Promise<unknown> | undefined)[] = [
      (source, signal) => source.create?.(callOf({ signal })),
      (source, signal) => source.look(callOf({ reference: key, signal })),
      (source, signal) => source.find?.(callOf({ signal }), 0),
      (source, signal) => source.locate(callOf({ reference: key, signal })),
    ];
    for (const call of calls) {
      const controller = new AbortController();
      const { source, heard } = hanging(() => controller.abort(new Error("enough")));
      await expect(call(source, controller.signal)).rejects.toThrow("enough");
      expect(heard.map((signal) => signal?.aborted)).toEqual([true]);
    }
  });

  it("a create is given up after 30 s, whatever time the client has for other calls", async () => {
    vi.useFakeTimers();
    try {
      const { source, heard } = hanging(() => {});
      const seen = see(source, "create");
      await vi.advanceTimersByTimeAsync(29_999);
      expect(heard.map((signal) => signal?.aborted)).toEqual([false]);
      await vi.advanceTimersByTimeAsync(1);
      expect(await seen).toMatchObject({ is: "unclear", error: { code: "timeout" } });
      expect(heard.map((signal) => signal?.aborted)).toEqual([true]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a beGateway report job", () => {
  const create = { operationId: "createReport" };
  const lostAfter: Fault = { kind: "reset", afterHandling: true };
  const lostBefore: Fault = { kind: "reset" };
  const other = { ...wanted, request_params: { ...wanted.request_params, currency: "EUR" } };

  it("is made once, under its key, and the link lies with the storage, not the API", async () => {
    const { sandbox, source, kit, run, clock } = await scene();
    const here = kit(durableJournal());
    const job = here.report(source, wanted);
    expect(await run(here, job)).toMatchObject({ status: "ready", reference: job.key, adopted: false });
    expect(sandbox.made("begateway")).toBe(1);
    expect(sandbox.requests[0]).toMatchObject({
      operationId: "createReport",
      body: { id: job.key, ...normalised },
      authorised: true,
    });
    expect(sandbox.requests.slice(1).every(({ path }) => path === `/api/v2/reports/${job.key}`)).toBe(true);
    const location = await source.locate(callOf({ key: job.key, reference: job.key, now: clock.now() }));
    expect(location).toMatchObject({
      via: "link",
      fileName: expect.stringMatching(/\.zip$/),
      expiresAt: expect.any(Number),
    });
    expect("url" in location && new URL(location.url).origin).toBe(sandbox.storage.origin);
  });

  it("is downloaded as the zip that holds it, from the storage alone and without credentials", async () => {
    const { sandbox, source, kit, run } = await scene();
    const here = kit(durableJournal());
    for (const format of ["xlsx", "csv"] as const) {
      const job = here.report(source, { ...wanted, format });
      await run(here, job);
      const before = sandbox.requests.length;
      const { stream, name } = await job.download(asStream());
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      expect(name).toBe(`report_balance_records_202611182100_202611192059_${job.key.slice(0, 8)}.zip`);
      expect(Array.from(bytes.subarray(0, 4))).toEqual([0x50, 0x4b, 3, 4]);
      const asked = sandbox.requests.slice(before).filter(({ origin }) => origin === "storage");
      expect(asked.map(({ headers }) => headers["authorization"])).toEqual([undefined]);
    }
  });

  it("whose create was answered by nobody is found by its id and adopted: one report", async () => {
    const { sandbox, source, kit, run } = await scene();
    const here = kit(durableJournal());
    sandbox.fail(create, lostAfter);
    const job = here.report(source, wanted);
    expect(await run(here, job)).toMatchObject({ status: "ready", reference: job.key, adopted: true });
    expect(sandbox.made("begateway")).toBe(1);
  });

  it("whose create was answered by something else is found and adopted too", async () => {
    const { sandbox, source, kit, run, seen } = await scene();
    const here = kit(durableJournal());
    sandbox.fail(create, { kind: "status", status: 201, body: {}, afterHandling: true });
    expect(await run(here, here.report(source, wanted))).toMatchObject({ status: "ready", adopted: true });
    expect(seen().filter((request) => request.startsWith("POST"))).toEqual(["POST 201"]);
    expect(sandbox.made("begateway")).toBe(1);
  });

  it("whose create never arrived is made anew once the echo is proven", async () => {
    const { sandbox, source, kit, run, seen } = await scene();
    const here = kit(durableJournal());
    await run(here, here.report(source, wanted));
    const before = sandbox.requests.length;
    sandbox.fail(create, lostBefore);
    expect(await run(here, here.report(source, other))).toMatchObject({ status: "ready", adopted: false });
    expect(seen().slice(before, before + 3)).toEqual(["POST reset", "GET 404", "POST 201"]);
    expect(sandbox.made("begateway")).toBe(2);
  });

  it("whose create never arrived is indeterminate while nothing proves the echo: no second create", async () => {
    const { sandbox, source, kit, run, seen } = await scene();
    const here = kit(durableJournal());
    sandbox.fail(create, lostBefore);
    expect(await run(here, here.report(source, wanted))).toMatchObject({ status: "indeterminate", found: [] });
    expect(seen().filter((request) => request.startsWith("POST"))).toEqual(["POST reset"]);
    expect(sandbox.made("begateway")).toBe(0);
  });

  it("at a provider that gives ids of its own never makes a second report after a lost answer", async () => {
    const { sandbox, source, kit, run, seen } = await scene({ begatewayEchoesId: false });
    const here = kit(durableJournal());
    const job = here.report(source, wanted);
    const outcome = await run(here, job);
    expect(outcome).toMatchObject({ status: "ready", reference: sandbox.reports[0]?.id });
    expect(outcome).not.toMatchObject({ reference: job.key });
    const before = sandbox.requests.length;
    sandbox.fail(create, lostAfter);
    expect(await run(here, here.report(source, other))).toMatchObject({ status: "indeterminate" });
    expect(
      seen()
        .slice(before)
        .filter((request) => request.startsWith("POST")),
    ).toEqual(["POST reset"]);
    expect(sandbox.made("begateway")).toBe(2);
  });

  it("begun again with its journal lost looks at once at the report that it made before", async () => {
    const { sandbox, source, kit, run, seen, clock } = await scene();
    const here = kit(durableJournal());
    await run(here, here.report(source, wanted));
    const before = sandbox.requests.length;
    const elsewhere = kit(durableJournal());
    const job = elsewhere.report(source, wanted);
    const startedAt = clock.now();
    expect(await run(elsewhere, job)).toMatchObject({ status: "ready", reference: job.key, adopted: true });
    expect(seen().slice(before)).toEqual(["POST 422", "GET 200"]);
    // It is there, says the provider: nothing is waited for.
    expect(clock.now() - startedAt).toBeLessThan(1_000);
    expect(sandbox.made("begateway")).toBe(1);
  });

  it("is expired once its file is gone, and made anew only for another epoch", async () => {
    const { sandbox, source, kit, run, clock } = await scene();
    const journal = durableJournal();
    const job = kit(journal).report(source, wanted);
    await run(kit(journal), job);
    clock.advance(72 * 3_600_000);
    const call = callOf({ key: job.key, reference: job.key, now: clock.now() });
    expect(await source.locate(call)).toMatchObject({ via: "none", reason: "expired" });
    expect(await source.look(call)).toMatchObject({ is: "expired" });
    const anew = kit(journal).report(source, wanted, { epoch: 1 });
    expect(await run(kit(journal), anew)).toMatchObject({ status: "ready", reference: anew.key });
    expect(sandbox.made("begateway")).toBe(2);
  });

  it("that expired says so once", async () => {
    const { source, kit, run, clock } = await scene();
    const here = kit(durableJournal());
    const job = here.report(source, wanted);
    await run(here, job);
    clock.advance(72 * 3_600_000);
    const error = await job.download(asStream()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "ReportExpiredError", message: expect.stringContaining("{ epoch: 1 }") });
    expect(String(error).match(/epoch/gi)).toHaveLength(1);
    expect(String(error).match(/until 20/g)).toHaveLength(1);
  });

  it("that the provider no longer knows ends after a bounded number of looks, and another epoch makes it again", async () => {
    const { sandbox, source, kit, run, seen, clock } = await scene({ readyAfterMs: 3_600_000 });
    const here = kit(durableJournal());
    const job = here.report(source, wanted);
    await here.step(job.bookmark, [source]);
    const takeBack = sandbox.fail(
      { operationId: "getReport" },
      { kind: "status", status: 404, body: { error: { code: "not_found", message: "Not found" } } },
      1_000,
    );
    const startedAt = clock.now();
    const outcome = await run(here, job);
    expect(outcome).toMatchObject({ status: "failed", code: "no-longer-known", made: true, retryable: false });
    expect(outcome).toHaveProperty("message", expect.stringContaining("no longer knows this report"));
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(10 * 60_000);
    expect(clock.now() - startedAt).toBeLessThan(30 * 60_000);
    expect(seen().length).toBeLessThan(30);
    // Not kept as the end: should the provider know it after all, running the job again finds it.
    takeBack();
    clock.advance(3_600_000);
    expect(await run(here, job)).toMatchObject({ status: "ready", reference: job.key });
    sandbox.fail({ operationId: "getReport" }, { kind: "status", status: 404 }, 3);
    const again = here.report(source, wanted, { epoch: 1 });
    expect(await run(here, again)).toMatchObject({ status: "ready", reference: again.key });
    expect(sandbox.made("begateway")).toBe(2);
  });

  it("that the provider fails is failed, in one report", async () => {
    const { sandbox, source, kit, run } = await scene();
    const here = kit(durableJournal());
    sandbox.fail(create, { kind: "report-fails" });
    expect(await run(here, here.report(source, wanted))).toMatchObject({
      status: "failed",
      code: "failed",
      made: true,
    });
    expect(sandbox.made("begateway")).toBe(1);
  });

  it("with wrong credentials throws the provider's 401, having made nothing", async () => {
    const { sandbox, kit } = await scene();
    const client = createBegatewayClient({ ...sandbox.begateway, secretKey: "wrong" });
    const source = begatewayReports(client, { pspId: sandbox.begateway.pspId });
    const here = kit(durableJournal());
    const job = here.report(source, wanted);
    await expect(here.step(job.bookmark, [source])).rejects.toMatchObject({ name: "ProviderError", status: 401 });
    expect(sandbox.made("begateway")).toBe(0);
  });
});
