import type { Observation } from "../source/observation.ts";

type Answer = (reference: string) => Observation | undefined;

/** What one list request came to, for every report of a source. */
interface Snapshot {
  /** Epoch milliseconds. */
  readonly at: number;
  /** @throws what the request came to, if it failed. */
  readonly answer: Answer;
}

/** One source's list, shared by the jobs that wait for it in this process. */
export interface SharedList {
  /**
   * Read a report in a list no older than a moment: the first to ask requests it, the others wait for the same one.
   * @returns what the list contains of the report, thrown where the request failed; undefined = the list leaves it out.
   */
  read(reference: string, signal: AbortSignal): Promise<(() => Observation) | undefined>;
}

/** A list this old still answers: looks that fall into one moment are one look. */
const freshMs = 1_000;

export function createSharedList(context: {
  readonly now: () => number;
  /** One list request, sent within the source's rate limit. */
  readonly send: (signal: AbortSignal) => Promise<Answer>;
  /** Called with each new list: the other waits take what it contains of theirs. */
  readonly serve: (answer: Answer) => void;
}): SharedList {
  const { now, send, serve } = context;
  let latest: Snapshot | undefined;
  let underWay: Promise<void> | undefined;

  // A clock that was set back makes no list younger.
  const fresh = (): Snapshot | undefined =>
    latest !== undefined && Math.abs(now() - latest.at) < freshMs ? latest : undefined;

  async function request(signal: AbortSignal): Promise<void> {
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
    async read(reference, signal) {
      let snapshot = fresh();
      while (snapshot === undefined) {
        signal.throwIfAborted();
        underWay ??= request(signal);
        // The job that requested it may have been called off; then another does.
        await underWay.catch(() => undefined);
        snapshot = fresh();
      }
      signal.throwIfAborted();
      try {
        const observation = snapshot.answer(reference);
        return observation && (() => observation);
      } catch (error) {
        return () => {
          throw error;
        };
      }
    },
  };
}
