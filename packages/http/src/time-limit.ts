import { onAbort } from "./on-abort.ts";
import { longestTimerMs } from "./sleep.ts";

/** The time that one attempt has, together with the caller's signal. */
export interface TimeLimit {
  /** Aborted when the time is over or the caller aborts. */
  readonly signal: AbortSignal;
  /** The same work, given up when the signal is aborted: also work that does not heed the signal ends in time. */
  readonly race: <T>(work: Promise<T>) => Promise<T>;
  /** Is the time over? */
  isOver(): boolean;
  /** The attempt has ended: nothing stays behind. A stream that is being read goes on, under the caller's signal alone. */
  stop(): void;
}

/** Start the clock of one attempt. `streaming` keeps the caller's signal on the answer's body after `stop`. */
export function startTimeLimit(timeoutMs: number, caller: AbortSignal | undefined, streaming: boolean): TimeLimit {
  const controller = new AbortController();
  let over = false;
  const end = (): void => {
    over = true;
    controller.abort();
  };
  const timer = setTimeout(end, Math.min(timeoutMs, longestTimerMs));
  const follow = (): void => controller.abort(caller?.reason);
  // For a stream the platform holds the link, weakly: there is no moment at which we could take our own listener away.
  const linked = streaming && caller !== undefined;
  const signal = linked ? AbortSignal.any([caller, controller.signal]) : controller.signal;
  if (caller?.aborted) follow();
  const leave = caller && !linked ? onAbort(caller, follow) : undefined;
  const interrupted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  interrupted.catch(() => undefined);
  return {
    signal,
    race: (work) => Promise.race([work, interrupted]),
    isOver: () => over,
    stop() {
      clearTimeout(timer);
      leave?.();
    },
  };
}
