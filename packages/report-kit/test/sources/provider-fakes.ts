import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { begatewayReports } from "../../src/sources/begateway.ts";
import { circleReports } from "../../src/sources/circle.ts";
import type { ReportSource } from "../../src/index.ts";
import { releaseReports, settlementReports } from "../../src/sources/mercadopago/mercadopago.ts";
import { monatoReports } from "../../src/sources/monato.ts";
import type { SimulatedWorker, Simulation, Travel } from "../../src/testing/index.ts";

/** One of the four APIs below its client's `fetch`, and the source over it that a worker uses. */
export interface FakeProvider {
  /** References of the reports it made. */
  readonly made: () => readonly string[];
  readonly source: (worker: SimulatedWorker) => ReportSource;
  readonly request: unknown;
}

/** How a fake provider behaves. */
export interface FakeOptions {
  /** Milliseconds after which a made report is listed or found by its id. */
  readonly visibleAfterMs?: number;
  /** How the nth create travels. */
  readonly creates?: (place: number) => Travel;
  /** What stands between the client and it: may ask it, or answer by itself. */
  readonly wire?: Wire;
}

/** Answers a request; `ask` asks the provider. */
export type Wire = (request: Request, ask: () => Promise<Response>) => Promise<Response>;

/** What the fakes' clients are given: no error, event or journal may show one. */
export const fakeSecrets = {
  mercadopago: "APP_USR-7612480991353187-112116-4ae9c18bd4b6",
  begateway: "b8647b68898b084b836474ed8d61ffe117c9a011",
  circle: "LIVE_API_KEY:9d3e8b41a7c60d9e:5f0c8a52e8f7",
  monato: "monato.token.dBjftJeZ4CVPmB92K27uhbUJU1p1r",
};

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

type Answer = readonly [status: number, body: unknown];
type Api = (asked: Asked) => Answer;

const readyAfterMs = 3_000;

/** What a client of a worker sends its requests by: they land in the simulation. */
function fetchOver(
  api: Api,
  worker: SimulatedWorker,
  makes: boolean,
  travel: () => Travel | undefined,
  wire: Wire = (_, ask) => ask(),
): typeof fetch {
  async function ask(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    const body: Asked["body"] = text === "" ? {} : JSON.parse(text); // what our own clients sent
    const creates = makes && request.method === "POST";
    const asked = { method: request.method, path: pathname, query: searchParams, body };
    const [status, answer] = await worker.request(
      creates ? "create" : "look",
      () => api(asked),
      creates ? travel() : undefined,
    );
    return Response.json(answer, { status });
  }
  return async (input, init) => {
    const request = new Request(input, init);
    return wire(request.clone(), () => ask(request));
  };
}

/** The nth create travels as the options say. */
function travels({ creates }: FakeOptions): () => Travel | undefined {
  let place = -1;
  return () => creates?.((place += 1));
}

