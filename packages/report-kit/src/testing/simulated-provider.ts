import { ProviderError, TransportError } from "@report-kit/http";
import type { Observation } from "../source/observation.ts";
import { clockSkewMs, createTimeoutMs } from "../source/timing.ts";
import { refuse } from "../refuse.ts";
import { requestFields } from "../source-tools/request-fields.ts";
import type { IdempotencyTier, PreparedReport, ReportSource, SourceCall } from "../source/report-source.ts";
import type { ScriptedRequest } from "./scripted-source.ts";
import type { SimulatedWorker, Simulation, Travel } from "./simulation.ts";

/** A report that a simulated provider has made. */
export interface SimulatedReport {
  readonly reference: string;
  readonly report: string;
  /** Epoch milliseconds, true time. */
  readonly madeAt: number;
  /** As the provider's own clock had it. */
  readonly stampedAt: number;
}

/** What kind of provider to simulate. */
export interface SimulatedProviderOptions {
  readonly tier: IdempotencyTier;
  /** What it makes of the id that a `client-id` source sends. Default `"kept"`. */
  readonly ids?: "kept" | "replaced" | undefined;
  /** What it makes of an id that it has seen before: another report (default), or an error. */
  readonly idTaken?: "made-again" | "refused" | undefined;
  /** Milliseconds after which a made report is promised to be visible; absent = it promises nothing. */
  readonly visibilityBoundMs?: number | undefined;
  /** Milliseconds after which it is visible indeed. Default 0. */
  readonly visibleAfterMs?: number | undefined;
  /** Milliseconds from the create to the finished file. Default 3,000. */
  readonly readyAfterMs?: number | undefined;
  /** Milliseconds by which the provider's clock is off. Default 0. */
  readonly skewMs?: number | undefined;
  /** How the nth create (from 0) travels. Default: as other requests. */
  readonly creates?: ((place: number) => Travel) | undefined;
}

/** A provider of one tier, and the report sources by which workers reach it. */
export interface SimulatedProvider {
  /** All that it made, in order. */
  readonly reports: readonly SimulatedReport[];
  /** The references of those made for a request. */
  madeOf(report: string): readonly string[];
  source(worker: SimulatedWorker): ReportSource<ScriptedRequest>;
}

/**
 * A create whose answer never comes: its client gives up when a create's time is over.
 * @param landsAfterMs when it is carried out all the same; Infinity = never
 */
export function unanswered(landsAfterMs: number): Travel {
  const error = new TransportError({
    code: "timeout",
    message: "no answer in time",
    provider: "simulated",
    operationId: "create",
    maybeSent: true,
  });
  return { landsAfterMs, answersAfterMs: Infinity, timeOut: { afterMs: createTimeoutMs, error } };
}

/** A small provider that keeps what it made, and says of it what a provider of its tier would. */
export function simulatedProvider(simulation: Simulation, options: SimulatedProviderOptions): SimulatedProvider {
  const { tier, ids = "kept", visibleAfterMs = 0, readyAfterMs = 3_000, skewMs = 0 } = options;
  const reports: SimulatedReport[] = [];
  const madeAtFirstLook = new Map<string, number>();
  let creates = 0;

  function make(report: string, id?: string): SimulatedReport {
    const at = simulation.now();
    const made = { reference: id ?? `r-${reports.length + 1}`, report, madeAt: at, stampedAt: at + skewMs };
    reports.push(made);
    return made;
  }

  function observe({ reference, madeAt }: SimulatedReport): Observation {
    return simulation.now() >= madeAt + readyAfterMs
      ? { is: "ready", reference, fileName: `${reference}.csv` }
      : { is: "pending", status: "pending", reference };
  }

  const isVisible = ({ madeAt }: SimulatedReport): boolean => simulation.now() >= madeAt + visibleAfterMs;

  function create({ key, request }: SourceCall): Observation {
    const report = nameIn(request);
    if (tier === "create-or-get") return observe(reports.find((one) => one.report === report) ?? make(report));
    if (tier === "list") return observe(make(report));
    if (ids === "replaced") return { ...observe(make(report)), echoed: false } as Observation; // of a pending or ready one
    if (options.idTaken === "refused" && reports.some(({ reference }) => reference === key)) throw answered(409);
    return { ...observe(make(report, key)), echoed: true } as Observation; // as above
  }

  function look({ reference, request }: SourceCall): Observation {
    if (tier !== "lookup") {
      const own = reports.find((one) => one.reference === reference);
      if (own === undefined) throw answered(404);
      return observe(own);
    }
    // Nothing is made by asking: it is there from some time on.
    const report = nameIn(request);
    const since = madeAtFirstLook.get(report) ?? simulation.now();
    madeAtFirstLook.set(report, since);
    const there = simulation.now() >= since + readyAfterMs;
    return there ? { is: "ready", reference: `file-of-${JSON.parse(report)}` } : { is: "absent" };
  }

  function find({ key, request, intentAt = 0, echoProven }: SourceCall, claimed: ReadonlySet<string>): Observation {
    if (tier === "client-id") {
      const own = reports.find((one) => one.reference === key && isVisible(one));
      if (own !== undefined) return { ...observe(own), echoed: true } as Observation; // of a pending or ready one
      return echoProven ? { is: "absent" } : { is: "searching", more: false, found: [] };
    }
    const fits = reports.find(
      (one) =>
        one.report === nameIn(request) &&
        isVisible(one) &&
        one.stampedAt >= intentAt - clockSkewMs &&
        !claimed.has(one.reference),
    );
    if (fits !== undefined) return observe(fits);
    return options.visibilityBoundMs === undefined ? { is: "searching", more: false, found: [] } : { is: "absent" };
  }

  return {
    reports,
    madeOf: (report) =>
      reports.filter((one) => one.report === JSON.stringify(report)).map(({ reference }) => reference),
    source: (worker) => ({
      id: `simulated/${tier}`,
      provider: "simulated",
      account: tier,
      origin: "https://simulated.invalid",
      profile: {
        tier,
        remakes: tier === "client-id" || tier === "list",
        searchForMs: 120_000,
        ...(options.visibilityBoundMs === undefined ? {} : { visibilityBoundMs: options.visibilityBoundMs }),
      },
      linkHosts: [],
      prepare,
      ...(tier === "lookup"
        ? {}
        : {
            create(call: SourceCall) {
              const travel = options.creates?.(creates);
              creates += 1;
              return worker.request("create", () => create(call), { ...travel, onDeparture: call.onDeparture });
            },
          }),
      look: (call) => worker.request("look", () => look(call)),
      async find(call) {
        const claimed = new Set<string>();
        if (tier === "list") {
          for (const { reference } of reports) if (await call.belongsToAnotherJob?.(reference)) claimed.add(reference);
        }
        return worker.request("find", () => find(call, claimed));
      },
      locate: async () => ({ via: "none", reason: "pending", message: "simulated reports have no files" }),
      explain: (error, during) =>
        during === "create" && ProviderError.isInstance(error) && error.status === 409
          ? { is: "unclear", error }
          : undefined,
    }),
  };
}

function prepare(request: ScriptedRequest): PreparedReport {
  const { report } = requestFields(request, ["report"]);
  const name = typeof report === "string" && report !== "" ? report : refuse("request.report", "a name", report);
  return { reportType: "simulated", request: { report: name }, identity: { report: name } };
}

function nameIn(request: SourceCall["request"]): string {
  return JSON.stringify(request["report"]);
}

function answered(status: number): ProviderError {
  return new ProviderError({
    provider: "simulated",
    operationId: "create",
    status,
    code: `http-${status}`,
    message: `simulated answered ${status}.`,
  });
}
