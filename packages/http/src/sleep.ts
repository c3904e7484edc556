import { onAbort } from "./on-abort.ts";

/** The longest delay that `setTimeout` can hold; with a longer one it fires at once. */
export const longestTimerMs: number = 2 ** 31 - 1;

/**
 * Wait until an instant, however far away, and never wake early: the timer is armed again past 2^31 ms, and when it fires before
 * its time. Nothing stays behind after an abort: no timer, no listener.
 *
 * @param at the instant, in milliseconds on the clock `now`; one that has passed resolves at once.
 * @param options.now the clock; default `Date.now`.
 * @throws the signal's own reason when it is aborted.
 */
export function sleepUntil(
  at: number,
  options: { readonly signal?: AbortSignal | undefined; readonly now?: (() => number) | undefined } = {},
): Promise<void> {
  const { signal, now = Date.now } = options;
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let leave: (() => void) | undefined;
    const abort = (): void => {
      clearTimeout(timer);
      // The contract is the signal's own reason, which need not be an Error.
      reject(signal?.reason);
    };
    const arm = (): void => {
      const leftMs = at - now();
      if (leftMs > 0) timer = setTimeout(arm, Math.min(Math.ceil(leftMs), longestTimerMs));
      else {
        leave?.();
        resolve();
      }
    };
    if (signal?.aborted) return abort();
    leave = signal && onAbort(signal, abort);
    arm();
  });
}

/**
 * Wait for a time, however long, and never wake early. It counts on the monotonic clock, so setting the system's clock changes nothing.
 *
 * @param ms milliseconds.
 * @throws the signal's own reason when it is aborted.
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const now = (): number => performance.now();
  return sleepUntil(now() + ms, { signal, now });
}
