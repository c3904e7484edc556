import type { Observation } from "../source/observation.ts";
import type { ReportSource } from "../source/report-source.ts";
import type { Timer } from "../waiting/timer.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { RateLimit } from "./rate-limit.ts";
import { createSharedList } from "./shared-list.ts";
import type { SharedList } from "./shared-list.ts";

type Answer = (reference: string) => Observation | undefined;

/** What the jobs of one process send to each source: within its rate limit, and one list for all where there is one. */
export interface RequestTurns {
  /**
   * Wait until this request may be sent.
   * @param reference of the report that is looked at; undefined for every other request
   * @returns what the list that the source's jobs share contains of the report, to be taken in place of the request; it
   * throws what the request for the list came to, if it failed. Undefined = send the request.
   */
  waitForTurn(
    source: ReportSource,
    reference: string | undefined,
    signal: AbortSignal,
  ): Promise<(() => Observation) | undefined>;
}

export function createRequestTurns(kit: {
  readonly now: () => number;
  readonly timer: Timer;
  /** The waits under way for one source's jobs. */
  readonly waitsOf: (source: ReportSource) => ReadonlySet<{ takeList(answer: Answer): void }>;
}): RequestTurns {
  const { now, timer, waitsOf } = kit;
  const limits = new Map<string, RateLimit>();
  const lists = new Map<string, SharedList>();

  function limitOf(source: ReportSource): RateLimit {
    const name = sourceName(source);
    let limit = limits.get(name);
    if (limit === undefined) {
      limit = createRateLimit({ requestsPerSecond: source.profile.requestsPerSecond, timer });
      limits.set(name, limit);
    }
    return limit;
  }

  /** A job that waits alone is looked at by itself. */
  function listOf(source: ReportSource): SharedList | undefined {
    if (source.list === undefined || waitsOf(source).size < 2) return undefined;
    const name = sourceName(source);
    let shared = lists.get(name);
    if (shared === undefined) {
      const list = source.list.bind(source);
      shared = createSharedList({
        now,
        async send(signal) {
          await limitOf(source).take(signal);
          return list({ now: now(), signal });
        },
        serve(answer) {
          for (const wait of waitsOf(source)) wait.takeList(answer);
        },
      });
      lists.set(name, shared);
    }
    return shared;
  }

  return {
    async waitForTurn(source, reference, signal) {
      const list = reference === undefined ? undefined : listOf(source);
      const listed = list === undefined || reference === undefined ? undefined : await list.read(reference, signal);
      // A report that the list leaves out is looked at by itself, and that is a request like any other.
      if (listed === undefined) await limitOf(source).take(signal);
      return listed;
    },
  };
}

/** One source at one origin: a sandbox's requests are not production's. */
function sourceName({ id, origin }: Pick<ReportSource, "id" | "origin">): string {
  return `${origin}\n${id}`;
}
