// A user's program with all packages, as types go: it is compiled, by every TypeScript that we support, and never run.
import { createBegatewayClient } from "@report-kit/begateway";
import type { BegatewayClient } from "@report-kit/begateway";
import { createCircleClient, orThrow } from "@report-kit/circle";
import type { CircleClient, components } from "@report-kit/circle";
import type { paths } from "@report-kit/circle/schema";
import { createProviderClient, isLoopbackHost, parseRetryAfter } from "@report-kit/http";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { startSandbox } from "@report-kit/sandbox";
import type { Sandbox } from "@report-kit/sandbox";
import {
  ProviderError,
  ReportDeadlineError,
  createReportKit,
  listJobs,
  memoryJournal,
  poll,
  reportKey,
} from "report-kit";
import type { Outcome, ReportJob, ReportSource, Step } from "report-kit";
import { begatewayReports } from "report-kit/begateway";
import { circleReports } from "report-kit/circle";
import { releaseReports, settlementReports } from "report-kit/mercadopago";
import { monatoReports } from "report-kit/monato";
import { postgresJournal } from "report-kit/postgres";
import { monatoWebhook } from "report-kit/webhook";

type Same<One, Other> = [One, Other] extends [Other, One] ? true : false;
const isTrue = <Claim extends true>(claim?: Claim): Claim | undefined => claim;

const circleClient: CircleClient = createCircleClient({ apiKey: async () => "key", environment: "production" });
// @ts-expect-error: production or sandbox is a choice of its user
createCircleClient({ apiKey: "key" });
// @ts-expect-error: there is no such path
void circleClient.GET("/v1/nothing", {});

/** A request, told apart by its documented statuses. */
export async function askCircle(): Promise<string> {
  const success = orThrow(
    await circleClient.POST("/v1/reports", { body: { reportType: "camt053", date: "2026-11-19" } }),
  );
  isTrue<Same<(typeof success)["status"], 200 | 202>>();
  // @ts-expect-error: a date is a text
  await circleClient.POST("/v1/reports", { body: { reportType: "camt053", date: 20_261_119 } });
  return success.data.data?.id ?? String(success.response.status);
}

export type CircleRequest = components["schemas"]["Camt053StatementRequest"];
export type CirclePaths = keyof paths;

const begatewayClient: BegatewayClient = createBegatewayClient({
  pspId: "7",
  secretKey: "secret",
  baseUrl: "https://dwh.example.com",
});
const monatoClient = createMonatoClient({ clientId: "id", apiKey: "key", environment: "staging" });
const marketplace = createMercadopagoClient({ accessToken: "token" });

const journal = memoryJournal();
const kit = createReportKit({ journal, requestCostS: 4, onEvent: ({ type, key }) => type === "ready" && key });
const circle = circleReports(circleClient, { account: "treasury" });
const settlement = settlementReports(marketplace, { account: "store" });
const week = { from: "2026-11-01", to: "2026-11-07", timeZone: "America/Argentina/Buenos_Aires" } as const;

export const jobs: readonly ReportJob[] = [
  kit.report(circle, { reportType: "camt053", date: "2026-11-19" }),
  kit.report(begatewayReports(begatewayClient, { pspId: "7" }), {
    type: "balance_records",
    format: "csv",
    user_id: 7,
    request_params: { currency: "EUR", date_from: "2026-11-01T00:00:00Z", date_to: "2026-11-02T00:00:00Z" },
  }),
  kit.report(monatoReports(monatoClient), { report_type: "DAILY", operation_date: "2026-11-19" }),
  kit.report(settlement, week),
  kit.report(releaseReports(marketplace, { account: "store" }), week),
];
// @ts-expect-error: another source's request
kit.report(settlement, { reportType: "camt053", date: "2026-11-19" });
// @ts-expect-error: a kit without a journal would forget
createReportKit({});

/** Every outcome, and nothing else. */
export function describe(outcome: Outcome): string {
  switch (outcome.status) {
    case "ready":
      return outcome.reference;
    case "failed":
      return `${outcome.code}: ${outcome.message}`;
    case "expired":
      return outcome.message;
    case "indeterminate":
      return outcome.found.map(({ reference }) => reference).join();
  }
}

/** A step of a durable engine, errors told apart. */
export async function step(bookmark: string, sources: readonly ReportSource[]): Promise<number> {
  try {
    const taken: Step = await kit.step(bookmark, sources, { signal: new AbortController().signal });
    return "again" in taken ? taken.again.afterMs : 0;
  } catch (error) {
    if (ReportDeadlineError.isInstance(error)) return error.bookmark === undefined ? -1 : 0;
    if (ProviderError.isInstance(error)) return error.retryAfterMs ?? error.status;
    throw error;
  }
}

/** The parts on their own, the journal on any driver, and the webhook on any server. */
export async function parts(
  query: (sql: string, params: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>,
): Promise<Response> {
  const value = await poll(async ({ attempt }) => ({ done: true, value: attempt }), { deadlineMs: 1000 });
  isTrue<Same<typeof value, number>>();
  reportKey({ provider: "own", origin: "https://x.example", account: "a", reportType: "b", request: {}, epoch: value });
  createReportKit({ journal: postgresJournal(query) });
  for await (const { key } of listJobs(journal)) isLoopbackHost(key);
  const handle = monatoWebhook({ kit, source: monatoReports(monatoClient), token: "t", onError: () => {} });
  return handle(new Request("https://example.com"));
}

/** What a test of one's own takes. */
export async function sandbox(): Promise<Sandbox> {
  return startSandbox({ readyAfterMs: { circle: 0 }, rows: 4 });
}

export const ownClient = createProviderClient<paths>;
export const retryAfter = parseRetryAfter;
