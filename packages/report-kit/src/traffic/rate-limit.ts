import { onAbort } from "@report-kit/http";
import { processTimer } from "../waiting/timer.ts";
import type { Timer } from "../waiting/timer.ts";

/** How many requests a second one report source gets from this process, over all its jobs. */
export interface RateLimit {
  /** How many callers wait for their turn. */
  readonly waiting: number;
  /**
   * Wait until this request may be sent: in the order of asking, evenly spaced. Jobs that were started together are spread
   * out by it, and stay so: each schedule continues from its own turn.
   * @throws the signal's reason once it aborts; the turn goes to the next in line.
   */
  take(signal?: AbortSignal): Promise<void>;
}

/** What a source is sent at most unless a caller says otherwise, in requests a second. */
const defaultRequestsPerSecond = 10;

/** @throws TypeError unless `requestsPerSecond` is above zero (Infinity = no limit). */
export function createRateLimit(
  options: { readonly requestsPerSecond?: number | undefined; readonly timer?: Timer | undefined } = {},
): RateLimit {
  const { requestsPerSecond = defaultRequestsPerSecond, timer = processTimer } = options;
  if (!(requestsPerSecond > 0)) {
    throw new TypeError(`requestsPerSecond: expected a number above zero, got ${requestsPerSecond}`);
  }
  const spacingMs = 1_000 / requestsPerSecond;
  /** The callers that wait, in order. Each entry gives its caller the turn. */
  const line = new Set<() => void>();
  let nextTurnAt = -Infinity;

  /** Never further ahead than one spacing, though the clock be set back. */
  function turnAt(): number {
    nextTurnAt = Math.min(nextTurnAt, timer.now() + spacingMs);
    return nextTurnAt;
  }

  /** Serves the line while there is one. */
  let serving: AbortController | undefined;

  async function serve(stop: AbortController): Promise<void> {
    serving = stop;
    for (let [turn] = line; turn !== undefined && !stop.signal.aborted; [turn] = line) {
      if (timer.now() < turnAt()) {
        // Stopped when the last in line left: another may be the first meanwhile.
        await timer.wait(nextTurnAt, { signal: stop.signal }).catch(() => {});
        continue;
      }
      line.delete(turn);
      nextTurnAt = timer.now() + spacingMs;
      turn();
    }
    if (serving === stop) serving = undefined;
  }

  function leave(turn: () => void): void {
    line.delete(turn);
    if (line.size > 0) return;
    serving?.abort();
    serving = undefined;
  }

  return {
    get waiting(): number {
      return line.size;
    },
    take(signal) {
      return new Promise<void>((resolve, reject) => {
        signal?.throwIfAborted();
        const nowMs = timer.now();
        if (line.size === 0 && turnAt() <= nowMs) {
          nextTurnAt = nowMs + spacingMs;
          return resolve();
        }
        const unfollow =
          signal &&
          onAbort(signal, () => {
            leave(turn);
            reject(signal.reason);
          });
        const turn = (): void => {
          unfollow?.();
          resolve();
        };
        line.add(turn);
        if (serving === undefined) void serve(new AbortController());
      });
    },
  };
}
