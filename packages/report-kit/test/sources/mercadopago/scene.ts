import { createMercadopagoClient } from "@report-kit/mercadopago";
import type { MercadopagoClient } from "@report-kit/mercadopago";
import type { Sandbox, SandboxOptions, VirtualClock } from "@report-kit/sandbox";
import { expect } from "vitest";
import { createReportKit } from "../../../src/index.ts";
import type { Journal, Observation, Outcome, ReportSource, SourceCall } from "../../../src/index.ts";
import { releaseReports, settlementReports } from "../../../src/sources/mercadopago/mercadopago.ts";
import type { MercadopagoDaysRequest } from "../../../src/sources/mercadopago/mercadopago.ts";
import { durableJournal } from "../../support/durable-journal.ts";
import { openSandbox } from "../../support/open-sandbox.ts";
import { observe as observeCall, sourceCall } from "../../support/source-call.ts";

export const zone = "America/Argentina/Buenos_Aires";
export const noon: number = Date.parse("2026-11-21T12:00:00Z");
export const week = { from: "2026-11-01", to: "2026-11-07", timeZone: zone };
/** What the week is on the wire. */
export const weekSent = { begin_date: "2026-11-01T03:00:00Z", end_date: "2026-11-08T02:59:59Z" };
/** A task of the week, as the list and the task operation show it, made a second after noon. */
export const weekTask = {
  id: 99336983670,
  ...weekSent,
  created_from: "manual",
  generation_date: "2026-11-21T08:00:01.258-04:00",
  status: "pending",
} as const;

export type Source = ReportSource<MercadopagoDaysRequest>;
export const families = [
  ["settlement", settlementReports],
  ["release", releaseReports],
] as const;

/** A request as it left, by value. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An answer to give: a status with a JSON body (or none), or an error of the network. */
export type Scripted = readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>] | Error;

/** A client whose requests are answered in turn, and every request it sent. */
export function scripted(...answers: Scripted[]): {
  readonly client: MercadopagoClient;
  readonly sent: readonly Sent[];
} {
  const sent: Sent[] = [];
  const client = createMercadopagoClient({
    accessToken: "APP_USR-test",
    fetch: async (input, init) => {
      const { method, url, body } = new Request(input, init);
      const { pathname, searchParams } = new URL(url);
      const text = body === null ? "" : await new Response(body).text();
      sent.push({
        method,
        path: pathname,
        query: Object.fromEntries(searchParams),
        body: text === "" ? undefined : JSON.parse(text),
      });
      const answer = answers[sent.length - 1] ?? new Error("no more answers");
      if (answer instanceof Error) throw answer;
      const [status, json, headers = {}] = answer;
      if (json === undefined) return new Response(null, { status, headers });
      return new Response(JSON.stringify(json), {
        status,
        headers: { "content-type": "application/json", ...headers },
      });
    },
  });
  return { client, sent };
}

/** A call about the week, an hour after its intent. */
export function callOf(source: Source, more: Partial<SourceCall> = {}): SourceCall {
  const { request } = source.prepare(week, { now: noon });
  return sourceCall({ request, intentAt: noon, now: noon + 3_600_000, ...more });
}

/** What a call about the week brings, its errors explained as the step explains them. */
export function observe(
  source: Source,
  during: "create" | "look" | "find",
  more: Partial<SourceCall> = {},
  place = 0,
): Promise<Observation> {
  return observeCall(source, during, callOf(source, more), place);
}

/** An error in Mercado Pago's usual words. */
export function failure(status: number, error: string, message: string): Scripted {
  return [status, { message, error, status, cause: [] }];
}

/** What one answer is taken for by a settlement source, which asks for it once. */
export async function meaningOf(
  during: "create" | "look",
  answer: Scripted,
  reference = "99336983670",
): Promise<Observation> {
  const { client, sent } = scripted(answer);
  const source = settlementReports(client, { account: "1" });
  const seen = await observe(source, during, during === "look" ? { reference } : {});
  expect(sent).toHaveLength(1);
  return seen;
}

/** A sandbox on a clock of its own, closed when the test ends. */
export async function sandboxScene(
  options: SandboxOptions = {},
): Promise<{ readonly clock: VirtualClock; readonly sandbox: Sandbox; readonly client: MercadopagoClient }> {
  const { clock, sandbox } = await openSandbox(noon, { readyAfterMs: 120_000, ...options });
  return { clock, sandbox, client: createMercadopagoClient({ ...sandbox.mercadopago, now: () => clock.now() }) };
}

/**
 * Run a job to its end as cron does: each step in a kit and a source of its own, nothing but the journal between them.
 * @param before - called with the number of the step that comes next, from 0
 * @param journal - what is kept between the steps
 */
export async function runInSteps(
  clock: VirtualClock,
  makeSource: () => Source,
  before: (step: number) => void | Promise<void> = () => undefined,
  journal: Journal = durableJournal(),
): Promise<Outcome> {
  const kit = () => createReportKit({ journal, platform: { now: () => clock.now(), random: () => 0.5 } });
  const { bookmark } = kit().report(makeSource(), week);
  for (let step = 0; step < 500; step += 1) {
    await before(step);
    const result = await kit().step(bookmark, [makeSource()]);
    if ("outcome" in result) return result.outcome;
    clock.advance(Math.max(0, Date.parse(result.again.at) - clock.now()));
  }
  throw new Error("the job did not end within 500 steps");
}
