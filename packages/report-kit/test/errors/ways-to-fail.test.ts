import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createReportKit, memoryJournal, ReportKitError } from "../../src/index.ts";
import type { Journal, ReportSource } from "../../src/index.ts";
import { toStream } from "../../src/download/index.ts";
import { fileJournal, toDirectory } from "../../src/node/index.ts";
import { begatewayReports } from "../../src/sources/begateway.ts";
import { circleReports } from "../../src/sources/circle.ts";
import { monatoReports } from "../../src/sources/monato.ts";
import { releaseReports } from "../../src/sources/mercadopago/mercadopago.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import type { VirtualClock } from "../../src/testing/index.ts";
import { durableJournal } from "../support/durable-journal.ts";

/**
 * Twenty ways in which a night goes wrong. The error alone must let a person say what went wrong, where, and what to do:
 * each row names words that its message has, and words that would be false.
 */
interface Way {
  readonly what: string;
  readonly run: (scene: Scene) => Promise<unknown>;
  readonly code: string;
  readonly retryable: boolean;
  /** Each is in the message: the cause, the place, the next action. */
  readonly says: readonly RegExp[];
  /** None is in the message. */
  readonly never?: readonly RegExp[];
  /** Virtual seconds after which it has ended. */
  readonly withinS: number;
}

interface Scene {
  readonly clock: VirtualClock;
  /** An empty directory of its own. */
  readonly directory: string;
}

type Answer = (request: Request, count: number) => Response | Promise<Response>;

const goesOn = /goes on at the provider/;

const id = "9a6d1c52-0f6e-4a1e-9d51-7f3f4f2f0a11";
const request = { reportType: "managed_payout_transactions", timeframe: "daily", date: "2026-11-18" } as const;
const link = "https://bucket.s3.us-east-1.amazonaws.com/x.csv?X-Amz-Signature=secretsig";
const record = (status: string, more: object = {}): Response =>
  Response.json(
    { data: { id, ...request, reportDate: request.date, status, ...more } },
    { status: status === "pending" ? 202 : 200 },
  );
const problem = (status: number, message = "Circle's own words."): Response =>
  Response.json({ code: 2, message }, { status });
const page = (): Response =>
  new Response("<!doctype html><html><body>Maintenance</body></html>", { headers: { "content-type": "text/html" } });
const fetchError =
  (code: string, message: string): Answer =>
  () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
  };

/** Circle below the client's `fetch`: what a row does not say goes well. */
interface CircleAnswers {
  readonly create?: Answer;
  readonly look?: Answer;
  readonly file?: Answer;
}

function circleFetch({ create, look, file }: CircleAnswers): typeof fetch {
  let looks = 0;
  return async (input, init) => {
    const asked = new Request(input, { ...init, signal: null });
    if (new URL(asked.url).hostname.includes(".s3.")) {
      const csv = "id,amount\n1,2.00\n";
      return (file ?? (() => new Response(csv, { headers: { "content-length": String(csv.length) } })))(asked, 1);
    }
    if (asked.method === "POST") return (create ?? (() => record("pending")))(asked, 1);
    looks += 1;
    return (look ?? (() => record("ready", { downloadUrl: link })))(asked, looks);
  };
}

interface Setup extends CircleAnswers {
  readonly baseUrl?: string;
  readonly request?: unknown;
  readonly journal?: Journal;
  readonly target?: unknown;
  readonly options?: object;
}

/** One night with Circle: what the table's rows have in common. */
async function night({ clock }: Scene, setup: Setup): Promise<unknown> {
  const fetch = circleFetch(setup);
  const client = createCircleClient({
    apiKey: "LIVE_API_KEY:key:secret",
    baseUrl: setup.baseUrl ?? "https://api.circle.com",
    fetch,
    now: () => clock.now(),
    retry: false,
  });
  return download(clock, circleReports(client, { account: "treasury" }), fetch, {
    request,
    target: toStream(new WritableStream()),
    ...setup,
  });
}

