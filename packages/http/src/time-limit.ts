import { longestTimerMs } from "./sleep.ts";

/** The time that one attempt has, together with the caller's signal. */
export interface TimeLimit {
  /** Aborted when the time is over or the caller aborts. */
  readonly signal: AbortSignal;
  /** Is the time over? */
  isOver(): boolean;
  /** The attempt has ended: nothing stays behind. A stream that is being read goes on, under the caller's signal alone. */
  stop(): void;
}

/** Start the clock of one attempt. `streaming` keeps the caller's signal on the answer's body after `stop`. */
export function startTimeLimit(timeoutMs: number, caller: AbortSignal | undefined, streaming: boolean): TimeLimit {
  const controller = new AbortController();
  let over = false;
  const timer = setTimeout(
    () => {
      over = true;
      controller.abort();
    },
    Math.min(timeoutMs, longestTimerMs),
  );
  // For a stream the platform holds the link, weakly: there is no moment at which we could take our own listener away.
  const linkedByPlatform = streaming && caller !== undefined;
  const follow = (): void => controller.abort(caller?.reason);
  if (!linkedByPlatform) {
    if (caller?.aborted) follow();
    caller?.addEventListener("abort", follow, { once: true });
  }
  return {
    signal: linkedByPlatform ? AbortSignal.any([caller, controller.signal]) : controller.signal,
    isOver: () => over,
    stop() {
      clearTimeout(timer);
      if (!linkedByPlatform) caller?.removeEventListener("abort", follow);
    },
  };
}