interface Made {
  readonly id: string;
  readonly at: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Mercado Pago's also says whether a report is of exactly the days of a request. */
export interface FakeMercadopago extends FakeProvider {
  readonly fits: (reference: string, request: object | undefined) => boolean;
}

export function fakeMercadopago(
  simulation: Simulation,
  family: "settlement" | "release",
  options: FakeOptions,
): FakeMercadopago {
  const made: Made[] = [];
  const path = `/v1/account/${family}_report`;
  const { visibleAfterMs = 0 } = options;
  const travel = travels(options);

  const isReady = ({ at }: Made): boolean => simulation.now() >= at + readyAfterMs;
  /** Settlement reports are listed while they are pending, release reports when they are finished. */
  const isListed = (one: Made): boolean =>
    simulation.now() >= one.at + visibleAfterMs && (family === "settlement" || isReady(one));
  function task(one: Made): object {
    return {
      id: Number(one.id),
      ...one.body,
      created_from: "manual",
      generation_date: new Date(one.at).toISOString(),
      status: isReady(one) ? "processed" : "pending",
      ...(isReady(one) ? { file_name: `${family}-${one.id}.csv` } : {}),
    };
  }

  function api({ method, path: asked, body }: Asked): Answer {
    if (method === "POST" && asked === path) {
      const one = { id: String(900 + made.length), at: simulation.now(), body };
      made.push(one);
      return [202, task(one)];
    }
    if (asked === `${path}/list`) return [200, made.filter(isListed).map(task)];
    if (asked === `${path}/search`) {
      const results = made.filter((one) => isListed(one) && isReady(one)).map((one) => task(one));
      return [200, { paging: { total: results.length, limit: 500, offset: 0 }, results }];
    }
    const one = made.find(({ id }) => asked === `${path}/task/${id}`);
    return one === undefined ? [404, { message: "Invalid taskID", error: "not_found", status: 404 }] : [200, task(one)];
  }

  const reports = family === "settlement" ? settlementReports : releaseReports;
  return {
    made: () => made.map(({ id }) => id),
    fits(reference, request) {
      const { from = "", to = "" } = { ...request };
      const lastDay = new Date(`${to}T00:00:00Z`).getTime() + 86_400_000;
      const body = made.find(({ id }) => id === reference)?.body ?? {};
      // Buenos Aires is three hours behind; a report ends with the last second of its last day.
      return (
        body["begin_date"] === `${from}T03:00:00Z` &&
        body["end_date"] === `${new Date(lastDay).toISOString().slice(0, 10)}T02:59:59Z`
      );
    },
    request: { from: "2026-11-01", to: "2026-11-07", timeZone: "America/Argentina/Buenos_Aires" },
    source: (worker) =>
      reports(
        createMercadopagoClient({
          accessToken: fakeSecrets.mercadopago,
          fetch: fetchOver(api, worker, true, travel, options.wire),
        }),
        {
          account: "a",
        },
      ),
  };
}

/** It keeps the id that is sent, and makes another report each time it is sent. */
export function fakeBegateway(simulation: Simulation, options: FakeOptions): FakeProvider {
  const made: Made[] = [];
  const { visibleAfterMs = 0 } = options;
  const travel = travels(options);

  function report({ id, at }: Made): object {
    const ready = simulation.now() >= at + readyAfterMs;
    const file_url = "https://reports.s3.amazonaws.com/balance_records.zip";
    return { data: { report: { id, status: ready ? "successful" : "queued", ...(ready ? { file_url } : {}) } } };
  }

  function api({ method, path, body }: Asked): Answer {
    if (method === "POST") {
      const one = { id: String(body["id"]), at: simulation.now(), body };
      made.push(one);
      return [201, report(one)];
    }
    const one = made.find(({ id, at }) => path.endsWith(`/${id}`) && simulation.now() >= at + visibleAfterMs);
    return one === undefined ? [404, { errors: [{ message: "not found" }] }] : [200, report(one)];
  }

  return {
    made: () => made.map(({ id }) => id),
    request: {
      type: "balance_records",
      format: "csv",
      user_id: 1,
      request_params: { currency: "EUR", date_from: "2026-11-18T00:00:00Z", date_to: "2026-11-18T23:59:59Z" },
    },
    source: (worker) =>
      begatewayReports(
        createBegatewayClient({
          pspId: "psp",
          secretKey: fakeSecrets.begateway,
          baseUrl: "https://dwh.invalid",
          fetch: fetchOver(api, worker, true, travel, options.wire),
        }),
        { pspId: "psp" },
      ),
  };
}

/** The same parameters give the same report. */
export function fakeCircle(simulation: Simulation, options: FakeOptions): FakeProvider {
  const made = new Map<string, Made>();
  const travel = travels(options);

  function record({ id, at }: Made): object {
    return { data: { id, status: simulation.now() >= at + readyAfterMs ? "ready" : "pending" } };
  }

  function api({ method, path, body }: Asked): Answer {
    if (method === "POST") {
      const parameters = JSON.stringify(body);
      const one = made.get(parameters) ?? { id: `circle-${made.size}`, at: simulation.now(), body };
      made.set(parameters, one);
      return [201, record(one)];
    }
    const one = [...made.values()].find(({ id }) => path.endsWith(`/${id}`));
    return one === undefined ? [404, { code: 2, message: "not found" }] : [200, record(one)];
  }

  return {
    made: () => [...made.values()].map(({ id }) => id),
    request: { reportType: "managed_payment_wallet_balances", timeframe: "daily", date: "2026-11-18" },
    source: (worker) =>
      circleReports(
        createCircleClient({
          apiKey: fakeSecrets.circle,
          environment: "sandbox",
          fetch: fetchOver(api, worker, true, travel, options.wire),
        }),
        { account: "a" },
      ),
  };
}

/** Its files are made without being asked for; until then names and links are empty. */
export function fakeMonato(simulation: Simulation, options: FakeOptions = {}): FakeProvider {
  const readyAt = simulation.now() + readyAfterMs;
  const file_name = "transactions_daily_20261118.csv";

  function api(): Answer {
    const there = simulation.now() >= readyAt;
    const download_url = "https://files.s3.amazonaws.com/transactions_daily_20261118.csv";
    return [200, there ? { file_name, download_url } : { file_name: "", download_url: "" }];
  }

  return {
    made: () => [file_name],
    request: { report_type: "DAILY", operation_date: "2026-11-18" },
    source: (worker) =>
      monatoReports(
        createMonatoClient({
          clientId: "c2d1d1e3-3340-4170-980e-e9269bbbc551",
          token: fakeSecrets.monato,
          baseUrl: "https://api.monato.invalid",
          fetch: fetchOver(api, worker, false, () => undefined, options.wire),
        }),
      ),
  };
}
