const followers = new WeakMap<AbortSignal, { readonly runs: Set<() => void>; readonly listener: () => void }>();

/**
 * Run `run` when a signal aborts, through one listener however many follow the signal: thousands of waits commonly share
 * one, and a listener each is slow, heavy and warned about.
 *
 * @param run must not throw.
 * @returns stops following; the last to leave takes the listener away.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let shared = followers.get(signal);
  if (shared === undefined) {
    const runs = new Set<() => void>();
    const listener = (): void => {
      for (const one of runs) one();
    };
    shared = { runs, listener };
    followers.set(signal, shared);
    signal.addEventListener("abort", listener, { once: true });
  }
  const { runs, listener } = shared;
  runs.add(run);
  return () => {
    if (!runs.delete(run) || runs.size > 0) return;
    followers.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}