async function download(
  clock: VirtualClock,
  source: ReportSource<never>,
  fetch: typeof globalThis.fetch,
  setup: Setup,
): Promise<unknown> {
  const kit = createReportKit({ journal: setup.journal ?? memoryJournal(), platform: { ...clock.platform, fetch } });
  // Rows of the table pass what the types forbid, as a program in plain JavaScript would.
  const job = kit.report(source, setup.request as never);
  return clock.finish(job.download(setup.target as never, setup.options as never));
}

const ways: readonly Way[] = [
  {
    what: "a wrong address: /v1 twice",
    run: (scene) =>
      night(scene, { baseUrl: "https://api.circle.com/v1", create: () => new Response("", { status: 404 }) }),
    code: "not-found",
    retryable: false,
    says: [/404/, /baseUrl|address/, /https:\/\/api\.circle\.com\/v1/],
    never: [goesOn],
    withinS: 600,
  },
  {
    what: "the client of another provider",
    run: async () => {
      const client = createMonatoClient({
        clientId: "2f1d3c5e-7a9b-4c0d-8e1f-30415263748a",
        token: "t",
        environment: "staging",
      });
      // The types refuse it; a program in plain JavaScript finds out at run time.
      return circleReports(client as never, { account: "treasury" });
    },
    code: "invalid-request",
    retryable: false,
    says: [/createCircleClient/, /monato/i],
    withinS: 0,
  },
  {
    what: "a wrong address at Monato: its sign-in is not there",
    run: async ({ clock }) => {
      const fetch = async (): Promise<Response> => Response.json({ message: "not found" }, { status: 404 });
      const client = createMonatoClient({
        clientId: "2f1d3c5e-7a9b-4c0d-8e1f-30415263748a",
        apiKey: "key",
        baseUrl: "https://api.monato.example/v1",
        fetch,
        now: () => clock.now(),
        retry: false,
      });
      return download(clock, monatoReports(client), fetch, {
        request: { report_type: "DAILY", operation_date: "2026-11-18" },
        target: toStream(new WritableStream()),
      });
    },
    code: "not-found",
    retryable: false,
    says: [/404/, /https:\/\/api\.monato\.example\/v1/, /baseUrl/],
    never: [goesOn],
    withinS: 600,
  },
  {
    what: "a wrong key: 401",
    run: (scene) => night(scene, { create: () => problem(401, "Malformed authorization.") }),
    code: "http-401",
    retryable: false,
    says: [/401/, /circle/, /credential|apiKey/i, /Malformed authorization/],
    never: [goesOn],
    withinS: 10,
  },
  {
    what: "a key of another environment: 403",
    run: (scene) => night(scene, { create: () => problem(403, "Forbidden") }),
    code: "http-403",
    retryable: false,
    says: [/403/, /credential|apiKey/i, /environment|address|permission/i],
    never: [goesOn],
    withinS: 10,
  },
  ...[
    ["a host that does not exist", "ENOTFOUND", "getaddrinfo ENOTFOUND api.circle.com", /ENOTFOUND/],
    ["a network that is down", "ECONNREFUSED", "connect ECONNREFUSED 10.0.0.1:443", /ECONNREFUSED/],
    ["a certificate that is not trusted", "DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", /certificate/i],
  ].map(([what, code, message, cause]): Way => ({
    what: String(what),
    run: (scene) => night(scene, { create: fetchError(String(code), String(message)) }),
    code: "deadline",
    retryable: true,
    says: [
      cause as RegExp,
      /api\.circle\.com|circle\/treasury/,
      /nothing was accepted|never accepted|no request|never reached/i,
      /run|resume/i,
    ],
    never: [goesOn],
    withinS: 6 * 3_600,
  })),
  {
    what: "429 to each create, until the deadline",
    run: (scene) =>
      night(scene, { create: () => problem(429, "Too many requests."), options: { deadlineMs: 3_600_000 } }),
    code: "deadline",
    retryable: true,
    says: [/429/, /circle\/treasury/],
    never: [goesOn],
    withinS: 3_600,
  },
  ...[400, 409, 422].map((status): Way => ({
    what: `${status} to the create`,
    run: (scene) => night(scene, { create: () => problem(status, "date is out of range") }),
    code: `http-${status}`,
    retryable: false,
    says: [new RegExp(String(status)), /date is out of range/, /request/],
    never: [goesOn, /running the same request again is safe/],
    withinS: 10,
  })),
  {
    what: "500 to each look, until the deadline",
    run: (scene) => night(scene, { look: () => problem(500, "Internal error"), options: { deadlineMs: 3_600_000 } }),
    code: "deadline",
    retryable: true,
    says: [/500/, /accepted/, /resume|run/],
    withinS: 3_600,
  },
  {
    what: "a page in place of an answer to the create",
    run: (scene) => night(scene, { create: page, options: { deadlineMs: 3_600_000 } }),
    code: "deadline",
    retryable: true,
    says: [/unreadable|not JSON|html/i, /circle/],
    never: [goesOn],
    withinS: 3_600,
  },
  {
    what: "a provider that was restarted and no longer knows the report",
    run: (scene) => {
      let creates = 0;
      return night(scene, {
        create: () => ((creates += 1) === 1 ? record("pending") : problem(404, "Report not found")),
        look: (_, count) => (count < 2 ? record("pending") : problem(404, "Report not found")),
      });
    },
    code: "no-longer-known",
    retryable: false,
    says: [/no longer knows|does not know/, /404/],
    never: [goesOn],
    withinS: 3_600,
  },
  {
    what: "a deadline while the provider works",
    run: (scene) => night(scene, { look: () => record("pending"), options: { deadlineMs: 3_600_000 } }),
    code: "deadline",
    retryable: true,
    says: [/3600 s/, /accepted/, /pending/, /next look/, /resume/],
    withinS: 3_600,
  },
  ...[403, 404, 500].map((status): Way => ({
    what: `${status} to the file`,
    run: (scene) => night(scene, { file: () => new Response("<Error><Code>AccessDenied</Code></Error>", { status }) }),
    code: "refused",
    retryable: true,
    says: [new RegExp(String(status)), /amazonaws\.com/],
    never: [/secretsig/],
    withinS: 1_000,
  })),
  {
    what: "a page in place of the file",
    run: (scene) => night(scene, { file: page }),
    code: "error-page",
    retryable: true,
    says: [/page/, /html/],
    withinS: 600,
  },
  {
    what: "a target that can't be written",
    run: async (scene) => {
      await writeFile(join(scene.directory, "file"), "");
      let sent = 0;
      const create = (): Response => {
        sent += 1;
        return record("pending");
      };
      const target = toDirectory(join(scene.directory, "file", "out"));
      return night(scene, { target, create }).finally(() => expect(sent).toBe(0));
    },
    code: "target",
    retryable: false,
    says: [/file[/\\]out/, /ENOTDIR|EEXIST/, /directory/],
    withinS: 0,
  },
  {
    what: "a text in place of a target",
    run: (scene) => night(scene, { target: "out" }),
    code: "invalid-request",
    retryable: false,
    says: [/target/, /toDirectory/, /"out"/],
    withinS: 0,
  },
  {
    what: "a journal that can't be written",
    run: async (scene) => {
      await writeFile(join(scene.directory, "file"), "");
      return night(scene, { journal: fileJournal(join(scene.directory, "file", "reports")) });
    },
    code: "unusable-directory",
    retryable: false,
    says: [/file[/\\]reports/, /ENOTDIR|EEXIST/, /journal/],
    withinS: 600,
  },
  {
    what: "a mistyped option",
    run: (scene) => night(scene, { options: { deadlineMS: 3_000 } }),
    code: "invalid-request",
    retryable: false,
    says: [/deadlineMS/, /deadlineMs/],
    withinS: 0,
  },
  {
    what: "an option of the wrong type",
    run: (scene) => night(scene, { options: { deadlineMs: "3000" } }),
    code: "invalid-request",
    retryable: false,
    says: [/deadlineMs/, /"3000"/, /number/],
    withinS: 0,
  },
  {
    what: "no journal",
    run: async () => (createReportKit as (options?: unknown) => unknown)(),
    code: "invalid-request",
    retryable: false,
    says: [/journal/, /fileJournal/],
    withinS: 0,
  },
  {
    what: "a period that has not ended",
    run: (scene) => night(scene, { request: { ...request, timeframe: "monthly", date: "2026-11" } }),
    code: "invalid-request",
    retryable: false,
    says: [/2026-11/, /ended/],
    withinS: 0,
  },
  {
    what: "a lost create where the provider's lists prove nothing (release reports)",
    run: async ({ clock }) => {
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const { method } = new Request(input, { ...init, signal: null });
        if (method === "POST") return fetchError("ECONNRESET", "read ECONNRESET")(new Request("https://x.example"), 1);
        return Response.json([]);
      };
      const client = createMercadopagoClient({ accessToken: "APP_USR-1", fetch, now: () => clock.now(), retry: false });
      return download(clock, releaseReports(client, { account: "main" }), fetch, {
        request: { from: "2026-11-01", to: "2026-11-07", timeZone: "America/Argentina/Buenos_Aires" },
        journal: durableJournal(),
        target: toStream(new WritableStream()),
      });
    },
    code: "indeterminate",
    retryable: false,
    says: [/may or may not have been made/, /recreate/, /again/],
    withinS: 2 * 3_600,
  },
  {
    what: "beGateway has the id already: the journal was lost",
    run: async ({ clock }) => {
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const asked = new Request(input, { ...init, signal: null });
        if (asked.method === "POST") {
          const message = "Id has already been taken.";
          return Response.json(
            { error: { code: "unprocessable_entity", message, friendly_message: message } },
            { status: 422 },
          );
        }
        return Response.json({ data: { report: { id: asked.url.split("/").at(-1), status: "pending" } } });
      };
      const client = createBegatewayClient({
        pspId: "7",
        secretKey: "s",
        baseUrl: "https://dwh.example.com",
        fetch,
        now: () => clock.now(),
        retry: false,
      });
      return download(clock, begatewayReports(client, { pspId: "7" }), fetch, {
        request: {
          type: "balance_records",
          format: "csv",
          user_id: 7,
          request_params: { currency: "EUR", date_from: "2026-11-01T00:00:00Z", date_to: "2026-11-02T00:00:00Z" },
        },
        journal: durableJournal(),
        target: toStream(new WritableStream()),
        options: { deadlineMs: 120_000 },
      });
    },
    code: "deadline",
    retryable: true,
    says: [/pending/, /accepted/],
    withinS: 120,
  },
];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ways-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

it.each(ways)("$what: the error names the cause, the place and the next action", async (way) => {
  const clock = createVirtualClock({ start: "2026-11-20T08:00:00Z" });
  const directory = await mkdtemp(join(root, "night-"));
  const startedAt = clock.now();
  const error: unknown = await way.run({ clock, directory }).then(
    (value) => expect.fail(`resolved: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!ReportKitError.isInstance(error)) throw error;
  if (process.env["PRINT_WAYS"] !== undefined)
    process.stdout.write(
      `- ${way.what}\n  ${error.name} ${error.code}, retryable ${error.retryable}: ${error.message}\n`,
    );
  const { code, retryable, message } = error;
  expect({ code, retryable }).toEqual({ code: way.code, retryable: way.retryable });
  for (const words of way.says) expect(message).toMatch(words);
  for (const words of way.never ?? []) expect(message).not.toMatch(words);
  expect((clock.now() - startedAt) / 1_000).toBeLessThanOrEqual(way.withinS);
});
