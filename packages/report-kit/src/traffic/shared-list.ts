import type { Observation } from "../source/observation.ts";

/** What one list request said, of every report of a source. */
interface Snapshot {
  /** Epoch milliseconds. */
  readonly at: number;
  /** @throws what the request came to, if it failed. */
  readonly answer: (reference: string) => Observation | undefined;
}

/** One source's list, shared by the jobs that wait for it in this process. */
export interface SharedList {
  /** Have a list no older than a moment: the first to ask sends for it, the others wait for the same one. */
  refresh(signal: AbortSignal): Promise<void>;
  /** What the latest list says of a report; undefined when there is none fresh enough, or it does not say. */
  seen(reference: string): Observation | undefined;
}

/** A list this old still answers: looks that fall into one moment are one look. */
const freshMs = 1_000;

export function createSharedList(context: {
  readonly now: () => number;
  /** One list request, in its turn within the source's budget. */
  readonly send: (signal: AbortSignal) => Promise<(reference: string) => Observation | undefined>;
  /** Told of each new list: the other waits take what it says of theirs. */
  readonly serve: (answer: (reference: string) => Observation | undefined) => void;
}): SharedList {
  const { now, send, serve } = context;
  let latest: Snapshot | undefined;
  let underWay: Promise<void> | undefined;

  const fresh = (): Snapshot | undefined => (latest !== undefined && now() - latest.at < freshMs ? latest : undefined);

  async function fetchList(signal: AbortSignal): Promise<void> {
    try {
      const answer = await send(signal);
      latest = { at: now(), answer };
      serve(answer);
    } catch (error) {
      signal.throwIfAborted();
      latest = {
        at: now(),
        answer: () => {
          throw error;
        },
      };
    } finally {
      underWay = undefined;
    }
  }

  return {
    async refresh(signal) {
      while (fresh() === undefined) {
        signal.throwIfAborted();
        underWay ??= fetchList(signal);
        // Who sent for it may have been called off; then another does.
        await underWay.catch(() => undefined);
      }
      signal.throwIfAborted();
    },
    seen: (reference) => fresh()?.answer(reference),
  };
}
