import type { JsonObject, JsonValue } from "../../src/json.ts";
import { claimReportsOfOlderJobs } from "../../src/job/reports-of-other-jobs.ts";
import { recordEcho } from "../../src/job/echo-record.ts";
import type { Observation } from "../../src/source/observation.ts";
import type { IdempotencyTier, ReportSource, SourceCall } from "../../src/source/report-source.ts";
import { clockSkewMs } from "../../src/source/timing.ts";
import type {
  ExploredAsk,
  ExploredProvider,
  ExploreScenario,
  ProviderChange,
} from "../../src/testing/explore/scenario.ts";

/** A provider of one tier, as a value. */
export interface TierOptions {
  readonly tier: IdempotencyTier;
  /** Milliseconds after which a report is sure to be listed; absent = no promise. */
  readonly visibilityBoundMs?: number | undefined;
  /** What it makes of the id that a `client-id` source sends. Default `"kept"`. */
  readonly ids?: "kept" | "replaced" | undefined;
  /** Whether the provider has been seen to keep our id. Default: not known. */
  readonly echoProven?: boolean | undefined;
  /** Whether a report becomes ready at some time. Default: whoever looks finds it ready. */
  readonly slow?: boolean | undefined;
  /** Whether reports have a date, by which `find` leaves out what is older than the intent. Default false: dates make many states. */
  readonly dated?: boolean | undefined;
  /** Milliseconds for which it asks to be left alone, with each answer that a report is pending. Default none. */
  readonly holdMs?: number | undefined;
}

type Made = {
  readonly reference: string;
  /** Kept only where it matters: a date, or when the report must be listed. 0 = not kept. */
  readonly madeAt: number;
  readonly visible: boolean;
  readonly ready: boolean;
};

type TierState = {
  readonly reports: readonly Made[];
  /** The ids of the deliveries that the consumer took, once for each. */
  readonly taken: readonly string[];
  readonly leaveAloneUntil: number;
  readonly broken: string;
};

const origin = "https://explored.invalid";

/** A scenario of one tier: one report that two workers want, unless `more` says otherwise. */
export function tierScenario(
  name: string,
  options: TierOptions,
  more: Partial<Omit<ExploreScenario<TierState>, "name" | "provider">> = {},
): ExploreScenario<TierState> {
  const source = { id: `explored/${options.tier}`, origin };
  return {
    name,
    source: (ask) => sourceOf(options, ask),
    provider: providerOf(options),
    workers: [{ request: "a" }, { request: "a" }],
    async prepare(journal) {
      if (options.echoProven !== undefined) await recordEcho(journal, source, options.echoProven);
      // No older version has left jobs without claims: what is done once for a journal is done.
      const engine = { journal, isOf: () => false, passOver: () => undefined };
      if (options.tier === "list") await claimReportsOfOlderJobs(engine, source as ReportSource);
    },
    ...more,
  };
}

function providerOf({
  tier,
  ids = "kept",
  visibilityBoundMs,
  dated = false,
  slow = false,
  holdMs = 0,
}: TierOptions): ExploredProvider<TierState> {
  function make(state: TierState, reference: string, now: number): TierState {
    const visible = tier !== "list" && tier !== "client-id";
    const isAwaited = visibilityBoundMs !== undefined && !visible;
    const made: Made = { reference, madeAt: dated || isAwaited ? now : 0, visible, ready: false };
    return { ...state, reports: [...state.reports, made] };
  }
  const seen = (found: Made | undefined): JsonValue =>
    found === undefined ? null : { reference: found.reference, ready: found.ready };

  function create(
    state: TierState,
    id: string,
    now: number,
  ): { readonly state: TierState; readonly answer: JsonValue } {
    const { reports } = state;
    if (tier === "create-or-get" && reports.length > 0) return { state, answer: seen(reports[0]) };
    const reference = tier === "client-id" && ids === "kept" ? id : `r-${reports.length + 1}`;
    const after = make(state, reference, now);
    return { state: after, answer: seen(after.reports.at(-1)) };
  }

  function look({ reports }: TierState, { what, id, since }: JsonObject): JsonValue {
    if (what === "find" && tier === "list") {
      return reports.filter(({ visible, madeAt }) => visible && (!dated || madeAt >= Number(since))).map(seen);
    }
    const one = reports.find(({ reference, visible }) => reference === id && (what === "look" || visible));
    return seen(what === "look" && !slow && one !== undefined ? { ...one, ready: true } : one);
  }

  return {
    start: {
      reports: tier === "lookup" ? [{ reference: "file", madeAt: 0, visible: true, ready: false }] : [],
      taken: [],
      leaveAloneUntil: 0,
      broken: "",
    },
    answer(was, request, now) {
      const { deliver } = request;
      if (typeof deliver === "string") {
        return { state: { ...was, taken: [...new Set([...was.taken, deliver])] }, answer: null };
      }
      const broken = now < was.leaveAloneUntil ? "it was asked before it wanted to be" : was.broken;
      const asked = { ...was, broken, leaveAloneUntil: holdMs === 0 ? 0 : now + holdMs };
      if (request["what"] !== "create") return { state: asked, answer: look(asked, request) };
      return create(asked, typeof request["id"] === "string" ? request["id"] : "", now);
    },
    changes({ reports, ...rest }) {
      return reports.flatMap((report, place): readonly ProviderChange<TierState>[] => {
        const { reference, visible, ready, madeAt } = report;
        const by = visibilityBoundMs === undefined ? undefined : madeAt + visibilityBoundMs;
        const next = (change: Partial<Made>): TierState => ({
          ...rest,
          reports: reports.map((one, at) => (at === place ? { ...report, ...change } : one)),
        });
        return [
          ...(visible
            ? []
            : [
                {
                  what: `${reference} is listed from now on`,
                  by,
                  state: next({ visible: true, madeAt: dated ? madeAt : 0 }),
                },
              ]),
          ...(ready || !slow ? [] : [{ what: `${reference} is ready from now on`, state: next({ ready: true }) }]),
        ];
      });
    },
    made: ({ reports }) => reports.map(({ reference }) => reference),
    taken: ({ taken }) => taken,
    check: ({ broken }) => (broken === "" ? undefined : broken),
  };
}

function sourceOf({ tier, ids = "kept", visibilityBoundMs, holdMs }: TierOptions, ask: ExploredAsk): ReportSource {
  const isFound = (answer: JsonValue): answer is { reference: string; ready: boolean } =>
    typeof answer === "object" && answer !== null;
  function observe(answer: JsonValue): Observation {
    if (!isFound(answer)) return { is: "absent" };
    const { reference, ready } = answer;
    return ready ? { is: "ready", reference } : { is: "pending", status: "pending", reference, retryAfterMs: holdMs };
  }
  const id = ({ key }: SourceCall): string => key;

  return {
    id: `explored/${tier}`,
    provider: "explored",
    account: tier,
    origin,
    profile: { tier, remakes: true, searchForMs: 120_000, visibilityBoundMs, reportsDeparture: true },
    linkHosts: [],
    prepare: (request) => ({
      reportType: "explored",
      request: { report: String(request) },
      identity: { report: String(request) },
    }),
    ...(tier === "lookup"
      ? {}
      : {
          async create(call: SourceCall) {
            const answer = await ask("create", { what: "create", id: id(call) }, call.onDeparture);
            const echoed = tier === "client-id" ? { echoed: ids === "kept" } : {};
            return { ...observe(answer), ...echoed };
          },
        }),
    async look({ reference = "file" }) {
      const answer = await ask("look", { what: "look", id: reference });
      if (tier === "lookup" && isFound(answer) && !answer.ready) return { is: "absent", retryAfterMs: holdMs };
      return observe(answer);
    },
    async find(call) {
      const { intentAt = 0, echoProven } = call;
      const answer = await ask("find", { what: "find", id: id(call), since: intentAt - clockSkewMs });
      if (tier === "list" && Array.isArray(answer)) {
        for (const one of answer as readonly JsonValue[]) {
          if (isFound(one) && !(await call.belongsToAnotherJob?.(one.reference))) return observe(one);
        }
        return visibilityBoundMs === undefined ? { is: "searching", more: false, found: [] } : { is: "absent" };
      }
      if (isFound(answer)) return { ...observe(answer), echoed: true } as Observation; // as above
      return echoProven ? { is: "absent" } : { is: "searching", more: false, found: [] };
    },
    locate: async () => ({ via: "none", reason: "pending", message: "explored reports have no files" }),
  };
}
